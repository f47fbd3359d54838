"""The main job on this machine itself, with each Python that is here."""
