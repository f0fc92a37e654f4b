"""The REST API: what programs ask of the desks, as JSON over HTTP."""

from tidegate.faces.api.application import api

__all__ = ["api"]
