"""Deliveries with their documents, findings with records and receipts, the cases that they make."""

from __future__ import annotations

import json
import random
from functools import partial
from typing import Any, Final

from tests.desks.access.world import BEFORE, World, new_mark
from tests.desks.findings.makers import (
    make_case,
    make_delivery,
    make_event,
    make_finding,
    make_link,
    make_nomination,
    make_outbox,
    make_refusal,
    make_reproduction,
    reproduced_document,
)
from tidegate.desks.access.words import Act
from tidegate.desks.findings import search
from tidegate.desks.findings.models import Case, Delivery, Event, Finder, Finding, Outbox
from tidegate.desks.findings.states import Stage
from tidegate.desks.parties.models import Organisation

_STAGES: Final = (
    (Stage.WAITING, ""),
    (Stage.WORKING, ""),
    (Stage.SET_ASIDE, ""),
    (Stage.JUDGED, "inconclusive"),
)
_SEVERITIES: Final = (0, 1, 2, 3, 4)


def furnish_findings(world: World, draw: random.Random, cases: int) -> None:
    """Make what every organisation has handed in, what somebody outside has, and the cases."""
    for owner in [*world.organisations, None]:
        _handed_in(world, draw, owner)
    founders = draw.sample(world.findings, cases)
    for founder in founders:
        _judge(world, founder)
        world.cases.append(_case(world, founder))
    for finding in world.findings:
        if finding.case is None and draw.random() < 0.7:
            finding.case = draw.choice(world.cases)
            finding.save(update_fields=["case"])
    _merged(world, draw)
    for case in world.cases:
        case.findings_count = case.findings.count()
        case.finders_count = case.findings.values("finder").distinct().count()
        case.save()
    for finding in world.findings:
        _events(world, finding)
    search.index_findings(
        (one.pk, f"{one.title} {one.document.description} {one.package}") for one in world.findings
    )
    one, other = draw.sample(world.findings, 2)
    _relate(world, one, other)


def _handed_in(world: World, draw: random.Random, owner: Organisation | None) -> None:
    credit, name, content, line = (new_mark() for _ in range(4))
    finder = Finder.objects.create(organisation=owner, name=credit, created_at=BEFORE)
    delivery = make_delivery(
        finder,
        content=f'{{"id": "{content}"}}\n'.encode(),
        name=f"{name}.jsonl",
        state=draw.choice((Delivery.State.READ, Delivery.State.STORED)),
    )
    make_refusal(delivery, reason=f"'{line}' is not a package URL")
    world.deliveries.append(delivery)
    world.show(lambda reader: reader.delivery(Act.READ, delivery), credit, name, line, delivery.key)
    world.show(lambda reader: reader.delivery(Act.READ_PROOF, delivery), content)
    for _ in range(draw.choice((1, 2))):
        finding = _finding(world, draw, delivery)
        world.findings.append(finding)
        _show_finding(world, finding, credit, delivery.key)


def _finding(world: World, draw: random.Random, delivery: Delivery) -> Finding:
    texts = [new_mark() for _ in range(6)]
    title, said, own_name, package, record, cve = texts
    stage, verdict = draw.choice(_STAGES)
    finding = make_finding(
        delivery=delivery,
        title=f"{title} reaches Object.prototype",
        description=f"Keys reach {said}.",
        reference=own_name,
        package=package,
        aliases=[cve],
        references=[f"https://example.org/commit/{cve}"],
        record=f'{{"id": "{record}"}}'.encode(),
        severity=draw.choice(_SEVERITIES),
        stage=stage,
        verdict=verdict,
        reason=f"because of {said}",
    )
    world.show(
        lambda reader: reader.finding(Act.READ, finding), title, said, own_name, package, cve
    )
    world.show(lambda reader: reader.finding(Act.READ_PROOF, finding), record)
    if stage is Stage.WAITING:
        make_outbox(finding.key)
    return finding


def _show_finding(world: World, finding: Finding, *texts: str) -> None:
    world.show(lambda reader: reader.finding(Act.READ, finding), finding.key, *texts)


def _judge(world: World, finding: Finding) -> None:
    """Keep what running a finding's proof has shown."""
    printed, signed = new_mark(), new_mark()
    finding.stage, finding.verdict, finding.trust = Stage.JUDGED, "reproduced", "L2"
    finding.judged_at = finding.received_at
    finding.save()
    Outbox.objects.filter(subject=finding.key).update(state=Outbox.State.DONE)
    document = reproduced_document(finding, "1.2.0", (), None)
    for run in document["runs"]:
        run["stdout"] = f"{printed}\n"
    receipt = {"payload": "e30=", "payloadType": signed, "signatures": []}
    make_reproduction(finding, document=document, receipt=json.dumps(receipt).encode())
    world.show(lambda reader: reader.finding(Act.READ, finding), printed, signed)


def _case(world: World, founder: Finding) -> Case:
    title, vers = new_mark(), new_mark()
    case = make_case(
        founder,
        title=f"{title} reaches Object.prototype",
        package=founder.package,
        vers=f"vers:npm/<{vers}",
        severity=founder.severity,
    )
    # The case is named after the finding that it was opened for, and about its package.
    world.show(lambda reader: reader.case(Act.READ, case), title, vers, founder.package)
    world.show(lambda reader: reader.case(Act.SEE, case), case.key)
    return case


def _merged(world: World, draw: random.Random) -> None:
    """Make a case that became part of another one."""
    title = new_mark()
    into = draw.choice(world.cases)
    case = make_case(
        title=f"{title} reaches Object.prototype",
        package=into.package,
        founder=into.founder,
        merged_into=into,
    )
    world.cases.append(case)
    world.show(lambda reader: reader.case(Act.READ, case), title, into.package)
    world.show(lambda reader: reader.case(Act.SEE, case), case.key)


def _events(world: World, finding: Finding) -> None:
    for verb in ("judged", "linked", "joined"):
        mark = new_mark()
        detail = {"verdict": "inconclusive", "reason": mark}
        event = make_event(verb, finding=finding, case=finding.case, detail=detail)
        world.events.append(event)
        world.show(partial(_reads_event, event), mark, finding.key)


def _reads_event(event: Event, reader: Any) -> bool:
    return bool(reader.event(Act.READ, event))


def _relate(world: World, one: Finding, other: Finding) -> None:
    why, alike = new_mark(), new_mark()
    link = make_link(one, other, reason=why)
    nomination = make_nomination(one, other, reasons=[alike])
    world.links.append(link)
    world.nominations.append(nomination)
    world.show(lambda reader: reader.between(Act.READ, link), why)
    world.show(lambda reader: reader.between(Act.READ, nomination), alike)
