"""Whether keys stand as comparators say, on a million pairs of real versions, and how fast.

For each order the pairs are compared by key and by the reference (`references.py`), and by univers,
which a simple matcher would use. Pairs that differ are counted by reason (`reasons.py`).
Paces are of all distinct versions: keys from text, against univers comparing what it has read.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.agreement.real_versions import groups, pairs
from benchmarks.agreement.reasons import UNEXPLAINED, reason_of
from benchmarks.agreement.references import (
    Reference,
    by_operators,
    reference,
    univers_class,
)
from benchmarks.figures import Report
from tidegate.engines.matching.versions import Order, UnparsableVersionError, version_key

PAIRS = 1_000_000
COLUMNS = (
    "order", "versions", "without key", "bytes a key", "pairs", "reference", "differ",
    "univers differs", "keys /s", "univers reads /s", "compares /s", "keys to univers",
)  # fmt: skip
_COMPARED_FOR_PACE = 20_000


@dataclass(slots=True)
class Agreement:
    """What a comparator said of the pairs of one order."""

    name: str
    compared: int = 0
    differ: Counter[str] = field(default_factory=Counter)
    """By reason."""
    examples: dict[str, tuple[str, str]] = field(default_factory=dict)
    silent: int = 0
    """Pairs of which one has a key, and the comparator could not read or compare them."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Operations a second, on one core."""

    keys: float
    reads: float
    comparisons: float


def measure(tell: Callable[[str], None]) -> Report:
    """Compare every order's pairs, and take the paces."""
    tell("agreement: reading real versions")
    try:
        of_orders = groups()
    except OSError as error:
        return Report(
            _TITLE, COLUMNS, (), [], notes=(f"not measured: real versions are not here: {error}",)
        )
    rows: list[tuple[str, ...]] = []
    data: list[dict[str, Any]] = []
    notes: list[str] = []
    failures: list[str] = []
    compared = 0
    for order, drawn in pairs(of_orders, PAIRS).items():
        tell(f"agreement: {order.value}, {len(drawn)} pairs")
        versions = list(dict.fromkeys(version for pair in drawn for version in pair))
        keys = _keys(order, versions)
        checked = _compared(order, reference(order), drawn, keys)
        peer = _univers(order)
        second = _compared(order, peer, drawn, keys) if peer else None
        pace = _pace(order, peer, [version for version in versions if keys[version]])
        rows.append(_row(order, keys, drawn, checked, second, pace))
        data.append(_as_data(order, keys, drawn, checked, second, pace))
        compared += checked.compared
        notes += _notes(order, checked)
        if second and second.name != checked.name:
            notes += _notes(order, second)
        if checked.differ[UNEXPLAINED]:
            example = " and ".join(checked.examples[UNEXPLAINED])
            failures.append(
                f"{order.value}: {checked.differ[UNEXPLAINED]} pairs differ from"
                f" {checked.name} without a known reason, such as {example}"
            )
    total = sum(one["pairs"] for one in data)
    rows.append(("all", "", "", "", str(total), *[""] * 7))
    notes.insert(0, f"{compared} of {total} pairs compared; in the others a version has no key")
    return Report(_TITLE, COLUMNS, tuple(rows), data, tuple(notes), tuple(failures))


_TITLE = "Version keys against comparators, pairs of real versions"


def _keys(order: Order, versions: Sequence[str]) -> dict[str, bytes | None]:
    return {version: _key(order, version) for version in versions}


def _key(order: Order, version: str) -> bytes | None:
    try:
        return version_key(order, version)
    except UnparsableVersionError:
        return None


def _univers(order: Order) -> Reference | None:
    if order is Order.CRAN:
        return None
    return Reference("univers", univers_class(order), by_operators)


def _compared(
    order: Order,
    comparator: Reference,
    drawn: Sequence[tuple[str, str]],
    keys: Mapping[str, bytes | None],
) -> Agreement:
    said = Agreement(comparator.name)
    read = {version: _read(comparator, version) for version, key in keys.items() if key}
    for one, other in drawn:
        left, right = keys[one], keys[other]
        if left is None or right is None:
            continue
        told = _told(comparator, read[one], read[other])
        if told is None:
            said.silent += 1
            continue
        said.compared += 1
        if (left > right) - (left < right) != (told > 0) - (told < 0):
            reason = reason_of(comparator.name, order, one, other)
            said.differ[reason] += 1
            said.examples.setdefault(reason, (one, other))
    return said


def _read(comparator: Reference, version: str) -> Any:
    try:
        return comparator.read(version)
    except Exception:  # noqa: BLE001 - each library has its own
        return None


def _told(comparator: Reference, one: Any, other: Any) -> int | None:
    if one is None or other is None:
        return None
    try:
        return comparator.compare(one, other)
    except Exception:  # noqa: BLE001 - as above
        return None


def _pace(order: Order, peer: Reference | None, versions: Sequence[str]) -> Pace:
    keys = _a_second(lambda: [version_key(order, version) for version in versions], len(versions))
    if peer is None:
        return Pace(keys, 0.0, 0.0)
    reads = _a_second(lambda: [_read(peer, version) for version in versions], len(versions))
    read = [one for version in versions if (one := _read(peer, version)) is not None]
    step = max(1, len(read) // 3)
    near = [(read[n % len(read)], read[(n * step + 1) % len(read)]) for n in range(len(read))]
    near = (near * (_COMPARED_FOR_PACE // len(near) + 1))[:_COMPARED_FOR_PACE]
    return Pace(keys, reads, _a_second(lambda: [a < b for a, b in near], len(near)))


def _a_second(work: Callable[[], object], count: int, least: float = 0.2) -> float:
    """Return how many of `count` things are done a second of processor time."""
    started, rounds = time.process_time(), 0
    while (spent := time.process_time() - started) < least:
        work()
        rounds += 1
    return rounds * count / spent


def _row(
    order: Order,
    keys: Mapping[str, bytes | None],
    drawn: Sequence[tuple[str, str]],
    checked: Agreement,
    second: Agreement | None,
    pace: Pace,
) -> tuple[str, ...]:
    made = [key for key in keys.values() if key]
    return (
        order.value,
        str(len(keys)),
        str(len(keys) - len(made)),
        f"{sum(map(len, made)) / len(made):.1f}",
        str(len(drawn)),
        checked.name,
        str(checked.differ.total()),
        str(second.differ.total()) if second else "",
        f"{pace.keys:,.0f}",
        f"{pace.reads:,.0f}" if second else "",
        f"{pace.comparisons:,.0f}" if second else "",
        f"{pace.keys / pace.comparisons:.2f}" if second else "",
    )


def _as_data(
    order: Order,
    keys: Mapping[str, bytes | None],
    drawn: Sequence[tuple[str, str]],
    checked: Agreement,
    second: Agreement | None,
    pace: Pace,
) -> dict[str, Any]:
    made = [key for key in keys.values() if key]
    return {
        "order": order.value,
        "versions": len(keys),
        "without_key": len(keys) - len(made),
        "bytes_a_key": sum(map(len, made)) / len(made),
        "pairs": len(drawn),
        "keys_a_second": pace.keys,
        "univers_reads_a_second": pace.reads if second else None,
        "univers_compares_a_second": pace.comparisons if second else None,
        "comparators": [
            {
                "name": one.name,
                "compared": one.compared,
                "silent": one.silent,
                "differ": {reason or "unexplained": n for reason, n in one.differ.items()},
            }
            for one in (checked, second)
            if one is not None
        ],
    }


def _notes(order: Order, said: Agreement) -> Iterator[str]:
    if said.silent:
        yield f"{order.value}: {said.name} cannot compare {said.silent} pairs that have keys"
    for reason, count in said.differ.most_common():
        one, other = said.examples[reason]
        why = reason or "no known reason"
        yield f"{order.value}: {said.name} differs on {count} pairs: {why} ({one!r}, {other!r})"
