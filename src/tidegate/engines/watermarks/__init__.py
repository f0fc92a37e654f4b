"""Marks that are hidden in text: whose copy it is, for whoever holds the key.

What this is worth: it deters careless copying, and tells where a text that was pasted somewhere
came from. It is no proof against anybody who means to take it out: a search for the signs does, and
so does typing the text again, or having it translated. It says nothing where it is not found.
"""

from __future__ import annotations

from tidegate.engines.watermarks.marking import Marker, unmarked
from tidegate.engines.watermarks.reading import read
from tidegate.engines.watermarks.signs import ID_BYTES, frame_of, id_of

__all__ = ["ID_BYTES", "Marker", "frame_of", "id_of", "read", "unmarked"]
