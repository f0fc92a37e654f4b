"""How long a window of access may be, and how long a grant within it.

The ceiling counts back from the planned release to other trusted partners, not to the public; it is
a ceiling, and shorter is always possible. From: EO 14409, 3(b)(ii), "for a period of up to 30 days
before they plan to release such models to other trusted partners".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate.desks.cases.instants import in_utc, shown
from tidegate.desks.cases.states.steps import Moved, Refused


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when access may be used: `opens_at` is in it, `ends_at` is not.

    One that was called off before it began ends as it begins.
    """

    opens_at: datetime
    ends_at: datetime

    def is_open(self, at: datetime) -> bool:
        """Say whether access may be used at an instant."""
        return self.opens_at <= at < self.ends_at

    def has_begun(self, at: datetime) -> bool:
        """Say whether access may be used, or could have been; such a window is not opened anew."""
        return self.opens_at <= at and self.opens_at < self.ends_at


def planned(
    opens_at: datetime,
    ends_at: datetime,
    *,
    release_at: datetime,
    ceiling: timedelta,
    now: datetime,
) -> Moved[Window] | Refused:
    """Return a window that may be opened, or why it may not.

    Args:
        opens_at: its beginning; not before `now`.
        ends_at: its end.
        release_at: the planned release to other trusted partners.
        ceiling: the longest window of the framework.
        now: the present instant.
    """
    for instant, name in ((opens_at, "the beginning"), (ends_at, "the end")):
        in_utc(instant, name)
    if opens_at < now:
        return Refused(
            f"the window would begin at {shown(opens_at)}, which has passed; begin it now"
        )
    if ends_at <= opens_at:
        return Refused(f"the window would end at {shown(ends_at)}, not after it begins")
    if ends_at > release_at:
        return Refused(
            f"the window would end at {shown(ends_at)}, after the planned release to other trusted"
            f" partners at {shown(release_at)}; end it by then, or plan the release later"
        )
    if opens_at < release_at - ceiling:
        return Refused(
            f"access is given for at most {_days(ceiling)} before the planned release to other"
            f" trusted partners; begin at {shown(release_at - ceiling)} or later"
        )
    return Moved(Window(opens_at, ends_at))


def moved_end(
    window: Window, ends_at: datetime, *, release_at: datetime, ceiling: timedelta, now: datetime
) -> Moved[Window] | Refused:
    """Return the window with another end, or why it may not have that end.

    It may always end sooner, at the soonest now; it may end later up to the ceiling from its own
    beginning, and not after the planned release. One that has ended stays ended, and one that ends
    before it has begun is called off.
    """
    in_utc(ends_at, "the end")
    if window.ends_at <= now:
        return Refused(
            f"the window has ended at {shown(window.ends_at)}; it is not opened again. Another"
            " version of the model can have an engagement of its own"
        )
    if ends_at > window.ends_at:
        latest = latest_end(window, release_at=release_at, ceiling=ceiling)
        if ends_at > latest:
            return Refused(
                f"the window ends at {shown(latest)} at the latest: {_days(ceiling)} after it"
                " begins, and not after the planned release to other trusted partners"
            )
    end = max(ends_at, now)
    return Moved(Window(min(window.opens_at, end), end))


def latest_end(window: Window, *, release_at: datetime, ceiling: timedelta) -> datetime:
    """Return the latest instant to which a window's end can be moved; its own end is possible."""
    return max(window.ends_at, min(release_at, window.opens_at + ceiling))


def granted(
    begins_at: datetime, ends_at: datetime, *, within: Window, now: datetime
) -> Moved[Window] | Refused:
    """Return from when until when a grant is good, or why it may not be: it outlives nothing."""
    for instant, name in ((begins_at, "the beginning"), (ends_at, "the end")):
        in_utc(instant, name)
    if ends_at <= max(begins_at, now):
        return Refused(f"the grant would end at {shown(ends_at)}, which is not ahead of it")
    if begins_at < within.opens_at or ends_at > within.ends_at:
        return Refused(
            f"the grant would be good from {shown(begins_at)} to {shown(ends_at)}; access may be"
            f" used from {shown(within.opens_at)} to {shown(within.ends_at)}: keep within that"
        )
    return Moved(Window(begins_at, ends_at))


def _days(ceiling: timedelta) -> str:
    whole = ceiling / timedelta(days=1)
    return f"{whole:g} {'day' if whole == 1 else 'days'}"
