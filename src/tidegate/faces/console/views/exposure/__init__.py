"""The pages of what is exposed, and of what directives ask."""
