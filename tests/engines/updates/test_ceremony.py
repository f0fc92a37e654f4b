"""Keys come, go, are lost and are stolen; each step of docs/keys.md; python-tuf judges."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined]
from tuf.api.exceptions import RepositoryError as TufError
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import (  # type: ignore[attr-defined]
    Metadata,
    MetaFile,
    Snapshot,
    Targets,
    Timestamp,
)

from tests.engines.updates.repositories import AT, Client, House, holders, new_signer, signed
from tidegate.engines.updates.ceremony import (
    Holders,
    delegate,
    epoch,
    first_root,
    next_root,
)
from tidegate.engines.updates.errors import CeremonyError, PublicationError
from tidegate.engines.updates.gate import Addition
from tidegate.engines.updates.publisher import Publisher, create
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.signing import (
    differences,
    is_complete,
    quorums,
    read_root,
    sign,
)

ONE = "advisories/TG-2026-k3m9q2x4.json"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be flushed: no machine is switched off here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def house(tmp_path: Path) -> House:
    found = House.build(tmp_path / "updates")
    found.create().publish([Addition(ONE, b"one")], standing={ONE}, at=AT)
    return found


@pytest.fixture
def client(house: House, tmp_path: Path) -> Client:
    found = Client.of(house, tmp_path / "client")
    assert found.fetch(house.folder, AT, ONE) == b"one"
    return found


def gets(client: Client, house: House) -> bool:
    """Say whether a client of before, and one that begins with root 1, both get what is there."""
    new = Client(Path(mkdtemp(dir=client.home.parent)), client.bootstrap)
    return {one.fetch(house.folder, AT, ONE) for one in (client, new)} == {b"one"}


# The ceremony


def test_a_root_counts_only_when_enough_have_signed_wherever_they_are(house: House) -> None:
    draft = next_root(house.roots[0], at=AT)
    travelling = draft.to_bytes()
    for number, signer in enumerate(house.root_keys[:2], 1):
        document = read_root(travelling, "2.root.json")
        assert not is_complete(quorums(document, house.roots[0]))
        document = sign(document, signer, house.roots[0])
        travelling = document.to_bytes()
        assert [len(one.signed) for one in quorums(document, house.roots[0])] == [number] * 2
    assert is_complete(quorums(document, house.roots[0]))


def test_who_has_not_to_sign_cannot_and_is_told_who_has(house: House) -> None:
    draft = next_root(house.roots[0], at=AT)
    with pytest.raises(CeremonyError, match=r"stranger \(.*has not to sign root 2.*root-1"):
        sign(draft, new_signer("stranger"), house.roots[0])
    with pytest.raises(CeremonyError, match="has not to sign targets 1"):
        sign(house.targets, house.root_keys[0], house.roots[0])


def test_a_signature_that_does_not_fit_does_not_count_and_is_dropped(house: House) -> None:
    draft = signed(next_root(house.roots[0], at=AT), house.roots[0], house.root_keys[0])
    draft.signed.version = 2
    draft.signed.expires = AT + DAY
    assert [one.missing for one in quorums(draft, house.roots[0])] == [2, 2]
    again = sign(draft, house.root_keys[1], house.roots[0])
    assert set(again.signatures) == {house.root_keys[1].public_key.keyid}


def test_who_signs_sees_what_it_changes(house: House) -> None:
    new = new_signer("root-4")
    changed = next_root(house.roots[0], at=AT, root=holders([*house.root_keys[1:], new], 3))
    said = "\n".join(differences(changed, house.roots[0]))
    assert "root 2 counts until 2027-11-27" in said
    for line in ("root: root-4 (", "root: root-1 (", "root: 3 of 3 keys have to sign"):
        assert line in said
    assert "snapshot" not in said
    assert "timestamp: timestamp (" in "\n".join(differences(house.roots[0], None))


def test_a_threshold_that_cannot_be_met_or_a_key_for_two_roles_is_refused(house: House) -> None:
    key = house.root_keys[0].public_key
    for keys, threshold in (((key,), 2), ((key,), 0), ((), 0), ((key, key), 1)):
        with pytest.raises(CeremonyError):
            Holders(keys, threshold)
    with pytest.raises(CeremonyError, match="two roles"):
        first_root(
            Holders((key,), 1),
            Holders((key,), 1),
            snapshot=house.online[Online.SNAPSHOT].public_key,
            timestamp=house.online[Online.TIMESTAMP].public_key,
            at=AT,
        )


# Exchange


def test_clients_follow_when_root_keys_are_exchanged_one_by_one(
    house: House, client: Client
) -> None:
    for number in range(3):
        keys = [*house.root_keys[1:], new_signer(f"root-{number + 4}")]
        root, _ = house.exchange(root_keys=keys)
        house.open().adopt(AT, root=root)
    assert gets(client, house)
    assert client.pull(house.folder, AT)._trusted_set.root.version == 4


def test_clients_follow_when_every_online_key_is_exchanged(house: House, client: Client) -> None:
    root, targets = house.exchange(*Online)
    done = house.open().adopt(AT, root=root, targets=targets)
    assert {"changes", "records", "targets", "snapshot", "timestamp", "bin-0"} <= set(done.versions)
    house.older.clear()
    house.open().publish([Addition("fixes/a/b", b"two")], standing={ONE}, at=AT)
    assert gets(client, house)
    assert client.fetch(house.folder, AT, "fixes/a/b") == b"two"


@pytest.mark.parametrize("role", Online)
def test_clients_follow_when_one_online_key_is_exchanged(
    house: House, client: Client, role: Online
) -> None:
    root, targets = house.exchange(role)
    house.open().adopt(AT, root=root, targets=targets)
    house.older.clear()
    house.open().refresh(AT + DAY)
    assert gets(client, house)


def test_targets_keys_are_exchanged_together_with_what_they_sign(
    house: House, client: Client
) -> None:
    root, targets = house.exchange(targets_keys=[new_signer("targets-3")])
    with pytest.raises(CeremonyError, match="not signed by whom root 2 names; adopt both at once"):
        house.open().adopt(AT, root=root)
    assert gets(client, house)
    house.open().adopt(AT, root=root, targets=targets)
    assert gets(client, house)


def test_adopting_again_does_nothing(house: House) -> None:
    root, targets = house.exchange(*Online)
    assert house.open().adopt(AT, root=root, targets=targets).versions
    assert house.open().adopt(AT, root=root, targets=targets).versions == {}


def test_what_does_not_follow_on_what_is_there_is_not_adopted(house: House) -> None:
    publisher, first = house.open(), house.roots[0]
    second = signed(next_root(first, at=AT), first, *house.root_keys[:2])
    third = signed(next_root(second, at=AT), second, *house.root_keys[:2])
    other = signed(next_root(first, at=AT + DAY), first, *house.root_keys[:2])
    over = signed(next_root(first, at=AT - 366 * DAY), first, *house.root_keys[:2])
    poor = signed(next_root(first, at=AT), first, house.root_keys[0])
    mine = [new_signer("mine-1"), new_signer("mine-2")]
    taken_over = next_root(first, at=AT, root=holders(mine, 1))
    for signer in mine:
        taken_over.sign(signer, append=True)
    for document, why in (
        (third, "has to be root 2"),
        (over, "has run out"),
        (poor, "missing 1 of root 1 and 1 of root 2"),
        (taken_over, "missing 2 of root 1"),
    ):
        with pytest.raises(CeremonyError, match=why):
            publisher.adopt(AT, root=document.to_bytes())
    publisher.adopt(AT, root=second.to_bytes())
    with pytest.raises(CeremonyError, match="has to be root 3"):
        publisher.adopt(AT, root=other.to_bytes())
    for raw in (b"", b"{}", house.targets.to_bytes()):
        with pytest.raises(CeremonyError):
            publisher.adopt(AT, root=raw)
    with pytest.raises(CeremonyError, match="is needed"):
        publisher.adopt(AT, targets=third.to_bytes())


def test_an_older_targets_document_or_one_that_strangers_signed_is_not_adopted(
    house: House,
) -> None:
    _, second = house.exchange()
    house.open().adopt(AT, targets=second)
    _, third = house.exchange()
    with pytest.raises(CeremonyError, match="targets 2 is adopted"):
        house.open().adopt(AT, targets=House.build(house.folder).targets.to_bytes())
    house.targets_keys = [new_signer("mine")]
    house.targets.signatures.clear()
    house.targets.sign(house.targets_keys[0])
    with pytest.raises(CeremonyError, match="missing 1 of root 1"):
        house.open().adopt(AT, targets=house.targets.to_bytes())
    house.open().adopt(AT, targets=third)


def test_a_key_that_is_not_here_is_found_out_before_anything_is_written(
    house: House, client: Client
) -> None:
    root, targets = house.exchange(Online.SNAPSHOT, Online.RECORDS)
    poor = Publisher.open(house.folder, [*house.older, house.online[Online.TIMESTAMP]])
    with pytest.raises(PublicationError, match="which is not here"):
        poor.adopt(AT, root=root, targets=targets)
    assert not (house.folder / "metadata/2.root.json").exists()
    assert not (house.folder / "metadata/2.targets.json").exists()
    assert gets(client, house)


# Loss


def test_one_lost_root_key_is_replaced_by_the_others(house: House, client: Client) -> None:
    left = house.root_keys[1:]
    root = next_root(house.roots[0], at=AT, root=holders([*left, new_signer("root-4")], 2))
    root = signed(root, house.roots[0], *left)
    house.roots.append(root)
    house.open().adopt(AT, root=root.to_bytes())
    assert gets(client, house)


def test_with_too_many_lost_nobody_can_go_on_and_a_new_root_has_to_be_told(
    house: House, client: Client, tmp_path: Path
) -> None:
    left = house.root_keys[2:]
    fresh = [*left, new_signer("root-4"), new_signer("root-5")]
    root = next_root(house.roots[0], at=AT, root=holders(fresh, 2))
    root = signed(root, house.roots[0], *fresh)
    with pytest.raises(CeremonyError, match="missing 1 of root 1"):
        house.open().adopt(AT, root=root.to_bytes())
    anew = House.build(tmp_path / "anew")
    anew.create().publish([Addition(ONE, b"one")], standing={ONE}, at=AT)
    with pytest.raises(UnsignedMetadataError):
        client.fetch(anew.folder, AT, ONE)
    assert Client.of(anew, tmp_path / "told").fetch(anew.folder, AT, ONE) == b"one"


def test_updates_that_are_lost_with_every_mirror_are_made_anew_under_the_same_root(
    house: House, client: Client, tmp_path: Path
) -> None:
    publisher = house.open()
    for day in range(1, 4):
        publisher.refresh(AT + day * DAY)
    client.pull(house.folder, AT + 3 * DAY)
    house.exchange(*Online, new_epoch=True)
    roots = [root.to_bytes() for root in house.roots]
    house.folder = tmp_path / "anew"
    again = create(house.folder, roots, house.targets.to_bytes(), house.signers, AT, bits=3)
    again.publish([Addition(ONE, b"one")], standing={ONE}, at=AT)
    assert gets(client, house)


# Compromise


def thief(house: House, tmp_path: Path, *roles: Online) -> Path:
    """What somebody who has these keys shows: everything a million versions further, with a lie."""
    folder = tmp_path / "thief"
    (folder / "metadata").mkdir(parents=True)
    (folder / "targets/advisories").mkdir(parents=True)
    for path in (house.folder / "metadata").iterdir():
        (folder / "metadata" / path.name).write_bytes(path.read_bytes())
    state, far = house.open().state(), 1_000_000
    until = AT + 3650 * DAY
    snapshot = Snapshot(far, expires=until, meta=dict(state.snapshot.meta))
    if Online.RECORDS in roles:
        for name in (*state.bins.get_roles(), "records", "changes"):
            raw = (house.folder / f"metadata/{state.version(name)}.{name}.json").read_bytes()
            document = Metadata[Targets].from_bytes(raw)
            document.signed.version, document.signed.expires = far, until
            document.sign(house.online[Online.CHANGES if name == "changes" else Online.RECORDS])
            (folder / f"metadata/{far}.{name}.json").write_bytes(document.to_bytes())
            snapshot.meta[f"{name}.json"] = MetaFile(far)
    stolen: Metadata[Snapshot] = Metadata(snapshot)
    stolen.sign(house.online[Online.SNAPSHOT])
    (folder / f"metadata/{far}.snapshot.json").write_bytes(stolen.to_bytes())
    timestamp: Metadata[Timestamp] = Metadata(
        Timestamp(far, expires=until, snapshot_meta=MetaFile(far))
    )
    timestamp.sign(house.online[Online.TIMESTAMP])
    (folder / "metadata/timestamp.json").write_bytes(timestamp.to_bytes())
    for path in (house.folder / "targets").rglob("*.json"):
        place = folder / "targets" / path.relative_to(house.folder / "targets")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    return folder


def test_whoever_met_a_thief_of_all_online_keys_follows_again_after_the_exchange(
    house: House, client: Client, tmp_path: Path
) -> None:
    elsewhere = thief(house, tmp_path, *Online)
    assert client.fetch(elsewhere, AT, ONE) == b"one"
    assert client.pull(elsewhere, AT)._trusted_set.timestamp.version == 1_000_000
    with pytest.raises(TufError):
        client.pull(house.folder, AT)
    root, targets = house.exchange(*Online, new_epoch=True)
    done = house.open().adopt(AT, root=root, targets=targets)
    assert done.versions["bin-0"] > 1
    house.older.clear()
    assert gets(client, house)
    updater = client.pull(house.folder, AT)
    assert updater._trusted_set.timestamp.version < 1_000_000
    assert epoch(updater._trusted_set.targets) == 2
    with pytest.raises(TufError):
        client.pull(elsewhere, AT)


def test_the_timestamp_key_alone_stolen_is_exchanged_alone(
    house: House, client: Client, tmp_path: Path
) -> None:
    elsewhere = thief(house, tmp_path, Online.TIMESTAMP)
    client.pull(elsewhere, AT)
    root, _ = house.exchange(Online.TIMESTAMP, Online.SNAPSHOT)
    house.open().adopt(AT, root=root)
    assert gets(client, house)


def test_a_thief_of_one_root_key_can_do_nothing_and_the_key_goes(
    house: House, client: Client
) -> None:
    thieves = [house.root_keys[0], new_signer("thief-1"), new_signer("thief-2")]
    root = next_root(house.roots[0], at=AT, root=holders(thieves, 2))
    for signer in thieves:
        root.sign(signer, append=True)
    place = house.folder / "metadata/2.root.json"
    place.write_bytes(root.to_bytes())
    with pytest.raises(UnsignedMetadataError):
        client.pull(house.folder, AT)
    place.unlink()
    mended, _ = house.exchange(root_keys=[*house.root_keys[1:], new_signer("root-4")])
    house.open().adopt(AT, root=mended)
    assert gets(client, house)
    assert thieves[0].public_key.keyid not in house.roots[-1].signed.keys


def test_whoever_met_thieves_of_enough_root_keys_has_to_be_told_a_new_root(
    house: House, client: Client, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "thief"
    shutil.copytree(house.folder, elsewhere)
    thieves = [new_signer("thief-1"), new_signer("thief-2")]
    root = next_root(house.roots[0], at=AT, root=holders(thieves, 2))
    root = signed(root, house.roots[0], *house.root_keys[:2], *thieves)
    (elsewhere / "metadata/2.root.json").write_bytes(root.to_bytes())
    assert client.pull(elsewhere, AT)._trusted_set.root.version == 2
    for _ in range(2):
        house.open().adopt(AT, root=house.exchange(root_keys=fresh_keys())[0])
    with pytest.raises(UnsignedMetadataError):
        client.pull(house.folder, AT)
    assert gets(Client.of(house, tmp_path / "met-nobody"), house)


def fresh_keys() -> list[CryptoSigner]:
    return [new_signer(f"root-{number}") for number in (4, 5, 6)]


def test_targets_name_one_key_for_changes_and_one_for_records(house: House) -> None:
    for role in (Online.CHANGES, Online.RECORDS):
        found = delegate(house.targets.signed, role)
        assert found.keyid == house.online[role].public_key.keyid
        assert house.targets.signed.delegations
        assert house.targets.signed.delegations.roles
        house.targets.signed.delegations.roles[role.value].paths = ["*"]
        with pytest.raises(CeremonyError, match="does not delegate"):
            delegate(house.targets.signed, role)
