"""What is refused at the operator's client: one sentence that names the thing and the mend."""

from __future__ import annotations


class RefusedError(Exception):
    """The command was not done; nothing has changed."""
