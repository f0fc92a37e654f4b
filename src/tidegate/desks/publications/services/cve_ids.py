"""CVE identifiers: reserved for a case, noted where a vendor's CNA has given one, rejected.

What CVE Services has to do is promised in a row first, and done later (`keep_promises`): whoever is
killed in between does it again, and `engines.cve_services` makes that safe. So a case never gets
two identifiers. Where this instance is no CVE Numbering Authority, the vendor's assigns one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.request import getproxies_environment

import orjson
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act, Label
from tidegate.desks.cases.services.texts import reasoned
from tidegate.desks.findings.models import Case
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.publications.models import CveId, Rendered
from tidegate.desks.publications.states.retrying import is_due
from tidegate.desks.publications.states.revisions import RevisionState
from tidegate.engines.cve_services.account import Route
from tidegate.engines.cve_services.client import Client
from tidegate.engines.cve_services.errors import CveServicesError
from tidegate.engines.formats.advisories.cve import Cna
from tidegate.engines.reproduction.ecosystems.pip_settings import trusted_certificates
from tidegate.instance.home import home
from tidegate.instance.private_files import one_at_a_time, private_folder
from tidegate.instance.publisher import cve_account

_NUMBER: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_SKEW: Final = timedelta(hours=1)
"""By how much the clock of CVE Services may be behind ours."""
_LONGEST_CNA: Final = 100
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=6)


def reserve(actor: Actor, case_key: str, *, at: datetime) -> CveId:
    """Promise that a CVE identifier is reserved for a case; which one it is, is known soon after.

    Args:
        actor: a coordinator.
        case_key: of the case.
        at: now.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it has one already, or this instance has no account at CVE Services.
        HomeError: the account cannot be read.
    """
    account = cve_account()
    if account is None:
        raise NotPossibleError(
            "this instance has no account at CVE Services (TIDEGATE_CVE_ORG and the others); leave"
            " it to the vendor's CNA, and note the identifier that it gives (`assign`)"
        )
    with transaction.atomic():
        case = _free_case(actor, case_key, at)
        row = CveId.objects.create(
            case=case,
            number=None,
            cna=account.cna.short_name,
            is_ours=True,
            state=CveId.State.WANTED,
            by=actor.name,
            at=at,
        )
        append("cve-id-asked", at=at, actor=actor, of_case=case.key)
        return row


def assign(actor: Actor, case_key: str, number: str, *, cna: str, at: datetime) -> CveId:
    """Note the CVE identifier that a vendor's CNA has given to a case.

    Args:
        actor: a coordinator.
        case_key: of the case.
        number: such as `CVE-2026-12345`.
        cna: short name of the CNA.
        at: now.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it is no such identifier, another case has it, or the case has another.
    """
    written, named = number.strip().upper(), cna.strip()
    if not _NUMBER.fullmatch(written):
        raise NotPossibleError(f"{number[:40]!r} is no CVE identifier; write it as CVE-2026-12345")
    if not named or len(named) > _LONGEST_CNA or not named.isprintable():
        raise NotPossibleError(f"name the CNA that gave it, in 1 to {_LONGEST_CNA} characters")
    with transaction.atomic():
        case = _free_case(actor, case_key, at)
        if CveId.objects.filter(number=written).exists():
            raise NotPossibleError(f"{written} is another case's already; look where it belongs")
        row = CveId.objects.create(
            case=case, number=written, cna=named, is_ours=False, by=actor.name, at=at
        )
        append("cve-id-assigned", at=at, actor=actor, of_case=case.key, number=written, cna=named)
        return row


def reject(actor: Actor, number: str, *, reason: str, at: datetime) -> CveId:
    """Promise that a CVE identifier of ours is rejected; it is never used again.

    Raises:
        NotFoundError: there is no such identifier, or not for them to coordinate.
        NotPossibleError: it is not ours, is rejected already, or stands in what is published.
    """
    why = reasoned(reason)
    with transaction.atomic():
        rows = CveId.objects.select_for_update(of=("self",)).select_related("case")
        row = find(actor, rows, Act.COORDINATE, at=at, number=number.strip().upper())
        if not row.is_ours:
            raise NotPossibleError(f"{row.number} is {row.cna}'s; ask {row.cna} to reject it")
        if row.state == CveId.State.REJECTED or row.reject_because:
            raise NotPossibleError(f"{row.number} is rejected, or going to be")
        if _published(row).exists():
            raise NotPossibleError(
                f"{row.number} stands in what is published; withdraw that, and it is rejected by it"
            )
        row.reject_because, row.tries, row.tried_at, row.reason = why, 0, None, ""
        row.save(update_fields=["reject_because", "tries", "tried_at", "reason"])
        append(
            "cve-id-rejecting",
            at=at,
            actor=actor,
            of_case=row.case.key if row.case else "",
            number=row.number,
            reason=why,
        )
        return row


def take_back(actor: Actor, case_key: str, *, at: datetime) -> None:
    """Take back that an identifier is reserved for a case, while none is known.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: none was asked for, or there is one already.
    """
    with transaction.atomic():
        case = _case(actor, case_key, at)
        gone, _ = CveId.objects.filter(case=case, state=CveId.State.WANTED).delete()
        if not gone:
            raise NotPossibleError(f"no CVE identifier is waited for in {case.key}")
        append("cve-id-not-asked", at=at, actor=actor, of_case=case.key)


def keep_promises(at: datetime) -> int:
    """Do at CVE Services what was promised and is due; return how much was done.

    Raises:
        HomeError: the account cannot be read.
    """
    waiting = [
        row
        for row in _promised()
        if is_due(row.tries, row.tried_at, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE, at=at)
    ]
    account = cve_account() if waiting else None
    if account is None:
        return 0
    done = 0
    # One at a time: two that reserve at once might both take what a third one left behind.
    with (
        one_at_a_time(private_folder(home() / "promises")),
        Client(account.account, _route(account.account.address)) as client,
    ):
        for row in waiting:
            try:
                done += _keep(client, account.cna, row.pk, at)
            except CveServicesError as error:
                CveId.objects.filter(pk=row.pk).update(
                    tries=row.tries + 1, tried_at=at, reason=str(error)
                )
    return done


def _case(actor: Actor, case_key: str, at: datetime) -> Case:
    cases = Case.objects.select_for_update(of=("self",)).select_related("merged_into")
    case = find(actor, cases, Act.COORDINATE, at=at, key=as_written(case_key))
    if case.merged_into is not None:
        raise NotPossibleError(f"{case.key} became part of {case.merged_into.key}; go on with that")
    return case


def _free_case(actor: Actor, case_key: str, at: datetime) -> Case:
    """Return a case that has no identifier; one that was rejected is the case's no more."""
    case = _case(actor, case_key, at)
    there = CveId.objects.filter(case=case).first()
    if there is None:
        return case
    if there.state != CveId.State.REJECTED:
        named = there.number or "one that is being reserved"
        raise NotPossibleError(f"{case.key} has a CVE identifier, {named}; a case has one")
    there.case = None
    there.save(update_fields=["case"])
    return case


def _published(row: CveId) -> QuerySet[Rendered]:
    """Return the CVE records of what is published and not withdrawn."""
    return Rendered.objects.filter(
        revision__publication__cve=row.number,
        revision__publication__withdrawn_at=None,
        revision__publication__published_at__isnull=False,
        format="cve",
    )


def _promised() -> list[CveId]:
    """Return the identifiers about which something was promised, the oldest first."""
    rejecting = ~Q(reject_because="") & ~Q(state=CveId.State.REJECTED)
    wanted = Q(state=CveId.State.WANTED)
    standing = Q(is_ours=True, state__in=(CveId.State.RESERVED, CveId.State.PUBLISHED))
    unsent = Exists(_records_to_send(OuterRef("case"), OuterRef("number"), OuterRef("revision")))
    return [*CveId.objects.filter(wanted | rejecting | standing & Q(unsent)).order_by("pk")]


def _record_to_send(row: CveId) -> Rendered | None:
    """Return the newest CVE record that CVE Services has not been sent."""
    rows = _records_to_send(row.case_id, row.number, row.revision)
    return rows.select_related("revision").order_by("revision__number").last()


def _records_to_send(case: Any, number: Any, sent: Any) -> QuerySet[Rendered]:
    """Return the CVE records of a case that CVE Services has not been sent.

    Each argument is a value, or refers to a column of an identifier that is asked about.
    """
    return Rendered.objects.filter(
        revision__publication__case=case,
        revision__publication__tlp=Label.CLEAR,
        revision__publication__cve=number,
        revision__state=RevisionState.PUBLISHED,
        revision__number__gt=sent,
        format="cve",
    )


def _keep(client: Client, cna: Cna, pk: int, at: datetime) -> bool:
    """Keep what was promised about one identifier; False if another process did."""
    row = CveId.objects.select_related("case").filter(pk=pk).first()
    if row is None:
        return False
    if row.state == CveId.State.WANTED:
        used = CveId.objects.exclude(number=None).values_list("number", flat=True)
        given = client.reserve(at.year, used={str(one) for one in used}, since=row.at - _SKEW)
        return _set(row, "cve-id-reserved", at, number=given.identifier, state=CveId.State.RESERVED)
    if row.number is None:
        return False
    if row.reject_because and row.state != CveId.State.REJECTED:
        client.reject(row.number, _rejected(cna, row.reject_because))
        return _set(row, "cve-id-rejected", at, state=CveId.State.REJECTED)
    sending = _record_to_send(row)
    if sending is None or sending.content is None:
        return False
    document = orjson.loads(bytes(sending.content))
    container: Mapping[str, Any] = document["containers"]["cna"]
    number = sending.revision.number
    if document["cveMetadata"]["state"] == CveId.State.REJECTED:
        client.reject(row.number, container)
        return _set(row, "cve-id-rejected", at, state=CveId.State.REJECTED, revision=number)
    client.publish(row.number, container)
    return _set(row, "cve-record-published", at, state=CveId.State.PUBLISHED, revision=number)


def _set(row: CveId, kind: str, at: datetime, **columns: Any) -> bool:
    """Keep what was done, unless somebody was first; inside a transaction of its own."""
    with transaction.atomic():
        same = CveId.objects.filter(pk=row.pk, state=row.state, revision=row.revision)
        if not same.update(**columns, tries=0, tried_at=at, reason=""):
            return False
        append(
            kind,
            at=at,
            actor=HOUSE,
            of_case=row.case.key if row.case else "",
            number=columns.get("number", row.number),
            revision=columns.get("revision", row.revision),
        )
        return True


def _rejected(cna: Cna, reason: str) -> dict[str, Any]:
    return {
        "providerMetadata": {"orgId": cna.organisation, "shortName": cna.short_name},
        "rejectedReasons": [{"lang": "en", "value": reason}],
    }


def _route(address: str) -> Route:
    from requests.utils import should_bypass_proxies

    named = {} if should_bypass_proxies(address, no_proxy=None) else getproxies_environment()
    return Route(
        proxies={scheme: named[scheme] for scheme in ("http", "https") if named.get(scheme)},
        verify=trusted_certificates(os.environ),
    )
