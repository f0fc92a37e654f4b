"""The demo's agency has its zone and its scope, however often the demo is made."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tidegate.desks.exposure.queries.operators import operator_of
from tidegate.desks.parties.models import Organisation
from tidegate.faces.demo import operating, people

pytestmark = pytest.mark.django_db


def test_the_agency_is_settled_once():
    now = datetime.now(UTC)
    for _ in range(2):
        people.settle(now)
        operating.operate(now)
    settled = operator_of(Organisation.objects.get(key=people.key_of(people.AGENCY)))
    assert (settled.zone, settled.scope) == (operating.ZONE, "fceb")
