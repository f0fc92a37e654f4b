"""An engagement is opened by a developer, described, and proposed to those whom it asks.

Whom it asks are told when it is proposed, and from then on at once. What a developer writes here is
its own: it is changed whenever it likes, and no date in it binds a release.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act, OrganisationKind, Role
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import instant, worded
from tidegate.desks.cases.states.steps import listed
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.findings.services.texts import kept_text
from tidegate.desks.parties.models import Organisation
from tidegate.desks.reviews.frameworks.framework import Framework
from tidegate.desks.reviews.models import Engagement, Grant, Party
from tidegate.desks.reviews.queries.frameworks import newest
from tidegate.desks.reviews.services import windows
from tidegate.desks.reviews.services.course import hold, lead_on, require_going_on
from tidegate.desks.reviews.services.endings import end_access
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.states.engagements import Event, State

KINDS_OF: Final[Mapping[str, frozenset[OrganisationKind]]] = {
    Party.Part.REVIEWER: frozenset({OrganisationKind.REVIEWER, OrganisationKind.AGENCY}),
    Party.Part.DETERMINING: frozenset({OrganisationKind.REVIEWER, OrganisationKind.AGENCY}),
}
"""What an organisation has to be for a part that a developer asks it to take."""

_LONGEST: Final = {"model": 200, "version": 100, "build": 200}


def open_engagement(
    actor: Actor,
    organisation_key: str,
    *,
    asks: str,
    model: str,
    version: str = "",
    build: str = "",
    reach: str = "",
    planned_release_at: datetime | None = None,
    framework: str = "",
    at: datetime,
) -> Engagement:
    """Open an engagement as a draft, which nobody but the developer knows of.

    Args:
        actor: an administrator of the developer.
        organisation_key: of the developer.
        asks: a word of `Engagement.Asks`.
        model: its name, or a code name.
        version: of the model.
        build: digest or name of the build.
        reach: what will be reached, and how.
        planned_release_at: to other trusted partners; a window needs it, nothing else does.
        framework: name of the framework; the shipped one, without it. Its newest version counts.
        at: now.

    Raises:
        NotFoundError: there is no such organisation, or not for them to administer.
        NotPossibleError: it develops no models; a text is missing or too long; a word or the
            framework is not known.
    """
    columns = {
        "model": _short(model, "model", needed=True),
        "version": _short(version, "version"),
        "build": _short(build, "build"),
        "reach": worded(reach, "what will be reached"),
    }
    if asks not in Engagement.Asks.values:
        raise NotPossibleError(
            f"{asks!r:.40} cannot be asked for; choose {listed(Engagement.Asks.values)}"
        )
    planned = None if planned_release_at is None else _ahead(planned_release_at, at)
    held_to = _framework(framework)
    with transaction.atomic():
        developer = _own_developer(actor, organisation_key, at)
        engagement = Engagement.objects.create(
            developer=developer,
            asks=asks,
            planned_release_at=planned,
            framework=held_to.name,
            framework_version=held_to.version,
            framework_sha256=held_to.sha256,
            state=State.DRAFT,
            opened_by=actor.name,
            opened_at=at,
            **columns,
        )
        Party.objects.create(
            engagement=engagement,
            organisation=developer,
            part=Party.Part.DEVELOPER,
            invited_by=actor.name,
        )
        record(
            "engagement-opened",
            engagement,
            at=at,
            actor=actor,
            about=developer,
            only_for=developer,
            asks=asks,
            framework=held_to.name,
            framework_version=held_to.version,
            framework_sha256=held_to.sha256,
        )
        return engagement


def change(
    actor: Actor,
    engagement_key: str,
    *,
    model: str | None = None,
    version: str | None = None,
    build: str | None = None,
    reach: str | None = None,
    planned_release_at: datetime | None = None,
    at: datetime,
) -> Engagement:
    """Describe the engagement anew; None leaves a thing as it is.

    An earlier planned release takes the end of the window with it; a later one does not: `windows`.

    Raises:
        NotFoundError: there is no such engagement, or not for them to decide.
        NotPossibleError: it was closed or withdrawn; a text is missing or too long.
    """
    said: dict[str, Any] = {}
    for column, text in (("model", model), ("version", version), ("build", build)):
        if text is not None:
            said[column] = _short(text, column, needed=column == "model")
    if reach is not None:
        said["reach"] = worded(reach, "what will be reached")
    if planned_release_at is not None:
        said["planned_release_at"] = _ahead(planned_release_at, at)
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        require_going_on(engagement)
        changed = {name: to for name, to in said.items() if getattr(engagement, name) != to}
        if not changed:
            return engagement
        if "model" in changed and engagement.agreed_at is not None:
            raise NotPossibleError(
                f"terms name the model of {engagement.key}; open another engagement for another"
                " model, and change the version here for another version"
            )
        for name, to in changed.items():
            setattr(engagement, name, to)
        engagement.save(update_fields=list(changed))
        if "planned_release_at" in changed:
            windows.follow_release(engagement, at=at, actor=actor)
        record(
            "engagement-changed",
            engagement,
            at=at,
            actor=actor,
            only_for=_while_draft(engagement),
            changed=sorted(changed),
            **_dates(engagement, changed),
        )
        return engagement


def ask(
    actor: Actor, engagement_key: str, organisation_key: str, part: str, *, at: datetime
) -> Party:
    """Ask an organisation to review or to determine; it is told now, or when a draft is proposed.

    Args:
        actor: whoever runs the engagement for the developer.
        engagement_key: of the engagement.
        organisation_key: a reviewer or an agency.
        part: `reviewer` or `determining`.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them to decide.
        NotPossibleError: there is no such organisation of that kind, it has this part already, it
            is or was a trusted partner in it, or the engagement was closed or withdrawn.
    """
    if part not in KINDS_OF:
        raise NotPossibleError(f"{part!r:.40} is no part to ask for; choose {listed(KINDS_OF)}")
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        require_going_on(engagement)
        key = as_written(organisation_key)
        organisation = Organisation.objects.filter(key=key, suspended_at=None).first()
        if organisation is None or not organisation.kind_words & KINDS_OF[part]:
            raise NotPossibleError(
                f"{key or 'that'} is no organisation that can be asked as {part} party; ask it for"
                " its key, which begins with O"
            )
        if organisation == engagement.developer:
            raise NotPossibleError(f"{organisation.name} cannot look at its own model here")
        if engagement.parties.filter(organisation=organisation, part=part, ended_at=None).exists():
            raise NotPossibleError(
                f"{organisation.name} is the {part} party of {engagement.key} already"
            )
        as_partner = engagement.parties.filter(organisation=organisation, part=Party.Part.PARTNER)
        # Whoever was declined has had nothing of it.
        if as_partner.exclude(partner__declined_at__isnull=False).exists():
            raise NotPossibleError(
                f"{organisation.name} is or was a trusted partner in {engagement.key}; it is not"
                " of the government's side in it as well"
            )
        party = Party.objects.create(
            engagement=engagement,
            organisation=organisation,
            part=part,
            invited_by=actor.name,
            invited_at=None if engagement.proposed_at is None else at,
        )
        record(
            "party-asked",
            engagement,
            at=at,
            actor=actor,
            about=organisation,
            only_for=_while_draft(engagement),
            part=part,
        )
        return party


def end_part(
    actor: Actor, engagement_key: str, organisation_key: str, part: str, *, at: datetime
) -> Party:
    """End an organisation's part: its people read nothing more, and their grants end at once.

    Args:
        actor: whoever runs the engagement for the developer.
        engagement_key: of the engagement.
        organisation_key: whose part.
        part: a word of `Party.Part` but `developer`.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them to decide.
        NotPossibleError: the organisation has no such part.
    """
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        key = as_written(organisation_key)
        parties = engagement.parties.select_related("organisation").exclude(
            part=Party.Part.DEVELOPER
        )
        party = parties.filter(organisation__key=key, part=part, ended_at=None).first()
        if party is None:
            raise NotPossibleError(f"{key or 'that'} is no {part:.20} party of {engagement.key}")
        party.ended_at = at
        party.save(update_fields=["ended_at"])
        engagement.duties_at = at
        engagement.save(update_fields=["duties_at"])
        held = Grant.objects.filter(named__party=party)
        end_access(
            engagement,
            at=at,
            actor=actor,
            why=f"{party.organisation.name} takes no part any more",
            grants=held,
        )
        record(
            "party-ended",
            engagement,
            at=at,
            actor=actor,
            about=party.organisation,
            only_for=_while_draft(engagement),
            part=part,
        )
        return party


def propose(actor: Actor, engagement_key: str, *, at: datetime) -> Engagement:
    """Show a draft to the organisations that were asked.

    Raises:
        NotFoundError: there is no such engagement, or not for them to decide.
        NotPossibleError: it was proposed before, or nobody was asked.
    """
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        require_going_on(engagement)
        if engagement.proposed_at is not None:
            raise NotPossibleError(
                f"{engagement.key} was proposed before; ask more parties at once"
            )
        asked = engagement.parties.filter(part__in=tuple(KINDS_OF), ended_at=None)
        if not asked.exists():
            raise NotPossibleError(
                f"nobody is asked in {engagement.key} yet; ask a reviewing or determining"
                " organisation first"
            )
        lead_on(engagement, Event.PROPOSE)
        engagement.proposed_at = at
        engagement.save(update_fields=["state", "proposed_at"])
        asked.filter(invited_at=None).update(invited_at=at)
        record(
            "engagement-proposed",
            engagement,
            at=at,
            actor=actor,
            asks=engagement.asks,
            parties=sorted(asked.values_list("organisation__key", flat=True)),
        )
        return engagement


def _own_developer(actor: Actor, organisation_key: str, at: datetime) -> Organisation:
    # Whoever coordinates administers every organisation; an engagement is opened from within.
    own = Organisation.objects.filter(pk__in=actor.with_role(Role.ADMINISTRATOR))
    developer = find(actor, own, Act.ADMINISTER, at=at, key=as_written(organisation_key))
    if OrganisationKind.MODEL_DEVELOPER not in developer.kind_words:
        raise NotPossibleError(
            f"{developer.name} develops no models here; let a coordinator set its kinds"
        )
    return developer


def _framework(name: str) -> Framework:
    try:
        return newest(name)
    except FilterError as error:
        raise NotPossibleError(str(error)) from error


def _short(text: str, column: str, *, needed: bool = False) -> str:
    short = kept_text(text.strip())
    if (needed and not short) or len(short) > _LONGEST[column]:
        raise NotPossibleError(
            f"the {column} has {1 if needed else 0} to {_LONGEST[column]} characters"
        )
    return short


def _ahead(moment: datetime, at: datetime) -> datetime:
    planned = instant(moment, "the planned release to other trusted partners")
    if planned <= at:
        raise NotPossibleError(
            f"{shown(planned)} has passed; a plan lies ahead, and a release that has happened is"
            " recorded as one"
        )
    return planned


def _while_draft(engagement: Engagement) -> Organisation | None:
    """Return the only one who reads what happens in a draft."""
    return engagement.developer if engagement.proposed_at is None else None


def _dates(engagement: Engagement, changed: Mapping[str, Any]) -> dict[str, Any]:
    planned = engagement.planned_release_at
    if "planned_release_at" not in changed or planned is None:
        return {}
    return {"planned_release_at": shown(planned)}
