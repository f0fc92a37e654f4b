"""What can be done with organisations, people and tokens: a verb a function, a transaction each."""
