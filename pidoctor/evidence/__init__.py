"""What a wheel's ELF files show: read, never executed.

A wheel's tag is a claim by its author; the files inside it are evidence.
"""
