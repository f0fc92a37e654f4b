"""The parts of a random world, in the order in which they are made."""
