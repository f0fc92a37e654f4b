"""What operators run and are exposed to, what is due by when, and what directives ask."""
