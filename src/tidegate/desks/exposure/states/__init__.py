"""What decides, without tables."""
