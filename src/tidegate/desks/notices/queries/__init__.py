"""What can be asked about notices and webhooks; nothing here changes what is kept."""
