"""What can be done here: one function, one verb of the field, permission checked first."""
