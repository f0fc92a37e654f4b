"""Frameworks are found by name and version; the promises of loading are kept with its service."""

from __future__ import annotations

import pytest

from tests.desks.reviews import making
from tidegate.desks.findings.queries.errors import FilterError
from tidegate.desks.reviews.queries.frameworks import framework_of, known_frameworks, newest

pytestmark = pytest.mark.django_db


def test_what_is_shipped_is_known_without_any_row() -> None:
    assert [one.name for one in known_frameworks()] == ["eo-14409"]
    assert newest() == newest("eo-14409")


def test_an_unknown_name_is_cut_short_in_the_answer() -> None:
    with pytest.raises(FilterError) as caught:
        newest("x" * 5000)
    assert len(str(caught.value)) < 300


def test_an_engagement_finds_its_framework() -> None:
    assert framework_of(making.engagement(asked=False).row) == making.framework()
