"""What this installation is: its folder, its keys, its database, its sandboxes, its settings."""
