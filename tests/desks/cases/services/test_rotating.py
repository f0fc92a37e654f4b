"""Rotated keys hold what the older ones held, and nothing is lost on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator

from tests.desks.findings.makers import (
    START,
    make_case,
    make_delivery,
    make_finding,
    make_judgement,
    make_reproduction,
)
from tidegate.desks.access.actors import NOBODY, OWNER, Actor, Standing
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.cases.models import CaseKey, Coordination, Sealed
from tidegate.desks.cases.queries.keys import list_generations
from tidegate.desks.cases.services import rotating
from tidegate.desks.cases.services.sealing import opened, seal
from tidegate.desks.findings.models import Case, DeliveryKey, DeliveryPiece, Document
from tidegate.desks.findings.queries.deliveries import get_document
from tidegate.desks.findings.queries.finding_detail import get_receipt, get_record
from tidegate.desks.findings.services import judging, rewrapping
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.sealed import opened as opened_text
from tidegate.desks.parties.sealed import sealed
from tidegate.desks.parties.services.rewrapping import FACTOR
from tidegate.engines.sealing import SealError, key_id_of
from tidegate.instance.holders import holders
from tidegate.instance.home import HomeError
from tidegate.instance.keyring import keyring

pytestmark = pytest.mark.django_db

LATER = START + timedelta(days=30)


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "keys"
    monkeypatch.setenv("TIDEGATE_KEYS", str(folder))
    return folder


@pytest.fixture
def case() -> Case:
    """A coordinated case with two findings, whose proofs, messages and results are sealed."""
    findings = [
        make_finding(
            f"Lab {n}",
            delivery=make_delivery(f"Lab {n}", content=[b"one %d " % n, b"two"]),
            record=b"record %d" % n,
            native=b"native %d" % n,
        )
        for n in range(2)
    ]
    for finding in findings:
        small = {"proof_sha256": "ab"}
        make_reproduction(finding, receipt=b"receipt " + finding.key.encode(), small_proof=small)
        make_judgement(finding, version="1.0.0", data=JUDGED)
    made = make_case(*findings)
    coordination = Coordination.objects.create(case=made, opened_at=START)
    for n in range(3):
        seal(coordination, f"message:M-{n}", b"message %d" % n, START)
    return made


JUDGED = {
    "version": "1.0.0",
    "word": "reproduced",
    "trust": "L2",
    "reason": "seen",
    "program": "p",
    "fired": 3,
    "counted": 3,
    "required": 3,
    "runtime": None,
    "runs": [],
    "archives": [],
    "built": False,
    "sandbox": None,
    "controls": [],
    "shown": [],
}


def all_of(case: Case) -> list[object]:
    """Everything sealed, as it is read."""
    read: list[object] = [opened(one, one.purpose) for one in Sealed.objects.order_by("pk")]
    for finding in case.findings.order_by("pk"):
        document = get_document(OWNER, finding.delivery.key)
        read += [document.piece(number) for number in range(3)]
        read += [get_record(OWNER, finding.key), get_receipt(OWNER, finding.key)]
        read += [judging.small_proof(finding.key), judging.kept(finding.key)]
    return read


def many(of: Mapping[str, int]) -> tuple[int, int]:
    """How many keys of deliveries and of cases."""
    return of["deliveries"], of["cases"]


def sealed_with() -> set[str]:
    """The keys that anything of a delivery is sealed with."""
    rows = [bytes(piece.content) for piece in DeliveryPiece.objects.all()]
    for document in Document.objects.all():
        rows += [bytes(document.record), bytes(document.native or document.record)]
    return {key_id_of(row) for row in rows}


def test_a_rotated_case_is_read_as_before_and_sealed_with_new_keys_alone(case: Case) -> None:
    before, keys_before = all_of(case), sealed_with()
    done = rotating.rotate_case_key(OWNER, case.key.lower(), at=LATER)
    assert (done.case, done.key, done.sealed, done.deliveries) == (case.key, 2, 3, 2)
    assert all_of(case) == before
    assert sealed_with().isdisjoint(keys_before)
    assert set(Sealed.objects.values_list("key__number", flat=True)) == {2}
    assert rotating.rotate_case_key(OWNER, case.key, at=LATER).key == 3
    assert all_of(case) == before


def test_what_is_sealed_after_a_rotation_is_sealed_with_the_newest_key(case: Case) -> None:
    rotating.rotate_case_key(OWNER, case.key, at=LATER)
    assert seal(case.coordination, "message:M-9", b"later", LATER).key.number == 2


def test_other_cases_keep_their_keys(case: Case) -> None:
    other = make_finding("Lab 9")
    coordination = Coordination.objects.create(case=make_case(other), opened_at=START)
    kept = seal(coordination, "message:M-7", b"elsewhere", START)
    rotating.rotate_case_key(OWNER, case.key, at=LATER)
    assert Sealed.objects.get(pk=kept.pk).key.number == 1
    assert other.delivery.keys.count() == 1


def test_a_case_that_nobody_coordinates_has_its_proofs_sealed_anew(case: Case) -> None:
    finding = make_finding("Lab 9", record=b"alone")
    alone = make_case(finding)
    done = rotating.rotate_case_key(OWNER, alone.key, at=LATER)
    assert (done.key, done.sealed, done.deliveries) == (None, 0, 1)
    assert get_record(OWNER, finding.key) == b"alone"


def test_the_newest_key_of_the_instance_wraps_every_other_after_a_rotation(case: Case) -> None:
    before, first = all_of(case), keyring().newest()
    content = [bytes(one) for one in Document.objects.values_list("record", flat=True)]
    done = rotating.rotate_instance_key(OWNER, at=LATER)
    assert (done.generation.number, many(done.wrapped)) == (2, (2, 1))
    for rows in (DeliveryKey.objects, CaseKey.objects):
        assert set(rows.values_list("wrapped_by", flat=True)) == {done.generation.key_id}
        for wrapped in rows.values_list("wrapped", flat=True):
            assert key_id_of(bytes(wrapped)) == done.generation.key_id != first.key_id
    assert [bytes(one) for one in Document.objects.values_list("record", flat=True)] == content
    assert all_of(case) == before


def test_an_interrupted_rotation_is_gone_on_with_and_ends(case: Case, monkeypatch) -> None:
    for n in range(7):
        make_delivery(f"Lab {n}")
    before = all_of(case)
    monkeypatch.setattr(rewrapping, "BATCH", 2)
    batch = rewrapping._rewrap_batch
    calls = iter([None, None])

    def interrupted(*arguments: object) -> int:
        if next(calls, "the end") == "the end":
            raise KeyboardInterrupt
        return batch(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(rewrapping, "_rewrap_batch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            rotating.rotate_instance_key(OWNER, at=LATER)
    assert [(row.number, many(row.wraps)) for row in list_generations(OWNER)] == [
        (1, (5, 1)),
        (2, (4, 0)),
    ]
    assert all_of(case) == before
    done = rotating.rewrap_all(OWNER)
    assert (done.generation.number, many(done.wrapped)) == (2, (5, 1))
    assert many(rotating.rewrap_all(OWNER).wrapped) == (0, 0)
    assert all_of(case) == before


def test_nothing_that_is_wrapped_is_forgotten_by_a_rotation() -> None:
    held = {"deliveries", "cases", "exposure", "reviews", "sign-ins", "webhooks"}
    assert {one.name for one in holders()} == held
    person = Person.objects.create_user("ada@example.org", name="Ada", joined_at=START)
    factor = Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": sealed("the code", FACTOR)}
    )
    assert list_generations(OWNER)[0].wraps["sign-ins"] == 1
    assert rotating.rotate_instance_key(OWNER, at=LATER).wrapped["sign-ins"] == 1
    old, new = list_generations(OWNER)
    assert (sum(old.wraps.values()), new.wraps["sign-ins"]) == (0, 1)
    factor.refresh_from_db()
    assert opened_text(factor.data["secret"], FACTOR) == "the code"


def test_a_needed_generation_that_is_missing_is_listed_and_named(case: Case, keys: Path) -> None:
    keyring().rotate(LATER)
    first = list_generations(OWNER)[0]
    next(keys.glob("wrapping-1-*")).unlink()
    here, missing = list_generations(OWNER)
    assert (here.number, here.newest, here.missing) == (2, True, False)
    assert (missing.key_id, missing.missing) == (first.key_id, True)
    assert many(missing.wraps) == (2, 1)
    said = f"{first.key_id}, which is not in {re.escape(str(keys))}"
    for ask in (
        lambda: all_of(case),
        lambda: rotating.rewrap_all(OWNER),
        lambda: rotating.rotate_case_key(OWNER, case.key, at=LATER),
    ):
        with pytest.raises(HomeError, match=said):
            ask()


@pytest.mark.parametrize("read", [rotating.rewrap_all, list_generations])
def test_only_who_runs_the_instance_rotates_and_lists_keys(
    case: Case, read: Callable[[Actor], object]
) -> None:
    def standing(kind: OrganisationKind, role: Role) -> Actor:
        return Actor("somebody", 1, (Standing(1, role, frozenset([kind])),))

    for actor in (
        NOBODY,
        standing(OrganisationKind.VENDOR, Role.ADMINISTRATOR),
        standing(OrganisationKind.COORDINATOR, Role.MEMBER),
    ):
        for ask in (
            lambda actor=actor: read(actor),
            lambda actor=actor: rotating.rotate_instance_key(actor, at=LATER),
            lambda actor=actor: rotating.rotate_case_key(actor, case.key, at=LATER),
        ):
            with pytest.raises(NotFoundError):
                ask()
    assert [row.number for row in list_generations(OWNER)] == [1]
    assert set(CaseKey.objects.values_list("number", flat=True)) == {1}
    read(standing(OrganisationKind.COORDINATOR, Role.ADMINISTRATOR))


def test_a_rotation_is_in_the_ledger_and_no_key_is(case: Case) -> None:
    rotating.rotate_instance_key(OWNER, at=LATER)
    rotating.rotate_case_key(OWNER, case.key, at=LATER)
    told = Entry.objects.filter(kind__contains="key").order_by("index")
    assert [(one.kind, one.case) for one in told] == [
        ("instance-key-rotated", ""),
        ("case-key-rotated", case.key),
    ]
    said = json.loads(told[0].text)
    assert (said["generation"], said["key"]) == (2, keyring().newest().key_id)


def test_what_was_changed_stops_the_rotation_and_stays_as_it_was(case: Case) -> None:
    broken = Sealed.objects.order_by("pk")[1]
    changed = bytes(broken.content[:-1]) + b"\0"
    Sealed.objects.filter(pk=broken.pk).update(content=changed)
    with pytest.raises(SealError, match="message:M-1"):
        rotating.rotate_case_key(OWNER, case.key, at=LATER)
    assert bytes(Sealed.objects.get(pk=broken.pk).content) == changed
