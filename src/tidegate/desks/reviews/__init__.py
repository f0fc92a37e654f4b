"""Where a developer lets a model be looked at before its release, under terms that hold."""
