"""Makes failures happen for real, to keep what the tools say about them."""
