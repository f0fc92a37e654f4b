"""What listens: the addresses of the console and of the API, and the rule of where they bind."""
