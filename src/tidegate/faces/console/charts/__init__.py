"""Pictures as functions: values in, SVG out. No script draws anything, no style is inline."""
