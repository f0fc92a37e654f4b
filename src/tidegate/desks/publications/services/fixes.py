"""Fixes that are offered for a case: offered, withdrawn, tried again, and looked at by people.

A fix is hostile until it has climbed the ladder (`trying`), and for its readers it is as good as a
proof: a diff shows where the bug is. So it is sealed with the case's key, and what is written down
names the fix and its digest, never its content.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import may, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, OrganisationKind
from tidegate.desks.cases.models import Coordination, Participant, TeamMember
from tidegate.desks.cases.services.machines import hold
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.sealing import seal
from tidegate.desks.cases.services.texts import needed, reasoned, worded
from tidegate.desks.findings.models import Case, Outbox
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Person
from tidegate.desks.publications.models import Fix, Look, Trial
from tidegate.desks.publications.services import trying
from tidegate.engines.formats.targets import TargetError, parse_target
from tidegate.engines.reproduction.fixes.reading import FixError, read_fix, released_fix
from tidegate.engines.reproduction.fixes.values import Fix as Read

MOST_FIXES: Final = 50
"""Of a case, that are not withdrawn: each trial takes a worker some minutes."""
MOST_TRIALS: Final = 20
"""Of one fix."""
TOPIC: Final = "try-fix"
"""Of the promise in the outbox: its subject is the fix, its round the number of the trial."""


def offer(
    actor: Actor,
    case_key: str,
    *,
    patch: bytes | None = None,
    release: str | None = None,
    against: str = "",
    tests: Mapping[str, bytes] | None = None,
    words: str = "",
    at: datetime,
) -> Fix:
    """Offer a fix for a case, and promise that it is tried.

    Args:
        actor: whoever writes in the case.
        case_key: of the case.
        patch: a unified diff; or
        release: a released version that is said to be fixed.
        against: the version that the diff is against; the one that the case's proof was run on, if
            left out. A release is always held against that one.
        tests: programs that fail before and pass after, by file name.
        words: what it does, in words.
        at: now.

    Raises:
        NotFoundError: there is no such case, or they do not write in it.
        NotPossibleError: the case is not coordinated or has no proof that was run, there is neither
            a diff nor a release or both, it cannot be read, the same was offered before, or there
            are too many.
    """
    said = worded(words, "what it does")
    with transaction.atomic():
        coordination = hold(actor, case_key, Act.WRITE, at=at, while_open=False).row
        case = coordination.case
        base = (against.strip() if patch is not None else "") or trying.reproduced_on(case)
        read = _read(case, base, patch, release, tests)
        _check_room(case, read)
        row = Fix(
            case=case,
            coordination=coordination,
            kind=Fix.Kind(read.kind.value),
            purl=read.package,
            version=read.version or base,
            words=said,
            organisation_id=_organisation(actor, coordination, at),
            offered_by=actor.name,
            offered_at=at,
        )
        if read.diff:
            row.sha256 = hashlib.sha256(read.diff).hexdigest()
            row.diff = seal(coordination, f"fix:{row.key}", read.diff, at)
        if read.tests:
            row.tests = seal(coordination, f"fix-tests:{row.key}", _as_json(read.tests), at)
        row.save()
        _promise(row, actor, at)
        record(
            "fix-offered",
            coordination,
            at=at,
            actor=actor,
            fix=row.key,
            form=row.kind,
            version=row.version,
            sha256=row.sha256,
        )
        return row


def withdraw(actor: Actor, fix_key: str, *, why: str, at: datetime) -> Fix:
    """Withdraw a fix: it is not tried any more, and nothing of it is published from now on.

    Whoever works for the organisation that offered it may, and coordinators.

    Raises:
        NotFoundError: there is no such fix, or not for them.
        NotPossibleError: it is not theirs to withdraw, it is withdrawn already, or no reason is
            given.
    """
    reason = reasoned(why)
    with transaction.atomic():
        row = _held(actor, fix_key, at)
        is_own = row.organisation_id is not None and row.organisation_id in actor.organisations
        if not is_own and not may(actor, Act.COORDINATE, row, at=at):
            raise NotPossibleError(
                f"{row.key} was offered by others; ask them, or a coordinator, to withdraw it"
            )
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        record("fix-withdrawn", row.coordination, at=at, actor=actor, fix=row.key, why=reason)
        return row


def ask_for_trial(actor: Actor, fix_key: str, *, at: datetime) -> Trial:
    """Have a fix tried once more; what earlier trials showed stays.

    Raises:
        NotFoundError: there is no such fix, or not for them.
        NotPossibleError: it is withdrawn, a trial of it has not ended, or it was tried too often.
    """
    with transaction.atomic():
        row = _held(actor, fix_key, at)
        going_on = (Trial.State.WAITING, Trial.State.RUNNING)
        if row.trials.filter(state__in=going_on).exists():
            raise NotPossibleError(f"a trial of {row.key} has not ended yet; wait for it")
        if row.trials.count() >= MOST_TRIALS:
            raise NotPossibleError(
                f"{row.key} was tried {MOST_TRIALS} times; offer what has changed as a new fix"
            )
        trial = _promise(row, actor, at)
        record(
            "fix-trial-asked", row.coordination, at=at, actor=actor, fix=row.key, trial=trial.number
        )
        return trial


def look(actor: Actor, fix_key: str, *, accepts: bool, words: str, at: datetime) -> Look:
    """Say what one thinks of a fix after one has looked at it; the newest word of each counts.

    It counts as the maintainer's if they are on the team of a vendor of the case. The last trial
    follows: its rungs, its labels and its receipt.

    Raises:
        NotFoundError: there is no such fix, or not for them.
        NotPossibleError: they are no person, nothing is said, or it is withdrawn.
    """
    said = needed(words, "what you think of it")
    if actor.person is None:
        raise NotPossibleError("a person looks at a fix; sign in as one")
    with transaction.atomic():
        row = _held(actor, fix_key, at)
        made = Look.objects.create(
            fix=row,
            person=Person.objects.get(pk=actor.person),
            is_maintainer=_speaks_for_vendor(actor, row.coordination, at),
            accepts=accepts,
            words=said,
            at=at,
        )
        trying.follow_looks(row, at=at)
        record(
            "fix-looked-at",
            row.coordination,
            at=at,
            actor=actor,
            fix=row.key,
            accepts=accepts,
            maintainer=made.is_maintainer,
        )
        return made


def _held(actor: Actor, fix_key: str, at: datetime) -> Fix:
    """Find a fix that somebody may do more with than read, and hold it until the end."""
    key = as_written(fix_key)
    rows = Fix.objects.select_for_update(of=("self",)).select_related("coordination__case")
    found = (
        narrowed(actor, rows, act, at=at).filter(key=key).first()
        for act in (Act.COORDINATE, Act.RESPOND)
    )
    row = next((one for one in found if one is not None), None)
    if row is None:
        raise NotFoundError("fix", key)
    if row.withdrawn_at is not None:
        raise NotPossibleError(f"{row.key} is withdrawn; offer it anew if it is good after all")
    return row


def _promise(row: Fix, actor: Actor, at: datetime) -> Trial:
    last = row.trials.aggregate(last=Max("number"))["last"] or 0
    trial = Trial.objects.create(fix=row, number=last + 1, asked_by=actor.name, asked_at=at)
    Outbox.objects.create(topic=TOPIC, subject=row.key, round=trial.number, made_at=at)
    return trial


def _read(
    case: Case,
    base: str,
    patch: bytes | None,
    release: str | None,
    tests: Mapping[str, bytes] | None,
) -> Read:
    if (patch is None) == (release is None):
        raise NotPossibleError("a fix is a diff or a released version; give one of the two")
    package = _package(case)
    try:
        if patch is not None:
            return read_fix(patch, package=package, base=base, tests=tests)
        return released_fix(package, base, (release or "").strip(), tests=tests)
    except FixError as error:
        raise NotPossibleError(str(error)) from error


def _package(case: Case) -> str:
    """Return the package's URL without a version, as one of the case's findings writes it."""
    for purl in case.findings.order_by("pk").values_list("purl", flat=True)[:20]:
        plain = purl.partition("?")[0].partition("#")[0]
        try:
            target = parse_target(plain)
        except TargetError:
            continue
        written = plain.rpartition("@")[0] if target.version is not None else plain
        if (target.type, target.package) == (case.package_type, case.package):
            return written
    raise NotPossibleError(f"no finding of {case.key} names its package by a package URL")


def _check_room(case: Case, read: Read) -> None:
    standing = Fix.objects.filter(case=case, withdrawn_at=None)
    if standing.count() >= MOST_FIXES:
        raise NotPossibleError(
            f"{case.key} has {MOST_FIXES} fixes already; withdraw those that are superseded"
        )
    same = Q(sha256=read.digest) if read.diff else Q(sha256="", version=read.version)
    if not read.tests and (known := standing.filter(same, tests=None).first()):
        raise NotPossibleError(f"this was offered as {known.key}; have that one tried again")


def _organisation(actor: Actor, coordination: Coordination, at: datetime) -> int | None:
    """Return whose fix it is: of the party that they work for, or of those who coordinate."""
    own = Participant.objects.filter(
        coordination=coordination, organisation__in=actor.organisations, removed_at=None
    ).order_by("pk")
    ids = own.filter(pk__in=_teams(actor, at), joined_at__isnull=False)
    found = ids.values_list("organisation", flat=True).first()
    coordinating = actor.of_kind([OrganisationKind.COORDINATOR])
    return found or next(iter(coordinating), None)


def _speaks_for_vendor(actor: Actor, coordination: Coordination, at: datetime) -> bool:
    return Participant.objects.filter(
        coordination=coordination,
        role=Participant.Part.VENDOR,
        organisation__in=actor.organisations,
        removed_at=None,
        joined_at__isnull=False,
        pk__in=_teams(actor, at),
    ).exists()


def _teams(actor: Actor, at: datetime) -> QuerySet[Any, Any]:
    """Return the parties of whose teams they are."""
    on_a_team = TeamMember.objects.filter(
        Q(until=None) | Q(until__gt=at), person=actor.person, left_at=None
    )
    return on_a_team.values("participant")


def _as_json(tests: Mapping[str, bytes]) -> bytes:
    said = {name: base64.b64encode(text).decode("ascii") for name, text in sorted(tests.items())}
    return json.dumps(said, sort_keys=True).encode()
