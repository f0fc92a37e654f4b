"""The console: the pages that a coordinator works with. It asks, shows and explains."""
