"""What is done here: entries are appended, heads are signed, the log is published."""
