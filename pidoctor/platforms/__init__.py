"""What the packaging standards say of a platform: dotted versions, wheel tags, markers."""
