"""A case comes from another coordinator and goes on to one: nothing is lost, no term is changed.

What a sender said is taken over from the record as it was kept: whom to credit, the way that the
report came, what it was made from, and under which terms. It is kept once for each finding, so the
same report handed in again changes nothing. The terms are carried: an embargo of ours may not end
later than theirs (`require_carried`). Whether duplicates were taken out decides nothing: a hint.

Going on, the case gets our own hop, with the case's key as our name for it. The document is handed
to whoever asked for it, who sends it; nothing here speaks to a network.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.words import Act, Label, OrganisationKind
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Coordination, Hop, Origin
from tidegate.desks.cases.queries.provenance import carried_terms, source_label
from tidegate.desks.cases.queries.reports import report_of
from tidegate.desks.cases.services.machines import hold
from tidegate.desks.cases.services.recording import record
from tidegate.desks.findings.models import Document, Finding
from tidegate.desks.findings.sealing import Part, seals_of
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.services.founding import coordination as founded
from tidegate.engines.formats import provenance as relay_values
from tidegate.engines.formats import vince_nt
from tidegate.engines.formats.case_reports import CaseReport
from tidegate.engines.formats.csaf_report import Publisher, PublisherCategory, csaf_report
from tidegate.engines.formats.intake import read_reports
from tidegate.engines.formats.provenance import Provenance, relayed
from tidegate.engines.formats.reports import Format, Report
from tidegate.instance.reach import reach

_FROM_COORDINATORS: Final = (Format.CSAF_REPORT.value, Format.VINCE.value)
"""Formats in which a coordinator hands on what somebody else has found."""

_NOT_TO_BE_PASSED_ON: Final = (Label.RED, Label.AMBER_STRICT)
"""From: TLP 2.0: recipients do not share it beyond the meeting, or beyond their organisation."""

_LONGEST_PERMISSION: Final = 1000


def take_over(coordination: Coordination, finding: Finding, at: datetime) -> Origin | None:
    """Keep what was said when a finding was handed on to us; None if its finder handed it in.

    Inside the caller's transaction; done again, it changes nothing.

    Raises:
        NotPossibleError: its record cannot be read any more.
        SealError, KeyringError: its record cannot be opened.
    """
    if finding.format not in _FROM_COORDINATORS:
        return None
    known = Origin.objects.filter(finding=finding).first()
    if known is not None:
        return known
    said = _said(finding)
    origin = Origin.objects.create(
        coordination=coordination,
        finding=finding,
        received_at=finding.received_at,
        credits=[_kept(asdict(credit)) for credit in said.credits],
        references=_kept(said.origins),
        embargo_ends_at=said.terms.ends,
        terms=kept_text(said.terms.text),
        tlp=said.terms.tlp or "",
        involvements=[
            _kept({**asdict(each), "at": each.at and each.at.isoformat()})
            for each in said.involvements
        ],
        deduplicated=said.deduplicated,
    )
    Hop.objects.bulk_create(
        Hop(
            coordination=coordination,
            origin=origin,
            number=number,
            party=kept_text(hop.party),
            handling=kept_text(hop.identifier or ""),
            at=hop.at,
            recorded_at=at,
        )
        for number, hop in enumerate(said.chain, start=1)
    )
    return origin


def take_over_all(coordination: Coordination, at: datetime) -> int:
    """Take over what was said of each finding of a case; return how many were new.

    Inside the caller's transaction. It raises what `take_over` raises.
    """
    rows = Finding.objects.filter(
        case=coordination.case, format__in=_FROM_COORDINATORS, origin=None
    ).order_by("pk")
    return sum(take_over(coordination, finding, at) is not None for finding in rows)


def require_carried(coordination: Coordination, ends_at: datetime, *, at: datetime) -> None:
    """Refuse an embargo that would end later than the terms under which the case came here.

    Inside the caller's transaction.

    Raises:
        NotPossibleError: it would. It raises what `take_over` raises, too.
    """
    take_over_all(coordination, at)
    terms = carried_terms(coordination)
    if terms is not None and terms.ends is not None and ends_at > terms.ends:
        raise NotPossibleError(
            f"{coordination.case.key} was handed on to us under terms that end at"
            f" {shown(terms.ends)}, and they are not ours to renegotiate; propose an end that is"
            " not later, or ask its sender for other terms"
        )


def relay(
    actor: Actor,
    case_key: str,
    to: str,
    *,
    identifier: str = "",
    permission: str = "",
    namespace: str = "",
    at: datetime | None = None,
) -> bytes:
    """Hand a case on to another coordinator: return it as a CSAF 2.1 vulnerability report.

    Args:
        actor: a coordinator; the report is their organisation's.
        case_key: of the case; it is our handling identifier.
        to: whom it is for.
        identifier: their own name for the case, if it is known already.
        permission: who allowed it and how, where the label under which it was handed in forbids
            to pass it on.
        namespace: a URL that we control, as CSAF asks for; this instance's own address, without it.
        at: when, for clocks of tests.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it is not coordinated; its label forbids it; nobody coordinates here, or
            has no address; the chain is full. It raises what `take_over` raises, too.
    """
    now = at or timezone.now()
    to, identifier, permission = _addressee(to), _own_name(identifier), _allowed(permission)
    with transaction.atomic():
        row = hold(actor, case_key, Act.COORDINATE, at=now, while_open=False).row
        report = _handed_on(actor, row, permission, now)
        publisher = Publisher(PublisherCategory.COORDINATOR, namespace or _namespace())
        try:
            document = csaf_report(report, publisher)
        except ValueError as error:
            raise NotPossibleError(f"{row.case.key} cannot be handed on: {error}") from error
        _add_onward(row, to, identifier, now)
        if permission:
            # It may name a finder. The parties of the case read the other entry, and not this one.
            append(
                "relay-permitted",
                at=now,
                actor=actor,
                within=row.case.key,
                to=to,
                permission=permission,
            )
        digest = hashlib.sha256(document).hexdigest()
        record(
            "case-relayed",
            row,
            at=now,
            actor=actor,
            to=to,
            identifier=identifier,
            document_sha256=digest,
        )
        return document


def vince_nt_texts(
    actor: Actor, case_key: str, *, permission: str = "", at: datetime | None = None
) -> str:
    """Return a case as texts for VINCE-NT's form, for a person to read, paste and submit.

    Nothing is recorded: whether it is submitted is the person's to say (`note_onward`). The
    arguments and the errors are those of `relay`.
    """
    now = at or timezone.now()
    allowed = _allowed(permission)
    with transaction.atomic():
        row = hold(actor, case_key, Act.COORDINATE, at=now, while_open=False).row
        report = _handed_on(actor, row, allowed, now)
        return vince_nt.pasted(vince_nt.form_texts(report))


def note_onward(
    actor: Actor, case_key: str, to: str, *, identifier: str, at: datetime | None = None
) -> Hop:
    """Keep under which name a coordinator has the case that we, or a person, handed on to it.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it is not coordinated, or the name is missing.
    """
    now = at or timezone.now()
    to, identifier = _addressee(to), _own_name(identifier)
    if not identifier:
        raise NotPossibleError(f"say under which name {to} has the case, such as VU#257161")
    with transaction.atomic():
        row = hold(actor, case_key, Act.COORDINATE, at=now, while_open=False).row
        known = row.hops.filter(onward=True, party=to, handling=identifier).first()
        if known is not None:
            return known
        hop = _add_onward(row, to, identifier, now)
        record("relay-named", row, at=now, actor=actor, to=to, identifier=identifier)
        return hop


def _said(finding: Finding) -> Provenance:
    """Return what the record of a finding says of its way, read again as it was kept."""
    sealed = Document.objects.values_list("record", flat=True).get(finding=finding)
    raw = seals_of(finding.delivery_id).unseal(sealed, Part.RECORD.of(finding.key))
    records = read_reports(
        io.BytesIO(raw), finding.key, format=Format(finding.format), target=finding.purl
    )
    for report in records:
        if isinstance(report, Report) and report.digest == finding.digest and report.provenance:
            return report.provenance
    raise NotPossibleError(
        f"{finding.key} was handed on to us, and its record, {finding.format}, is not read any"
        " more; hand the report in again"
    )


def _kept(said: Any) -> Any:
    """Return JSON data as every database can keep it."""
    if isinstance(said, str):
        return kept_text(said)
    if isinstance(said, dict):
        return {key: _kept(value) for key, value in said.items()}
    if isinstance(said, Iterable):
        return [_kept(value) for value in said]
    return said


def _handed_on(actor: Actor, row: Coordination, permission: str, at: datetime) -> CaseReport:
    """Return a case with our own hop at the end of its chain, if it may be passed on."""
    take_over_all(row, at)
    label = source_label(row)
    if Label(row.tlp) is Label.RED:
        label = Label.RED
    if label in _NOT_TO_BE_PASSED_ON and not permission:
        raise NotPossibleError(
            f"{row.case.key} is here under {label.value}, which is not passed on; ask whoever"
            " handed it in, and say who allowed it"
        )
    report = report_of(row)
    hop = relay_values.Hop(_ourselves(actor).name, row.case.key, at)
    try:
        return replace(report, provenance=relayed(report.provenance, hop))
    except ValueError as error:
        raise NotPossibleError(f"{row.case.key} cannot be handed on: {error}") from error


def _ourselves(actor: Actor) -> Organisation:
    """Return the organisation in whose name a case goes on: the actor's, or the first one here."""
    own = Organisation.objects.filter(pk__in=actor.of_kind([OrganisationKind.COORDINATOR]))
    found = own.order_by("pk").first()
    if found is not None:
        return found
    first = founded()
    if first is None:
        raise NotPossibleError("nobody coordinates here yet; `tidegate init` opens who does")
    return first.organisation


def _namespace() -> str:
    address = reach().address
    if not address:
        raise NotPossibleError(
            "a report names a URL that its sender controls, and this instance has no address; set"
            " TIDEGATE_ADDRESS, or name a URL of your organisation"
        )
    return address


def _add_onward(row: Coordination, to: str, identifier: str, at: datetime) -> Hop:
    before = row.hops.filter(onward=True).order_by("number").last()
    return Hop.objects.create(
        coordination=row,
        number=before.number + 1 if before else 1,
        party=to,
        handling=identifier,
        at=at,
        onward=True,
        recorded_at=at,
    )


def _addressee(text: str) -> str:
    said = text.strip()
    if not said or len(said) > relay_values.MAX_PARTY or not said.isprintable():
        raise NotPossibleError(
            f"whom it is for is named in 1 to {relay_values.MAX_PARTY} visible characters"
        )
    return said


def _own_name(text: str) -> str:
    said = text.strip()
    if len(said) > relay_values.MAX_IDENTIFIER or not said.isprintable():
        raise NotPossibleError(
            f"their name for the case has at most {relay_values.MAX_IDENTIFIER} visible characters"
        )
    return said


def _allowed(text: str) -> str:
    said = kept_text(text.strip())
    if len(said) > _LONGEST_PERMISSION:
        raise NotPossibleError(
            f"who allowed it is said in at most {_LONGEST_PERMISSION} characters"
        )
    return said
