"""How far has this operator come with each advisory on each asset? Kept here, told only if agreed.

- **notified**: an advisory that concerns the asset came here;
- **seen**: a plan with it was shown to a person;
- **planned**, **applied**: somebody says so;
- **verified**: a newer inventory has a version that is not affected, wherever it was affected; or
  the harmless form of the proof was run against what is installed, and its receipt is at hand.

What is affected again is neither applied nor verified any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from tidegate.engines.formats.receipts import OF_FINDING, ReceiptError, read, verify
from tidegate.engines.matching.advisories import Certainty
from tidegate.faces.operator.installed import GIVEN
from tidegate.faces.operator.knowledge import Knowledge
from tidegate.faces.operator.planning import Plan
from tidegate.faces.operator.refused import RefusedError

_QUIET: Final = "not-reproduced"


class Stage(StrEnum):
    """How far it is."""

    NOTIFIED = "notified"
    SEEN = "seen"
    PLANNED = "planned"
    APPLIED = "applied"
    VERIFIED = "verified"


class Basis(StrEnum):
    """What a stage rests on."""

    INVENTORY = "inventory"
    RUN = "run"
    SAID = "said"


def keep(knowledge: Knowledge, plan: Plan, now: datetime, *, is_shown: bool) -> tuple[str, ...]:
    """Keep what a plan says of stages; the caller has a transaction.

    Of files that were given without the name of an asset nothing is kept, and so nothing is told.

    Returns sentences on what moved, for people.
    """
    plan = replace(
        plan,
        items=tuple(item for item in plan.items if item.asset != GIVEN),
        not_affected=tuple(one for one in plan.not_affected if one.asset != GIVEN),
    )
    run = knowledge.connection.execute
    words: list[str] = []
    affected = {
        (item.advisory, item.asset): item
        for item in plan.items
        if item.certainty is Certainty.AFFECTED
    }
    open_ = {(item.advisory, item.asset) for item in plan.items}
    renewed: set[tuple[str, str]] = set()
    for item in plan.items:
        if item.certainty is not Certainty.AFFECTED:
            continue
        key = (item.advisory, item.asset, item.package.word, item.path)
        was = run(
            "select inventory_sha256 from found"
            " where advisory = ? and asset = ? and package = ? and path = ?",
            key,
        ).fetchone()
        if was and was[0] != item.inventory_sha256:
            renewed.add((item.advisory, item.asset))
        run(
            "insert into found values (?, ?, ?, ?, ?, ?) on conflict do update"
            " set inventory_sha256 = excluded.inventory_sha256",
            (*key, now.isoformat(), item.inventory_sha256),
        )
    for advisory, asset in affected:
        reach(knowledge, advisory, asset, Stage.NOTIFIED, knowledge.came_at(advisory))
        if is_shown:
            reach(knowledge, advisory, asset, Stage.SEEN, now)
        # An inventory that is older than what somebody says contradicts nothing.
        if (advisory, asset) in renewed and _lost(knowledge, advisory, asset):
            words.append(f"{advisory} on {asset} is affected still, or again: it is not applied.")
    words += _settled(knowledge, plan, open_, now)
    return tuple(words)


def reach(
    knowledge: Knowledge,
    advisory: str,
    asset: str,
    stage: Stage,
    at: datetime,
    basis: Basis = Basis.INVENTORY,
    receipt_sha256: str = "",
) -> None:
    """Keep that a stage was reached; what was reached before keeps its time."""
    knowledge.connection.execute(
        "insert into stages (advisory, asset, stage, at, basis, receipt_sha256)"
        " values (?, ?, ?, ?, ?, ?) on conflict do nothing",
        (advisory, asset, stage, at.astimezone(UTC).isoformat(), basis, receipt_sha256),
    )


def assets_concerned(knowledge: Knowledge, advisory: str, asset: str) -> tuple[str, ...]:
    """Return the assets on which an advisory was found; only the named one, if one is named.

    Raises `RefusedError` where there is none.
    """
    if not knowledge.knows(advisory):
        raise RefusedError(f"{advisory[:60]!r} is not known here; pull, or mend the name")
    rows = knowledge.connection.execute(
        "select distinct asset from found where advisory = ? and ? in ('', asset) order by asset",
        (advisory, asset),
    )
    assets = tuple(row[0] for row in rows)
    if not assets:
        where = f" on {asset[:60]!r}" if asset else ""
        raise RefusedError(f"{advisory} was not found{where}; run `tidegate-operator plan` first")
    return assets


def receipt_digest(raw: bytes, key: bytes | None) -> str:
    """Return the SHA-256 of a run's receipt, if it says that the proof stayed quiet.

    Args:
        raw: the receipt.
        key: the public key, in PEM, that has to have signed it; None where nobody looks, and its
            form alone is checked.

    Raises `RefusedError`.
    """
    mend = "hand in the receipt that `tidegate reproduce --out` wrote for the installed version"
    try:
        said = verify(raw, key, form=OF_FINDING) if key else read(raw, OF_FINDING)
    except ReceiptError as error:
        raise RefusedError(f"{error}; {mend}") from error
    verdict = said.predicate["verdict"]
    if verdict != _QUIET:
        raise RefusedError(
            f"the receipt says {str(verdict)[:40]!r}, and only {_QUIET!r} verifies; {mend}"
        )
    return hashlib.sha256(raw).hexdigest()


def _lost(knowledge: Knowledge, advisory: str, asset: str) -> bool:
    """Take back that it was applied, and say whether anybody had said so."""
    return bool(
        knowledge.connection.execute(
            "delete from stages where advisory = ? and asset = ? and stage in (?, ?)",
            (advisory, asset, Stage.APPLIED, Stage.VERIFIED),
        ).rowcount
    )


def _settled(
    knowledge: Knowledge, plan: Plan, open_: Iterable[tuple[str, str]], now: datetime
) -> list[str]:
    """Find what was affected, and is not any more."""
    run = knowledge.connection.execute
    held = {(one.advisory, one.asset, one.package.word, one.path): one for one in plan.not_affected}
    words = []
    candidates = {(advisory, asset) for advisory, asset, _, _ in held} - set(open_)
    for advisory, asset in sorted(candidates):
        rows = run(
            "select package, path, inventory_sha256 from found where advisory = ? and asset = ?",
            (advisory, asset),
        ).fetchall()
        there = [held.get((advisory, asset, package, path)) for package, path, _ in rows]
        if not rows or None in there:
            continue
        if all(one.inventory_sha256 == row[2] for one, row in zip(there, rows, strict=True) if one):
            # The advisory was corrected, and what is installed never was affected.
            run("delete from found where advisory = ? and asset = ?", (advisory, asset))
            run("delete from stages where advisory = ? and asset = ?", (advisory, asset))
            continue
        is_new = run(
            "select 1 from stages where advisory = ? and asset = ? and stage = ?",
            (advisory, asset, Stage.VERIFIED),
        ).fetchone()
        reach(knowledge, advisory, asset, Stage.APPLIED, now)
        reach(knowledge, advisory, asset, Stage.VERIFIED, now)
        if not is_new:
            words.append(f"{advisory} on {asset} is verified: a newer inventory is not affected.")
    return words
