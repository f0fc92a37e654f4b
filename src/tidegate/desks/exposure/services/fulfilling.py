"""An organisation records what it has done of what directives ask, and what starts their clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Fulfilment, HappenedToOrganisation, Operator
from tidegate.desks.exposure.queries.compliance import duties_of
from tidegate.desks.exposure.queries.directives import all_directives, directive_named
from tidegate.desks.exposure.queries.operators import operator_of
from tidegate.desks.exposure.services.asset_words import line
from tidegate.desks.exposure.services.pasts import past
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation
from tidegate.engines.directives import ByTable, Duty

_LONGEST_WORDS: Final = 4000
_LONGEST_NAME: Final = 100
_BEGINNINGS: Final = ("role/", "body/")


def fulfil(
    actor: Actor,
    organisation_key: str,
    directive: str,
    requirement: str,
    *,
    occurrence: str = "",
    done_at: datetime,
    words: str,
    at: datetime,
) -> Fulfilment:
    """Record that an organisation has done what a directive asks of it.

    Args:
        actor: a member of it, or of a provider that it has delegated to.
        organisation_key: whose duty.
        directive: its id, such as `bod-26-02`.
        requirement: its id within the directive.
        occurrence: which one, where there are several; the duty's own word.
        done_at: when it was done, at the latest now.
        words: what was done, and where that can be seen.
        at: now.

    Raises:
        NotFoundError: there is no such organisation, duty, or not for them.
        NotPossibleError: it is done already, lies in the future, or says nothing.
    """
    with transaction.atomic():
        organisation = _acting(actor, organisation_key, at)
        duty = _duty(organisation, directive, requirement, occurrence, at)
        said = line(words, "what was done", _LONGEST_WORDS)
        if not said:
            raise NotPossibleError("say what was done, and where that can be seen")
        moment = past(done_at, "the day on which it was done", at=at)
        there = Fulfilment.objects.filter(
            organisation=organisation,
            directive=duty.directive,
            requirement=duty.requirement,
            occurrence=duty.occurrence,
            taken_back_at=None,
        )
        if there.exists():
            raise NotPossibleError(f"{duty.key} was recorded as done before; take that back first")
        row = Fulfilment.objects.create(
            organisation=organisation,
            directive=duty.directive,
            requirement=duty.requirement,
            occurrence=duty.occurrence,
            done_at=moment,
            words=said,
            by_id=actor.person,
            by_name=actor.name,
            at=at,
        )
        record("duty-fulfilled", organisation, at=at, actor=actor, duty=duty.key)
    return row


def take_back_fulfilment(
    actor: Actor,
    organisation_key: str,
    directive: str,
    requirement: str,
    *,
    occurrence: str = "",
    at: datetime,
) -> None:
    """Take back that something was done; that it was said stays on record.

    Raises:
        NotFoundError: nothing was recorded, there is no such directive, or it is not for them.
    """
    with transaction.atomic():
        organisation = _acting(actor, organisation_key, at)
        found = directive_named(directive)
        rows = Fulfilment.objects.filter(
            organisation=organisation,
            directive=found.id,
            requirement=requirement,
            occurrence=occurrence,
            taken_back_at=None,
        )
        if not rows.update(taken_back_at=at):
            raise NotFoundError("fulfilment", f"{directive}/{requirement}"[:100])
        key = "/".join(filter(None, (found.id, requirement, occurrence)))
        record("duty-taken-back", organisation, at=at, actor=actor, duty=key)


def say_happened(
    actor: Actor,
    organisation_key: str,
    directive: str,
    event: str,
    name: str,
    happened_at: datetime,
    *,
    at: datetime,
) -> HappenedToOrganisation:
    """Record that something has happened from which a directive's clocks count.

    Args:
        actor: a member of the organisation, or of its provider.
        organisation_key: to whom it happened.
        directive: whose event it is.
        event: the directive's word for it, such as `exploitation-known`.
        name: the organisation's own name for this one, such as a CVE id; events of one name belong
            together.
        happened_at: when, at the latest now.
        at: now.

    Raises:
        NotFoundError: there is no such organisation or directive, or not for them.
        NotPossibleError: the directive has no such event, it is recorded already, or lies in the
            future.
    """
    with transaction.atomic():
        organisation = _acting(actor, organisation_key, at)
        found = directive_named(directive)
        if not found.holds(at.date()):
            raise NotPossibleError(f"{found.citation} asks for nothing any more; it was revoked")
        known = [one.name for one in found.events]
        if event not in known:
            raise NotPossibleError(
                f"{found.citation} has no event {event[:60]!r}; it has {', '.join(known) or 'none'}"
            )
        called = line(name, "the name", _LONGEST_NAME)
        if not called:
            raise NotPossibleError("give it a name, such as that of the vulnerability or incident")
        moment = past(happened_at, "the day on which it happened", at=at)
        there = HappenedToOrganisation.objects.filter(
            organisation=organisation,
            directive=found.id,
            event=event,
            name=called,
            taken_back_at=None,
        )
        if there.exists():
            raise NotPossibleError(f"{event} of {called} is recorded; take that back first")
        row = HappenedToOrganisation.objects.create(
            organisation=organisation,
            directive=found.id,
            event=event,
            name=called,
            at=moment,
            said_at=at,
            by_id=actor.person,
        )
        record("event-noted", organisation, at=at, actor=actor, directive=found.id, event=event)
    return row


def take_back_happened(
    actor: Actor, organisation_key: str, directive: str, event: str, name: str, *, at: datetime
) -> None:
    """Take back that something has happened.

    Raises:
        NotFoundError: nothing of the kind was recorded, there is no such directive, or it is not
            for them.
    """
    with transaction.atomic():
        organisation = _acting(actor, organisation_key, at)
        found = directive_named(directive)
        rows = HappenedToOrganisation.objects.filter(
            organisation=organisation,
            directive=found.id,
            event=event,
            name=name,
            taken_back_at=None,
        )
        if not rows.update(taken_back_at=at):
            raise NotFoundError("event", name[:100])
        record(
            "event-taken-back",
            organisation,
            at=at,
            actor=actor,
            directive=found.id,
            event=event,
        )


def set_roles(
    actor: Actor, organisation_key: str, roles: tuple[str, ...], *, at: datetime
) -> Operator:
    """Say by which words directives speak of an organisation, such as `role/fedramp-provider`.

    Raises:
        NotFoundError: there is no such organisation, or not for them.
        NotPossibleError: a word is none of any directive's.
    """
    known = {word for word in _words_of_directives() if word.startswith(_BEGINNINGS)}
    wrong = sorted(set(roles) - known)
    with transaction.atomic():
        organisation = _acting(actor, organisation_key, at)
        if wrong:
            raise NotPossibleError(
                f"no directive speaks of {wrong[0][:60]!r}; write some of"
                f" {', '.join(sorted(known))}"
            )
        operator = operator_of(organisation)
        operator.roles = sorted(set(roles))
        operator.save()
        record(
            "operator-settled",
            organisation,
            at=at,
            actor=actor,
            changed={"roles": operator.roles},
        )
    return operator


def _acting(actor: Actor, organisation_key: str, at: datetime) -> Organisation:
    """Return whose duty it is, locked, if it is for them."""
    rows = Organisation.objects.select_for_update(of=("self",), no_key=True)
    return find(actor, rows, Act.OPERATE, at=at, key=as_written(organisation_key))


def _duty(
    organisation: Organisation, directive: str, requirement: str, occurrence: str, at: datetime
) -> Duty:
    found = directive_named(directive)
    for one in found.demands:
        if one.id == requirement and isinstance(one.clock, ByTable):
            raise NotPossibleError(
                f"{found.citation} {requirement} is met on each exposure; say there what was done"
            )
    due = [
        duty
        for duty in duties_of(organisation, at=at)
        if (duty.directive, duty.requirement) == (found.id, requirement) and duty.applies
    ]
    for duty in due:
        if duty.occurrence == occurrence:
            return duty
    if not occurrence and len(due) == 1:
        return due[0]
    if due:
        named = ", ".join(duty.occurrence for duty in due)
        raise NotPossibleError(f"say which one of {found.citation} {requirement}: {named}")
    raise NotFoundError("duty", f"{directive}/{requirement}"[:100])


def _words_of_directives() -> set[str]:
    return {
        binding.whom
        for directive in all_directives()
        for demand in directive.demands
        for binding in demand.bindings
    }
