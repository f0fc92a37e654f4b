"""Ending what a person is signed in by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from tidegate.desks.parties.models import Mark, Person


def end_sessions(person: Person, *, but: str = "") -> int:
    """Delete every session of a person, and every sign-in of theirs that is half done.

    Each one that is kept is looked into: a session that nothing lists would come back to life
    when its person is reinstated.

    Args:
        person: whose.
        but: the key of one that goes on.

    Returns: how many there were.
    """
    ended = [
        session.session_key
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.session_key != but and _is_of(person, session.get_decoded())
    ]
    Session.objects.filter(session_key__in=ended).delete()
    UserSession.objects.filter(user=person).exclude(session_key=but).delete()
    return len(ended)


def clear_expired(*, at: datetime) -> int:
    """Delete sessions and marks whose time is over; return how many sessions there were.

    Nothing depends on it but room: what has expired counts for nothing.
    """
    cleared, _ = Session.objects.filter(expire_date__lte=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    Mark.objects.filter(expires_at__lte=at).delete()
    return cleared


def _is_of(person: Person, held: dict[str, Any]) -> bool:
    if held.get(SESSION_KEY) == str(person.pk):
        return True
    # allauth keeps here who has given a password and not yet the second factor.
    begun = held.get("account_login")
    return isinstance(begun, dict) and begun.get("user_pk") == user_pk_to_url_str(person)
