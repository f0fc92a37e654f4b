"""What can be done at this desk: a verb a function, a transaction each."""
