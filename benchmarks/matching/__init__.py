"""How fast ten million installed components meet 100,000 ranges.

The matcher is measured in a process of its own (`engine`), the same predicate in SQLite and in
PostgreSQL (`databases`), and the peers on the same set: `univers`, which compares version by
version (`univers_peer`), and `pip-audit`, which asks a service for each component
(`pip_audit_peer`). `scene` says what of the set is real. A missed aim is printed as missed. Whether
the order of versions is right is the question of `benchmarks.agreement`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Aim, Figure, Report, median, p95, report_of
from benchmarks.matching import databases, engine, pip_audit_peer, univers_peer
from benchmarks.matching.scene import Scene, Sizes, scene

_TITLE: Final = "Installed components against affected ranges"


def measure(tell: Callable[[str], None], sizes: Sizes | None = None) -> Report:
    """Measure all of it; some minutes at full size."""
    sizes = sizes or Sizes()
    tell("matching: reading and drawing the set")
    made = scene(sizes)
    notes = [*made.told]
    tell("matching: the engine")
    with tempfile.TemporaryDirectory() as name:
        engine.write(made, Path(name))
        ours = engine.run(Path(name), sizes)
    tell("matching: univers")
    theirs = univers_peer.rate(made, sizes)
    figures = _engine(ours, theirs)
    notes += [_busy_note(ours), *_univers_notes(theirs)]
    if sizes.databases:
        tell("matching: SQLite and PostgreSQL")
        figures += _databases(made, sizes, notes)
    if sizes.audited:
        tell("matching: pip-audit")
        figures += _pip_audit(made, sizes, notes)
    return report_of(_TITLE, figures, notes)


def _engine(ours: Mapping[str, Any], theirs: univers_peer.Rate) -> list[Figure]:
    def asked(name: str, key: str, bound: float | None = None) -> Figure:
        taken = ours[key]
        aim = None if bound is None else Aim(bound)
        # What has to hold for 95 of 100 is what stands under `measured`, with the median beside it.
        name = f"{name}, p95 (p50 {1000 * median(taken):.3f} ms)"
        return Figure(name, 1000 * p95(taken), "ms", aim=aim)

    busy = ours["match_busy"]
    return [
        Figure("load: columns read, keys made, sorted", ours["loading"], "s", aim=Aim(5)),
        Figure("  of this, keys of the distinct versions", ours["keys"], "s"),
        Figure(
            f"full match, {ours['pairs']:,} pairs written",
            median(ours["match"]),
            "s",
            p95=p95(ours["match"]),
            aim=Aim(1),
        ),
        Figure(
            "  univers, each install, carried over (processor time)",
            theirs.per_install / theirs.a_second,
            "s",
            floor=busy,
            floor_name="ours",
        ),
        Figure(
            "  univers, each coordinate once (processor time)",
            theirs.per_coordinate / theirs.a_second,
            "s",
            floor=busy,
            floor_name="ours",
        ),
        Figure(
            f"  the same, {ours['waiting']:,} installs not merged yet",
            median(ours["match_waiting"]),
            "s",
        ),
        asked(f"a new advisory, {ours['found']:.0f} installs found each", "advisory", 1),
        asked("an advisory that changes: exposed, cleared", "changed"),
        asked("an inventory of 500 components: its advisories", "inventory", 5),
        asked("  and its installs taken in", "put"),
        Figure("merging what came since", ours["compact"], "s"),
        Figure("10,000 ranges of one package, 20,000 versions", 1000 * ours["kernel"], "ms"),
        Figure("  500 of these versions: their ranges", 1000 * ours["kernel_stab"], "ms"),
        Figure("peak memory of the process, pairs included", ours["memory"], "MiB", aim=Aim(2048)),
    ]


def _busy_note(ours: Mapping[str, Any]) -> str:
    return (
        f"processor time, which others on the machine do not lengthen as much: load"
        f" {ours['loading_busy']:.2f} s, full match {ours['match_busy']:.3f} s, advisories of an"
        f" inventory p50 {1000 * median(ours['inventory_busy']):.2f} ms and p95"
        f" {1000 * p95(ours['inventory_busy']):.2f} ms"
    )


def _univers_notes(theirs: univers_peer.Rate) -> list[str]:
    return [
        (
            f"univers was timed on {theirs.checks:,} checks ({theirs.a_second:,.0f} a second of"
            " the processor, versions parsed for each install, ranges before) and carried over to"
            f" the {theirs.per_install:,} checks of installs, or {theirs.per_coordinate:,} of"
            " coordinates"
        ),
        "load is from columns on disk; reading SBOMs and advisories is measured elsewhere",
    ]


def _databases(made: Scene, sizes: Sizes, notes: list[str]) -> list[Figure]:
    rows = min(sizes.rows, sizes.installs)
    questions = databases.questions(made, sizes.asked)
    asked = databases.ask_all(made, rows, questions)
    if len({tuple(one.found) for one in asked}) > 1:
        notes.append("SQLite and PostgreSQL found different numbers of installs")
    notes.append(
        f"in databases: {rows:,} installs and {len(made.coordinates):,} coordinates;"
        f" {len(questions):,} ranges asked one by one, {sum(asked[0].found):,} installs found"
    )
    figures = []
    for one in asked:
        name = f"{one.name}: a new advisory, p95 (p50 {1000 * median(one.taken):.3f} ms)"
        figures.append(Figure(name, 1000 * p95(one.taken), "ms", aim=Aim(5)))
        figures.append(Figure("  filled and indexed", one.filling, "s"))
    return figures


def _pip_audit(made: Scene, sizes: Sizes, notes: list[str]) -> list[Figure]:
    audited = pip_audit_peer.audit(made, sizes.audited)
    notes.append(
        f"pip-audit: {audited.components} components in {audited.theirs:.2f} s beside"
        f" {audited.start:.2f} s of starting, of a service on loopback that has its answers ready;"
        f" ours: {audited.loading:.2f} s to read and index the advisories."
        f" Both found the same {audited.found} but for {len(audited.only_ours)} of ours and"
        f" {len(audited.only_theirs)} of theirs"
        f" {'; '.join([*audited.only_ours, *audited.only_theirs][:4])}".rstrip()
    )
    for failing in pip_audit_peer.failing():
        says = "says that nothing was found" if failing.says_nothing_was_found else "says so"
        notes.append(f"pip-audit, {failing.how}: {says}, exit code {failing.code}")
    each = max(1, audited.components)
    return [
        Figure("advisories of one component, asked by itself", 1e6 * audited.ours / each, "µs"),
        Figure(
            "  pip-audit",
            1e6 * audited.theirs / each,
            "µs",
            floor=1e6 * audited.ours / each,
            floor_name="ours",
        ),
    ]


__all__: Sequence[str] = ("Sizes", "measure")
