"""Clauses as people read them: `{names}` of settings replaced by what these say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tidegate.desks.reviews.frameworks.framework import Action, Kept, Settings
from tidegate.desks.reviews.frameworks.lengths import in_words
from tidegate.engines.formats.documents import Fault

KEPT: Final = {
    Kept.NONE: "nothing",
    Kept.DEVELOPER: "all of it, encrypted to the developer alone",
    Kept.BOTH: "all of it, encrypted to the developer and to the party whose person calls",
}
ACTIONS: Final = {
    Action.BREAK_GLASS: "to use break-glass access",
    Action.READ_TRANSCRIPTS: "to read what is kept of calls",
    Action.DETERMINE: "to determine whether the model is covered",
}

_NAME: Final = re.compile(r"\{([a-z_]+)\}")
_BRACE: Final = re.compile(r"[{}]")


def names_in(text: str) -> tuple[str, ...] | Fault:
    """Return the names in braces, or what is wrong with the braces."""
    if _BRACE.search(_NAME.sub("", text)):
        return Fault("", "has a brace around no name; write a setting's like {longest_grant}")
    return tuple(_NAME.findall(text))


def filled(text: str, settings: Settings) -> str:
    """Return a text with its names replaced; one that begins a sentence, with a capital letter."""
    said = phrases(settings)

    def phrase(match: re.Match[str]) -> str:
        words = said.get(match[1], match[0])
        begins = not text[: match.start()].strip() or text[: match.start()].endswith(". ")
        return words[:1].upper() + words[1:] if begins and not words.startswith("{") else words

    return _NAME.sub(phrase, text)


def phrases(settings: Settings) -> dict[str, str]:
    """Return what each setting says within a sentence."""
    actions = set(settings.two_persons)
    if settings.break_glass:
        actions.add(Action.BREAK_GLASS)
    return {
        "content": KEPT[settings.content],
        "watermark": (
            "every answer is marked with the grant that it was given to"
            if settings.watermark
            else "answers are not marked"
        ),
        "proven_calls": (
            "each call is proven with a key of the caller's own"
            if settings.proven_calls
            else "whoever shows that secret is taken for its person"
        ),
        "addresses": (
            f"these networks: {_listed(settings.addresses)}"
            if settings.addresses
            else "any network"
        ),
        "two_persons": (
            _listed(words for action, words in ACTIONS.items() if action in actions) or "nothing"
        ),
        "break_glass": (
            "two persons of the reviewing party may together give one of them access, and the"
            " developer is told at once"
            if settings.break_glass
            else "there is no other access than what the developer grants"
        ),
        "longest_grant": in_words(settings.longest_grant),
        "vetting": (
            "access is given only to people whose vetting is attested here"
            if settings.vetting
            else "access does not depend on whether a vetting is attested here"
        ),
        "transcripts_destroyed_after": in_words(settings.transcripts_destroyed_after),
        "certificate_due_after": in_words(settings.certificate_due_after),
        "confidential_until": settings.confidential_until,
        "purposes": "; ".join(settings.purposes),
        "reporting": settings.reporting,
    }


def _listed(words: Iterable[str]) -> str:
    *others, last = [*words] or [""]
    return f"{', '.join(others)} and {last}" if others else last
