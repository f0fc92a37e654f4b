"""What questions about engagements say: documents, keys, digests and dates that are well-formed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile

from tidegate.desks.reviews.frameworks import loading
from tidegate.desks.reviews.frameworks.terms import default_terms, to_document


class Upload(SimpleUploadedFile):
    """A file that is sent whole each time."""

    def read(self, *_: Any) -> bytes:
        """Return all of it, wherever the last reading has ended."""
        self.seek(0)
        content: bytes = super().read()
        return content


LATER: Final = "2026-12-20T12:00:00Z"
SHA256: Final = "a" * 64
AGE_KEY: Final = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudkvyhqs5ya5ts"
PUBLIC_KEY: Final = b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAAAA\n-----END PUBLIC KEY-----\n"
"""Of nobody; no signature is good under it."""

_FRAMEWORK: Final = loading.shipped_frameworks()[-1]
FRAMEWORK: Final = _FRAMEWORK.name
FRAMEWORK_VERSION: Final = _FRAMEWORK.version
FRAMEWORK_AS_DATA: Final[dict[str, Any]] = {
    **json.loads((Path(loading.__file__).parent / "shipped" / "eo-14409.json").read_text("utf-8")),
    "name": "another",
}
BODY: Final = _FRAMEWORK.bodies[0]
TERMS: Final = to_document(
    default_terms(_FRAMEWORK, title="Terms", developer="a", counterpart="b", model="c")
)
"""Terms between others: whoever may propose terms is told that these are not theirs."""
TERMS_AS_DATA: Final[dict[str, Any]] = json.loads(TERMS)
