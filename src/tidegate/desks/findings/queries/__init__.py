"""What may be read of the desk: lists paged by cursor, single findings and cases, and counts."""
