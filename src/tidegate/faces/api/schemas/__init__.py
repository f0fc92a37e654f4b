"""The forms of what the API answers and takes; the names are those of the console and the CLI."""
