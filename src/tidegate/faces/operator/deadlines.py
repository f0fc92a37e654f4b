"""By when is it to be remediated on this asset? From what the record says and the operator knows.

The day comes from the authority's own table (`engines/rules`): whether the asset is exposed is the
operator's to say; whether it is known to be exploited, can be automated and what it gives away
comes from the decisions in the record. Where something is missing no day is told, and what is
missing is; none is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from tidegate.engines.formats.advisories.record import Record
from tidegate.engines.rules.clocks import Circumstances, deadline
from tidegate.engines.rules.deciding import Input
from tidegate.engines.rules.errors import RuleInputError
from tidegate.engines.rules.explaining import reasons
from tidegate.engines.rules.policy_loading import policy_set_for
from tidegate.engines.rules.tables import word_of
from tidegate.faces.operator.home import Asset, Exposed

_EXPOSED: Final = "publicly_exposed"


@dataclass(frozen=True, slots=True)
class Due:
    """By when, or why no day can be told."""

    on: date | None
    is_binding: bool
    words: str
    why: tuple[str, ...]


def due(record: Record, asset: Asset, found_at: datetime) -> Due:
    """Return by when a record's vulnerability is to be remediated on an asset.

    Args:
        record: its decisions are what is known of the vulnerability.
        asset: whose it is, whether it is exposed, and in which zone days are counted.
        found_at: when it was found on the asset.
    """
    policy = policy_set_for(asset.scope)
    if policy.reading is None:
        return Due(None, False, f"no day can be told: {policy.authority} has no table here", ())
    inputs: dict[str, Input] = {}
    for decision in record.decisions:
        for name, value in decision.values:
            point = policy.reading.table.point(word_of(name))
            if point is not None and point.word != _EXPOSED and word_of(value) in point.words:
                # Of two decisions, the later one knows more.
                inputs[point.word] = Input(word_of(value), f"{record.publisher.name}'s decision")
    if asset.exposed is not Exposed.UNKNOWN:
        inputs[_EXPOSED] = Input(asset.exposed.value, "this operator")
    zone = ZoneInfo(asset.zone)
    try:
        found = deadline(policy, Circumstances(asset.scope, inputs, detected_at=found_at), zone)
    except RuleInputError as error:
        return Due(None, False, f"no day can be told: {error}", ())
    why = reasons(found)
    is_binding = found.force(found_at.astimezone(zone).date()).value == "binding"
    if found.due_on is not None:
        return Due(found.due_on, is_binding, f"{found.due_on}", why)
    if found.is_determined:
        return Due(None, is_binding, found.answer.words, why)
    missing = ", ".join(found.missing) or "something"
    return Due(None, is_binding, f"no day can be told: {missing} is not known", why)
