"""A demo of four organisations at work on one secret, for whoever wants to click through it."""
