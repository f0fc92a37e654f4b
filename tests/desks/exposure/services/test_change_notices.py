"""Operators plan a change without its cause, and learn nothing of a case before it is released."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.cases.makers import coordinated, coordinator, under_embargo
from tests.desks.cases.makers import party as make_party
from tests.desks.exposure.rooms import NOW, day, make_asset, make_operator, make_other, sbom
from tests.desks.exposure.sources import catalogue, running
from tests.desks.findings.makers import START, make_case, make_finding, make_reproduction
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.queries.assets import asset_page, list_assets
from tidegate.desks.exposure.queries.change_notices import (
    change_notice_page,
    list_change_notices,
)
from tidegate.desks.exposure.queries.due import due
from tidegate.desks.exposure.queries.exposures import exposure_page, list_exposures
from tidegate.desks.exposure.queries.home import home
from tidegate.desks.exposure.services import matching
from tidegate.desks.exposure.services.advisories import put_advisories
from tidegate.desks.exposure.services.change_notices import (
    follow,
    note_read,
    preview,
    release,
    withdraw,
)
from tidegate.desks.exposure.services.inventories import hand_in
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.engines.matching.osv_ranges import read_osv

pytestmark = pytest.mark.django_db

TOMORROW = day(1)
LATE = START.replace(month=12, day=20)
KNOWN = START - timedelta(days=1)
"""Before the case was opened."""


def secret_case(package="minimist"):
    """Make a case whose runs showed that `minimist` before 1.2.6 is affected."""
    finding = make_finding(verdict="reproduced", package=package, purl=f"pkg:npm/{package}@1.2.0")
    make_reproduction(finding)
    return make_case(finding, opened_at=START, package_type="npm", package=package)


@pytest.fixture
def case():
    by = coordinator()
    made = secret_case()
    under_embargo(by, make_party(), case=made)
    return by, made


def with_minimist(operator, version="1.2.5", at=KNOWN):
    asset = make_asset(operator)
    running(asset, ("minimist", version), at=at, ecosystem="npm")
    return asset


def released(by, case, *, at=TOMORROW, **more):
    return release(by.actor, case.key, "the shop", LATE, "high", at=at, **more)


def test_those_that_run_it_are_told_how_many_assets_and_not_why(case):
    by, made = case
    operator, other = make_operator(), make_operator()
    assets = [with_minimist(operator), with_minimist(operator, "1.1.3")]
    with_minimist(operator, "1.2.6")
    with_minimist(other, "1.2.8")
    (shown,) = preview(by.actor, made.key, at=day(1))
    assert (shown.organisation, shown.assets, shown.notice) == (operator.key, 2, "")
    (notice,) = released(by, made)
    (row,) = list_change_notices(operator.actor, at=day(2))
    assert (row.product, row.severity, row.before, row.assets) == ("the shop", "high", LATE, 2)
    page = change_notice_page(operator.actor, notice.key, at=day(2))
    assert [one.key for one in page.assets] == [one.key for one in assets]
    told = json.dumps(asdict(page), default=str)
    assert made.key not in told
    assert "minimist" not in told
    assert list_change_notices(other.actor, at=day(2)) == ()
    assert [one.notice for one in preview(by.actor, made.key, at=day(2))] == [notice.key]


def test_each_notice_is_on_record_for_coordinators_and_for_its_operator_alone(case):
    by, made = case
    operator = make_operator()
    with_minimist(operator)
    (notice,) = released(by, made)
    entry = Entry.objects.get(kind="change-notice-released")
    assert entry.said["of_case"] == made.key
    assert (entry.said["to"], entry.said["assets"]) == (operator.key, 1)
    assert narrowed(by.actor, Entry.objects.filter(pk=entry.pk), at=day(2)).exists()
    theirs = narrowed(operator.actor, Entry.objects.all(), at=day(2))
    assert [one.kind for one in theirs] == ["change-notice-received"]
    assert made.key not in theirs[0].text
    vendor = made.coordination.participants.exclude(organisation=by.organisation).get()
    person = vendor.organisation.memberships.get().person
    read = narrowed(actor_of(person), Entry.objects.filter(at__gte=day(1)), at=day(2))
    assert [one.kind for one in read] == ["operators-told"]
    assert operator.key not in read[0].text
    assert notice.key not in read[0].text


def test_an_inventory_that_comes_in_after_the_release_learns_nothing(case):
    by, made = case
    first, later = make_operator(), make_operator()
    with_minimist(first)
    released(by, made)
    with_minimist(later, at=day(2))
    with_minimist(first, at=day(2))
    assert list_change_notices(later.actor, at=day(3)) == ()
    assert list_change_notices(first.actor, at=day(3))[0].assets == 1


def test_one_asset_for_each_package_handed_in_while_the_case_was_open_gets_no_notice(case):
    by, made = case
    prober, honest = make_operator(), make_operator()
    for package in ("minimise", "minimist", "minimatch"):
        running(make_asset(prober), (package, "1.2.5"), at=NOW, ecosystem="npm")
    with_minimist(honest)
    with_minimist(honest, at=NOW)
    counted = {
        one.organisation: (one.assets, one.known_before)
        for one in preview(by.actor, made.key, at=day(1))
    }
    assert counted == {prober.key: (1, 0), honest.key: (2, 1)}
    with pytest.raises(NotPossibleError, match=f"no asset of {prober.key}"):
        released(by, made, organisations=[prober.key])
    (notice,) = released(by, made)
    assert (notice.organisation, notice.assets.count()) == (honest.organisation, 1)
    assert list_change_notices(prober.actor, at=day(2)) == ()
    assert Entry.objects.get(kind="change-notice-released").said["assets"] == 1


def test_younger_assets_count_for_operators_that_are_named_and_if_it_is_said(case):
    by, made = case
    operator = make_operator()
    with_minimist(operator, at=NOW)
    with pytest.raises(NotPossibleError, match="name those"):
        released(by, made, younger_too=True)
    (notice,) = released(by, made, organisations=[operator.key], younger_too=True)
    assert notice.assets.count() == 1


def test_an_operator_is_told_once_until_the_notice_is_withdrawn(case):
    by, made = case
    operator = make_operator()
    with_minimist(operator)
    (notice,) = released(by, made)
    with pytest.raises(NotPossibleError, match="nobody to tell"):
        released(by, made)
    with pytest.raises(NotPossibleError, match=notice.key):
        released(by, made, organisations=[operator.key])
    withdraw(by.actor, notice.key, at=day(2))
    (row,) = list_change_notices(operator.actor, at=day(3))
    assert (row.ended_at, row.may_withdraw) == (day(2), False)
    with pytest.raises(NotPossibleError, match="is over since"):
        withdraw(by.actor, notice.key, at=day(3))
    released(by, made, at=day(4))


def test_a_notice_is_over_once_the_case_is_everybody_s_to_know(case):
    by, made = case
    operator = make_operator()
    with_minimist(operator)
    released(by, made)
    coordination = made.coordination
    assert follow(coordination, at=day(4)) == 0
    coordination.embargo, coordination.tlp = "exited", "TLP:CLEAR"
    assert follow(coordination, at=day(5)) == 1
    (row,) = list_change_notices(operator.actor, at=day(5))
    assert row.ended_at == day(5)
    over = narrowed(operator.actor, Entry.objects.filter(kind="change-notice-over"), at=day(6))
    assert [made.key in one.text for one in over] == [False]


def test_those_that_are_named_alone_are_told(case):
    by, made = case
    one, other, without = make_operator(), make_operator(), make_operator()
    for operator in (one, other):
        with_minimist(operator)
    with pytest.raises(NotPossibleError, match=without.key):
        released(by, made, organisations=[one.key, without.key])
    (notice,) = released(by, made, organisations=[one.key])
    assert notice.organisation == one.organisation


def test_reading_is_noted_once_and_coordinators_see_counts_alone(case):
    by, made = case
    operator = make_operator()
    with_minimist(operator)
    (notice,) = released(by, made)
    page = change_notice_page(by.actor, notice.key, at=day(2))
    assert (page.row.case, page.row.assets, page.row.may_read, page.assets) == (
        made.key,
        1,
        False,
        (),
    )
    assert home(operator.actor, at=day(2)).notices == 1
    note_read(operator.actor, notice.key, at=day(3))
    note_read(operator.actor, notice.key, at=day(4))
    assert change_notice_page(operator.actor, notice.key, at=day(4)).row.read_at == day(3)
    assert home(operator.actor, at=day(5)).notices == 0
    with pytest.raises(NotFoundError):
        note_read(by.actor, notice.key, at=day(3))
    assert list_change_notices(by.actor, case=made.key, at=day(3))[0].key == notice.key
    assert list_change_notices(operator.actor, case=made.key, at=day(3)) == ()


def test_coordinators_of_the_case_alone_release_and_withdraw(case):
    by, made = case
    operator = make_operator()
    with_minimist(operator)
    for stranger in (operator, make_other(OrganisationKind.VENDOR)):
        with pytest.raises(NotFoundError):
            preview(stranger.actor, made.key, at=day(1))
        with pytest.raises(NotFoundError):
            released(stranger, made)
    (notice,) = released(by, made)
    with pytest.raises(NotFoundError):
        withdraw(operator.actor, notice.key, at=day(2))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"product": " "}, "needs the product"),
        ({"before": START}, "is over"),
        ({"severity": "bad"}, "is no severity"),
    ],
)
def test_what_cannot_be_released_names_the_mend(case, columns, words):
    by, made = case
    asked = {"product": "the shop", "before": LATE, "severity": "high"} | columns
    with pytest.raises(NotPossibleError, match=words):
        release(by.actor, made.key, at=day(1), **asked)


def test_without_a_range_or_a_secret_there_is_nothing_to_release():
    by = coordinator()
    unproven = make_case(make_finding(verdict="reproduced"), opened_at=START)
    coordinated(by, unproven)
    with pytest.raises(NotPossibleError, match="no range"):
        preview(by.actor, unproven.key, at=day(1))
    free = secret_case("other")
    row = coordinated(by, free)
    row.tlp = "TLP:CLEAR"
    row.save()
    with pytest.raises(NotPossibleError, match="is no secret"):
        released(by, free)


SECRET, OPEN = "minimist", "minimise"
"""One of them has a case under embargo, the other one none; both are written alike."""


def asked_everything(operator, package: str, number: int):
    """Return all that an operator learns of a package, and how much was asked of the tables."""
    asset = make_asset(operator, f"probe {number}")
    with CaptureQueriesContext(connection) as asked:
        handed = hand_in(
            operator.actor,
            asset.key,
            sbom(*(f"pkg:npm/{package}@{one}" for one in ("1.1.3", "1.2.5", "1.2.6"))),
            "probe.json",
            at=day(1),
        )
        actor = operator.actor
        told = (
            handed,
            list_assets(actor, search=asset.name, at=day(2)),
            asset_page(actor, asset.key, at=day(2)),
            list_exposures(actor, asset=asset.key, state="all", at=day(2)),
            [
                exposure_page(actor, one.key, at=day(2))
                for one in list_exposures(actor, asset=asset.key, at=day(2)).rows
            ],
            due(actor, within_days=400, at=day(2)),
            list_change_notices(actor, at=day(2)),
            sorted(narrowed(actor, Entry.objects.all(), at=day(2)).values_list("kind", flat=True)),
        )
    text = repr(told).replace(package, "PACKAGE").replace(asset.name, "ASSET")
    return text.replace(asset.key, "KEY").replace(handed.key, "INVENTORY"), len(asked)


@pytest.mark.parametrize("is_published", [False, True])
def test_probing_with_a_made_up_inventory_tells_a_secret_package_from_no_other(case, is_published):
    by, made = case
    catalogue()
    if is_published:
        for number, package in enumerate((SECRET, OPEN)):
            published_npm(f"CVE-2026-{number}", package)
    # What is asked the first time, whatever it is about, is asked before.
    asked_everything(make_operator("warming up"), "minimiser", 9)
    answers = []
    for number, package in enumerate((SECRET, OPEN)):
        operator = make_operator(f"operator {number}")
        text, queries = asked_everything(operator, package, number)
        for varying in (operator.key, operator.person.key, operator.person.name):
            text = text.replace(varying, "OPERATOR")
        answers.append((masked(text, number), queries))
    assert answers[0] == answers[1]
    # Nor do notices tell: what was handed in while the case was open is not among them.
    assert [(one.name, one.known_before) for one in preview(by.actor, made.key, at=day(3))] == [
        ("operator 0", 0)
    ]
    with pytest.raises(NotPossibleError, match="nobody to tell"):
        released(by, made, at=day(3))


def published_npm(name: str, package: str) -> None:
    advisory = read_osv(
        {
            "id": name,
            "modified": "2026-12-01T00:00:00Z",
            "affected": [
                {
                    "package": {"ecosystem": "npm", "name": package},
                    "ranges": [
                        {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.0"}]}
                    ],
                }
            ],
        },
        "osv-npm",
    )
    matching.match_advisories(put_advisories([advisory], None), at=NOW)


def masked(text: str, number: int) -> str:
    """Return what was told without the random keys and the names that the test has given."""
    text = re.sub(r"\b[A-Z]-[0-9A-Z]{5}-[0-9A-Z]{5}\b", "A-KEY", text)
    text = re.sub(r"[0-9a-f]{64}", "DIGEST", text)
    return text.replace(f"operator {number}", "OPERATOR").replace(f"CVE-2026-{number}", "CVE")
