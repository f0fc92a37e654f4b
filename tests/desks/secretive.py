"""An installation with secrets in it, whose keys are rotated by processes that are killed half-way.

    python -m tests.desks.secretive DUMPS

works in the folder that TIDEGATE_HOME names, copies the database's files to DUMPS/1 (filled, with
what is still in the write-ahead log) and DUMPS/2 (after all rotations), and prints one JSON
document: how each killed process ended, what was wrapped by which generation then, and whether
everything was read as before.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tidegate.instance.home import home
from tidegate.instance.opening import open_instance

open_instance()

from django.db import connections  # noqa: E402 - Django first

from tidegate.desks.access.actors import OWNER  # noqa: E402
from tidegate.desks.cases.models import Coordination, Sealed  # noqa: E402
from tidegate.desks.cases.queries.keys import list_generations  # noqa: E402
from tidegate.desks.cases.services import rotating  # noqa: E402
from tidegate.desks.cases.services.sealing import opened, seal  # noqa: E402
from tidegate.desks.findings.models import Case, DeliveryKey, Document, Finding  # noqa: E402
from tidegate.desks.findings.queries.deliveries import get_document  # noqa: E402
from tidegate.desks.findings.queries.finding_detail import (  # noqa: E402
    get_finding,
    get_receipt,
    get_record,
)
from tidegate.desks.findings.services import intake, judging, rewrapping  # noqa: E402
from tidegate.engines.formats.reports import Format  # noqa: E402
from tidegate.engines.reproduction.judgements import Judgement  # noqa: E402
from tidegate.engines.reproduction.signatures import BehaviourSignature  # noqa: E402
from tidegate.engines.reproduction.verdicts import Trust, Verdict, Word  # noqa: E402

PROOF: Final = "MARK-OF-THE-PROOF"
PATCH: Final = "MARK-OF-THE-PATCH"
PRINTED: Final = "MARK-OF-WHAT-IT-PRINTED"
MESSAGE: Final = "MARK-OF-THE-MESSAGE"
ATTACHMENT: Final = "MARK-OF-THE-ATTACHMENT"
SECRETS: Final = (PROOF, PATCH, PRINTED, MESSAGE, ATTACHMENT)
TITLE: Final = "MARK-OF-THE-TITLE"
"""Not sealed: it shows that whoever looks for marks would find them."""

AT: Final = datetime(2026, 12, 1, 12, tzinfo=UTC)
_POV: Final = {"language": "javascript", "entry": "a.js", "files": {"a.js": f"// {PROOF}"}}
_OTHERS: Final = 6


def main(dumps: Path) -> dict[str, Any]:
    """Fill it, kill two rotations, end them, and say what was seen."""
    case = _fill()
    _dump(dumps / "1")
    before = _everything()
    ends = [_in_a_child(_killed_while_wrapping)]
    halfway = _generations()
    same = [_everything() == before]
    ends.append(_in_a_child(lambda: _killed_while_sealing(case)))
    same.append(_everything() == before)
    rotating.rewrap_all(OWNER)
    rotating.rotate_case_key(OWNER, case, at=AT)
    same.append(_everything() == before)
    after = _generations()
    _dump(dumps / "2")
    return {"ends": ends, "halfway": halfway, "after": after, "same": same}


def _generations() -> list[Any]:
    """The number of each of the instance's keys, and how many of deliveries and cases it wraps."""
    return [
        (row.number, row.wraps["deliveries"], row.wraps["cases"]) for row in list_generations(OWNER)
    ]


def _fill() -> str:
    """Hand in, judge and coordinate; returns the case's key."""
    native = {
        "schema": "urn:tidegate:finding:1",
        "id": "lab-1",
        "title": TITLE,
        "target": {"purl": "pkg:npm/minimist@1.2.0"},
        "effect": "prototype-pollution",
        "pov": _POV,
        "patch": {"diff": f"--- a/x.js\n+++ b/x.js\n@@ -1 +1 @@\n-a\n+{PATCH}\n"},
    }
    foreign = {
        "id": "lab-2",
        "title": TITLE,
        "description": "A path.",
        "status": "VALID",
        "tidegate": {"purl": "pkg:npm/minimist@1.2.0", "effect": "file-write", "pov": _POV},
    }
    for format_, record in ((Format.FINDING, native), (Format.MANTIS, foreign)):
        document = json.dumps(record).encode()
        taken = intake.receive(
            OWNER,
            io.BytesIO(document),
            name="x.json",
            channel="cli",
            finder="Lab A",
            format=format_,
        )
        assert taken.accepted == 1, [one.reason for one in taken.refusals.all()]
    for number in range(_OTHERS):
        intake.receive(OWNER, io.BytesIO(b""), name="x", channel="cli", finder=f"Lab {number}")
    proven, undecided = (finding.key for finding in Finding.objects.order_by("pk"))
    _judge(undecided, Word.INCONCLUSIVE)
    judging.try_again(OWNER, undecided)
    _judge(proven, Word.REPRODUCED)
    judging.keep_small_proof(proven, {"shown": {"a.js": PROOF}, "proof_sha256": "ab"}, "")
    case = Case.objects.get()
    coordination = Coordination.objects.create(case=case, opened_at=AT)
    seal(coordination, "message:M-1", MESSAGE.encode(), AT)
    seal(coordination, "attachment:A-1", ATTACHMENT.encode() * 100_000, AT)
    return case.key


def _judge(key: str, word: Word) -> None:
    run = {"version": "1.2.0", "program": "a.js", "stdout": PRINTED, "stderr": PROOF}
    verdict = Verdict(word, Trust.L2, "seen", program="a.js")
    judging.begin(key)
    judging.keep(key, Judgement("1.2.0", verdict, runs=(run,)), seconds=1, named=True, at=AT)
    whole = judging.Whole(
        version="1.2.0",
        releases=[],
        document={"verdict": word.value, "trust": "L2", "reason": "seen", "runs": [run]},
        receipt=json.dumps(run).encode(),
        signature=BehaviourSignature(),
        started_at=AT,
        finished_at=AT,
    )
    judging.conclude(key, whole)


def _everything() -> list[str]:
    """Everything that is sealed, read by the desk's own ways."""
    read: list[object] = [opened(one, one.purpose) for one in Sealed.objects.order_by("pk")]
    for finding in Finding.objects.order_by("pk"):
        document = get_document(OWNER, finding.delivery.key)
        read += [document.piece(0), document.piece(1), get_record(OWNER, finding.key)]
        read += [judging.runnable(finding).document, judging.kept(finding.key)]
        read += [judging.small_proof(finding.key), get_finding(OWNER, finding.key).stdout]
    read.append(get_receipt(OWNER, Case.objects.get().findings.get().key))
    return [repr(one) for one in read]


def _killed_while_wrapping() -> None:
    """Rotate the instance's key, and die in the third batch, before it is committed."""
    setattr(rewrapping, "BATCH", 2)  # noqa: B010 - a constant, to everybody else
    _die_at_the(3, DeliveryKey.objects.none().__class__, "bulk_update")
    rotating.rotate_instance_key(OWNER, at=AT)


def _killed_while_sealing(case: str) -> None:
    """Rotate a case's keys, and die when its finding's record was changed and is not committed."""
    _die_at_the(1, Document, "save")
    rotating.rotate_case_key(OWNER, case, at=AT)


def _die_at_the(number: int, of: type, name: str) -> None:
    whole, calls = getattr(of, name), []

    def dying(*arguments: Any, **more: Any) -> Any:
        done = whole(*arguments, **more)
        calls.append(name)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(of, name, dying)


def _in_a_child(work: Callable[[], None]) -> int:
    """Do something in a process of its own; return how it ended, as `waitpid` says it."""
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def _dump(folder: Path) -> None:
    folder.mkdir(parents=True)
    for path in home().glob("tidegate.sqlite3*"):
        shutil.copy(path, folder)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
