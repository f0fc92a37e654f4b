"""The pages of what is published: fixes, publications, and how far they come."""
