"""What is sealed in a case opens there, as what it is, and with the instance's key alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desks.findings.makers import START, make_case, make_finding
from tidegate.desks.cases.models import CaseKey, Coordination, Sealed
from tidegate.desks.cases.services.sealing import opened, seal
from tidegate.engines.sealing import SealError
from tidegate.instance.keyring import KeyringError, keyring

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "keys"
    monkeypatch.setenv("TIDEGATE_KEYS", str(folder))
    return folder


def coordinated() -> Coordination:
    return Coordination.objects.create(case=make_case(make_finding()), opened_at=START)


def test_what_was_sealed_opens_as_it_was_and_is_kept_as_nothing_like_it() -> None:
    sealed = seal(coordinated(), "message:M-1", b"the embargoed words", START)
    again = Sealed.objects.get(pk=sealed.pk)
    assert opened(again) == opened(again, "message:M-1") == b"the embargoed words"
    assert b"embargoed" not in bytes(again.content)


def test_a_case_has_a_key_of_its_own_that_all_of_it_is_sealed_with() -> None:
    one, other = coordinated(), coordinated()
    rows = [seal(one, f"message:M-{n}", b"x", START) for n in range(3)]
    seal(other, "message:M-1", b"x", START)
    assert {row.key_id for row in rows} == {CaseKey.objects.get(coordination=one).pk}
    assert CaseKey.objects.count() == 2


def test_a_row_in_anothers_place_does_not_open() -> None:
    case = coordinated()
    secret = seal(case, "message:M-1", b"for one person", START)
    seal(case, "message:M-2", b"for another", START)
    with pytest.raises(SealError, match="message:M-2"):
        opened(secret, "message:M-2")
    secret.purpose = "message:M-2"
    with pytest.raises(SealError, match="message:M-2"):
        opened(secret)


def test_bytes_or_keys_of_another_case_do_not_open() -> None:
    one = seal(coordinated(), "message:M-1", b"ours", START)
    other = seal(coordinated(), "message:M-1", b"theirs", START)
    Sealed.objects.filter(pk=one.pk).update(content=other.content)
    with pytest.raises(SealError):
        opened(Sealed.objects.get(pk=one.pk))
    CaseKey.objects.filter(pk=one.key_id).update(wrapped=other.key.wrapped)
    with pytest.raises(SealError, match="case-key"):
        opened(Sealed.objects.get(pk=one.pk))


def test_a_missing_key_of_the_instance_is_one_error_that_names_key_and_folder(keys: Path) -> None:
    sealed = seal(coordinated(), "message:M-1", b"x", START)
    lost = keyring().newest()
    next(keys.glob("wrapping-*")).unlink()
    assert keyring().generations() == []
    with pytest.raises(KeyringError) as caught:
        opened(Sealed.objects.get(pk=sealed.pk))
    assert lost.key_id in str(caught.value)
    assert str(keys) in str(caught.value)
