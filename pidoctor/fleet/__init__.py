"""Many boards at once: what they sent, grouped, compared, and planned for together."""
