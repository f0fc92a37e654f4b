"""What can be done at the desk: one function, one verb of the field, one transaction."""
