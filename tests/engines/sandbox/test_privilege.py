"""As root, every supervisor runs its programs as somebody that nobody else is."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.engines.sandbox.programs import carrying, eventually, python_program
from tidegate.engines.sandbox import BubblewrapSandbox, Limits, SandboxError, privilege
from tidegate.engines.sandbox.privilege import Identity

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root takes another uid")


@pytest.fixture
def claims(tmp_path, monkeypatch):
    """Claim in a folder of the test's own, and uids that no supervisor of other tests has."""
    folder = tmp_path / "claims"
    monkeypatch.setattr(privilege, "_CLAIMS", (folder,))
    monkeypatch.setattr(privilege, "_UIDS", range(61_110, 61_120))
    return folder


def test_two_supervisors_have_two_uids(claims):
    one, other = Identity(), Identity()

    assert one.uid != other.uid
    assert 0 not in (one.uid, other.uid)
    one.release()
    other.release()


def test_a_uid_is_free_again_when_it_was_released(claims):
    one = Identity()
    one.release()

    assert Identity().uid == one.uid
    assert [path.name for path in claims.iterdir()] == [f"uid-{one.uid}"]


def test_a_uid_of_a_supervisor_that_was_killed_is_free_again(claims):
    claims.mkdir(mode=0o700)
    first = privilege._UIDS[0]
    (claims / f"uid-{first}").touch()  # its file is left, its lock is not

    assert Identity().uid == first


def test_a_uid_that_a_process_has_is_not_taken(claims, monkeypatch):
    monkeypatch.setattr(privilege, "_UIDS", range(61_120, 61_130))
    uid = privilege._UIDS[0]
    child = os.fork()
    if child == 0:
        os.setresuid(uid, uid, uid)
        os.execv("/bin/sleep", ["sleep", "30"])
    try:
        assert eventually(lambda: Path(f"/proc/{child}").stat().st_uid == uid)
        assert Identity().uid != uid
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_other_users_cannot_take_all_uids_beforehand(claims):
    with ExitStack() as squatters:
        for uid in privilege._UIDS:
            squatter = squatters.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            with suppress(OSError):  # these very tests, run twice at once
                squatter.bind(f"\0tidegate-uid-{uid}")

        assert Identity().uid in privilege._UIDS


def test_a_folder_of_claims_that_others_may_write_is_not_used(claims, tmp_path, monkeypatch):
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    somebodys = tmp_path / "somebodys"
    somebodys.mkdir()
    os.chown(somebodys, 65534, 65534)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    monkeypatch.setattr(privilege, "_CLAIMS", (open_to_all, somebodys, link, claims))
    Identity()
    assert list(claims.iterdir())

    monkeypatch.setattr(privilege, "_CLAIMS", (open_to_all, somebodys, link))
    with pytest.raises(SandboxError, match="run as an ordinary user"):
        Identity()


def test_a_claim_that_is_a_link_is_not_followed(claims, tmp_path):
    claims.mkdir(mode=0o700)
    (claims / f"uid-{privilege._UIDS[0]}").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic links"):
        Identity()
    assert not (tmp_path / "elsewhere").exists()


def test_when_every_uid_is_taken_nothing_is_run(claims, monkeypatch):
    monkeypatch.setattr(privilege, "_UIDS", range(61_130, 61_132))
    identities = [Identity(), Identity()]

    with pytest.raises(SandboxError, match="stop other workers"):
        Identity()
    for identity in identities:
        identity.release()


def test_on_the_host_a_run_is_nobody(sandbox):
    with BubblewrapSandbox() as other:
        uids = {_uid_on_the_host(place) for place in (sandbox, other)}

    assert len(uids) == 2
    assert uids <= set(privilege._UIDS)


def _uid_on_the_host(sandbox: BubblewrapSandbox) -> int:
    marker = uuid.uuid4().hex
    program = python_program(
        "import time; time.sleep(1)", limits=Limits(5), environment={"MARK": marker}
    )
    thread = threading.Thread(target=lambda: sandbox.run(program))
    thread.start()
    assert eventually(lambda: len(carrying(marker)) == 3)
    uids = {
        line.split()[1]
        for process in carrying(marker)
        for line in Path(f"/proc/{process}/status").read_text().splitlines()
        if line.startswith("Uid:")
    }
    thread.join()
    (uid,) = uids
    return int(uid)
