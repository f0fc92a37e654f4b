"""What is done in cases by itself."""
