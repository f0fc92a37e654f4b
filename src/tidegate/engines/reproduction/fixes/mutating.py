"""Variants of a proof: every one that the tables know, then, from a seed, any number by chance.

Deterministic: the same proof, tables and generator give the same variants in the same order. Only
texts are varied (`literals`), and of these only those that carry what the tables are about; where
no table finds anything, every text may be. That a variant is one is shown by running it: it counts
only if it fires on the version that is to be mended.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from tidegate.engines.reproduction.fixes.literals import Literal, is_hole, literals
from tidegate.engines.reproduction.fixes.pollution import paths
from tidegate.engines.reproduction.fixes.values import Files

_LONGEST_BODY = 64 << 10
_MOST_PLACES = 40
_ROUNDS_BY_CHANCE = 30
_BY_TABLE = 0.4
"""How often a step by chance is one of a table."""
_SEPARATORS = ".[]/\\:;,-_ |&"
_SIGNS = "\0\n\r\t ./\\'\"`[]{}()<>:;,-_%$#!*&|=0aA\u00a0\u2028\uff0e"

Table = Mapping[str, Any]
"""One file of `tables/`, read."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A proof's files with some texts exchanged."""

    entry: str
    files: Files = field(hash=False)
    steps: tuple[str, ...] = ()
    """What was done to it, step by step; empty for the proof itself."""

    @property
    def key(self) -> bytes:
        """A digest over the files, to tell mutants apart."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            for part in (name.encode(), self.files[name]):
                digest.update(len(part).to_bytes(8, "big") + part)
        return digest.digest()


@cache
def all_tables() -> Mapping[str, Table]:
    """Return every table by its name."""
    folder = resources.files("tidegate.engines.reproduction.fixes") / "tables"
    return {
        entry.name.removesuffix(".json"): json.loads(entry.read_text(encoding="utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda one: one.name)
        if entry.name.endswith(".json")
    }


def tables_for(effect: str, weaknesses: Sequence[str]) -> list[tuple[str, Table]]:
    """Return the tables that are for an effect, those for its weaknesses first."""
    fitting = [(name, table) for name, table in all_tables().items() if effect in table["effects"]]
    return sorted(fitting, key=lambda one: not set(weaknesses) & set(one[1]["weaknesses"]))


@dataclass(frozen=True, slots=True)
class Mutator:
    """Varies the proofs of one effect in one language."""

    language: str
    effect: str
    tables: Sequence[tuple[str, Table]]

    def systematic(self, mutant: Mutant) -> Iterator[Mutant]:
        """Yield every variant that is one step of a table away, each once."""
        known = {mutant.key}
        for place in self._places(mutant):
            for step, body in self._by_tables(place.literal):
                made = place.exchanged(mutant, step, body)
                if made is not None and made.key not in known:
                    known.add(made.key)
                    yield made

    def by_chance(self, pool: Sequence[Mutant], chance: random.Random) -> Mutant | None:
        """Return a variant of one of `pool`, one to three steps away; None if none was found."""
        for _ in range(_ROUNDS_BY_CHANCE):
            start = made = chance.choice(pool)
            for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
                made = self._one_step(made, chance) or made
            if made.key != start.key:
                return made
        return None

    def carried(self, mutant: Mutant) -> bool:
        """Tell whether a table finds anything in the proof's texts."""
        return any(self._carries(place.literal) for place in _places(mutant, self.language))

    def _one_step(self, mutant: Mutant, chance: random.Random) -> Mutant | None:
        places = self._places(mutant)
        if not places:
            return None
        place = chance.choice(places)
        if chance.random() < _BY_TABLE:
            known = list(self._by_tables(place.literal))
            if known:
                step, body = chance.choice(known)
                return place.exchanged(mutant, step, body)
        step, body = _disturbed(place.literal.body, self._words(), chance)
        return place.exchanged(mutant, step, body)

    def _places(self, mutant: Mutant) -> list[_Place]:
        found = _places(mutant, self.language)
        return [place for place in found if self._carries(place.literal)] or found

    def _carries(self, literal: Literal) -> bool:
        return next(self._by_tables(literal), None) is not None

    def _by_tables(self, literal: Literal) -> Iterator[tuple[str, str]]:
        """Yield what a step is called, and the body that it makes."""
        for name, table in self.tables:
            for step, body in self._by(table, literal):
                yield f"{name}: {step}", body

    def _by(self, table: Table, literal: Literal) -> Iterator[tuple[str, str]]:
        if "accessors" in table:
            yield from paths(literal, table)
        marker = table.get("marker")
        if marker is not None and not re.search(marker, literal.body):
            return
        for pair in table.get("rewritings", ()):
            before, after = map(literal.quoted, pair)
            if before in literal.body:
                step = f"{before} becomes {after}"
                yield step, literal.body.replace(before, after)
                if literal.body.count(before) > 1:
                    yield f"the first {step}", literal.body.replace(before, after, 1)
        for shape in table.get("shapes", ()):
            yield from self._shaped(table, shape, literal)

    def _shaped(
        self, table: Table, shape: Mapping[str, str], literal: Literal
    ) -> Iterator[tuple[str, str]]:
        kept = "".join(sign for sign in literal.body if is_hole(sign))
        for argument in table["arguments"].get(self.effect, ()):
            for values in _choices(table, shape["text"]):
                text = shape["text"].format(argument=argument, **values)
                # What the program puts into its text has to find its place: in a comment.
                rest = literal.quoted("\n# ") + kept if kept else ""
                told = ", ".join([shape["name"], *values.values()])
                yield told, literal.quoted("\n" + text) + rest

    def _words(self) -> list[str]:
        """Return the words of the tables, for insertion by chance."""
        words: list[str] = []
        for _, table in self.tables:
            words += [word for way in table.get("accessors", ()) for word in way]
            words += [after for _, after in table.get("rewritings", ())]
        return sorted({word for word in words if word})


@dataclass(frozen=True, slots=True)
class _Place:
    """One text of one file."""

    file: str
    source: str
    literal: Literal

    def exchanged(self, mutant: Mutant, step: str, body: str) -> Mutant | None:
        """Return the mutant with this text exchanged; None if it cannot be written."""
        written = self.literal.written(body) if len(body) <= _LONGEST_BODY else None
        if written is None:
            return None
        source = self.source[: self.literal.start] + written + self.source[self.literal.end :]
        try:
            content = source.encode()
        except UnicodeEncodeError:
            return None
        return Mutant(mutant.entry, {**mutant.files, self.file: content}, (*mutant.steps, step))


def _places(mutant: Mutant, language: str) -> list[_Place]:
    """Return the texts of a proof: those in its program, and each file beside it as a whole."""
    found: list[_Place] = []
    for name in (mutant.entry, *sorted(set(mutant.files) - {mutant.entry})):
        try:
            source = mutant.files[name].decode()
        except UnicodeDecodeError:
            continue
        if name.endswith((".py", ".js", ".cjs", ".mjs")):
            found += [_Place(name, source, literal) for literal in literals(source, language)]
        elif len(source) <= _LONGEST_BODY:
            whole = Literal(0, len(source), "", raw=True, body=source, holes=())
            found.append(_Place(name, source, whole))
    return found[:_MOST_PLACES]


def _choices(table: Table, text: str) -> Iterator[dict[str, str]]:
    """Yield a value for each name that a shape leaves open."""
    open_names = [
        name
        for name in ("callable", "container", "holder")
        if re.search(r"(?<!\{)\{" + name + r"\}", text)
    ]

    def choose(rest: Sequence[str], made: dict[str, str]) -> Iterator[dict[str, str]]:
        if not rest:
            yield dict(made)
            return
        for value in table[f"{rest[0]}s"]:
            yield from choose(rest[1:], {**made, rest[0]: value})

    yield from choose(open_names, {})


def _disturbed(body: str, words: Sequence[str], chance: random.Random) -> tuple[str, str]:
    """Change a text somewhere by chance."""
    if not body:
        return "a sign came in", chance.choice(_SIGNS)
    at = chance.randrange(len(body))
    end = min(len(body), at + chance.randint(1, 8))
    match chance.randrange(9):
        case 0:
            return "a piece went", body[:at] + body[end:]
        case 1:
            return "a piece came twice", body[:end] + body[at:end] + body[end:]
        case 2:
            return "a sign came in", body[:at] + chance.choice(_SIGNS) + body[at:]
        case 3:
            return "a piece changed case", body[:at] + body[at:end].swapcase() + body[end:]
        case 4:
            places = [place for place, sign in enumerate(body) if sign in _SEPARATORS]
            if not places:
                return "nothing", body
            at = chance.choice(places)
            return "a separator became another", (
                body[:at] + chance.choice(_SEPARATORS) + body[at + 1 :]
            )
        case 5 if not is_hole(body[at]):
            coded = "".join(f"%{byte:02x}" for byte in body[at].encode("utf-8", "replace"))
            return "a sign was percent-encoded", body[:at] + coded + body[at + 1 :]
        case 6 if words:
            return "a word came in", body[:at] + chance.choice(words) + body[at:]
        case 7:
            parts = re.split(r"([./\[\]:, -])", body)
            one = chance.randrange(len(parts))
            return "a part came twice", "".join(
                [*parts[: one + 1], *parts[max(0, one - 1) : one + 1], *parts[one + 1 :]]
            )
        case _:
            other = chance.randrange(len(body))
            signs = list(body)
            signs[at], signs[other] = signs[other], signs[at]
            return "two signs changed places", "".join(signs)
