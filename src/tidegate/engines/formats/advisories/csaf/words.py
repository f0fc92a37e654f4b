"""The words of CSAF that a record is written in: profiles, labels, identifiers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final


class Profile(StrEnum):
    """What a document is for. From: CSAF 2.0 and 2.1, section 4."""

    SECURITY_ADVISORY = "csaf_security_advisory"
    VEX = "csaf_vex"


class Edition(StrEnum):
    """Which CSAF a document follows."""

    V20 = "2.0"
    V21 = "2.1"


BASE: Final = "csaf_base"
"""The category of a document that fits no profile."""

WITHDRAWN: Final = "csaf_withdrawn"
"""From: CSAF 2.1, profile 6; CSAF 2.0 has none."""

REASON_TITLE: Final = "Reasoning for Withdrawal"
"""The note that says why. From: CSAF 2.1, 6.1.27.17; kept in CSAF 2.0, which asks for none."""

ENGINE: Final = "Tidegate"
LANGUAGE: Final = "en"

_TLP: Final = "TLP:"
_TLP_1: Final = {"CLEAR": "WHITE", "AMBER+STRICT": "AMBER"}
"""TLP 1.0's word for TLP 2.0's, where they differ; what is lost by that is said in words."""


def document_identifier(identifier: str, profile: Profile) -> str:
    """Return the tracking id of a record's document: each document has one of its own.

    From: CSAF 2.0, 3.2.1.12.4. The security advisory's is the publication's name.
    """
    return f"{identifier}-VEX" if profile is Profile.VEX else identifier


def distribution(label: str, edition: Edition) -> dict[str, Any]:
    """Return with whom a document may be shared.

    CSAF 2.0 has the labels of TLP 1.0 only; one of TLP 2.0 that has no equal stands in the text,
    in the words that the standard's converter from 2.1 uses.
    """
    word = label.removeprefix(_TLP)
    if edition is Edition.V21:
        return {"tlp": {"label": word}}
    told = {"text": f"TLP v2.0: {_TLP}{word}"} if word == "AMBER+STRICT" else {}
    return {**told, "tlp": {"label": _TLP_1.get(word, word)}}


def filled(members: dict[str, Any]) -> dict[str, Any]:
    """Return the members that say something: CSAF knows no empty text, list or object."""
    return {key: value for key, value in members.items() if value not in (None, "", [], {})}


def in_order(document: dict[str, Any]) -> dict[str, Any]:
    """Return JSON with the members of every object in the order of their names (2.1: 6.2.13)."""
    return {key: _in_order(document[key]) for key in sorted(document)}


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return in_order(value)
    return list(map(_in_order, value)) if isinstance(value, list) else value
