"""What may be said of an asset: each column's value, checked as it comes from outside.

Every way in uses these: a form, a program, a spreadsheet. A refusal says what may be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from tidegate.desks.exposure.models import Asset
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.engines.rules import Scope

MOST_TAGS: Final = 50
"""Of one asset."""
LONGEST_TAG: Final = 60

_DISTRIBUTION: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_SHOWN: Final = 60
"""Signs of a wrong value that a refusal repeats."""
_YES: Final = ("yes", "true", "1")
_NO: Final = ("no", "false", "0", "")


def line(text: str, what: str, longest: int) -> str:
    """Return a text on one line, which may be empty; `what` names it in the refusal.

    Raises:
        NotPossibleError: it is too long, or holds what cannot be printed.
    """
    kept = " ".join(text.split())
    if len(kept) > longest or not kept.isprintable():
        raise NotPossibleError(
            f"{what} {_shown(kept)} cannot be kept; write at most {longest} printable characters"
            " on one line"
        )
    return kept


def tag_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are kept: small letters, each once, in order.

    Raises:
        NotPossibleError: there are too many, or one cannot be kept.
    """
    kept = sorted({word for text in words if (word := _tag(text))})
    if len(kept) > MOST_TAGS:
        raise NotPossibleError(f"an asset has at most {MOST_TAGS} tags; these are {len(kept)}")
    return tuple(kept)


def checked(column: str, value: Any) -> Any:
    """Return the value of one of an asset's `COLUMNS` as it is kept.

    Raises:
        NotPossibleError: it cannot be; the message says what may be written.
    """
    return COLUMNS[column](value)


def _tag(text: str) -> str:
    word = line(text, "the tag", LONGEST_TAG).lower()
    if set(word) & set(",;"):
        raise NotPossibleError(f"the tag {_shown(word)} holds a comma or a semicolon; leave it out")
    return word


def _name(text: str) -> str:
    name = line(text, "the name", 200)
    if not name:
        raise NotPossibleError("an asset needs a name; write 1 to 200 characters")
    return name


@dataclass(frozen=True, slots=True)
class _Line:
    what: str
    longest: int

    def __call__(self, text: str) -> str:
        return line(text, self.what, self.longest)


@dataclass(frozen=True, slots=True)
class _OneOf:
    what: str
    words: tuple[str, ...]
    empty: str = ""
    """What an empty text means."""

    def __call__(self, text: str) -> str:
        word = text.strip().lower() or self.empty
        if word not in self.words:
            known = [one for one in self.words if one]
            raise NotPossibleError(
                f"{_shown(text)} is no {self.what}; write {', '.join(known[:-1])} or {known[-1]}"
            )
        return word


def _yes_or_no(value: bool | str) -> bool:
    word = value if isinstance(value, bool) else value.strip().lower()
    if word is True or word in _YES:
        return True
    if word is False or word in _NO:
        return False
    raise NotPossibleError(
        f"{_shown(str(value))} does not say whether it is operational technology; write yes or no"
    )


def _distribution(text: str) -> str:
    word = text.strip().lower().replace(" ", "-")
    if word and not _DISTRIBUTION.fullmatch(word):
        raise NotPossibleError(
            f"{_shown(text)} is no release of a distribution; write it as debian-12, ubuntu-24.04"
            " or alpine-3.20"
        )
    return word


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


COLUMNS: Final[dict[str, Callable[[Any], Any]]] = {
    "name": _name,
    "owner": _Line("the owner", 200),
    "environment": _Line("the environment", 60),
    "system": _Line("the system", 200),
    "exposed": _OneOf("exposure to the public", tuple(Asset.Exposed.values), Asset.Exposed.UNKNOWN),
    "criticality": _OneOf("criticality", tuple(Asset.Criticality.values)),
    "scope": _OneOf("scope", tuple(scope.value for scope in Scope)),
    "sector": _Line("the sector", 100),
    "is_operational_technology": _yes_or_no,
    "distribution": _distribution,
}
"""How each column of an asset is checked."""
