"""What is to be changed, where, to which version, and by when: answered on this machine alone.

Each component gets one of three answers for each advisory that speaks of its package: affected, not
affected, unknown and why. What an advisory says that could not be told is unknown, and so is what
has no package URL, no version that can be read, or came in a file that could not be read. None of
this is passed over, and 'nothing to do' is said only where there is none of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tidegate.engines.formats.advisories.record import (
    Product,
    Record,
    RemedyKind,
    Status,
)
from tidegate.engines.formats.inventories.components import Component
from tidegate.engines.matching.advisories import Certainty
from tidegate.engines.matching.answers import Answer, answer
from tidegate.engines.matching.ecosystems import ecosystem_named
from tidegate.engines.matching.identity import place
from tidegate.engines.matching.packages import Coordinate, Package, Reason, Unplaced
from tidegate.engines.matching.ranges import slice_holding
from tidegate.engines.matching.versions import UnparsableVersionError, version_key
from tidegate.faces.operator.deadlines import Due, due
from tidegate.faces.operator.installed import Installed, NotRead
from tidegate.faces.operator.knowledge import AsOf, Knowledge, Speaking, instant
from tidegate.faces.operator.ranges import NotPlaced

_PLAIN_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_~:^-]{0,199}")


class Doing(StrEnum):
    """What is to be done."""

    UPGRADE = "upgrade"
    MITIGATE = "mitigate"
    WAIT = "wait"
    """There is no fix; nothing is known that helps."""
    LOOK = "look"
    """It is not known whether there is anything to do."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done about one component."""

    doing: Doing
    to: str
    """The version to move to; empty where there is none."""
    words: str
    labels: tuple[str, ...] = ()
    """What the fix was seen to do: `proof-silenced`, `variants-silenced`, `maintainer-accepted`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One advisory and one component: affected, or unknown."""

    asset: str
    path: str
    inventory_sha256: str
    advisory: str
    revision: int
    title: str
    package: Package
    purl: str
    version: str
    place: str
    """Where in the inventory it stands."""
    certainty: Certainty
    reason: str
    """Why it is unknown: a word; empty where it is affected."""
    words: str
    change: Change
    due: Due
    notes: tuple[str, ...] = ()
    """What vendors say beside it; it changes no answer."""


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """A component of which nothing can be said, whatever is published."""

    asset: str
    path: str
    purl: str
    name: str
    reason: Reason
    words: str


@dataclass(frozen=True, slots=True)
class Held:
    """An advisory that does not hold what is installed of its package."""

    asset: str
    path: str
    inventory_sha256: str
    advisory: str
    package: Package
    version: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, and what is not known."""

    made_at: datetime
    as_of: AsOf
    items: tuple[Item, ...]
    """The earliest day first; affected before unknown."""
    not_affected: tuple[Held, ...]
    not_answered: tuple[NotAnswered, ...]
    not_read: tuple[NotRead, ...]
    not_placed: tuple[tuple[str, NotPlaced], ...]
    not_understood: int
    """How many places of the inventories were left out or half understood."""
    components: int

    @property
    def has_nothing_to_do(self) -> bool:
        """Whether everything was answered, and nothing is affected."""
        return not (
            self.items
            or self.not_answered
            or self.not_read
            or self.not_understood
            or self.as_of.is_expired(self.made_at)
        )


def plan(
    knowledge: Knowledge,
    as_of: AsOf,
    read: Sequence[Installed],
    not_read: Sequence[NotRead],
    now: datetime,
) -> Plan:
    """Compare what is installed with what is known."""
    items: list[Item] = []
    held: list[Held] = []
    not_answered: list[NotAnswered] = []
    speaking: dict[Package, tuple[Speaking, ...]] = {}
    nameless = knowledge.not_placed()
    for one in read:
        for component in one.inventory.components:
            placed = place(component)
            package = placed.package
            if package is None:
                assert isinstance(placed, Unplaced)
                named = [
                    identifier
                    for identifier, product in nameless
                    if _bare(product.purl) == _bare(component.purl)
                ]
                items += (
                    _nameless(one, component, placed, knowledge.record(name), now, knowledge)
                    for name in named
                )
                if not named:
                    not_answered.append(_not_answered(one, component, placed))
                continue
            if package not in speaking:
                speaking[package] = knowledge.speaking_of(package)
            if isinstance(placed, Unplaced) and placed.reason in (
                Reason.NO_RELEASE,
                Reason.NOT_COVERED,
            ):
                # Without its release no advisory can be found for it, so none is no answer.
                not_answered.append(_not_answered(one, component, placed))
                continue
            for said in speaking[package]:
                found = answer_of(placed, said)
                if found.certainty is Certainty.NOT_AFFECTED:
                    held.append(_held(one, component, said))
                else:
                    record = knowledge.record(said.identifier)
                    items.append(
                        _item(one, component, placed, said, found, record, speaking, now, knowledge)
                    )
    return Plan(
        made_at=now,
        as_of=as_of,
        items=tuple(sorted(_once(items), key=_rank)),
        not_affected=tuple(dict.fromkeys(held)),
        not_answered=tuple(not_answered),
        not_read=tuple(not_read),
        not_placed=nameless,
        not_understood=sum(one.inventory.not_understood_count for one in read),
        components=sum(len(one.inventory.components) for one in read),
    )


def answer_of(placed: Coordinate | Unplaced, said: Speaking) -> Answer:
    """Return what one advisory says of a component: what could not be told is unknown."""
    found = answer(placed, said.affected)
    if found.certainty is not Certainty.NOT_AFFECTED or isinstance(placed, Unplaced):
        return found
    open_ = slice_holding(said.unknown, placed.key)
    if open_ is None:
        return found
    begins = "all versions" if open_.introduced == "0" else f"from {open_.introduced} on"
    ends = f", before {open_.ended}" if open_.ended and open_.is_fixed else ""
    return Answer(
        Certainty.UNKNOWN, None, f"the advisory could not tell it of {begins}{ends}", open_
    )


def counts_of_unanswered(plan_: Plan) -> Counter[str]:
    """Return how many components have no answer, by reason."""
    return Counter(one.reason.value for one in plan_.not_answered)


def _held(one: Installed, component: Component, said: Speaking) -> Held:
    return Held(
        one.asset.name,
        str(one.path),
        one.inventory.sha256,
        said.identifier,
        said.affected.package,
        component.version,
    )


def _not_answered(one: Installed, component: Component, placed: Unplaced) -> NotAnswered:
    return NotAnswered(
        one.asset.name,
        str(one.path),
        component.purl,
        component.name,
        placed.reason,
        placed.words,
    )


def _item(
    one: Installed,
    component: Component,
    placed: Coordinate | Unplaced,
    said: Speaking,
    found: Answer,
    record: Record,
    speaking: dict[Package, tuple[Speaking, ...]],
    now: datetime,
    knowledge: Knowledge,
) -> Item:
    package = said.affected.package
    product = record.products[said.product]
    is_affected = found.certainty is Certainty.AFFECTED
    reason = "" if is_affected else (found.reason.value if found.reason else "could-not-be-told")
    if is_affected and isinstance(placed, Coordinate):
        change = _change(placed, record, product, speaking[package])
    else:
        change = Change(Doing.LOOK, "", "find out whether it is affected")
    found_at = _found_at(knowledge, record.identifier, one.asset.name, now)
    return Item(
        asset=one.asset.name,
        path=str(one.path),
        inventory_sha256=one.inventory.sha256,
        advisory=record.identifier,
        revision=record.revision,
        title=record.title,
        package=package,
        purl=component.purl,
        version=component.version,
        place=component.place,
        certainty=found.certainty,
        reason=reason,
        words=found.words,
        change=change,
        due=due(record, one.asset, found_at),
        notes=tuple(_notes(record, product)),
    )


def _nameless(
    one: Installed,
    component: Component,
    placed: Unplaced,
    record: Record,
    now: datetime,
    knowledge: Knowledge,
) -> Item:
    """Return the item of a product that is named, and whose versions have no order here."""
    return Item(
        asset=one.asset.name,
        path=str(one.path),
        inventory_sha256=one.inventory.sha256,
        advisory=record.identifier,
        revision=record.revision,
        title=record.title,
        package=Package("", component.name),
        purl=component.purl,
        version=component.version,
        place=component.place,
        certainty=Certainty.UNKNOWN,
        reason=placed.reason.value,
        words=f"the advisory names it, and {placed.words}",
        change=Change(Doing.LOOK, "", "read the advisory, and compare by hand"),
        due=due(record, one.asset, _found_at(knowledge, record.identifier, one.asset.name, now)),
    )


def _bare(purl: str) -> str:
    """Return a package URL without version and qualifiers; nothing for none."""
    head, _, tail = purl.partition("?")[0].rpartition("/")
    return f"{head}/{tail.partition('@')[0]}".lower() if head else "\0" + purl


def _found_at(knowledge: Knowledge, advisory: str, asset: str, now: datetime) -> datetime:
    """Return when it was found on the asset first; a deadline counts from it."""
    row = knowledge.connection.execute(
        "select min(at) from found where advisory = ? and asset = ?", (advisory, asset)
    ).fetchone()
    return instant(row[0]) if row[0] else now


def _change(
    placed: Coordinate, record: Record, product: Product, speaking: Sequence[Speaking]
) -> Change:
    fixed = _fixed_version(placed, record, product, speaking)
    if fixed:
        labels = tuple(
            label
            for fix in record.fixes
            if not fix.is_patch and fix.version == fixed and fix.purl in ("", product.purl)
            for label in fix.labels
        )
        return Change(Doing.UPGRADE, fixed, f"change it to {fixed}", labels)
    helps = [
        remedy
        for remedy in record.remedies
        if remedy.kind in (RemedyKind.MITIGATION, RemedyKind.WORKAROUND)
        and remedy.purl in ("", product.purl)
    ]
    if helps:
        return Change(Doing.MITIGATE, "", helps[0].words)
    patch = next((fix for fix in record.fixes if fix.is_patch and fix.purl == product.purl), None)
    if patch is not None:
        words = f"no release has a fix; the advisory has a patch for {patch.version}: {patch.name}"
        return Change(Doing.MITIGATE, "", words, patch.labels)
    return Change(Doing.WAIT, "", "no fix is known; take it out of reach, or out of use")


def _fixed_version(
    placed: Coordinate, record: Record, product: Product, speaking: Sequence[Speaking]
) -> str:
    """Return the lowest version above the installed one that is fixed, and that no advisory holds.

    A version that one advisory fixes with may be one that another holds, and of one whose answer is
    unknown nobody can say that it helps.
    """
    known = ecosystem_named(placed.package.ecosystem)
    assert known is not None
    offered = [
        remedy.version
        for remedy in record.remedies
        if remedy.kind is RemedyKind.VENDOR_FIX and remedy.purl in ("", product.purl)
    ]
    offered += [version for said in speaking for version in said.affected.fixed]
    possible: dict[bytes, str] = {}
    for version in offered:
        # It goes into lock files and commands that people copy.
        if not _PLAIN_VERSION.fullmatch(version):
            continue
        try:
            possible.setdefault(version_key(known.order, version), version)
        except UnparsableVersionError:
            continue
    for key, version in sorted(possible.items()):
        there = Coordinate(placed.package, version, key)
        if key > placed.key and all(
            answer_of(there, said).certainty is Certainty.NOT_AFFECTED for said in speaking
        ):
            return version
    return ""


def _notes(record: Record, product: Product) -> Iterator[str]:
    bare = product.purl
    for said in record.statements:
        if said.status is Status.NOT_AFFECTED and said.product.startswith(bare):
            why = f" ({said.justification.value})" if said.justification else ""
            of = f" of {said.versions}" if said.versions else ""
            yield f"{said.vendor} says that {said.product}{of} is not affected{why}"
    if record.exploited:
        yield f"attacks: {record.exploited}"


def _once(items: Iterable[Item]) -> Iterator[Item]:
    """Yield each item once: several products of a record may be one package."""
    seen: dict[tuple[str, str, str, str, str], Item] = {}
    for item in items:
        key = (item.path, item.advisory, item.purl, item.place, item.asset)
        other = seen.get(key)
        if other is None or (
            other.certainty is Certainty.UNKNOWN and item.certainty is Certainty.AFFECTED
        ):
            seen[key] = item
    yield from seen.values()


def _rank(item: Item) -> tuple[bool, str, str, str, str]:
    day = item.due.on.isoformat() if item.due.on else "9999"
    return item.certainty is not Certainty.AFFECTED, day, item.asset, item.package.word, item.path
