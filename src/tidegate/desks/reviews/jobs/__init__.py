"""What is done by itself when its time has come."""
