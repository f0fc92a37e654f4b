"""What whoever signs an offline document is shown is what the document says, and all of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engines.updates.repositories import AT, House, holders, new_signer, signed
from tidegate.engines.updates.ceremony import next_root, next_targets
from tidegate.engines.updates.comparing import Mark, listed
from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.key_files import NAME_FIELD
from tidegate.engines.updates.signing import (
    differences,
    read_document,
    read_root,
    read_targets,
    require_root,
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.build(tmp_path / "updates")


def _draft(house: House) -> Any:
    return json.loads(next_root(house.roots[0], at=AT).to_bytes())


def _other_key(keys: Any, keyid: str) -> None:
    keys[keyid]["keyval"]["public"] = new_signer("thief").public_key.keyval["public"]


def _other_way(keys: Any, keyid: str) -> None:
    keys[keyid]["keyval"]["public"] = keys[keyid]["keyval"]["public"].upper()


def _more(keys: Any, keyid: str) -> None:
    keys[keyid]["keyval"]["of"] = "a digest of its own"


@pytest.mark.parametrize("change", [_other_key, _other_way, _more])
@pytest.mark.parametrize("role", ["root", "targets", "snapshot", "timestamp"])
def test_a_key_under_an_id_that_is_not_its_own_is_refused_when_it_is_read(
    house: House, role: str, change: Callable[[Any, str], None]
) -> None:
    draft = _draft(house)
    change(draft["signed"]["keys"], draft["signed"]["roles"][role]["keyids"][0])
    for read in (read_root, read_document):
        with pytest.raises(CeremonyError, match="is not the Ed25519 key with that id"):
            read(json.dumps(draft).encode(), "2.root.json")


def test_the_key_of_a_delegation_has_the_id_that_it_should(house: House) -> None:
    draft = json.loads(next_targets(house.targets, at=AT).to_bytes())
    _other_key(draft["signed"]["delegations"]["keys"], _changes_key(draft))
    with pytest.raises(CeremonyError, match="is not the Ed25519 key with that id"):
        read_targets(json.dumps(draft).encode(), "2.targets.json")


def _changes_key(draft: Any) -> str:
    return str(draft["signed"]["delegations"]["roles"][0]["keyids"][0])


def test_all_keys_and_thresholds_are_listed_and_what_is_new_or_gone_is_marked(
    house: House,
) -> None:
    new = new_signer("root-4")
    changed = next_root(house.roots[0], at=AT, root=holders([*house.root_keys[1:], new], 3))
    roles = {one.role: one for one in listed(changed.signed, house.roots[0].signed)}
    assert set(roles) == {"root", "targets", "snapshot", "timestamp"}
    found = roles["root"]
    assert (found.threshold, found.was, found.many) == (3, 2, 3)
    assert [(one.mark, one.key) for one in found.keys] == [
        (Mark.STAYS, house.root_keys[1].public_key),
        (Mark.STAYS, house.root_keys[2].public_key),
        (Mark.NEW, new.public_key),
        (Mark.GONE, house.root_keys[0].public_key),
    ]
    assert [one.mark for one in roles["targets"].keys] == [Mark.STAYS, Mark.STAYS]
    assert {one.mark for role in listed(changed.signed, None) for one in role.keys} == {Mark.NEW}


def test_a_key_that_gets_the_name_of_another_one_is_a_change(house: House) -> None:
    draft = _draft(house)
    keyid = draft["signed"]["roles"]["root"]["keyids"][2]
    draft["signed"]["keys"][keyid][NAME_FIELD] = "root-1"
    document = read_root(json.dumps(draft).encode(), "2.root.json")
    said = differences(document, house.roots[0])
    assert f"root: root-1 ({keyid[:8]}) comes" in said
    assert f"root: root-3 ({keyid[:8]}) goes" in said


def test_a_role_that_a_targets_document_gives_up_is_listed(house: House) -> None:
    draft = json.loads(next_targets(house.targets, at=AT).to_bytes())
    del draft["signed"]["delegations"]["roles"][1]
    document = read_targets(json.dumps(draft).encode(), "2.targets.json")
    roles = {one.role: one for one in listed(document.signed, house.targets.signed)}
    assert roles["changes"].paths == ("changes/*",)
    assert (roles["records"].threshold, roles["records"].was) == (0, 1)
    assert [one.mark for one in roles["records"].keys] == [Mark.GONE]


def test_what_is_other_than_ours_is_said(house: House) -> None:
    draft = json.loads(next_targets(house.targets, at=AT).to_bytes())
    roles = draft["signed"]["delegations"]["roles"]
    roles[1]["paths"] = ["*"]
    roles.append(dict(roles[0], name="mine", paths=["advisories/*"]))
    said = differences(read_targets(json.dumps(draft).encode(), "2.targets.json"), house.targets)
    assert any("records; it is not adopted" in one for one in said)
    assert "it delegates to mine; no document of ours does" in said
    root = _draft(house)
    root["signed"]["consistent_snapshot"] = False
    said = differences(read_root(json.dumps(root).encode(), "2.root.json"), house.roots[0])
    assert any("of another kind" in one for one in said)


def test_a_root_judges_only_if_its_own_keys_and_those_before_have_signed_it(house: House) -> None:
    first, draft = house.roots[0], next_root(house.roots[0], at=AT)
    require_root(first, None, "1.root.json")
    with pytest.raises(CeremonyError, match=r"2\.root\.json is not signed.*missing 2 of root 2;"):
        require_root(draft, None, "2.root.json")
    fresh = [new_signer("root-4"), new_signer("root-5")]
    mine = next_root(first, at=AT, root=holders(fresh, 2))
    for signer in fresh:
        mine.sign(signer, append=True)
    require_root(mine, None, "2.root.json")
    with pytest.raises(CeremonyError, match="missing 2 of root 1;"):
        require_root(mine, first, "2.root.json")
    require_root(signed(mine, first, *house.root_keys[:2]), first, "2.root.json")
