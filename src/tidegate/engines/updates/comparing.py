"""Which keys sign for which role after an offline document: what stays, what is new, what is gone.

All of them are listed, not only those that changed: whoever signs answers for the whole document,
and what it was compared with may be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from securesystemslib.signer import Key  # type: ignore[attr-defined]
from tuf.api.metadata import Root, Targets  # type: ignore[attr-defined]


class Mark(StrEnum):
    """What became of a key in a role."""

    STAYS = ""
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Marked:
    """A key of a role."""

    mark: Mark
    key: Key


@dataclass(frozen=True, slots=True)
class Listed:
    """A role, and all keys that sign or signed for it."""

    role: str
    threshold: int
    """How many of its keys have to sign; 0 for a role that is gone."""
    was: int
    """How many had to before; 0 for a role that is new."""
    keys: tuple[Marked, ...]
    """Those that sign, and after them those that are gone."""
    paths: tuple[str, ...] = ()
    """What it may sign, where a targets document says so."""

    @property
    def many(self) -> int:
        """How many keys sign for it."""
        return sum(one.mark is not Mark.GONE for one in self.keys)


def listed(new: Root | Targets, old: Root | Targets | None) -> tuple[Listed, ...]:
    """Return the roles of a document, each compared with what it was before.

    Args:
        new: A root, or a targets document.
        old: The one before it, of the same kind; with None everything is new.
    """
    now, before = _roles(new), _roles(old) if old else {}
    return tuple(_listed(role, now.get(role), before.get(role)) for role in {**now, **before})


@dataclass(frozen=True, slots=True)
class _Role:
    threshold: int
    keys: tuple[Key, ...]
    paths: tuple[str, ...] = ()


def _roles(document: Root | Targets) -> Mapping[str, _Role]:
    if isinstance(document, Root):
        return {
            name: _Role(role.threshold, tuple(document.keys[keyid] for keyid in role.keyids))
            for name, role in document.roles.items()
        }
    found = document.delegations
    if found is None:
        return {}
    return {
        name: _Role(
            role.threshold,
            tuple(found.keys[keyid] for keyid in role.keyids),
            tuple(role.paths or ()),
        )
        for name, role in (found.roles or {}).items()
    }


def _listed(role: str, now: _Role | None, before: _Role | None) -> Listed:
    here, there = now.keys if now else (), before.keys if before else ()
    # Whole keys are compared: the same id with another key, or another name, is another one.
    marked = [Marked(Mark.STAYS if key in there else Mark.NEW, key) for key in here]
    marked += [Marked(Mark.GONE, key) for key in there if key not in here]
    return Listed(
        role,
        now.threshold if now else 0,
        before.threshold if before else 0,
        tuple(marked),
        now.paths if now else (),
    )
