# ruff: noqa: SLF001 - the framework publishes a model's description by this name.
"""Whether a grant may be used now, for this call: what the gateway asks at each one.

The policy decides who may use a grant (`desks/access`, `Act.USE`); what is asked here besides is
what a grant is good for. It is all read anew each time: an end that has come ends access also
where nobody was there to put it on record.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final, Generic, TypeVar

from django.db import connection
from django.db.models import Count, Exists, Max, Model, OuterRef, QuerySet, Sum

from tidegate.desks.access.actors import Actor, Standing
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.words import Act, OrganisationKind, Role, Scope
from tidegate.desks.cases.instants import shown
from tidegate.desks.parties.digests import digest_of
from tidegate.desks.parties.models import Membership, Organisation, Person
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.reviews.models import (
    Agreement,
    Call,
    Ending,
    Endpoint,
    Grant,
    NamedPerson,
    Partner,
    Party,
)
from tidegate.desks.reviews.queries.prepared import (
    ANOTHER_INT,
    INSTANT,
    INT,
    OTHER_INT,
    TEXT,
    Prepared,
)
from tidegate.desks.reviews.queries.terms import Held, has_acknowledged, terms_in_force
from tidegate.desks.reviews.states.grants import Hours, Operation, comes_from

ONE_PLACE: Final = timedelta(minutes=10)
"""So long after a call from one address, a grant is not used from another one."""

_MINUTE: Final = timedelta(minutes=1)
_REMEMBERED: Final = 4096
"""Values of each kind that are kept in memory."""
_V = TypeVar("_V")


class Reason(StrEnum):
    """Why a call is refused, in the words that refusals are counted by."""

    # By what the grant stands on.
    NOT_TAKEN_UP = "not-taken-up"
    NOT_YET = "not-yet"
    ENDED = "ended"
    OFF = "access-off"
    """The developer has pulled the plug."""
    NO_STANDING = "no-standing"
    """Its person is suspended, recused, or not named any more."""
    NO_TERMS = "no-terms"
    TERMS_NOT_READ = "terms-not-read"
    NOT_VETTED = "not-vetted"
    CLOCK = "clock"
    RECIPIENT = "recipient"
    """Nobody to encrypt to, where the terms keep what is said."""
    # By its scope.
    OPERATION = "operation"
    MODEL = "model"
    HOURS = "hours"
    ADDRESS = "address"
    RATE = "rate"
    BUDGET = "budget"
    ANOTHER_PLACE = "another-place"
    # By how it was asked.
    HEAD = "head"
    """Headers that contradict one another, or that nobody sends who means well."""
    COOKIE = "cookie"
    TWO_CREDENTIALS = "two-credentials"
    PROOF = "proof"
    """The proof that goes with the call is missing, or is not one."""
    REPLAYED = "replayed"
    BODY = "body"
    OUTSIDE = "outside"
    """A tool or a file that is reached from the endpoint, not from here."""
    STORED = "stored"
    """What is kept at the endpoint is asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody would like to do with a grant."""

    address: str
    """Where they are."""
    at: datetime
    operation: Operation | None = None
    """None where no model is called: its endpoints are listed."""
    model: str | None = ""
    """Name of the endpoint; None where the request was not read yet."""
    idempotency: str | None = None
    """Their own name for the call, if they gave one."""


@dataclass(frozen=True, slots=True)
class Use:
    """How a grant was used so far; as its columns of these names."""

    used_at: datetime | None
    used_from: str
    used_tokens: int


@dataclass(frozen=True, slots=True)
class Running:
    """Calls of a grant that run, from one address."""

    address: str
    set_aside: int
    """Tokens of the grant's budget that they may still use."""


@dataclass(frozen=True, slots=True)
class Lasts:
    """How long a grant lasts, and for which secret."""

    ends_at: datetime
    digest: str | None
    """Of the secret; another one once it was taken up again."""


@dataclass(frozen=True, slots=True)
class Usable:
    """A call may be made."""

    grant: Grant
    """With its engagement, person and party."""
    actor: Actor
    """Its person, with their standing where the party is alone."""
    held: Held
    """The terms in force."""
    endpoint: Endpoint | None
    ends_at: datetime
    """When access ends, at the latest."""
    tokens_left: int | None
    """Of the budget; None for no bound."""
    lately: int = 0
    """Calls within the last minute, where a model is to be called."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A call is refused, and why."""

    reason: Reason
    words: str
    """For whoever holds the grant, with the mend."""
    seconds: int = 0
    """After which it may be tried again; 0 if waiting is no use."""


def known_grant(secret: str) -> Grant | None:
    """Return the grant whose secret it is, whatever has become of it; None if it is nobody's.

    Nobody may change it; how it was used is left out, and asked for apart (`use_of`).
    """
    return _GRANT.unchanged(digest=digest_of(secret))


def usable(grant: Grant, asked: Asked) -> Usable | Unusable:
    """Say whether a call may be made with a grant.

    Args:
        grant: as `known_grant` gives it.
        asked: for what.
    """
    actor = holder_of(grant)
    if not may_use(actor, grant.pk, asked.at):
        return _why_not(grant, asked.at)
    held = terms_for(grant)
    if held is None:
        return Unusable(
            Reason.NO_TERMS,
            "No terms are in force for this engagement; both sides have to sign them first.",
        )
    use = use_of(grant)
    refused = _under_terms(grant, held, asked) or _within_scope(grant, asked, use)
    if refused:
        return refused
    endpoint, made = None, 0
    if asked.operation is not None:
        found = _endpoint(grant, asked)
        if isinstance(found, Unusable):
            return found
        endpoint, made = found, lately(grant, asked.at)
        if refused := _within_bounds(grant, asked, use, made):
            return refused
    left = None if grant.tokens is None else grant.tokens - use.used_tokens
    return Usable(grant, actor, held, endpoint, _ends_at(grant), left, made)


def use_of(grant: Grant) -> Use:
    """Return how a grant was used so far."""
    return Use(*_USE.rows(grant=grant.pk)[0])


def holder_of(grant: Grant) -> Actor:
    """Return the person of a grant, with their standing in its party's organisation alone."""
    party, person = grant.named.party, grant.named.person_id
    # All columns of the rows that standing comes from: where none has changed, neither has it.
    places = _PLACES.raw(person=person)
    return _HOLDERS.get(
        (person, party.organisation_id, places),
        lambda: narrowed_to(actor_of(grant.named.person), organisation=party.organisation_id),
    )


def may_use(actor: Actor, grant: int, at: datetime) -> bool:
    """Say whether the policy lets somebody use a grant."""
    if len(actor.standings) != 1:
        rows = narrowed(actor, Grant.objects.all(), Act.USE, at=at)
        return rows.filter(pk=grant).exists()
    place = actor.standings[0]
    asked = _use_in(place.role, place.kinds, actor.scopes)
    rows_found = asked.rows(
        person=actor.person, organisation=place.organisation, grant=grant, at=at
    )
    return bool(rows_found)


def may_be_used(grant_pk: int, at: datetime) -> bool:
    """Say whether the policy still lets a grant be used; asked while a call goes on."""
    grant = Grant.objects.select_related("named__person", "named__party").filter(pk=grant_pk)
    found = grant.first()
    return found is not None and may_use(holder_of(found), found.pk, at)


def terms_for(grant: Grant) -> Held | None:
    """Return the terms that hold for a grant: the engagement's, or those of a trusted partner."""
    # Versions never change but for when they were agreed on or taken back.
    versions = _VERSIONS.raw(engagement=grant.engagement_id)
    partner = _partner(grant)
    return _TERMS.get(
        (grant.engagement_id, partner.pk if partner else None, versions),
        lambda: terms_in_force(grant.engagement, partner=partner),
    )


def ends_of(grants: Collection[int], at: datetime) -> Mapping[int, Lasts]:
    """Return until when grants last, by id; one that is missing has ended.

    One question, and no more than dates: it is asked for all that run when the plug is pulled.
    """
    return {grant.pk: Lasts(_ends_at(grant), grant.digest) for grant in _lasting(grants, at)}


def endpoints_left(endpoints: Collection[int], *, locks: bool = False) -> frozenset[int]:
    """Return those of some endpoints that have not ended, by id; `locks` for the transaction."""
    if len(endpoints) == 1 and not (locks and connection.features.has_select_for_update):
        return frozenset(pk for (pk,) in _ENDPOINT_LEFT.rows(endpoint=next(iter(endpoints))))
    rows = Endpoint.objects.filter(pk__in=endpoints, ended_at=None).order_by("pk")
    if locks:
        rows = rows.select_for_update(of=("self",))
    return frozenset(rows.values_list("pk", flat=True))


def lasting(grants: Collection[int], at: datetime) -> Mapping[int, Grant]:
    """Return those of some grants that have not ended, by id, locked for the transaction."""
    locked = _lasting(grants, at, locks=True)
    return {grant.pk: grant for grant in locked}


def _lasting(grants: Collection[int], at: datetime, *, locks: bool = False) -> list[Grant]:
    if len(grants) == 1 and not (locks and connection.features.has_select_for_update):
        found = [_LASTING.first(grant=next(iter(grants)))]
    else:
        rows = _not_ended(Grant.objects.filter(pk__in=grants))
        found = list(rows.select_for_update(of=("self",)) if locks else rows)
    return [grant for grant in found if grant is not None and _ends_at(grant) > at]


def _not_ended(grants: QuerySet[Grant, Grant]) -> QuerySet[Grant, Grant]:
    # Whoever has recused themselves has, in whichever part of the engagement.
    recused = NamedPerson.objects.filter(
        person=OuterRef("named__person"),
        party__engagement=OuterRef("engagement"),
        recused_at__isnull=False,
    )
    return grants.filter(
        ~Exists(recused),
        ended_at=None,
        lapse_noted_at=None,
        digest__isnull=False,
        engagement__developer__suspended_at=None,
        engagement__withdrawn_at=None,
        engagement__closed_at=None,
        engagement__access_off_at=None,
        named__ended_at=None,
        named__party__ended_at=None,
    ).select_related("engagement", "named__party__partner")


def endings_after(number: int) -> list[tuple[int, int, int | None]]:
    """Return the endings with a larger id, newest first: their id, engagement, and grant or all."""
    return [(row[0], row[1], row[2]) for row in _ENDINGS.rows(after=number)]


def newest_ending() -> int:
    """Return the id of the newest ending; 0 where there is none."""
    return int(Ending.objects.aggregate(newest=Max("pk"))["newest"] or 0)


def names_of_endpoints(grant: Grant) -> list[str]:
    """Return the names of the endpoints that a grant is for, and that there are."""
    rows = Endpoint.objects.filter(
        engagement=grant.engagement_id, name__in=grant.endpoints, ended_at=None
    )
    return sorted(rows.values_list("name", flat=True))


def has_answered(grant: Grant, response_id: str) -> bool:
    """Say whether an answer of that name was given to a grant's person in its engagement."""
    rows = Call.objects.filter(engagement=grant.engagement_id, response_id=response_id)
    return rows.filter(grant__named__person=grant.named.person_id).exists()


def lately(grant: Grant, at: datetime) -> int:
    """Return how many calls a grant has made within the last minute."""
    rows = _LATELY.rows(grant=grant.pk, since=at - _MINUTE)
    return int(rows[0][0]) if rows else 0


def is_elsewhere(use: Grant | Use, address: str, at: datetime) -> bool:
    """Say whether a grant is in use from another place than this address."""
    return (
        use.used_at is not None
        and use.used_from not in ("", address)
        and use.used_at > at - ONE_PLACE
        and _place(use.used_from) != _place(address)
    )


def running(grant: int) -> list[Running]:
    """Return the calls of a grant that run, by the addresses that they come from."""
    return [Running(*row) for row in _RUNNING.rows(grant=grant)]


def runs_elsewhere(runs: Collection[Running], address: str) -> bool:
    """Say whether one of the calls that run comes from another place than this address."""
    return any(is_another_place(one.address, address) for one in runs)


def is_another_place(one: str, other: str) -> bool:
    """Say whether two addresses are of two places."""
    return one != other and _place(one) != _place(other)


def _place(address: str) -> str:
    """Return what stands for a place: an IPv4 address, or the network that an IPv6 one is in.

    A machine has many addresses of one network, and takes another one for each connection.
    From: RFC 8981, 3.4.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def elsewhere() -> Unusable:
    """Return the refusal of a call from a second place."""
    minutes = int(ONE_PLACE / _MINUTE)
    return Unusable(
        Reason.ANOTHER_PLACE,
        "This grant is in use from another address; a grant is for one person in one place. Call"
        f" from there, or wait until nothing came from there for {minutes} minutes. If it was not"
        " you, give the grant back now and ask for another one.",
    )


def too_many(grant: Grant) -> Unusable:
    """Return the refusal of a call beyond the rate."""
    return Unusable(
        Reason.RATE,
        f"This grant is for {grant.calls_a_minute} calls a minute, and they have been made; wait.",
        seconds=int(_MINUTE.total_seconds()),
    )


def spent(grant: Grant) -> Unusable:
    """Return the refusal of a call, and the end of one, beyond the budget."""
    return Unusable(
        Reason.BUDGET,
        f"The {grant.tokens or 0:,} tokens of this grant are used up; ask for another grant.",
    )


def set_aside(grant: Grant) -> Unusable:
    """Return the refusal of a call beside others that may use up what is left of the budget."""
    return Unusable(
        Reason.BUDGET,
        f"Calls that run may use what is left of the {grant.tokens or 0:,} tokens of this grant;"
        " wait until one has ended, or ask for a shorter answer.",
    )


def named_before(idempotency: str) -> Unusable:
    """Return the refusal of a second call of the same name."""
    return Unusable(
        Reason.REPLAYED,
        f"A call with the Idempotency-Key {idempotency!r:.80} was made before; an answer is given"
        " once. Name another call by another key.",
    )


def ended() -> Unusable:
    """Return the refusal of a call whose grant has ended."""
    return Unusable(Reason.ENDED, "Access with this grant has ended.")


def _under_terms(grant: Grant, held: Held, asked: Asked) -> Unusable | None:
    if not _has_read(grant.named.person, held):
        return Unusable(
            Reason.TERMS_NOT_READ,
            "The terms in force have not been read by you in this version; open this grant in the"
            " console, read them there, and say so.",
        )
    settings = held.terms.settings
    if settings.vetting and grant.named.vetted_at is None:
        return Unusable(
            Reason.NOT_VETTED,
            "The terms want your vetting attested; have whoever leads for your organisation do it.",
        )
    if not comes_from(asked.address, settings.addresses):
        return _not_from(asked.address, "the terms let")
    return None


def _within_scope(grant: Grant, asked: Asked, use: Use) -> Unusable | None:
    if not comes_from(asked.address, grant.addresses):
        return _not_from(asked.address, "this grant lets")
    hours = hours_of(grant.hours)
    if hours is not None and not hours.include(asked.at):
        return Unusable(
            Reason.HOURS,
            f"This grant is good from {hours.begins:%H:%M} to {hours.until:%H:%M} ({hours.zone}),"
            " on its days; call then.",
        )
    is_used = is_elsewhere(use, asked.address, asked.at)
    if is_used or runs_elsewhere(running(grant.pk), asked.address):
        return elsewhere()
    return None


def hours_of(said: Mapping[str, Any]) -> Hours | None:
    """Return the hours that a grant's column says; None for every hour."""
    if not said:
        return None
    return Hours(
        zone=said["zone"],
        begins=time.fromisoformat(said["from"]),
        until=time.fromisoformat(said["to"]),
        days=frozenset(said.get("days", range(7))),
    )


def _endpoint(grant: Grant, asked: Asked) -> Endpoint | Unusable | None:
    if asked.operation not in grant.operations:
        allowed = ", ".join(grant.operations)
        return Unusable(
            Reason.OPERATION, f"This grant is for {allowed}, not for {asked.operation}."
        )
    if asked.model is None:
        return None
    named = ", ".join(grant.endpoints)
    if asked.model not in grant.endpoints:
        return Unusable(
            Reason.MODEL,
            f"This grant is not for the model {asked.model!r:.80}; name one of: {named}.",
        )
    row = _ENDPOINT.unchanged(engagement=grant.engagement_id, name=asked.model)
    if row is None:
        return Unusable(
            Reason.MODEL,
            f"The model {asked.model!r:.80} has no endpoint any more; ask its developer.",
        )
    wants = (
        Endpoint.Protocol.ANTHROPIC
        if asked.operation is Operation.MESSAGES
        else Endpoint.Protocol.OPENAI
    )
    if row.protocol != wants:
        return Unusable(
            Reason.OPERATION,
            f"The model {asked.model!r:.80} speaks {row.protocol}; use that client.",
        )
    return row


def _within_bounds(grant: Grant, asked: Asked, use: Use, made: int) -> Unusable | None:
    if grant.tokens is not None and use.used_tokens >= grant.tokens:
        return spent(grant)
    if made >= grant.calls_a_minute:
        return too_many(grant)
    if asked.idempotency is not None:
        rows = Call.objects.filter(grant=grant, idempotency=asked.idempotency)
        if rows.exclude(outcome=Call.Outcome.FAILED).exists():
            return named_before(asked.idempotency)
    return None


def _has_read(person: Person, held: Held) -> bool:
    """Say whether somebody has read terms; who has, has."""
    # By names that are never given twice, also where tables were restored from a backup.
    key = (person.key, held.agreement.sha256)
    if key in _READ:
        return True
    if not has_acknowledged(person.pk, held.agreement):
        return False
    if len(_READ) >= _REMEMBERED:
        _READ.clear()
    _READ.add(key)
    return True


def _not_from(address: str, whose: str) -> Unusable:
    return Unusable(
        Reason.ADDRESS,
        f"You call from {address}, and {whose} the model be reached from other networks only.",
    )


def _why_not(grant: Grant, at: datetime) -> Unusable:
    """Say which of the things that a grant stands on is missing; the policy has said no."""
    engagement = grant.engagement
    over = (grant.ended_at, grant.lapse_noted_at, engagement.withdrawn_at, engagement.closed_at)
    if any(over):
        return ended()
    if engagement.access_off_at is not None:
        return Unusable(Reason.OFF, "The developer has switched access off.")
    if grant.issued_at is None or grant.taken_up_at is None:
        return Unusable(Reason.NOT_TAKEN_UP, "This grant was not issued and taken up.")
    end = _ends_at(grant)
    if end <= at:
        return Unusable(Reason.ENDED, f"Access with this grant has ended at {shown(end)}.")
    begin = _begins_at(grant)
    if begin is None or begin > at:
        when = f" at {shown(begin)}" if begin else " once the window is open"
        return Unusable(Reason.NOT_YET, f"Access with this grant begins{when}.")
    return Unusable(
        Reason.NO_STANDING,
        "You may not use this grant now: you, or your organisation, are suspended, not named in the"
        " engagement any more, or may only read; ask whoever leads for your organisation.",
    )


def _partner(grant: Grant) -> Party | None:
    party = grant.named.party
    return party if party.part == Party.Part.PARTNER else None


def _record_of(grant: Grant) -> Partner | None:
    found: Partner | None = getattr(grant.named.party, "partner", None)
    return found


def _ends_at(grant: Grant) -> datetime:
    """Return when a grant ends, by its own dates and those of what it stands on."""
    if _partner(grant) is None:
        # What is on record as over is over, whatever a clock says.
        other = grant.engagement.window_ended_at or grant.engagement.window_ends_at
    else:
        record = _record_of(grant)
        other = (record.declined_at or record.ends_at) if record else None
    # Without a window, or a record, there is no access; the policy has it so.
    return grant.begins_at if other is None else min(grant.ends_at, other)


def _begins_at(grant: Grant) -> datetime | None:
    """Return when a grant begins, by its own dates and those of what it stands on; if known."""
    begins = [grant.issued_at or grant.begins_at, grant.begins_at]
    if _partner(grant) is None:
        if grant.engagement.window_opens_at is None:
            return None
        return max(*begins, grant.engagement.window_opens_at)
    record = _record_of(grant)
    if record is None:
        return None
    window = grant.engagement.window_ends_at
    if window is not None and not record.early:
        begins.append(window)
    return max(*begins, record.begins_at)


class _Known(Generic[_V]):
    """What was worked out from rows that are still the same."""

    def __init__(self) -> None:
        self._values: dict[Any, _V] = {}

    def get(self, rows: Any, work_out: Callable[[], _V]) -> _V:
        """Return what follows from rows, worked out at the first time."""
        if rows not in self._values:
            value = work_out()
            if len(self._values) >= _REMEMBERED:
                self._values.clear()
            self._values[rows] = value
            return value
        return self._values[rows]


@cache
def _use_in(
    role: Role, kinds: frozenset[OrganisationKind], scopes: frozenset[Scope]
) -> Prepared[Grant]:
    """Return the policy's question about grants, for whoever has one place of a kind."""

    def build(person: int, organisation: int, grant: int, at: datetime) -> Any:
        actor = Actor("somebody", person, (Standing(organisation, role, kinds),), scopes)
        rows = narrowed(actor, Grant.objects.order_by(), Act.USE, at=at)
        return rows.filter(pk=grant).values_list("pk")

    examples = {"person": INT, "organisation": OTHER_INT, "grant": ANOTHER_INT, "at": INSTANT}
    return Prepared(build, examples)


_USED: Final = tuple(field.name for field in fields(Use))
_GRANT: Final = Prepared(
    lambda digest: (
        Grant.objects.select_related(
            "engagement", "named__person", "named__party__organisation", "named__party__partner"
        )
        .filter(digest=digest)
        # These change with each call, and would make it another one.
        .defer(*_USED)
    ),
    {"digest": TEXT},
)
_USE: Final = Prepared(
    lambda grant: Grant.objects.filter(pk=grant).values_list(*_USED), {"grant": INT}
)
_LASTING: Final = Prepared(lambda grant: _not_ended(Grant.objects.filter(pk=grant)), {"grant": INT})
_PLACES: Final = Prepared(
    lambda person: (
        Membership.objects.filter(person=person)
        .order_by("pk")
        .values_list(
            *_columns(Membership),
            *_columns(Organisation, "organisation__"),
            *_columns(Person, "person__"),
        )
    ),
    {"person": INT},
)
_VERSIONS: Final = Prepared(
    lambda engagement: (
        Agreement.objects.filter(engagement=engagement)
        .order_by("pk")
        .values_list("pk", "sha256", "agreed_at", "taken_back_at")
    ),
    {"engagement": INT},
)
_ENDPOINT: Final = Prepared(
    lambda engagement, name: Endpoint.objects.filter(
        engagement=engagement, name=name, ended_at=None
    ),
    {"engagement": INT, "name": TEXT},
)
_ENDPOINT_LEFT: Final = Prepared(
    lambda endpoint: Endpoint.objects.filter(pk=endpoint, ended_at=None).values_list("pk"),
    {"endpoint": INT},
)
_LATELY: Final = Prepared(
    lambda grant, since: (
        Call.objects.filter(grant=grant, began_at__gt=since)
        .order_by()
        .values("grant")
        .annotate(made=Count("pk"))
        .values_list("made")
    ),
    {"grant": INT, "since": INSTANT},
)
_RUNNING: Final = Prepared(
    lambda grant: (
        Call.objects.filter(grant=grant, outcome=Call.Outcome.RUNNING)
        .order_by()
        .values("address")
        .annotate(tokens=Sum("set_aside"))
        .values_list("address", "tokens")
    ),
    {"grant": INT},
)
_ENDINGS: Final = Prepared(
    lambda after: (
        Ending.objects.filter(pk__gt=after).order_by("-pk").values_list("pk", "engagement", "grant")
    ),
    {"after": INT},
)
_HOLDERS: Final[_Known[Actor]] = _Known()
_TERMS: Final[_Known[Held | None]] = _Known()
_READ: Final[set[tuple[str, str]]] = set()


def _columns(model: type[Model], path: str = "") -> list[str]:
    return [f"{path}{field.attname}" for field in model._meta.concrete_fields]
