"""The public folder that is made of published documents: a CSAF provider, an OSV archive, Atom."""
