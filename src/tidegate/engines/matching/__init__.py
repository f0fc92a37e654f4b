"""Which installed components are affected by which advisories, in each ecosystem's own order."""
