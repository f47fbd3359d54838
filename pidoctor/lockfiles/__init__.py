"""A plan as files for others: a PEP 751 lock, and a folder of verified wheels."""
