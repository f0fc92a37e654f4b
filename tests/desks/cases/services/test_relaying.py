"""A case that a coordinator handed on goes on to the next: credit, way and terms as they came."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.desks.cases.rooms import (
    NOW,
    acting,
    make_member,
    make_organisation,
    make_party,
    make_person,
)
from tests.desks.findings.makers import make_case, make_finding
from tests.engines.formats.intake_samples import sample
from tidegate.desks.access.actors import NOBODY, OWNER, Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Label, OrganisationKind
from tidegate.desks.cases.models import Coordination, Hop, Origin
from tidegate.desks.cases.queries.provenance import carried_by, carried_terms, provenance_of
from tidegate.desks.cases.queries.relays import relays_of
from tidegate.desks.cases.services import relaying
from tidegate.desks.cases.services.relaying import (
    note_onward,
    relay,
    require_carried,
    take_over,
    take_over_all,
    vince_nt_texts,
)
from tidegate.desks.findings.models import Finding
from tidegate.desks.findings.services import intake
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Organisation
from tidegate.engines.formats.case_reports import CaseReport
from tidegate.engines.formats.csaf_report import Publisher, PublisherCategory, csaf_report
from tidegate.engines.formats.intake import read_reports
from tidegate.engines.formats.provenance import (
    Credit,
    EmbargoTerms,
    Involvement,
    Provenance,
    is_relay_of,
)
from tidegate.engines.formats.provenance import Hop as Way
from tidegate.engines.formats.reports import Format, Report
from tidegate.engines.formats.targets import parse_target

pytestmark = pytest.mark.django_db

URL = "https://gate.example"
ENDS = NOW + timedelta(days=60)
SAID = Provenance(
    credits=(
        Credit(("Jo Sprach", "Ünal Ö."), "Lab 7", "found it while asleep", ("https://x.org/",)),
    ),
    chain=(
        Way("Lab 7", "LAB-7", NOW - timedelta(days=9)),
        Way("CERT/XY", "XY#12", NOW - timedelta(days=2)),
    ),
    origins=("LAB-7", "https://lab.example/7"),
    terms=EmbargoTerms(ENDS, "TLP:AMBER", "Nothing before the conference.\nTwo people."),
    involvements=(Involvement("vendor", "contact_attempted", NOW, "no answer"),),
    deduplicated=True,
)
CASE = CaseReport(
    title="Prototype pollution in minimist",
    description="A key is not checked.",
    targets=(parse_target("pkg:npm/minimist@1.2.0"),),
    weaknesses=("CWE-1321",),
    aliases=("CVE-2026-12345",),
    severity=("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",),
    severity_word="critical",
    references=("https://example.org/advisory",),
    provenance=SAID,
)
SENDER = Publisher(PublisherCategory.COORDINATOR, "https://xy.example")


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "keys"))
    monkeypatch.delenv("TIDEGATE_ADDRESS", raising=False)


def report(**said: Any) -> bytes:
    """Return a report of CERT/XY; its provenance can be said in parts."""
    return csaf_report(replace(CASE, provenance=replace(SAID, **said)), SENDER)


def hand_in(document: bytes, finder: str = "CERT/XY", target: str = "") -> Finding:
    delivery = intake.receive(
        OWNER, io.BytesIO(document), name="report.json", finder=finder, channel="cli", target=target
    )
    assert (delivery.refused, delivery.accepted) == (0, 1), list(delivery.refusals.all())
    return delivery.findings.get()


def coordinate(*findings: Finding, tlp: Label = Label.AMBER, **more: Any) -> Coordination:
    case = make_case(*findings)
    return Coordination.objects.create(case=case, opened_at=NOW, tlp=tlp, **more)


def coordinator(name: str) -> Actor:
    ours = make_organisation(OrganisationKind.COORDINATOR, name)
    return acting(make_person(ours))


def hand_on(actor: Actor, row: Coordination, to: str = "the next one", **more: Any) -> bytes:
    return relay(actor, row.case.key, to, **{"namespace": URL, "at": NOW, **more})


def read(document: bytes) -> Report:
    (found,) = read_reports(io.BytesIO(document), "again.json")
    assert isinstance(found, Report), found
    return found


def said_in(document: bytes) -> Provenance:
    provenance = read(document).provenance
    assert provenance is not None
    return provenance


# Coming.


def test_what_was_said_is_kept_as_it_was_said():
    finding = hand_in(report())
    row = coordinate(finding)
    origin = take_over(row, finding, NOW)
    assert origin is not None
    origin.refresh_from_db()
    assert carried_by(origin) == said_in(report()) == SAID
    assert carried_terms(row) == SAID.terms
    assert list(origin.hops.values_list("number", "party", "handling", "onward")) == [
        (1, "Lab 7", "LAB-7", False),
        (2, "CERT/XY", "XY#12", False),
    ]


def test_the_same_report_handed_in_again_changes_nothing():
    finding = hand_in(report())
    row = coordinate(finding)
    assert take_over_all(row, NOW) == 1
    before, document = provenance_of(row), hand_on(coordinator("Gate"), row)
    assert hand_in(report()) == finding
    assert take_over_all(row, NOW) == 0
    # By somebody else it is another finding, and what it says is known.
    twin = hand_in(report(), finder="CERT/ZZ")
    Finding.objects.filter(pk=twin.pk).update(case=row.case)
    assert take_over_all(row, NOW) == 1
    assert take_over_all(row, NOW) == 0
    assert provenance_of(row) == before == SAID
    assert said_in(hand_on(acting_again(document), row, at=NOW)) == said_in(document)


def acting_again(document: bytes) -> Actor:
    """Return somebody of the organisation that a document was written by."""
    name = json.loads(document)["document"]["publisher"]["name"]
    return acting(make_person(Organisation.objects.get(name=name)))


def test_each_vulnerability_of_a_case_of_vince_has_come_from_vince():
    document, purl = sample(Format.VINCE), "pkg:npm/minimist@1.2.0"
    told = {
        one.provenance
        for one in read_reports(io.BytesIO(document), "x", target=purl)
        if isinstance(one, Report)
    }
    delivery = intake.receive(
        OWNER, io.BytesIO(document), name="case.json", finder="V", channel="cli", target=purl
    )
    findings = list(delivery.findings.order_by("pk"))
    row = coordinate(*findings)
    assert take_over_all(row, NOW) == len(findings) > 1
    assert {provenance_of(row)} == told
    assert provenance_of(row).chain[-1].party == "VINCE"


def test_a_report_of_several_packages_comes_and_goes_on_as_one():
    targets = (*CASE.targets, parse_target("pkg:pypi/PyYAML@5.3"))
    document = csaf_report(replace(CASE, targets=targets), SENDER)
    delivery = intake.receive(
        OWNER, io.BytesIO(document), name="two.json", finder="V", channel="cli"
    )
    row = coordinate(*delivery.findings.order_by("pk"))
    assert take_over_all(row, NOW) == 2
    assert provenance_of(row) == SAID
    again = list(read_reports(io.BytesIO(hand_on(coordinator("Gate"), row)), "again.json"))
    assert {one.target for one in again if isinstance(one, Report)} == set(targets)


def test_what_a_finder_hands_in_itself_was_handed_on_by_nobody():
    finding = make_finding(finder="Lab A")
    row = coordinate(finding)
    assert take_over(row, finding, NOW) is None
    assert take_over_all(row, NOW) == 0
    assert carried_terms(row) is None
    assert not Origin.objects.exists()


def test_an_origin_goes_with_its_finding_where_cases_part_or_are_merged():
    finding, other = hand_in(report()), make_finding()
    row = coordinate(finding, other)
    take_over_all(row, NOW)
    elsewhere = coordinate()
    Finding.objects.filter(pk=finding.pk).update(case=elsewhere.case)
    assert carried_terms(row) is None
    assert carried_terms(elsewhere) == SAID.terms


# Terms are carried, and never renegotiated.


def test_an_embargo_of_ours_does_not_end_later_than_the_terms_it_came_under():
    row = coordinate(hand_in(report()))
    for end in (ENDS, ENDS - timedelta(days=1)):
        require_carried(row, end, at=NOW)
    with pytest.raises(NotPossibleError, match="not ours to renegotiate"):
        require_carried(row, ENDS + timedelta(seconds=1), at=NOW)


def test_terms_without_an_end_and_a_case_of_our_own_leave_the_end_open():
    for finding in (
        hand_in(report(terms=EmbargoTerms(None, "TLP:AMBER", "Ask first."))),
        make_finding(),
    ):
        require_carried(coordinate(finding), NOW + timedelta(days=9999), at=NOW)


@pytest.mark.parametrize(
    "ours",
    [
        {"embargo": "active", "ends_at": NOW + timedelta(days=5)},
        {"embargo": "exited", "ends_at": NOW - timedelta(days=5)},
        {"embargo": "none"},
    ],
)
def test_whatever_we_agree_on_here_the_senders_terms_go_on_as_they_came(ours: dict[str, Any]):
    row = coordinate(hand_in(report()), **ours)
    assert said_in(hand_on(coordinator("Gate"), row)).terms == SAID.terms


# Going on.


def test_through_two_instances_credit_way_and_terms_stay_and_each_adds_itself():
    one = coordinate(hand_in(report()))
    first = hand_on(coordinator("Gate"), one)
    assert said_in(first).chain == (*SAID.chain, Way("Gate", one.case.key, NOW))
    assert is_relay_of(said_in(first), SAID)

    other = coordinate(hand_in(first, finder="Gate"))
    second = hand_on(coordinator("Haven"), other, at=NOW + timedelta(days=1))
    assert is_relay_of(said_in(second), said_in(first))
    assert said_in(second) == replace(
        said_in(first),
        chain=(*said_in(first).chain, Way("Haven", other.case.key, NOW + timedelta(days=1))),
    )
    there = read(second)
    assert (there.title, there.description, there.target) == (
        CASE.title,
        CASE.description,
        CASE.targets[0],
    )
    assert (there.weaknesses, there.aliases, there.severity, there.severity_word) == (
        CASE.weaknesses,
        CASE.aliases,
        CASE.severity,
        CASE.severity_word,
    )
    assert there.id == other.case.key


def test_a_case_of_our_own_goes_on_with_its_finders_under_our_terms():
    row = coordinate(
        make_finding(finder="Lab A", reference="lab-1"),
        make_finding(finder="Lab B"),
        make_finding(finder="Lab A"),
        embargo="active",
        ends_at=ENDS,
    )
    row.terms.create(
        ends_at=ENDS,
        words="Until the release.",
        proposed_by="a",
        proposed_at=NOW,
        outcome="accepted",
        decided_at=NOW,
    )
    said = said_in(hand_on(coordinator("Gate"), row))
    first = row.case.findings.order_by("pk")[0]
    assert said.credits == (Credit(("Lab A",)), Credit(("Lab B",)))
    assert said.chain == (
        Way("Lab A", "lab-1", first.received_at),
        Way("Gate", row.case.key, NOW),
    )
    assert said.terms == EmbargoTerms(ENDS, "TLP:AMBER", "Until the release.")


def test_of_two_reports_of_one_bug_nothing_is_lost_and_the_strictest_terms_hold():
    others = Provenance(
        credits=(Credit(("Kim",)),),
        chain=(Way("Kim", "K-1", NOW), Way("CERT/ZZ", "ZZ#3", NOW)),
        origins=("K-1",),
        terms=EmbargoTerms(NOW + timedelta(days=3), "TLP:AMBER+STRICT", "Ask Kim."),
    )
    later = csaf_report(replace(CASE, provenance=others), SENDER)
    row = coordinate(hand_in(report()), hand_in(later, finder="CERT/ZZ"), make_finding(finder="Bo"))
    said = said_in(hand_on(coordinator("Gate"), row, permission="Kim, by telephone"))
    assert said.credits == (*SAID.credits, Credit(("Kim",)), Credit(("Bo",)))
    assert said.chain[:-1] == SAID.chain
    assert {"LAB-7", "https://lab.example/7", "K-1", "ZZ#3"} <= set(said.origins)
    told = {(one.party, one.summary) for one in said.involvements}
    assert {("Kim", "K-1"), ("CERT/ZZ", "ZZ#3")} <= told
    words = f"{SAID.terms.text}\n\nAsk Kim."
    assert said.terms == EmbargoTerms(NOW + timedelta(days=3), "TLP:AMBER+STRICT", words)
    assert said.deduplicated is False


def test_what_is_handed_on_is_kept_with_whom_and_in_the_ledger():
    row, actor = coordinate(hand_in(report())), coordinator("Gate")
    document = hand_on(actor, row, " CERT/CC ", identifier="VU#1")
    hand_on(actor, row, "JPCERT/CC", at=NOW + timedelta(hours=1))
    note_onward(actor, row.case.key, "JPCERT/CC", identifier="JVN#2", at=NOW + timedelta(hours=2))
    note_onward(actor, row.case.key, "JPCERT/CC", identifier="JVN#2", at=NOW + timedelta(hours=3))
    shown = relays_of(actor, row.case.key, at=NOW).onward
    assert [(one.to, one.identifier) for one in shown] == [
        ("CERT/CC", "VU#1"),
        ("JPCERT/CC", ""),
        ("JPCERT/CC", "JVN#2"),
    ]
    entries = list(Entry.objects.order_by("pk"))
    assert [one.kind for one in entries] == ["case-relayed", "case-relayed", "relay-named"]
    assert entries[0].said["document_sha256"] == hashlib.sha256(document).hexdigest()
    assert (entries[0].said["to"], entries[0].case) == ("CERT/CC", row.case.key)


def test_texts_for_vince_nt_carry_the_same_and_record_nothing():
    row = coordinate(hand_in(report()))
    told = vince_nt_texts(coordinator("Gate"), row.case.key, at=NOW)
    for text in (
        "Jo Sprach, Ünal Ö., Lab 7",
        f"Lab 7 (LAB-7) > CERT/XY (XY#12) > Gate ({row.case.key})",
        "Nothing before the conference.",
        CASE.description,
    ):
        assert text in told
    assert not Hop.objects.filter(onward=True).exists()
    assert not Entry.objects.exists()


# What is refused.


@pytest.mark.parametrize("label", ["TLP:RED", "TLP:AMBER+STRICT"])
def test_what_its_sender_forbids_to_pass_on_takes_a_permission(label: str):
    terms = replace(SAID.terms, tlp=label)
    row, actor = coordinate(hand_in(report(terms=terms))), coordinator("Gate")
    for handing_on in (hand_on, lambda actor, row: vince_nt_texts(actor, row.case.key, at=NOW)):
        with pytest.raises(NotPossibleError, match="say who allowed it"):
            handing_on(actor, row)
    assert not Hop.objects.exists()
    assert said_in(hand_on(actor, row, permission="CERT/XY, by mail")).terms == terms
    # Who allowed it may name a finder: the parties of the case do not read it.
    vendor = acting(make_member(make_party(row)))
    said = narrowed(vendor, Entry.objects.all(), at=NOW)
    assert [one.kind for one in said] == ["case-relayed"]
    assert "by mail" not in "".join(said.values_list("text", flat=True))
    assert narrowed(actor, Entry.objects.filter(kind="relay-permitted")).count() == 1


def test_a_red_case_of_our_own_takes_a_permission_too():
    row = coordinate(make_finding(finder="Lab A"), tlp=Label.RED)
    with pytest.raises(NotPossibleError, match="TLP:RED"):
        hand_on(coordinator("Gate"), row)


def test_only_who_coordinates_hands_on():
    row = coordinate(hand_in(report()))
    vendor = acting(make_member(make_party(row)))
    for actor in (vendor, NOBODY):
        for do in (
            lambda actor: hand_on(actor, row),
            lambda actor: vince_nt_texts(actor, row.case.key, at=NOW),
            lambda actor: note_onward(actor, row.case.key, "x", identifier="y", at=NOW),
        ):
            with pytest.raises(NotFoundError):
                do(actor)


def test_an_instance_without_an_address_says_what_is_missing(monkeypatch: pytest.MonkeyPatch):
    row, actor = coordinate(hand_in(report())), coordinator("Gate")
    with pytest.raises(NotPossibleError, match="TIDEGATE_ADDRESS"):
        hand_on(actor, row, namespace="")
    assert not Hop.objects.filter(onward=True).exists()
    monkeypatch.setenv("TIDEGATE_ADDRESS", "https://gate.example.org")
    monkeypatch.setenv("TIDEGATE_PROXY", "127.0.0.1")
    document = json.loads(hand_on(actor, row, namespace=""))
    assert document["document"]["publisher"]["namespace"] == "https://gate.example.org"


def test_the_owner_hands_on_for_the_organisation_that_coordinates_here():
    row = coordinate(hand_in(report()))
    with pytest.raises(NotPossibleError, match="tidegate init"):
        hand_on(OWNER, row)
    make_organisation(OrganisationKind.COORDINATOR, "Gate")
    assert said_in(hand_on(OWNER, row)).chain[-1].party == "Gate"


@pytest.mark.parametrize(
    ("to", "more"),
    [
        (" ", {}),
        ("x" * 301, {}),
        ("a\nb", {}),
        ("a", {"identifier": "x" * 201}),
        ("a", {"identifier": "x\ny"}),
        ("a", {"permission": "x" * 1001}),
    ],
)
def test_names_that_cannot_be_kept_are_refused(to: str, more: dict[str, str]):
    with pytest.raises(NotPossibleError, match="characters"):
        hand_on(OWNER, coordinate(), to, **more)


def test_a_full_chain_is_refused_and_nothing_is_recorded():
    chain = tuple(Way(f"party {n}", str(n), NOW) for n in range(49))
    row = coordinate(hand_in(report(chain=(*chain, SAID.chain[-1]))))
    with pytest.raises(NotPossibleError, match="50 parties"):
        hand_on(coordinator("Gate"), row)
    assert not Hop.objects.filter(onward=True).exists()


def test_a_record_that_is_not_read_any_more_is_not_handed_on_without_its_credit(
    monkeypatch: pytest.MonkeyPatch,
):
    row = coordinate(hand_in(report()))

    def nothing(*_: Any, **__: Any) -> Iterator[Report]:
        return iter(())

    monkeypatch.setattr(relaying, "read_reports", nothing)
    with pytest.raises(NotPossibleError, match="not read any"):
        hand_on(coordinator("Gate"), row)


# Who reads where it came from.


def test_parties_read_the_terms_and_finders_nothing_of_whom_others_credit():
    row = coordinate(hand_in(report()), embargo="active", ends_at=ENDS)
    take_over_all(row, NOW)

    def shown(actor: Actor, at: datetime = NOW) -> tuple[EmbargoTerms | None, list[Provenance]]:
        found = relays_of(actor, row.case.key, at=at)
        return found.terms, [one.said for one in found.origins]

    finder = acting(make_member(make_party(row, "finder")))
    vendor = acting(make_member(make_party(row)))
    assert shown(vendor) == shown(coordinator("Gate")) == (SAID.terms, [SAID])
    assert shown(finder) == (SAID.terms, [])
    invited = acting(make_member(make_party(row, consent="invited", joined_at=None)))
    for actor in (invited, NOBODY):
        with pytest.raises(NotFoundError):
            shown(actor)
