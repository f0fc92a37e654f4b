"""The REST API: what programs ask of the desks, as JSON over HTTP."""
