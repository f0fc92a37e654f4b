"""What is done here: people and programs are told, and choose how; a function is a transaction."""
