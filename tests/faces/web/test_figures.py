"""The public page of figures: counts, nothing by name, and nobody has to sign in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.desks.reviews import making
from tests.faces.console.test_pages import Markup, text
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


def test_everybody_reads_the_counts_and_no_name() -> None:
    before = timezone.now() - timedelta(days=2)
    own = making.developer("Tidepool Models")
    making.engagement(by=own, at=before, model="Cobalt 4")
    making.engagement(by=own, at=before, state=State.WITHDRAWN)
    answer = Client().get("/figures/")
    assert answer.status_code == 200
    told = text(answer)
    assert "Engagements opened 2" in told
    assert "Withdrawn by their developers 1" in told
    assert "too few to say" in told
    assert "Cobalt" not in told
    assert "Tidepool" not in told
    assert Markup(answer.content.decode()).foreign == []


def test_the_page_takes_no_body_and_is_nobodys_own() -> None:
    assert Client().post("/figures/").status_code == 405
    answer = Client().get("/figures/")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
