"""Why a comparator says otherwise than a key, by classes that a pair must show to belong to one.

Each class is of one comparator: what univers gets wrong is no excuse before another reference. What
shows no known cause has no reason here; where a reference does so, the benchmark has failed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tidegate.engines.matching.versions import Order

_Shown = Callable[[str, str], bool]
UNEXPLAINED: Final = ""


def reason_of(comparator: str, order: Order, one: str, other: str) -> str:
    """Return why a comparator differs from the keys over a pair; `UNEXPLAINED` where none fits."""
    for shown, reason in _REASONS.get((comparator, order), ()):
        if shown(one, other):
            return reason
    return UNEXPLAINED


def _either(pattern: str) -> _Shown:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda one, other: bool(compiled.search(one) or compiled.search(other))


_EMPTY_RELEASE: Final = (
    "the library takes an empty release for none; rpm puts none before all releases"
)
_REASONS: Final[dict[tuple[str, Order], tuple[tuple[_Shown, str], ...]]] = {
    ("rpm-version", Order.RPM): (
        (
            _either(r"^[^:]*[^0-9:][^:]*:"),
            "the library takes any text before a colon for an epoch; rpm's parseEVR digits alone",
        ),
        (_either(r"-$"), _EMPTY_RELEASE),
    ),
    ("univers", Order.RPM): ((_either(r"-$"), _EMPTY_RELEASE),),
    ("univers", Order.ALPINE): (
        (
            _either(r"\.0[0-9]"),
            "univers takes 00 for 0, as Gentoo does; apk compares such numbers as text",
        ),
    ),
    ("univers", Order.PACKAGIST): (
        (
            _either(r"^v?[0-9]+\.[0-9]+\.[0-9]+\.[0-9]"),
            "univers drops the fourth number; Composer compares it",
        ),
        (
            _either(r"[0-9][._-]?(?:p|pl|patch)[.-]?[0-9]*$"),
            "univers takes a patch for a pre-release; to PHP it comes after",
        ),
        (
            _either(r"[0-9][._-]?(?:a|b|alpha|beta|rc|dev|stable)(?:[^a-z]|$)"),
            "univers compares stages as SemVer's identifiers; Composer knows their order",
        ),
        (
            _either(r"^v?[0-9]{4}[.:-]?[0-9]{2}"),
            "univers takes dates for SemVer; Composer takes them for dates",
        ),
    ),
    ("univers", Order.MAVEN): (
        (
            _either(r"[a-z_]-?[0-9]"),
            "univers has the order before Maven 4, which reads a word with its number as one item",
        ),
        (
            _either(r"[a-z_]"),
            "univers has the order before Maven 4, which holds .word and -word to be alike",
        ),
        (
            _either(r"-"),
            "univers compares a list's first item alone with nothing; Maven 4 compares all of them",
        ),
    ),
}
