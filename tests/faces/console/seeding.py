"""A desk as it looks after a month of work: real results of `examples/`, and made-up company.

The packages and their flaws are public ones; who found them when is invented.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from tests.desks.findings.makers import (
    make_case,
    make_delivery,
    make_event,
    make_finding,
    make_outbox,
    make_refusal,
)
from tests.faces.console.seeded_cases import (
    ALVAREZ,
    FINDERS,
    GLASS,
    KELP,
    NORTH,
    index,
    many_lines,
    minimist,
    with_document,
)
from tidegate.desks.findings.models import Case, Delivery
from tidegate.desks.findings.priority import Severity
from tidegate.desks.findings.states import Stage

HOSTILE = (
    '"><script>alert(1)</script><img src=x onerror=alert(2)> \u202egnp.exe\u202c '
    + "a" * 120
    + " admin\u200b"
)
"""A title of somebody who does not mean well."""

_MORE = [
    row.split(" | ")
    for row in """\
pypi | pyyaml | 5.3 | full_load constructs arbitrary Python objects | code-execution | 4
npm | y18n | 4.0.0 | setLocale with __proto__ pollutes Object.prototype | prototype-pollution | 3
npm | json5 | 2.2.1 | parse keeps a key named __proto__ | prototype-pollution | 3
npm | trim-newlines | 3.0.0 | end() backtracks for seconds on many newlines | denial-of-service | 2
pypi | python-multipart | 0.0.6 | Content-Type options take quadratic time | denial-of-service | 3
npm | adm-zip | 0.4.7 | extractAllTo follows ../ out of the target folder | file-write | 3
npm | send | 0.8.3 | root check by prefix serves a sibling folder | file-read | 2
npm | ip | 1.1.8 | isPublic believes 0x7f.1 to be a public address | assertion | 3
pypi | gitpython | 3.1.32 | a reference's name reads files outside of .git | file-read | 2
npm | node-serialize | 0.0.4 | unserialize calls a function named in the data | code-execution | 4
pypi | ujson | 4.3.0 | indent overflows a buffer on the stack | memory-safety | 3
npm | macaddress | 0.2.8 | the interface's name reaches a shell | code-execution | 4
pypi | restrictedpython | 6.0 | string.Formatter walks to globals | code-execution | 4
npm | mixin-deep | 1.3.1 | constructor.prototype is copied | prototype-pollution | 3
pypi | filelock | 3.20.0 | a symlink is followed between check and open | file-write | 2
npm | webfinger.js | 2.8.0 | lookup reaches addresses of the inside | network-request | 2
""".splitlines()
]


_OUTCOMES = ("", "", "not-reproduced", "inconclusive", "unattributed", "flaky", "not-reproduced")

_REASONS = {
    "reproduced": "the effect came with the target's code on the stack in 3 of 3 runs",
    "not-reproduced": "every run of every program ended without the effect",
    "inconclusive": "the control failed on every interpreter: Cannot find module 'fs-extra'",
    "unattributed": "the effect also came against an empty package of the same name",
    "flaky": "the effect came in 2 of 3 runs of race.js",
}

_WORDINGS = ("{package}: {title}", "Suspected in {package} {version}: {title}", "{capital}")

_DELIVERIES = (
    (GLASS, "glasshouse-2026-11-batch-11.jsonl.gz", "upload", 212),
    (NORTH, "northgate-weekly.sarif", "api", 48),
    (ALVAREZ, "findings.json", "cli", 1),
    (KELP, "night-campaign-0412.jsonl", "api", 97),
    (GLASS, "glasshouse-2026-11-batch-12.jsonl.gz", "upload", 188),
    (NORTH, "northgate-weekly.sarif", "api", 51),
)


def fill(now: datetime) -> Case:
    """Fill an empty database; returns the case that has everything a case can have."""
    chance = random.Random(7)
    deliveries = [_delivery(number, now) for number in range(len(_DELIVERIES))]
    made: list[Case] = []
    steps: list[tuple[datetime, Callable[[datetime], object]]] = [
        (now - timedelta(days=9, hours=3), lambda at: made.append(minimist(at))),
        (now - timedelta(days=6, hours=4), _underscore),
        (now - timedelta(days=3), many_lines),
        (now - timedelta(days=2), _aside),
        (now - timedelta(days=20), partial(_hostile, deliveries[3])),
        (now - timedelta(minutes=14), partial(_running, deliveries[3])),
    ]
    for number in range(62):
        ago = timedelta(days=chance.triangular(0.1, 29, 3), minutes=chance.randrange(600))
        proven = number < 16 and number % 3 != 2
        one = partial(_one, number, deliveries[number % len(deliveries)], proven)
        steps.append((now - ago, one))
    # What came in later has a later number, as on a real desk.
    for at, make in sorted(steps, key=lambda step: step[0]):
        make(at)
    make_outbox("F-00000-00000", made_at=now - timedelta(days=2))
    _refusing(now)
    return made[0]


def _delivery(number: int, now: datetime) -> Delivery:
    finder, name, channel, accepted = _DELIVERIES[number]
    return make_delivery(
        finder,
        name=name,
        channel=channel,
        received_at=now - timedelta(days=29 - number, hours=number),
        accepted=accepted,
        repeated=number % 3,
        size=41_000 * accepted + 17,
    )


def _one(number: int, delivery: Delivery, proven: bool, at: datetime) -> None:
    type_, package, version, title, effect, severity = _MORE[number % len(_MORE)]
    unproven = not proven and number % 5 == 0
    outcome = "reproduced" if proven else _OUTCOMES[number % len(_OUTCOMES)]
    outcome = "" if unproven else outcome
    wording = _WORDINGS[number // len(_MORE) % len(_WORDINGS)]
    finding = make_finding(
        FINDERS[number % len(FINDERS)],
        delivery=delivery,
        title=wording.format(
            package=package, version=version, title=title, capital=title[0].upper() + title[1:]
        ),
        package_type=type_,
        package=package,
        version=version,
        effect=effect,
        severity=int(severity) if proven else max(int(severity) - number % 3, 0),
        tlp="TLP:AMBER",
        received_at=at,
        stage=Stage.UNPROVEN if unproven else Stage.JUDGED if outcome else Stage.WAITING,
        verdict=outcome,
        trust="L2" if outcome else "",
        reason=_REASONS.get(outcome, ""),
        judged_at=at + timedelta(hours=2) if outcome else None,
    )
    index(finding)
    if proven:
        case = make_case(
            finding,
            title=finding.title,
            package_type=type_,
            package=package,
            effect=effect,
            severity=int(severity),
            vers=f"vers:{type_}/<={version}",
            opened_at=at + timedelta(hours=2),
            found_at=at,
        )
        make_event("opened", case=case, finding=finding, at=at + timedelta(hours=2))


def _underscore(at: datetime) -> None:
    with_document("underscore", at, Severity.HIGH, KELP)


def _aside(at: datetime) -> None:
    finding = make_finding(
        NORTH,
        title="webfinger.js: lookup follows a redirect to the inside",
        package="webfinger.js",
        version="2.8.0",
        effect="network-request",
        stage=Stage.SET_ASIDE,
        reason="its worker ended 3 times at version 2.8.0",
        received_at=at,
    )
    index(finding)


def _running(delivery: Delivery, at: datetime) -> None:
    for type_, package, effect, title in (
        ("npm", "node-serialize", "code-execution", "a getter runs while the object is read"),
        ("pypi", "ujson", "memory-safety", "a lone surrogate reads beyond the buffer"),
    ):
        finding = make_finding(
            KELP,
            delivery=delivery,
            title=f"{package}: {title}",
            package_type=type_,
            package=package,
            effect=effect,
            version="0.0.4",
            stage=Stage.WORKING,
            received_at=at,
        )
        index(finding)


def _hostile(delivery: Delivery, at: datetime) -> None:
    finding = make_finding(
        KELP,
        delivery=delivery,
        title=HOSTILE[:300],
        package="x" * 180,
        version="9" * 60,
        description=HOSTILE * 20,
        reference=HOSTILE[:200],
        received_at=at,
        severity=Severity.LOW,
        stage=Stage.UNPROVEN,
        places=[["<b>" * 40, 3, "\u202eevil"]],
        references=["javascript:alert(1)", "https://example.org/" + "y" * 200],
    )
    index(finding)


def _refusing(now: datetime) -> None:
    delivery = make_delivery(
        GLASS,
        name="glasshouse-2026-11-batch-14.jsonl.gz",
        received_at=now - timedelta(hours=20),
        accepted=61,
        repeated=7,
        refused=3,
        size=1_843_201,
        channel="upload",
    )
    for line, field, reason in (
        (12, "target.purl", "'minimist' is not a package URL; write pkg:npm/minimist@1.2.0"),
        (31, "pov.entry", "'run.js' is not in pov.files; add the file or name one of proof.js"),
        (48, "severity", "has 9 items; at most 8"),
    ):
        make_refusal(delivery, number=line, line=line, field=field, reason=reason)
