"""What of a finding is compared, small enough to stand in a row of a database."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from tidegate.engines.similarity.lexicon import KIND_OF_EFFECT, KIND_OF_WEAKNESS, KIND_WORDS
from tidegate.engines.similarity.weights import weight_of
from tidegate.engines.similarity.words import (
    MAX_NAMES,
    content_words,
    last_part,
    names_in,
    stem,
    stems_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tidegate.engines.similarity.model import Described

VERSION: Final = 1
"""Of the form below; features of another version have to be made anew from their finding."""
MAX_KEYS: Final = 96
_WORTH_OF_ALIAS: Final = 1_000
_WORTH_OF_NAME: Final = 30
"""About that of the rarest words."""
_MAX_LISTED: Final = 16
_MAX_LENGTH: Final = 200
_ALIAS: Final = re.compile(r"[A-Z]{2,10}-[0-9A-Za-z-]{1,40}")
_KIND_STEMS: Final = tuple(
    (kind, tuple(frozenset(stem(word) for word in entry.split()) for entry in entries))
    for kind, entries in KIND_WORDS.items()
)


class FeaturesError(ValueError):
    """What was kept is not features of this version; the message says what to do."""


@dataclass(frozen=True)
class Features:
    """One finding as it is compared. Made by `features`, kept by `to_json`."""

    key: str
    words: tuple[str, ...]
    """Different words of title and text, one a stem, in the order in which they came."""
    names: tuple[str, ...]
    """Names of code, as they were written."""
    kinds: tuple[str, ...]
    """Kinds of weakness, from CWE, effect and words."""
    aliases: tuple[str, ...]
    places: tuple[tuple[str, int | None, str | None], ...]
    """File (without what leads to it), line, function."""

    @cached_property
    def stems(self) -> frozenset[str]:
        """What of the words is compared."""
        return frozenset(map(stem, self.words))

    @cached_property
    def missed(self) -> int:
        """The evidence for one bug if the other text had none of the words: below 0, in tenths."""
        return sum(weight_of(one).missed for one in self.stems)

    @cached_property
    def gains(self) -> Mapping[str, int]:
        """What each stem adds to `missed` when the other text has it."""
        weights = ((one, weight_of(one)) for one in self.stems)
        return {one: weight.found - weight.missed for one, weight in weights}

    @cached_property
    def compared_names(self) -> frozenset[str]:
        """The names in lower case."""
        return frozenset(name.lower() for name in self.names)

    @cached_property
    def told_kinds(self) -> frozenset[str]:
        """The kinds, for comparing."""
        return frozenset(self.kinds)

    @cached_property
    def keys(self) -> tuple[tuple[str, int], ...]:
        """What to look for candidates by, and what each is worth; at most `MAX_KEYS`, best first.

        A desk that keeps findings in a database keeps these beside them, one row each with the
        number of `words`. Candidates of a new finding are those of its package that share keys,
        with the highest sum of worth, divided by the square root of their number of words.
        """
        ids = [(f"alias:{alias}", _WORTH_OF_ALIAS) for alias in self.aliases]
        named = [(f"name:{name}", _WORTH_OF_NAME) for name in sorted(self.compared_names)]
        telling = sorted(self.gains.items(), key=lambda one: (-one[1], one[0]))
        words = [(f"word:{one}", gain) for one, gain in telling]
        return tuple((ids + named + words)[:MAX_KEYS])

    def to_json(self) -> str:
        """Return the features as one line of JSON: 1 to 3 kB, never above about 20."""
        return json.dumps(
            [VERSION, self.key, self.words, self.names, self.kinds, self.aliases, self.places],
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @staticmethod
    def from_json(text: str) -> Features:
        """Read what `to_json` wrote; raise `FeaturesError` for anything else."""
        try:
            version, key, words, names, kinds, aliases, places = json.loads(text)
            if version == VERSION:
                return Features(
                    key=str(key),
                    words=_texts(words),
                    names=_texts(names),
                    kinds=_texts(kinds),
                    aliases=_texts(aliases),
                    places=_places_read(places),
                )
        except (ValueError, TypeError, RecursionError) as error:
            raise FeaturesError(_NOT_FEATURES) from error
        raise FeaturesError(_NOT_FEATURES)


_NOT_FEATURES: Final = (
    f"these are not features of version {VERSION}; make them anew from the finding"
)


def features(described: Described) -> Features:
    """Take from a finding what is compared. Pure, bounded, and the same in every process."""
    package = stems_of(described.package)
    said = f"{described.title[:_MAX_LENGTH]}\n{described.text}"
    words = content_words(said, package)
    places = tuple(_place(one) for one in described.places[:_MAX_LISTED])
    placed = " ".join(f"{file} {function or ''}" for file, _, function in places)
    names = {**_placed_names(places), **names_in(said, package)}
    return Features(
        key=described.key,
        words=tuple(words.values()),
        names=tuple(list(names.values())[:MAX_NAMES]),
        kinds=_kinds(described, frozenset(words) | frozenset(content_words(placed))),
        aliases=tuple(_aliases(described.aliases)),
        places=places,
    )


def _aliases(aliases: Iterable[str]) -> list[str]:
    """Return those that look like identifiers: a free text cannot be common by accident."""
    known = {alias.strip() for alias in aliases if len(alias) <= _MAX_LENGTH}
    return sorted(alias for alias in known if _ALIAS.fullmatch(alias))[:_MAX_LISTED]


def _place(place: tuple[str, int | None, str | None]) -> tuple[str, int | None, str | None]:
    file, line, function = place
    name = last_part(_printable(function[-_MAX_LENGTH:])) if function else ""
    return _printable(file[-_MAX_LENGTH:].rsplit("/", 1)[-1]), line, name or None


def _printable(text: str) -> str:
    """Return a name as it may be shown to people."""
    return "".join(filter(str.isprintable, text))


def _placed_names(places: Iterable[tuple[str, int | None, str | None]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for file, _, function in places:
        if "." in file:
            found[file.lower()] = file
        if function:
            found[function.lower()] = function
    return found


def _kinds(described: Described, stems: frozenset[str]) -> tuple[str, ...]:
    given = {KIND_OF_WEAKNESS.get(one) for one in described.weaknesses[:_MAX_LISTED]}
    given.add(KIND_OF_EFFECT.get(described.effect or ""))
    told = {kind for kind, entries in _KIND_STEMS if any(one <= stems for one in entries)}
    return tuple(sorted(told | {kind for kind in given if kind}))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value))


def _places_read(value: Any) -> tuple[tuple[str, int | None, str | None], ...]:
    return tuple(
        (
            str(file),
            None if line is None else int(line),
            None if function is None else str(function),
        )
        for file, line, function in value
    )
