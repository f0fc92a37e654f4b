"""Documents as bodies: read whole, and no further than a bound."""

from __future__ import annotations

from django.http import HttpRequest

from tidegate.faces.api.errors import TooLargeError


def document_of(request: HttpRequest, *, most: int, what: str) -> bytes:
    """Return a request's body, which the desk takes as bytes.

    What listens has put what is larger than a form into a file while it came in
    (`faces/web/door.py` has counted it); here it holds whatever the API is served by.

    Args:
        request: whose body has not been read yet.
        most: bytes.
        what: names it in the refusal, as `the inventory`.

    Raises:
        TooLargeError: it has more bytes.
        UnreadablePostError: it did not arrive whole.
    """
    raw: bytes = request.read(most + 1)
    if len(raw) > most:
        raise TooLargeError(f"{what} has more than {most:,} bytes; send at most as many")
    return raw
