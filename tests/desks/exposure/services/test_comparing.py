"""Comparing everything changes nothing, but where an order of versions was mended."""

from __future__ import annotations

import pytest

from tests.desks.exposure.rooms import NOW, day, install, make_asset, make_coordinate, make_operator
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.exposure.services.advisories import put_advisories
from tidegate.desks.exposure.services.comparing import Compared, compare_all
from tidegate.desks.exposure.services.matching import match_advisories
from tidegate.engines.matching.osv_ranges import read_osv

pytestmark = pytest.mark.django_db


def test_a_version_that_stood_in_the_wrong_place_is_found_and_nothing_else():
    operator = make_operator()
    install(make_asset(operator), coordinate := make_coordinate("PyPI", "web", "1.5"))
    coordinate.sort_key = b"\xfe"
    coordinate.save()
    said = read_osv(
        {
            "id": "PYSEC-1",
            "modified": "2026-12-01T00:00:00Z",
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": "web"},
                    "ranges": [
                        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}
                    ],
                }
            ],
        },
        "osv-pypi",
    )
    match_advisories(put_advisories([said], None), at=NOW)
    assert not Exposure.objects.exists()
    assert compare_all(OWNER, at=day(1)) == Compared(keys=1, opened=1, cleared=0, changed=0)
    assert compare_all(OWNER, at=day(2)) == Compared(0, 0, 0, 0)


def test_only_who_runs_the_instance_compares_everything():
    with pytest.raises(NotFoundError):
        compare_all(make_operator().actor, at=NOW)
