"""Pure Python engines: no web framework, no database, no settings; each usable alone."""
