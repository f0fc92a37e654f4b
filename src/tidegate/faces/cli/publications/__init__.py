"""The commands of what is published: fixes, publications, CVE identifiers, and adoption."""
