"""CVE identifiers, adoption, the funnel and keys for restricted releases, by commands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyrage import x25519

from tests.desks.cases.makers import coordinator
from tests.desks.exposure.rooms import make_operator as operating
from tests.desks.publications.adopting import came, make_publication
from tests.desks.publications.rooms import NOW, make_operator, make_room
from tests.faces.cli.exposure.running import run
from tidegate.desks.access.words import Role
from tidegate.desks.publications.services.adoption_showing import settle
from tidegate.faces.cli.publications.shown_adoption import sparkline

pytestmark = pytest.mark.django_db


def test_where_the_instance_is_no_cna_the_vendors_gives_the_identifier():
    room = make_room()
    assert "cve assign" in run(room.one, "cve").words
    assert "no account at CVE Services" in run(room.one, "cve", "reserve", room.key).refusal()
    assert "is no CVE identifier" in run(
        room.one, "cve", "assign", room.key, "CVE-1", "--cna", "vendor"
    ).refusal()  # fmt: skip
    given = ("cve", "assign", room.key, "cve-2026-1234", "--cna", "vendor")
    assert run(room.one, *given, "--json").document()["number"] == "CVE-2026-1234"
    (row,) = run(room.reader, "cve", "--json").document()["rows"]
    assert (row["number"], row["case"]) == ("CVE-2026-1234", room.key)
    assert "CVE-2026-1234" not in run(room.vendor, "cve").out
    rejected = ("cve", "reject", "CVE-2026-1234", "--because", "It is none.")
    assert "ask vendor to reject it" in run(room.one, *rejected).refusal()
    assert run(room.one, "cve", "take-back", room.key).refusal()


def test_a_cna_reserves_and_takes_back(monkeypatch, tmp_path):
    key = tmp_path / "key"
    key.write_text("a-key")
    key.chmod(0o600)
    for name, value in {
        "ORG": "gate", "ORG_ID": "00000000-0000-4000-9000-000000000001", "USER": "a@example.org",
        "KEY_FILE": str(key),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"TIDEGATE_CVE_{name}", value)
    room = make_room()
    assert "cve reserve CASE" in run(room.one, "cve").words
    assert run(room.one, "cve", "reserve", room.key).code == 0
    assert "being reserved" in run(room.one, "cve").words
    assert run(room.one, "cve", "reserve", room.key).refusal()
    assert run(room.one, "cve", "take-back", room.key).code == 0
    assert "No identifier yet" in run(room.one, "cve").words


def test_counts_are_shown_of_five_and_an_operator_sees_its_own():
    publication, one = make_publication(at=NOW - timedelta(days=3)), coordinator()
    name = publication.identifier
    before = run(one, "adoption", name).words
    assert "Nothing to show yet" in before
    operators = [operating(f"operator {number}") for number in range(4)]
    for of in operators:
        came(publication, of, "applied", NOW)
    settle(NOW - timedelta(days=2))
    assert run(one, "adoption", name).words == before
    for number in range(4, 15):
        operators.append(operating(f"operator {number}"))
        came(publication, operators[-1], "verified", NOW)
    settle(NOW - timedelta(days=1))
    (group,) = run(one, "adoption", name, "--json").document()["groups"]
    point = group["points"][-1]
    assert (group["organisations"], point["reached"]["applied"]) == (15, 10)
    assert point["shown_here"] == {"applied": 0, "verified": 0}
    shown = run(one, "adoption", name, "--by", "scope")
    assert "rounded down to multiples of 5" in shown.words
    assert "applied" in run(operators[0], "adoption", name, "--own").words
    assert run(operators[0], "adoption", name).refusal()
    assert run(one, "adoption", name, "--own", "--by", "scope").refusal()
    assert run(one, "adoption", name, "--by", "mood").refusal()


def test_the_funnel_stands_beside_what_it_is_to_move():
    room = make_room()
    told = run(room.reader, "funnel").words
    assert "97 patched of 1,596 disclosed, 6.1%" in told
    steps = run(room.reader, "funnel", "--json").document()["steps"]
    assert steps[0]["number"] == 1
    assert run(room.vendor, "funnel").refusal()
    public = run(room.vendor, "funnel", "--public", "--json").document()
    assert public["smallest"] == 5
    assert public["steps"][0]["number"] == 0


def test_an_organisation_keeps_its_keys():
    operator, other = make_operator(), make_operator()
    key = str(x25519.Identity.generate().to_public())
    assert "update-keys add" in run(operator, "update-keys").words
    made = run(operator, "update-keys", "add", key, "--name", "a client", "--json").document()
    assert made["organisation"] == operator.key
    assert "a client" in run(operator, "update-keys").words
    assert key in run(coordinator(), "update-keys", "--organisation", operator.key).out
    assert key not in run(other, "update-keys").out
    revoke = ("update-keys", "revoke", key, "--because", "lost")
    assert run(operator.colleague(Role.MEMBER), *revoke).refusal()
    assert run(other, *revoke, "--organisation", operator.key).refusal()
    assert run(operator, *revoke).code == 0
    assert "revoked" in run(operator, "update-keys", "--revoked").words
    assert run(operator, "update-keys", "--json").document() == {"rows": []}
    assert "has no organisation" in run(None, "update-keys", "add", key).refusal()


def test_a_spark_line_has_eight_heights_and_ends_with_now():
    assert sparkline([]) == ""
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([0, 5, 10]) == "▁▅█"
    long = sparkline(list(range(61)))
    assert len(long) <= 24
    assert long[-1] == "█"
