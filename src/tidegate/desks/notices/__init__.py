"""The desk that tells people that something waits for them, and never more than they may know."""
