"""A model to a program that runs it: what the inputs are, the script, the unit of a service."""
