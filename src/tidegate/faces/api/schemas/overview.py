"""The whole desk in a few numbers, and what is going on now."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from tidegate.faces.api.schemas.common import Form


class Step(Form):
    """One number, and the list that it counts."""

    number: int
    list: str = Field(examples=["/api/v1/findings?stage=judged"])
    """Address of the list."""


class Funnel(Form):
    """How far everything that came in has come."""

    received: Step
    with_proof: Step
    run: Step
    proven: Step
    """Reproduced in every run."""
    cases: Step


class Counted(Form):
    """A number with a bound."""

    number: int
    capped: bool
    """There are more than `number`."""
    list: str | None
    """Address of the list that it counts, where there is one."""


class Stuck(Form):
    """What does not go on by itself."""

    set_aside: Counted
    inconclusive: Counted
    waiting_long: Counted
    """Findings whose run was promised more than a day ago and has not begun."""
    unread: Counted
    """Deliveries that are stored and not read to their end."""
    nominations: Counted
    """Open ones."""


class Day(Form):
    """What happened on one day, in UTC."""

    day: date
    received: int
    proven: int
    cases: int
    """Cases opened."""


class Totals(Form):
    """How much is kept."""

    findings: int
    deliveries: int
    finders: int
    cases: int


class Overview(Form):
    """The whole desk in a few numbers."""

    funnel: Funnel
    stuck: Stuck
    series: list[Day]
    """Today's last."""
    totals: Totals
