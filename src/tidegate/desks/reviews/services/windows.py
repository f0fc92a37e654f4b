"""The window is opened once, ends on time, and is never longer than the framework's ceiling.

Nothing here ends a window whose time has come: its end is compared at every use, also while no
process of ours runs. `jobs.clocks` puts it on record.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from tidegate.desks.access.actors import HOUSE, Actor
from tidegate.desks.access.words import Act
from tidegate.desks.cases.instants import shown
from tidegate.desks.cases.services.texts import instant
from tidegate.desks.cases.states.steps import Moved, Refused
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import GOVERNMENT, Engagement, Grant
from tidegate.desks.reviews.queries.engagement_windows import window_of
from tidegate.desks.reviews.queries.frameworks import framework_of
from tidegate.desks.reviews.services.course import hold, lead_on, require_going_on
from tidegate.desks.reviews.services.endings import cut, end_access
from tidegate.desks.reviews.services.instants import sound_now
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.states.engagements import ENGAGEMENTS, Event, State
from tidegate.desks.reviews.states.windows import Window, moved_end, planned


def open_window(
    actor: Actor,
    engagement_key: str,
    *,
    opens_at: datetime | None = None,
    ends_at: datetime,
    at: datetime,
) -> Engagement:
    """Let access begin, now or later; a window that has not begun can be planned anew.

    Args:
        actor: whoever runs the engagement for the developer.
        engagement_key: of the engagement.
        opens_at: when it begins; now, without it.
        ends_at: when it ends; at the latest with the planned release to other trusted partners.
        at: now.

    Raises:
        NotFoundError: there is no such engagement, or not for them to decide.
        NotPossibleError: there are no terms yet; no release to other trusted partners is planned;
            the window would be longer than the ceiling, or begin in the past; it has begun already.
    """
    end = instant(ends_at, "the end of the window")
    beginning = at if opens_at is None else instant(opens_at, "the beginning of the window")
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        require_going_on(engagement)
        sound_now(at)
        release_at = _planned_release(engagement)
        if engagement.agreed_at is None:
            raise NotPossibleError(
                f"there are no terms for {engagement.key} yet; both sides sign them first"
            )
        before = window_of(engagement)
        if before is not None and before.has_begun(at):
            raise NotPossibleError(
                f"the window of {engagement.key} began at {shown(before.opens_at)}, and there is"
                " one in an engagement; its end can be moved until it has ended"
            )
        ceiling = ceiling_of(engagement)
        window = _taken(
            planned(beginning, end, release_at=release_at, ceiling=ceiling, now=at), engagement
        )
        lead_on(engagement, Event.OPEN_WINDOW)
        _keep(engagement, window, at=at)
        _bound_grants(engagement, window, at=at, actor=actor)
        record(
            "window-opened",
            engagement,
            at=at,
            actor=actor,
            opens_at=shown(window.opens_at),
            ends_at=shown(window.ends_at),
            planned_release_at=shown(release_at),
            ceiling_days=ceiling / timedelta(days=1),
        )
        return engagement


def move_end(actor: Actor, engagement_key: str, ends_at: datetime, *, at: datetime) -> Engagement:
    """Move the window's end: sooner whenever they like, later up to the ceiling.

    Grants for the government that would outlive it end with it, and running calls are cut then.

    Raises:
        NotFoundError: there is no such engagement, or not for them to decide.
        NotPossibleError: no window is planned, it has ended, or it would be too long.
    """
    end = instant(ends_at, "the end of the window")
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.ADMINISTER, at=at)
        require_going_on(engagement)
        window = window_of(engagement)
        if window is None:
            raise NotPossibleError(f"{engagement.key} has no window; open one first")
        if end > window.ends_at:
            sound_now(at)
        after = _taken(
            moved_end(
                window,
                end,
                # Without a plan, it can only end sooner.
                release_at=engagement.planned_release_at or window.ends_at,
                ceiling=ceiling_of(engagement),
                now=at,
            ),
            engagement,
        )
        _move(engagement, after, at=at, actor=actor)
        return engagement


def begin_evaluation(actor: Actor, engagement_key: str, *, at: datetime) -> Engagement:
    """Say that the model is being looked at; possible again and again, on record once.

    Raises:
        NotFoundError: there is no such engagement, or not for them to write in.
        NotPossibleError: the engagement has not come so far.
    """
    with transaction.atomic():
        engagement = hold(actor, engagement_key, Act.WRITE, at=at)
        if lead_on(engagement, Event.BEGIN_EVALUATION):
            engagement.save(update_fields=["state"])
            record("evaluation-begun", engagement, at=at, actor=actor, by="a reviewer")
        return engagement


def note_first_call(engagement: Engagement, *, at: datetime) -> None:
    """Lead the engagement on as its model was called; nothing, if that is on record. Never refuses.

    It belongs in the transaction in which the call is put on record, before its ledger entry.
    """
    if not _would_begin(engagement):
        return
    locked = Engagement.objects.select_for_update(of=("self",))
    engagement.state = locked.values_list("state", flat=True).get(pk=engagement.pk)
    if _would_begin(engagement):
        lead_on(engagement, Event.BEGIN_EVALUATION)
        engagement.save(update_fields=["state"])
        record("evaluation-begun", engagement, at=at, actor=HOUSE, by="the first call")


def ceiling_of(engagement: Engagement) -> timedelta:
    """Return the longest window of the framework that an engagement is under."""
    return framework_of(engagement).ceiling


def follow_release(engagement: Engagement, *, at: datetime, actor: Actor) -> None:
    """End the window with the planned release, where that has been moved to before its end.

    It belongs in the transaction in which the engagement is held.
    """
    window, release_at = window_of(engagement), engagement.planned_release_at
    if window is None or release_at is None or not at < window.ends_at > release_at:
        return
    ceiling = ceiling_of(engagement)
    answer = moved_end(window, release_at, release_at=release_at, ceiling=ceiling, now=at)
    _move(engagement, _taken(answer, engagement), at=at, actor=actor)


def end_now(engagement: Engagement, *, at: datetime, actor: Actor) -> None:
    """End a window that is open or ahead, as everything ends with it; the caller ends the grants.

    It belongs in the transaction in which the engagement is held.
    """
    window = window_of(engagement)
    if window is not None and at < window.ends_at:
        after = Window(min(window.opens_at, at), at)
        _keep(engagement, after, at=at)
        _put_end_on_record(engagement, after, at=at, actor=actor)


def _planned_release(engagement: Engagement) -> datetime:
    if engagement.planned_release_at is None:
        raise NotPossibleError(
            f"no release to other trusted partners is planned in {engagement.key}, from which the"
            " window counts back; say when it is planned first"
        )
    return engagement.planned_release_at


def _taken(answer: Moved[Window] | Refused, engagement: Engagement) -> Window:
    if isinstance(answer, Refused):
        raise NotPossibleError(f"{engagement.key}: {answer.reason}")
    return answer.state


def _would_begin(engagement: Engagement) -> bool:
    before = State(engagement.state)
    return ENGAGEMENTS.get((before, Event.BEGIN_EVALUATION), before) is not before


def _keep(engagement: Engagement, window: Window, *, at: datetime) -> None:
    engagement.window_opens_at, engagement.window_ends_at = window.opens_at, window.ends_at
    engagement.window_ended_at, engagement.duties_at = None, at
    engagement.save(
        update_fields=[
            "state",
            "window_opens_at",
            "window_ends_at",
            "window_ended_at",
            "duties_at",
        ]
    )


def _move(engagement: Engagement, window: Window, *, at: datetime, actor: Actor) -> None:
    _keep(engagement, window, at=at)
    _bound_grants(engagement, window, at=at, actor=actor)
    record("window-moved", engagement, at=at, actor=actor, ends_at=shown(window.ends_at))
    if window.ends_at <= at:
        _put_end_on_record(engagement, window, at=at, actor=actor)


def _put_end_on_record(
    engagement: Engagement, window: Window, *, at: datetime, actor: Actor
) -> None:
    engagement.window_ended_at = at
    engagement.save(update_fields=["window_ended_at"])
    record("window-ended", engagement, at=at, actor=actor, ended_at=shown(window.ends_at))


def _bound_grants(engagement: Engagement, window: Window, *, at: datetime, actor: Actor) -> None:
    """Let no grant of the government's outlive the window, nor begin before it."""
    held = Grant.objects.select_for_update(of=("self",)).filter(
        engagement=engagement, named__party__part__in=GOVERNMENT, ended_at=None, ends_at__gt=at
    )
    shortened, over = [], []
    for grant in held.order_by("pk"):
        begins = max(grant.begins_at, window.opens_at)
        ends = min(grant.ends_at, window.ends_at)
        if ends <= max(begins, at):
            over.append(grant)
        elif (begins, ends) != (grant.begins_at, grant.ends_at):
            grant.begins_at, grant.ends_at = begins, ends
            grant.save(update_fields=["begins_at", "ends_at"])
            shortened.append(grant)
    cut(engagement, shortened, at=at)
    if over:
        end_access(engagement, at=at, actor=actor, why="it is outside of the window", grants=over)
