"""Do the tests notice when the code is changed? Measured with cosmic-ray, on a sample."""
