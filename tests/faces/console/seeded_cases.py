"""Cases that have everything a case can have, from real results of `examples/`.

The documents beside this file are what `tidegate reproduce --range --json` printed of findings in
`examples/true`; the finders, and the package with 300 releases, are invented.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.desks.findings.makers import (
    make_case,
    make_event,
    make_finding,
    make_judgement,
    make_link,
    make_nomination,
    make_reproduction,
    reproduced_document,
    run_row,
)
from tidegate.desks.findings import search
from tidegate.desks.findings.models import Case, Finding, LinkKind
from tidegate.desks.findings.priority import Severity
from tidegate.desks.findings.states import Stage
from tidegate.engines.reproduction.receipts import statement
from tidegate.instance.workshop import instance_key

DOCUMENTS = Path(__file__).parent / "documents"

GLASS, NORTH, ALVAREZ, KELP = (
    "Glasshouse Labs, model gh-4",
    "Northgate CERT scanner 2.1",
    "M. Alvarez",
    "Kelp Research agents",
)
FINDERS = (GLASS, NORTH, ALVAREZ, KELP)


def document(name: str) -> Any:
    """Return one of the real results beside this file."""
    return json.loads((DOCUMENTS / f"{name}.json").read_bytes())


def minimist(at: datetime) -> Case:
    """Make the case of two finders, with a related case, a nomination and a signed receipt."""
    first = _proven("minimist", at, GLASS, "GH4-2026-01183", severity=Severity.HIGH)
    again = make_finding(
        NORTH,
        title="minimist setKey() lets '__proto__' in an option name reach Object.prototype",
        reference="NG-77120",
        received_at=at + timedelta(days=1, hours=5),
        severity=Severity.MEDIUM,
        verdict="reproduced",
        trust="L2",
        reason="the effect came with the target's code on the stack in 3 of 3 runs of poc.js",
        description="setKey walks the parts of a dotted option as properties. A part named "
        "`__proto__` is not refused, so an attacker who controls argv sets a property of every "
        "object in the process.",
        places=[["index.js", 70, "setKey"]],
        aliases=["CVE-2020-7598"],
        tlp="TLP:GREEN",
    )
    make_reproduction(again, document={**document("minimist"), "range": None})
    third = make_finding(
        ALVAREZ,
        title="Prototype pollution through constructor.prototype survives the fix in 1.2.2",
        reference="alvarez-minimist-2",
        received_at=at + timedelta(days=2),
        severity=Severity.HIGH,
        verdict="reproduced",
        trust="L2",
        reason="the effect came with the target's code on the stack in 3 of 3 runs of second.js",
        description="1.2.2 refuses `__proto__` and forgets `constructor.prototype`. The same walk "
        "in setKey reaches Object.prototype by that name.",
        places=[["index.js", 70, "setKey"], ["index.js", 62, "setArg"]],
    )
    unproven = make_finding(
        KELP,
        title="Possible prototype pollution in minimist argument parser",
        reference="kelp/8841",
        received_at=at + timedelta(days=3),
        stage=Stage.UNPROVEN,
        severity=Severity.UNKNOWN,
        description="The function setKey walks the parts of a dotted option as properties of an "
        "object. No check keeps a part named `__proto__` out, so whoever controls argv may be able "
        "to add a property to every object.",
        places=[["index.js", 71, "setKey"]],
    )
    case = make_case(
        first,
        again,
        title=first.title,
        opened_at=at + timedelta(hours=1),
        severity=Severity.HIGH,
        vers=document("minimist")["range"]["vers"],
        finders_count=2,
        priority=50,
    )
    make_link(
        again,
        first,
        basis="crossing",
        reason="each fixed release disarms the other's proof: 0.2.1 and 1.2.3",
        made_at=at + timedelta(days=1, hours=6),
    )
    variant = make_case(
        third,
        title=third.title,
        opened_at=at + timedelta(days=2, hours=1),
        vers="vers:npm/>=1.2.2|<1.2.3",
        priority=40,
    )
    make_link(
        third,
        first,
        kind=LinkKind.INCOMPLETE_FIX,
        basis="person",
        made_by="coordinator",
        reason="the same walk in setKey, by the name that 1.2.2 left open",
        made_at=at + timedelta(days=2, hours=3),
    )
    make_nomination(
        first,
        unproven,
        score=0.81,
        reasons=["both name setKey", "texts alike 0.81", "both near index.js:70"],
    )
    for one in (first, again, third, unproven):
        index(one)
    _history(case, first, again, at)
    make_event("opened", case=variant, finding=third, at=at + timedelta(days=2, hours=1))
    return case


def _history(case: Case, first: Finding, again: Finding, at: datetime) -> None:
    make_event("opened", case=case, finding=first, at=at + timedelta(hours=1))
    make_event(
        "judged",
        case=case,
        finding=first,
        at=at + timedelta(hours=1),
        detail={"verdict": "reproduced", "trust": "L2", "reason": first.reason},
    )
    make_event("joined", case=case, finding=again, at=at + timedelta(days=1, hours=6))
    make_event(
        "linked",
        case=case,
        finding=again,
        at=at + timedelta(days=1, hours=6),
        detail={
            "kind": "duplicate-of",
            "other": first.key,
            "reason": "each fixed release disarms the other's proof: 0.2.1 and 1.2.3",
        },
    )


def _proven(name: str, at: datetime, finder: str, reference: str, *, severity: Severity) -> Finding:
    """Make a finding of a real result, with a receipt that this instance signed."""
    said = document(name)
    type_, _, rest = said["package"].removeprefix("pkg:").partition("/")
    package, _, version = rest.partition("@")
    finding = make_finding(
        finder,
        title=said["title"],
        reference=reference,
        purl=said["package"],
        package_type=type_,
        package=package,
        version=version,
        effect=said["effect"],
        digest=said["finding_sha256"],
        severity=severity,
        tlp="TLP:AMBER",
        embargo_until=at + timedelta(days=90),
        received_at=at,
        judged_at=at + timedelta(minutes=41),
        verdict=said["verdict"],
        trust=said["trust"],
        reason=said["reason"],
        description=said.get("description", _DESCRIPTIONS.get(name, "")),
        aliases=["CVE-2020-7598", "GHSA-vh95-rmgr-6w4m"] if name == "minimist" else [],
        weaknesses=["CWE-1321"],
        places=[["index.js", None, "setKey"]] if name == "minimist" else [],
        references=[
            "https://github.com/advisories/GHSA-vh95-rmgr-6w4m",
            "javascript:alert(document.cookie)",
        ],
        vectors=["CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L"],
    )
    make_reproduction(
        finding,
        version=said["version"],
        document=said,
        receipt=_signed(said, at, at + timedelta(minutes=41)),
        started_at=at,
        finished_at=at + timedelta(minutes=41),
    )
    make_judgement(finding, version=said["version"])
    return finding


_DESCRIPTIONS = {
    "minimist": "`minimist` splits option names at dots and walks the parts as properties, "
    "`__proto__` and `constructor.prototype` included. Whoever controls the arguments adds a "
    "property to every object.\n\n`direct.js` names `__proto__`, which 1.2.2 refuses; "
    "`by-constructor.js` takes the way that 1.2.2 left open.",
}


def _signed(said: dict[str, Any], started: datetime, finished: datetime) -> bytes:
    subjects = [(said["finding"], said["finding_sha256"]), ("minimist-1.2.0.tgz", "ab" * 32)]
    archive = {
        "name": "minimist",
        "version": "1.2.0",
        "filename": "minimist-1.2.0.tgz",
        "sha256": "ab" * 32,
    }
    runtime = {"name": said["runtime"], "executable_sha256": "cd" * 32}
    predicate = {
        "finding": {"id": said["finding"], "sha256": said["finding_sha256"]},
        **{name: said[name] for name in ("package", "version", "effect", "verdict", "trust")},
        "proof": {"direct.js": "ef" * 32},
        "reason": said["reason"],
        "sandbox": {
            "tier": "bubblewrap",
            "layers": ["user namespace", "network namespace", "seccomp", "rlimits"],
            "policy_sha256": "12" * 32,
        },
        "runtime": runtime,
        "runtimes": [runtime],
        "archives": [archive],
        "runs": said["runs"],
        "started": f"{started:%Y-%m-%dT%H:%M:%SZ}",
        "finished": f"{finished:%Y-%m-%dT%H:%M:%SZ}",
        "tidegate": "0.1.0",
    }
    return instance_key().sign(statement(subjects, predicate))


def with_document(name: str, at: datetime, severity: Severity, finder: str) -> Case:
    """Make the case of one finding, of a real result."""
    finding = _proven(name, at, finder, "kelp/9006", severity=severity)
    index(finding)
    return make_case(
        finding,
        title=finding.title,
        package=finding.package,
        package_type=finding.package_type,
        effect=finding.effect,
        severity=severity,
        vers=document(name)["range"]["vers"],
        opened_at=at + timedelta(hours=1),
        found_at=at,
    )


def many_lines(at: datetime) -> Case:
    """Make a case with 300 releases: fixes ported back, gaps, yanked and inferred ones."""
    rows = []
    for major in range(1, 7):
        for minor in range(50):
            version = f"{major}.{minor}.0"
            fixed = minor >= 30 + major
            known = "not-reproduced" if fixed else "reproduced"
            if major == 2 and 8 <= minor < 12:
                known = "inconclusive"
            if major == 6 and minor > 44:
                known = "not-tested"
            rows.append(
                run_row(
                    f"{version}-rc.1" if minor % 17 == 9 else version,
                    known,
                    line=str(major),
                    inferred=known in ("reproduced", "not-reproduced") and minor % 4 != 0,
                    prerelease=minor % 17 == 9,
                    yanked=minor % 23 == 7,
                    runtime="Node 24.19.0",
                )
            )
    finding = make_finding(
        GLASS,
        title="tar-streams: an entry's name with a drive letter leaves the target folder",
        package="tar-streams",
        version="6.12.0",
        effect="file-write",
        severity=Severity.CRITICAL,
        tlp="TLP:AMBER",
        weaknesses=["CWE-22"],
        received_at=at,
        verdict="reproduced",
        trust="L2",
        reason="the effect came with the target's code on the stack in 3 of 3 runs of drive.js",
    )
    said = reproduced_document(finding, "6.12.0", rows, None)
    said["range"]["vers"] = "vers:npm/>=1.0.0|<1.31.0"
    for run in said["runs"]:
        run["runtime"] = "Node 24.19.0"
        run["program"] = "drive.js"
        run["stdout"] = "wrote 1 entry\n"
        run["frames"] = [
            "resolveEntry (/store/tar-streams@6.12.0/node_modules/tar-streams/lib/extract.js:118)",
            "Extract.write (/store/tar-streams@6.12.0/node_modules/tar-streams/lib/extract.js:64)",
            "<anonymous> (/work/drive.js:7)",
        ]
    make_reproduction(finding, version="6.12.0", document=said)
    index(finding)
    return make_case(
        finding,
        title=finding.title,
        package="tar-streams",
        effect="file-write",
        severity=Severity.CRITICAL,
        vers="vers:npm/>=1.0.0|<1.31.0",
        opened_at=at + timedelta(hours=1),
        found_at=at,
    )


def index(finding: Finding) -> None:
    """Let a finding be found by its words, as intake does."""
    said = f"{finding.title} {finding.package} {finding.reference}"
    search.index_findings([(finding.pk, said)])
