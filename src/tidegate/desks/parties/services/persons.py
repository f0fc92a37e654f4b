"""People: made, described, suspended, reinstated."""

from __future__ import annotations

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import require_with_instance
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import ApiToken, Membership, Person
from tidegate.desks.parties.queries.administrators import is_left_to_itself
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.desks.parties.services.sessions import end_sessions
from tidegate.desks.parties.services.texts import kept_email, kept_name, kept_reason, kept_time_zone


def make_person(
    email: str, name: str, password: str | None, *, verified: bool, at: datetime
) -> Person:
    """Make a person, in the caller's transaction; that they may exist is the caller's to know.

    Args:
        email: the address that they sign in with; nobody else has it.
        name: as others see it.
        password: without one they sign in by other means.
        verified: whether it is known that the address is theirs.
        at: now.

    Raises:
        NotPossibleError: the name, the address or the password cannot be used.
    """
    person = new_person(email, name, password, at=at)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=verified)
    return person


def new_person(email: str, name: str, password: str | None, *, at: datetime) -> Person:
    """Return a person as `make_person` would make them, and keep nothing."""
    person = Person(email=kept_email(email), name=kept_name(name, "a person"), joined_at=at)
    if password is not None:
        require_good_password(password, person)
    person.set_password(password)
    return person


def require_good_password(password: str, person: Person) -> None:
    """Refuse a password that is short, common, or close to its person's name or address.

    Raises:
        NotPossibleError: it is.
    """
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise NotPossibleError(" ".join(error.messages)) from error


def change_profile(actor: Actor, *, name: str, time_zone: str, at: datetime) -> Person:
    """Change the own name and the zone that times are shown in.

    Raises:
        NotFoundError: the actor is no person.
        NotPossibleError: the name or the zone cannot be used.
    """
    if actor.person is None:
        raise NotFoundError("person", "")
    kept, zone = kept_name(name, "a person"), kept_time_zone(time_zone)
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=actor.person)
        before = person.name
        person.name, person.time_zone = kept, zone
        person.save(update_fields=["name", "time_zone"])
        if kept != before:
            append("person-renamed", at=at, actor=actor, name=kept, before=before)
        return person


def suspend_person(actor: Actor, key: str, *, reason: str, at: datetime) -> Person:
    """Shut a person out: their sessions and tokens end now, and nothing of theirs signs in.

    Their tokens stay ended when they are reinstated; what they sign in with works again then.

    Raises:
        NotFoundError: the actor does not run the instance, or there is no such person.
        NotPossibleError: they are suspended, or the actor themselves.
    """
    kept = kept_reason(reason)
    with transaction.atomic():
        person = _locked(actor, key)
        if person.pk == actor.person:
            raise NotPossibleError("nobody suspends themselves; ask another coordinator")
        if person.suspended_at is not None:
            raise NotPossibleError(f"{person.name} is suspended already")
        person.is_active, person.suspended_at, person.suspended_reason = False, at, kept
        person.save(update_fields=["is_active", "suspended_at", "suspended_reason"])
        sessions = end_sessions(person)
        tokens = ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=at)
        append(
            "person-suspended",
            at=at,
            actor=actor,
            member=person.key,
            reason=kept,
            sessions=sessions,
            tokens=tokens,
        )
        return person


def reinstate_person(actor: Actor, key: str, *, at: datetime) -> Person:
    """Let a suspended person sign in again.

    Raises:
        NotFoundError: the actor does not run the instance, or there is no such person.
        NotPossibleError: they are not suspended.
    """
    with transaction.atomic():
        person = _locked(actor, key)
        if person.suspended_at is None:
            raise NotPossibleError(f"{person.name} is not suspended")
        person.is_active, person.suspended_at, person.suspended_reason = True, None, ""
        person.save(update_fields=["is_active", "suspended_at", "suspended_reason"])
        append("person-reinstated", at=at, actor=actor, member=person.key)
        return person


def prepare_reset(actor: Actor, key: str, *, without_factors: bool = False, at: datetime) -> str:
    """Return what the address of a new password ends with, for whom no mail reaches.

    Args:
        actor: who runs the instance.
        key: the person's, or their address.
        without_factors: whether their second factors are taken away, because they were lost.
        at: now.

    Raises:
        NotFoundError: the actor does not run the instance, or there is no such person.
        NotPossibleError: they are suspended, or of an organisation that is left to itself; then
            whoever holds the machine does it, and nobody else who would sign in as them.
    """
    with transaction.atomic():
        person = _locked(actor, key)
        if not person.is_active:
            raise NotPossibleError(f"{person.name} is suspended; reinstate them first")
        places = Membership.objects.select_related("organisation").filter(
            person=person, left_at=None
        )
        if not actor.is_owner and any(is_left_to_itself(one.organisation) for one in places):
            raise NotPossibleError(
                f"{person.name} is of an organisation that takes part in reviews or runs systems;"
                " whoever holds the machine prepares the link"
            )
        if without_factors:
            Authenticator.objects.filter(user=person).delete()
            end_sessions(person)
        made = default_token_generator.make_token(person)
        append(
            "reset-prepared",
            at=at,
            actor=actor,
            member=person.key,
            without_factors=without_factors,
        )
        return f"{user_pk_to_url_str(person)}-{made}"


def _locked(actor: Actor, key: str) -> Person:
    """Return a person, for whoever runs the instance; by key or by address."""
    require_with_instance(actor, Act.ADMINISTER)
    named = {"email": key.strip().lower()} if "@" in key else {"key": as_written(key)}
    person = Person.objects.select_for_update().filter(**named).first()
    if person is None:
        raise NotFoundError("person", key)
    return person
