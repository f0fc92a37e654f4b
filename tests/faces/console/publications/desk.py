"""A desk with publications in every state, and fixes that came up the ladder, or did not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.test import override_settings

from tests.desks.publications.rooms import NOW, Party, Room, published, working
from tests.desks.publications.trials import DIFF, let_climb, proven_room
from tidegate.desks.publications.models import Fix, Publication, Trial
from tidegate.desks.publications.queries.records import record_of
from tidegate.desks.publications.services import approving, drafting, fixes, trying
from tidegate.engines.formats.advisories.record import record_data
from tidegate.engines.reproduction.fixes import ladder
from tidegate.engines.reproduction.fixes.values import Rung, RungName, RungWord, Variant

HOSTILE: Final = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe'
TOLD: Final = {
    "applies": ("passed", "it applies, and imported on Node.js 22.22.2"),
    "proofs-quiet": ("passed", "2 programs fire before and are quiet after, 3 runs of 3"),
    "control-unchanged": ("passed", "3 harmless programs say the same before and after"),
    "tests-same": ("not-possible", "its tests need a browser, and none is here"),
    "regression-test": ("passed", "1 tests that came with it fail before and pass after"),
    "variants-quiet": (
        "failed",
        "2 variants fire on the mended version; of proof.js: constructor in place of __proto__",
    ),
}


@dataclass(frozen=True)
class Desk:
    """What is there."""

    room: Room
    """Of the case whose draft is worked on, with its fixes."""
    draft: Publication
    out: Room
    """Of a case whose publication is out, with a correction that waits for approval."""
    published: Publication
    broken: Fix
    """Variants got through."""
    good: Fix
    release: Fix
    """Waits to be tried."""

    @property
    def one(self) -> Party:
        """Who writes."""
        return self.room.one

    @property
    def approver(self) -> Party:
        """A second coordinator, who has written nothing."""
        return self.room.other


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def fill(at: datetime = NOW) -> Desk:
    """Fill the desk."""
    room = proven_room(
        vectors=["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:L/SC:H/SI:H/SA:H"],
        references=["https://example.org/commit/63e7ed0", "https://example.org/advisory/1179"],
        title="Prototype pollution in minimist through keys named __proto__",
    )
    broken = fixes.offer(
        room.vendor.actor,
        room.key,
        patch=DIFF,
        words="Leaves out keys that are named __proto__.",
        at=at,
    )
    climb(broken, at)
    other = DIFF.replace(b"'__proto__'", b"'__proto__' || k === 'constructor'")
    good = fixes.offer(room.vendor.actor, room.key, patch=other, at=at)
    let_climb(good, at)
    fixes.look(
        room.vendor.actor,
        good.key,
        accepts=True,
        words="It is what we release as 1.2.6.",
        at=at,
    )
    release = fixes.offer(room.one.actor, room.key, release="1.2.6", at=at)
    draft = drafting.begin(room.one.actor, room.key, at=at)
    out = proven_room(title="A setter reaches Object.prototype", package="minimist-lite")
    done = published(out, at=at)
    drafting.revise(out.one.actor, done.identifier, words="The fixed version is named.", at=at)
    change(out, done, at, summary="Keys reach Object.prototype in minimist-lite before 1.2.6.")
    approving.submit(out.one.actor, done.identifier, at=at)
    return Desk(room, draft, out, done, broken, good, release)


def change(room: Room, publication: Publication, at: datetime, **more: Any) -> None:
    """Let `one` change some parts of a draft."""
    revision = working(publication)
    data = {**record_data(record_of(revision)), **more}
    drafting.edit(room.one.actor, publication.identifier, data, edits=revision.edits, at=at)


def climb(fix: Fix, at: datetime) -> Trial:
    """Let a fix climb as an incomplete one does: its variants get through."""
    number = fix.trials.latest("number").number
    assert trying.begin(fix.key, number, at=at)
    made = trying.material(fix.key, number)
    state: dict[str, Any] = {
        "fix": made.fix.digest,
        "grounds": [],
        "problem": None,
        "milliseconds": 1,
    }
    trying.keep_state(fix.key, number, state, made, tier="bubblewrap", at=at)
    for name in ladder.ORDER:
        if name is RungName.REVIEWED:
            continue
        word, reason = TOLD[name]
        through: tuple[Variant, ...] = ()
        details: dict[str, Any] = {}
        if name is RungName.PROOFS_QUIET:
            details = {
                "programs": [
                    {
                        "finding": "lab-1",
                        "program": "proof.js",
                        "runtime": "Node.js 22.22.2",
                        "runs": 3,
                        "on_base": 3,
                        "on_fixed": 0,
                    }
                ]
            }
        if name is RungName.VARIANTS_QUIET:
            through = (
                Variant(
                    "lab-1",
                    "proof.js",
                    "proof.js",
                    {"proof.js": b"1;\n"},
                    ("constructor.prototype in place of __proto__",),
                    3,
                    3,
                    3,
                ),
            )
            details = {
                "tried": 212,
                "valid": 34,
                "runs": 1240,
                "budget": {"runs": 2000, "seconds": 60, "seed": 7},
                "attacks": [{}],
            }
        rung = Rung(name, RungWord(word), reason, details, through)
        trying.keep_rung(fix.key, number, rung, at=at)
    trying.conclude(fix.key, number, at=at)
    return Trial.objects.get(fix=fix, number=number)
