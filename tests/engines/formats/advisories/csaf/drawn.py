"""Some records that Hypothesis drew, the same at every run: for validators that are slow."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from tests.engines.formats.advisories.records import example_record, records

from tidegate.engines.formats.advisories.record import Record


def drawn_records(count: int) -> list[Record]:
    """Return so many records, the example and its withdrawal first."""
    example = example_record()
    gone = {"withdrawn_at": example.modified_at, "withdrawn_because": "It was a mistake."}
    found = [example, example_record(**gone)]

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(records())
    def draw(record: Record) -> None:
        found.append(record)

    draw()
    return found[:count]
