"""A demo of eight organisations at work, for whoever wants to click through it."""
