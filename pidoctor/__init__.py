"""pidoctor: will TensorFlow Lite (or TensorFlow) run on this board, and what makes it run?"""

__version__ = "0.1.0"
