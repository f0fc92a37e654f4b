"""What templates may use; every filter that takes a stranger's text gives it back harmless."""
