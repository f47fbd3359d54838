"""What an install needs, computed from values alone; check and install ask the same functions."""
