"""What mattered, in order, so that nobody can quietly change it."""
