"""Which state follows which, and what a state allows; pure."""
