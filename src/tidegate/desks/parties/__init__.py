"""Organisations, the people in them, how they sign in, and the tokens of their programs."""
