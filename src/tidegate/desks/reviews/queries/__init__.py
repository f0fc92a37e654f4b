"""What can be asked here; nothing that is asked changes what is kept."""
