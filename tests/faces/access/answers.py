"""What somebody was told: a whole answer as one text, and what in it is none of theirs.

Whatever differs between two answers to the same question for no reason of the asker's is taken out:
tokens against forged requests, and lengths.
"""

from __future__ import annotations

import base64
import json
import re
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.http.response import HttpResponseBase, StreamingHttpResponse

from tests.desks.access.world import KEY, MARK

_CURSOR: Final = re.compile(r"WyI[A-Za-z0-9_-]{16,}")
"""What begins a list of JSON in base64url, as every cursor does."""
_TOKEN: Final = re.compile(r'(name="csrfmiddlewaretoken" value=)"[A-Za-z0-9]{64}"')
_UNSAID: Final = ("content-length", "expires", "set-cookie")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question was answered."""

    status: int
    """Of HTTP; of a command, its exit code."""
    found: bool
    """It is not the answer to what is not there."""
    text: str
    """All that was told: head, body, what a command printed, what a cursor holds."""

    @property
    def failed(self) -> bool:
        """It went wrong here, which is nobody's right."""
        return self.status >= 500

    @property
    def refused(self) -> bool:
        """It says that nothing was done."""
        return self.status != 0 and not 200 <= self.status < 400

    @property
    def understood(self) -> bool:
        """It was worded so that the desk was asked: no field was wrong, no option missing."""
        return self.status not in (2, 400, 415, 422)

    def for_the_name(self, names: Mapping[str, str]) -> str:
        """Return the text as it would be if other things had been named, by what they were."""
        text = self.text
        for absent, real in names.items():
            text = text.replace(absent, real)
        return text

    def keys(self, letter: str) -> set[str]:
        """Return the keys in it that begin with a letter."""
        return {key for key in KEY.findall(self.text) if key[0] == letter}

    def foreign(self, foreign: Collection[str], asked: Collection[str]) -> set[str]:
        """Return what it says of all that is foreign, but for what was asked itself."""
        # Pages may begin a sentence with a word, and so write it otherwise.
        told = {*MARK.findall(self.text.lower()), *KEY.findall(self.text.upper())}
        return (told & set(foreign)) - set(asked)


def answer_of(response: HttpResponseBase) -> Answer:
    """Return a response of the console or of the API as an answer."""
    if isinstance(response, StreamingHttpResponse):
        with warnings.catch_warnings(action="ignore"):
            # A stream is read whole here, as no server does it.
            body = b"".join(response)
    else:
        body = response.content  # type: ignore[attr-defined]
    head = [f"{response.status_code}"]
    head += sorted(
        f"{name}: {value}" for name, value in response.items() if name.lower() not in _UNSAID
    )
    cookies = (
        f"{name}={cookie.value}" for name, cookie in response.cookies.items() if "csrf" not in name
    )
    text = "\n".join([*head, *sorted(cookies), "", body.decode("utf-8", "replace")])
    return Answer(response.status_code, response.status_code != 404, told(text))


def told(text: str) -> str:
    """Return a text with what its cursors hold, and without what differs for no reason."""
    plain = _TOKEN.sub(r"\1", text)
    return "\n".join([plain, *map(_opened, _CURSOR.findall(plain))])


def _opened(cursor: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return str(json.loads(raw))
    except ValueError:
        return ""  # Something random that happens to begin so.
