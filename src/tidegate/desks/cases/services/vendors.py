"""How far a vendor is: with the report, with the fix, with each of its products.

How far the contact with it has come is kept apart from what it says of its products. A vendor that
says nothing of a product has said nothing of it, and that is what is shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.models import Participant, ProductStatus
from tidegate.desks.cases.policies.words import Trigger
from tidegate.desks.cases.services import deadlines
from tidegate.desks.cases.services.machines import Held, hold, keep, party_of, taken
from tidegate.desks.cases.services.recording import record
from tidegate.desks.cases.services.texts import instant, worded
from tidegate.desks.cases.states import cases as model
from tidegate.desks.cases.states.reports import ReportEvent
from tidegate.desks.cases.states.vulnerabilities import VENDOR_EVENTS, CaseEvent
from tidegate.desks.findings.services.refusals import NotPossibleError

_Contact: Final = Participant.Contact
_Status: Final = ProductStatus.Status
_LONGEST_PRODUCT: Final = 4096

_CONTACT: Final = tuple(_Contact)
"""From the first to the last."""


def say_status(
    actor: Actor,
    case_key: str,
    organisation_key: str,
    product: str,
    status: str,
    *,
    justification: str = "",
    statement: str = "",
    versions: str = "",
    at: datetime,
) -> ProductStatus:
    """Say what holds for a vendor's product; it replaces what was said of that product before.

    Args:
        actor: who works on the case for the vendor; or a coordinator, who records what it told.
        case_key: of the case.
        organisation_key: of the vendor.
        product: a package URL, or the name that the vendor gives it.
        status: a word of `ProductStatus.Status`.
        justification: why it is not affected, a word of `ProductStatus.Justification`.
        statement: in the vendor's own words.
        versions: which of its versions, as a vers range where it is known.
        at: now.

    Raises:
        NotFoundError: there is no such part of a case, or not for them to answer for.
        NotPossibleError: it is no vendor here, has not joined, or the words do not go together.
    """
    named = product.strip()
    if not named or len(named) > _LONGEST_PRODUCT or not named.isprintable():
        raise NotPossibleError(f"name the product in 1 to {_LONGEST_PRODUCT} printable characters")
    _check_words(status, justification)
    said, ranged = worded(statement, "a statement"), worded(versions, "the versions")
    with transaction.atomic():
        holding, party = _vendor(actor, case_key, organisation_key, at)
        party.statuses.filter(product=named, replaced_at=None).update(replaced_at=at)
        row = ProductStatus.objects.create(
            participant=party,
            product=named,
            status=status,
            justification=justification,
            statement=said,
            versions=ranged,
            said_by=actor.name,
            said_at=at,
        )
        answered = status != _Status.UNDER_INVESTIGATION
        _come_to(party, _Contact.ANSWERED if answered else _Contact.INVESTIGATING)
        deadlines.happened(holding.row, Trigger.VENDOR_REPLIED, at=at)
        record(
            "status-said",
            holding.row,
            at=at,
            actor=actor,
            party=party,
            product=named,
            status=status,
            justification=justification,
        )
        return row


def record_progress(
    actor: Actor,
    case_key: str,
    organisation_key: str,
    event: str,
    *,
    happened_at: datetime | None = None,
    at: datetime,
) -> Participant:
    """Record that a vendor is aware, has a fix ready, or has it deployed.

    Raises:
        NotFoundError: there is no such part of a case, or not for them to answer for.
        NotPossibleError: it does not follow from where the vendor is.
    """
    if event not in VENDOR_EVENTS:
        raise NotPossibleError(
            f"{event[:40]!r} is nothing of a vendor; say one of {', '.join(VENDOR_EVENTS)}"
        )
    when = instant(happened_at or at, "when it came about")
    if when > at:
        raise NotPossibleError(f"{shown(when)} is ahead; say it when it has come about")
    with transaction.atomic():
        holding, party = _vendor(actor, case_key, organisation_key, at)
        moved = model.record_progress(
            holding.case,
            party.organisation.key,
            CaseEvent(event),
            happened_at=when,
            recorded_at=at,
        )
        keep(holding, taken(moved, holding), at=at, actor=actor)
        record("vendor-progress", holding.row, at=at, actor=actor, party=party, event=event)
        return party


def handle_report(
    actor: Actor, case_key: str, organisation_key: str, event: str, *, at: datetime
) -> Participant:
    """Record what a party does with the report: hold it valid, accept it, put it off, close it.

    Raises:
        NotFoundError: there is no such part of a case, or not for them to answer for.
        NotPossibleError: it does not follow from where the report is.
    """
    words = tuple(ReportEvent)
    if event not in words:
        raise NotPossibleError(
            f"{event[:40]!r} is nothing that is done with a report; say one of {', '.join(words)}"
        )
    with transaction.atomic():
        holding, party = _own_part(actor, case_key, organisation_key, at)
        moved = model.handle_report(holding.case, party.organisation.key, ReportEvent(event))
        keep(holding, taken(moved, holding), at=at, actor=actor)
        if event in (ReportEvent.INVALIDATE, ReportEvent.VALIDATE, ReportEvent.ACCEPT):
            _come_to(party, _Contact.INVESTIGATING)
        record("report-handled", holding.row, at=at, actor=actor, party=party, event=event)
        return party


def set_contact(
    actor: Actor, case_key: str, organisation_key: str, contact: str, *, at: datetime
) -> Participant:
    """Record how far the contact with a party has come, forwards or back.

    Raises:
        NotFoundError: there is no such case, or not for them to coordinate.
        NotPossibleError: it is no such word, or takes no part.
    """
    if contact not in _CONTACT:
        raise NotPossibleError(
            f"{contact[:40]!r} says nothing of a contact; say one of {', '.join(_CONTACT)}"
        )
    with transaction.atomic():
        holding = hold(actor, case_key, Act.COORDINATE, at=at)
        party = party_of(holding, organisation_key)
        party.contact = contact
        party.save(update_fields=["contact"])
        record("contact-set", holding.row, at=at, actor=actor, party=party, contact=contact)
        return party


def mark_seen(actor: Actor, case_key: str, organisation_key: str, *, at: datetime) -> bool:
    """Keep that an invited party has seen its invitation; return whether that is new.

    Raises:
        NotFoundError: there is no such part of a case, or not for them to answer for.
    """
    with transaction.atomic():
        holding = hold(actor, case_key, Act.SEE, at=at, while_open=False)
        party = _found(actor, holding, organisation_key, at)
        if party.contact != _Contact.NOTIFIED or party.organisation_id not in actor.organisations:
            return False
        _come_to(party, _Contact.SEEN)
        record("invitation-seen", holding.row, at=at, actor=actor, party=party)
        return True


def _vendor(
    actor: Actor, case_key: str, organisation_key: str, at: datetime
) -> tuple[Held, Participant]:
    holding, party = _own_part(actor, case_key, organisation_key, at)
    if party.role != Participant.Part.VENDOR:
        raise NotPossibleError(
            f"{party.organisation.key} is no vendor in {holding.key}; only a vendor says that"
        )
    return holding, party


def _own_part(
    actor: Actor, case_key: str, organisation_key: str, at: datetime
) -> tuple[Held, Participant]:
    """Return the part that the actor answers for, in a case that they read and work on."""
    holding = hold(actor, case_key, Act.WRITE, at=at)
    party = _found(actor, holding, organisation_key, at)
    if party.joined_at is None:
        raise NotPossibleError(
            f"{party.organisation.key} has not joined {holding.key}; it says so when it has"
        )
    return holding, party


def _found(actor: Actor, holding: Held, organisation_key: str, at: datetime) -> Participant:
    organisation = as_written(organisation_key)
    rows = Participant.objects.filter(
        coordination=holding.row, removed_at=None, invited_at__isnull=False
    )
    find(actor, rows, Act.RESPOND, at=at, organisation__key=organisation)
    return party_of(holding, organisation)


def _come_to(party: Participant, contact: Participant.Contact) -> None:
    """Move the contact forwards, and never back."""
    if _CONTACT.index(contact) > _CONTACT.index(_Contact(party.contact)):
        party.contact = contact
        party.save(update_fields=["contact"])


def _check_words(status: str, justification: str) -> None:
    if status not in _Status.values:
        raise NotPossibleError(f"{status[:40]!r} is no status; say one of {', '.join(_Status)}")
    words = ProductStatus.Justification
    if status == _Status.NOT_AFFECTED and justification not in words.values:
        raise NotPossibleError(
            f"a product is not affected for a reason: say one of {', '.join(words)}"
        )
    if status != _Status.NOT_AFFECTED and justification:
        raise NotPossibleError("only what is not affected has a justification; leave it out")
