"""What holds a proof opens with its delivery's key, in its own place, and as it was kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desks.findings.makers import START, make_delivery, make_finding, make_reproduction
from tests.desks.findings.services.handing_in import hand_in, lines, record
from tidegate.desks.access.actors import OWNER
from tidegate.desks.findings.models import Delivery, DeliveryKey, DeliveryPiece, Document, Event
from tidegate.desks.findings.queries.deliveries import get_document
from tidegate.desks.findings.queries.finding_detail import get_finding, get_record
from tidegate.desks.findings.sealing import seals_of
from tidegate.desks.findings.services import intake, judging
from tidegate.desks.findings.services.rekeying import rekey
from tidegate.desks.findings.services.storing import open_document
from tidegate.engines.sealing import SealError, key_id_of
from tidegate.instance.home import HomeError
from tidegate.instance.keyring import keyring

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "keys"
    monkeypatch.setenv("TIDEGATE_KEYS", str(folder))
    return folder


def whole(delivery: Delivery) -> bytes:
    document = get_document(OWNER, delivery.key)
    parts, number = [], 0
    while (piece := document.piece(number)) is not None:
        parts.append(piece)
        number += 1
    return b"".join(parts)


def three_pieces() -> Delivery:
    return make_delivery(content=[b"first ", b"second ", b"third"])


def test_an_empty_document_is_kept_as_one_that_nobody_can_have_emptied() -> None:
    delivery = hand_in(b"", finder="Lab A")
    assert (delivery.size, delivery.pieces.count()) == (0, 1)
    with open_document(delivery) as stream:
        assert stream.read() == b""


def test_pieces_that_were_exchanged_do_not_open() -> None:
    one, two, _ = three_pieces().pieces.order_by("number")
    DeliveryPiece.objects.filter(pk=one.pk).update(content=two.content)
    with pytest.raises(SealError, match="piece 0 of document:D-"):
        whole(one.delivery)


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_document_that_was_cut_anywhere_is_not_given_out_as_whole(lost: int) -> None:
    delivery = three_pieces()
    delivery.pieces.filter(number=lost).delete()
    with pytest.raises(SealError):
        whole(delivery)
    delivery.pieces.all().delete()
    with pytest.raises(SealError, match="is gone"):
        whole(delivery)


def test_a_piece_that_was_added_is_missed_by_none() -> None:
    delivery, other = three_pieces(), make_delivery(content=[b"a", b"b", b"c", b"d"])
    fourth = other.pieces.get(number=3)
    DeliveryPiece.objects.create(delivery=delivery, number=3, content=fourth.content)
    with pytest.raises(SealError):
        whole(delivery)


def test_a_record_in_anothers_place_does_not_open() -> None:
    delivery = make_delivery()
    one = make_finding(delivery=delivery, record=b"one")
    other = make_finding(delivery=delivery, record=b"other")
    content = Document.objects.get(finding=other).record
    Document.objects.filter(finding=one).update(record=content)
    with pytest.raises(SealError, match=f"record:{one.key}"):
        get_record(OWNER, one.key)
    assert get_record(OWNER, other.key) == b"other"


def test_a_key_in_anothers_place_opens_nothing() -> None:
    one, other = make_finding(), make_finding()
    wrapped = other.delivery.keys.get().wrapped
    DeliveryKey.objects.filter(delivery=one.delivery).update(wrapped=wrapped)
    with pytest.raises(SealError, match=f"delivery-key:{one.delivery.key}:1"):
        get_record(OWNER, one.key)


def test_a_page_opens_what_it_shows_alone() -> None:
    finding = make_finding(verdict="reproduced")
    make_reproduction(finding)
    Document.objects.filter(finding=finding).update(record=b"broken")
    assert get_finding(OWNER, finding.key).stdout == "polluted\n"


def test_everything_of_a_delivery_is_moved_to_its_new_key() -> None:
    delivery = hand_in(lines(record(1), record(2)), finder="Lab A")
    finding = delivery.findings.order_by("pk")[0]
    finding.stage, finding.verdict = "judged", "inconclusive"
    finding.save()
    make_reproduction(finding, receipt=b"a receipt")
    judging.try_again(OWNER, finding.key)
    make_reproduction(finding)
    old = delivery.keys.get().key_id
    before = (whole(delivery), get_record(OWNER, finding.key), judging.runnable(finding).digest)
    held = seals_of(delivery.pk)
    rekey(delivery.pk, at=START)
    finding = delivery.findings.order_by("pk")[0]
    assert (whole(delivery), get_record(OWNER, finding.key), judging.runnable(finding).digest) == (
        before
    )
    event = Event.objects.get(verb="tried-again")
    assert event.detail == {"reason": ""}
    assert event.sealed is not None
    # Whoever had read the delivery's keys before looks again.
    earlier = held.unseal_data(event.sealed, f"earlier:{finding.key}:{event.at.isoformat()}")
    assert earlier["receipt"] == "YSByZWNlaXB0"
    documents = Document.objects.filter(finding__delivery=delivery)
    kept = [bytes(one.record) for one in documents] + [bytes(event.sealed)]
    kept += [bytes(one.content) for one in delivery.pieces.all()]
    kept += [bytes(one) for one in (finding.reproduction.document, finding.reproduction.receipt)]
    assert old not in {key_id_of(one) for one in kept}


def test_a_document_waits_while_the_instances_keys_are_away(keys: Path, tmp_path: Path) -> None:
    delivery = hand_in(lines(record(1)), finder="Lab A")
    delivery.findings.all().delete()
    Delivery.objects.filter(pk=delivery.pk).update(state="stored", readings=1)
    keys.rename(tmp_path / "away")
    keyring().generations()
    for _ in range(5):
        delivery.refresh_from_db()
        with pytest.raises(HomeError, match="put its file"):
            intake.read_again(delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.readings, delivery.reason) == ("stored", 1, "")
    keys.rmdir()
    (tmp_path / "away").rename(keys)
    intake.read_again(delivery)
    assert (delivery.state, delivery.accepted) == ("read", 1)
