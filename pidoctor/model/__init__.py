"""A .tflite file: what is in it, what it needs, and what that means on a machine."""
