"""What can be read of organisations, people and tokens; nothing here changes anything."""
