"""Filling a database with the made-up world, through Django's own bulk insert, once for a folder."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from django.db import transaction

from benchmarks.lists.made_up import START, Made, World
from tidegate.desks.findings import search
from tidegate.desks.findings.models import (
    Case,
    Delivery,
    Event,
    Finder,
    Finding,
    Link,
    Nomination,
    Outbox,
    Package,
)
from tidegate.desks.findings.priority import Severity, priority_of

BATCH: Final = 5_000
_PROVEN: Final = ("reproduced", "flaky")
_MARK: Final = "built.json"

T = TypeVar("T")
Tell = Callable[[str], None]


def is_built(folder: Path, world: World) -> bool:
    """Whether the folder holds this world, made by this code and these tables."""
    mark = folder / _MARK
    return mark.exists() and json.loads(mark.read_text()) == _mark(world)


def build(folder: Path, world: World, tell: Tell) -> None:
    """Fill the database that Django is set up on."""
    packages = [world.package(number) for number in range(world.packages)]
    Package.objects.bulk_create(
        [Package(type=kind, name=name) for kind, name in dict.fromkeys(packages)],
        batch_size=BATCH,
    )
    finders = Finder.objects.bulk_create(
        Finder(name=f"Finder {number}", created_at=START) for number in range(world.finders)
    )
    deliveries: dict[int, Delivery] = {}
    cases = _Cases(world)
    for batch in _batches(world.made(), BATCH):
        tell(f"lists: finding {batch[0].number:,} of {world.findings:,}")
        with transaction.atomic():
            _deliveries(batch, finders, deliveries)
            cases.open(batch, packages)
            findings = Finding.objects.bulk_create(
                [_finding(one, finders, deliveries, packages, cases) for one in batch]
            )
            search.index_findings(
                (finding.pk, " ".join((one.title, finding.package, one.reference, one.alias)))
                for finding, one in zip(findings, batch, strict=True)
            )
            Outbox.objects.bulk_create(
                Outbox(topic="reproduce", subject=finding.key, made_at=finding.received_at)
                for finding in findings
                if finding.stage == "waiting"
            )
            cases.relate(findings)
    tell("lists: counting the cases")
    cases.finish()
    search.refresh_statistics()
    (folder / _MARK).write_text(json.dumps(_mark(world)))


class _Cases:
    """Which finding is in which case: every proven one, and some of those that resemble it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = random.Random(world.seed + 1)
        self._of_package: dict[int, list[int]] = {}
        self._cases: list[Case] = []
        self._members: dict[int, list[tuple[int, int]]] = {}
        self.of: dict[int, int] = {}
        """Number of a finding: id of its case."""

    def open(self, batch: Sequence[Made], packages: Sequence[tuple[str, str]]) -> None:
        """Decide for each finding of a batch; open the cases that are new."""
        opened: list[tuple[Made, Case]] = []
        for one in batch:
            known = self._of_package.setdefault(one.package, [])
            proven = one.verdict in _PROVEN
            again = known and self._chance.random() < (0.05 if proven else 0.12)
            if again:
                self._join(one, self._chance.choice(known[:200]))
            elif proven and len(self._cases) + len(opened) < self._world.cases:
                kind, name = packages[one.package]
                case = Case(
                    title=one.title,
                    package_type=kind,
                    package=name,
                    effect=one.effect,
                    opened_at=one.received_at,
                    found_at=one.received_at,
                    severity=one.severity,
                    verdict=one.verdict,
                    vers=f"vers:{kind}/<1.{one.number % 40}.0",
                )
                opened.append((one, case))
        Case.objects.bulk_create(case for _, case in opened)
        for one, case in opened:
            self._cases.append(case)
            self._of_package[one.package].append(case.pk)
            self._join(one, case.pk)

    def _join(self, one: Made, case: int) -> None:
        self.of[one.number] = case
        self._members.setdefault(case, []).append((one.finder, one.severity))

    def relate(self, findings: Sequence[Finding]) -> None:
        """Link and nominate some of a batch's findings, and note what happened."""
        first: dict[int, Finding] = {}
        links, events = [], []
        for finding in findings:
            if finding.case_id is None:
                continue
            earlier = first.setdefault(finding.case_id, finding)
            at = finding.received_at
            if earlier is finding:
                events.append(
                    Event(at=at, actor="tidegate", verb="opened", case_id=finding.case_id)
                )
            else:
                links.append(
                    Link(
                        source=finding,
                        target=earlier,
                        kind="duplicate-of",
                        basis="behaviour",
                        reason="the same frames",
                        made_by="tidegate",
                        made_at=at,
                    )
                )
        Link.objects.bulk_create(links)
        Event.objects.bulk_create(events)
        pairs = zip(findings[::100], findings[50::100], strict=False)
        Nomination.objects.bulk_create(
            Nomination(earlier=one, later=other, score=0.7, made_at=other.received_at)
            for one, other in pairs
        )

    def finish(self) -> None:
        """Count the members of every case; let one of fifty be merged into another."""
        for number, case in enumerate(self._cases):
            members = self._members[case.pk]
            case.findings_count = len(members)
            case.finders_count = len({finder for finder, _ in members})
            case.severity = max(severity for _, severity in members)
            proven = case.verdict == "reproduced"
            severity = Severity(case.severity)
            case.priority = priority_of(severity, case.finders_count, proven=proven).score
            if number % 50 == 49:
                case.merged_into = self._cases[number - 1]
        changed = ["findings_count", "finders_count", "severity", "priority", "merged_into"]
        for batch in _batches(iter(self._cases), BATCH):
            Case.objects.bulk_update(batch, changed, batch_size=500)


def _deliveries(
    batch: Sequence[Made], finders: Sequence[Finder], known: dict[int, Delivery]
) -> None:
    new = {one.delivery: one for one in batch if one.delivery not in known}
    made = Delivery.objects.bulk_create(
        Delivery(
            finder=finders[one.finder],
            channel="api",
            name=f"run-{number}.jsonl",
            format=one.format,
            sha256=hashlib.sha256(b"%d" % number).hexdigest(),
            size=100_000,
            state="read",
            received_at=one.received_at,
            read_at=one.received_at,
            alive_at=one.received_at,
            accepted=166,
        )
        for number, one in new.items()
    )
    known.update(zip(new, made, strict=True))


def _finding(
    one: Made,
    finders: Sequence[Finder],
    deliveries: dict[int, Delivery],
    packages: Sequence[tuple[str, str]],
    cases: _Cases,
) -> Finding:
    kind, name = packages[one.package]
    digest = hashlib.sha256(b"%d" % one.number).hexdigest()
    judged = one.stage == "judged"
    return Finding(
        finder=finders[one.finder],
        delivery=deliveries[one.delivery],
        line=one.number % 166 + 1,
        format=one.format,
        reference=one.reference,
        digest=digest,
        received_at=one.received_at,
        title=one.title,
        purl=f"pkg:{kind}/{name}@1.2.{one.number % 30}",
        package_type=kind,
        package=name,
        version=f"1.2.{one.number % 30}",
        effect=one.effect,
        severity=one.severity,
        tlp="AMBER",
        stage=one.stage,
        verdict=one.verdict,
        trust="L2" if judged else "",
        reason="the effect came in 3 of 3 runs of proof.js" if judged else "",
        judged_at=one.received_at if judged else None,
        proof_digest="" if one.stage == "unproven" else digest,
        signature=digest if one.verdict in _PROVEN else "",
        case_id=cases.of.get(one.number),
    )


def _batches(things: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(things, size)):
        yield batch


def _mark(world: World) -> dict[str, str]:
    """Return what must be the same for a built folder to be used again."""
    here = Path(__file__).parent
    tables = Path(search.__file__).parent / "migrations"
    sources = [here / "made_up.py", here / "building.py", *sorted(tables.glob("0*.py"))]
    told = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    return {"world": repr(world), "made_by": told}
