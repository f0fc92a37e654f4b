"""`tidegate reviews`: engagements, their terms, access to a model, decisions, partners."""
