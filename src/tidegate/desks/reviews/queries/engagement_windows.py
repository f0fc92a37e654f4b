"""The window of an engagement, as a picture of it needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.desks.reviews.frameworks.loading import FrameworkError
from tidegate.desks.reviews.models import Engagement
from tidegate.desks.reviews.queries.frameworks import framework_of
from tidegate.desks.reviews.states.windows import Window, latest_end


@dataclass(frozen=True, slots=True)
class ShownWindow:
    """The window, as a picture needs it."""

    opens_at: datetime
    ends_at: datetime
    is_ahead: bool
    """It has not begun."""
    is_open: bool
    """It has begun, and not ended; that the plug is pulled does not change it."""
    days_left: float
    """Until its end, from its beginning on at most; 0 once it has ended."""
    share_gone: float
    """Of its length, from 0 to 1."""
    latest_end: datetime
    """To when its end could be moved; its own end, once it has ended."""


def window_of(engagement: Engagement) -> Window | None:
    """Return an engagement's window; None while none is planned."""
    if engagement.window_opens_at is None or engagement.window_ends_at is None:
        return None
    return Window(engagement.window_opens_at, engagement.window_ends_at)


def shown_window(engagement: Engagement, *, at: datetime) -> ShownWindow | None:
    """Return an engagement's window as it stands at an instant; None while none is planned.

    Where the framework that bounds it cannot be read, its end is shown as the latest one: whoever
    would end access now must not find an error there.
    """
    window = window_of(engagement)
    if window is None:
        return None
    opens_at, ends_at = window.opens_at, window.ends_at
    length, left = ends_at - opens_at, ends_at - max(at, opens_at)
    return ShownWindow(
        opens_at=opens_at,
        ends_at=ends_at,
        is_ahead=at < opens_at,
        is_open=window.is_open(at),
        days_left=max(left / timedelta(days=1), 0.0),
        share_gone=min(max(1 - left / length, 0.0), 1.0) if length else 1.0,
        latest_end=_latest(engagement, window) if at < ends_at else ends_at,
    )


def _latest(engagement: Engagement, window: Window) -> datetime:
    try:
        ceiling = framework_of(engagement).ceiling
    except FrameworkError:
        return window.ends_at
    release_at = engagement.planned_release_at or window.ends_at
    return latest_end(window, release_at=release_at, ceiling=ceiling)
