from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pyrage.x25519 import Identity
from tuf.api.metadata import Timestamp  # type: ignore[attr-defined]

from tests.engines.updates.following.repositories import Repository
from tests.faces.operator.conftest import MINIMIST, Coordinator, Operator, record, revised
from tidegate.faces.operator import main


def test_what_is_new_revised_and_withdrawn_is_told_apart(
    operator: Operator, coordinator: Coordinator
) -> None:
    first = record()
    coordinator.publish(first)
    assert operator.asks("pull")["new"] == [MINIMIST]
    second = revised(first)
    coordinator.publish(second)
    assert operator.asks("pull")["revised"] == [MINIMIST]
    gone = revised(second, withdrawn_at=datetime.now(UTC), withdrawn_because="It is none.")
    coordinator.publish(gone)
    assert operator.asks("pull")["withdrawn"] == [MINIMIST]
    assert operator.asks("pull")["new"] == []
    assert operator.asks("status")["known"]["withdrawn"] == 1


def test_a_pull_that_is_refused_says_how_old_what_stays_is(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    coordinator.repository.timestamp.expires = datetime.now(UTC).replace(microsecond=0) - timedelta(
        days=1
    )
    coordinator.repository.update_timestamp()
    coordinator.repository.write(coordinator.served)
    assert operator.does("pull") == 2
    words = operator.complained.replace("\n", " ")
    assert "refused (expired)" in words
    assert "What is known here is of" in words
    assert operator.asks("status")["known"]["advisories"] == 1


def test_before_the_first_pull_a_refusal_says_that_nothing_is_known(operator: Operator) -> None:
    operator.configures("places = [", 'places = ["/nowhere/at/all"] #')
    assert operator.does("pull") == 2
    assert "Nothing is known here yet" in operator.complained


def test_a_mirror_that_lies_is_passed_by_and_named(
    operator: Operator, coordinator: Coordinator
) -> None:
    liar = Coordinator(operator.folder / "liar", Repository(now=datetime.now(UTC)))
    liar.publish(record("TG-2026-llll2222"))
    coordinator.publish(record())
    operator.configures("places = [", f'places = ["{liar.served}", ')
    said = operator.asks("pull")
    assert said["new"] == [MINIMIST]
    assert [one["cause"] for one in said["passed_by"]] == ["not-signed"]


def test_an_attack_is_told_before_a_mirror_that_is_only_gone(
    operator: Operator, coordinator: Coordinator
) -> None:
    liar = Coordinator(operator.folder / "liar", Repository(now=datetime.now(UTC)))
    liar.publish(record("TG-2026-llll2222"))
    operator.configures("places = [", f'places = ["{liar.served}", "/nowhere/at/all"] #')
    assert operator.does("pull") == 2
    assert "refused (not-signed)" in operator.complained


def test_a_restricted_release_opens_for_whom_it_is_and_for_nobody_else(
    operator: Operator, coordinator: Coordinator
) -> None:
    mine = operator.asks("status")["recipient"]
    coordinator.restrict(record(label="TLP:AMBER"), mine)
    coordinator.restrict(record("TG-2026-rrrr2222"), str(Identity.generate().to_public()))
    said = operator.asks("pull")
    assert said["new"] == [MINIMIST]
    assert said["for_others"] == 1
    assert operator.asks("status")["known"]["restricted"] == 1


def test_a_restricted_release_that_becomes_public_is_one_advisory(
    operator: Operator, coordinator: Coordinator
) -> None:
    first = record()
    path = coordinator.restrict(first, operator.asks("status")["recipient"])
    operator.does("pull")
    coordinator.publish(revised(first))
    role = coordinator.repository._role_of(path)
    sha256 = coordinator.repository.signed[role].targets.pop(path).hashes["sha256"]
    coordinator.repository.changes.append(
        {
            "sequence": 3,
            "at": "2026-11-27T11:00:00Z",
            "path": path,
            "sha256": sha256,
            "what": "withdrawn",
        }
    )
    coordinator.repository._list_changes()
    coordinator.repository.publish([role, "changes"])
    coordinator.repository.update_snapshot()
    coordinator.repository.write(coordinator.served)
    operator.does("pull")
    said = operator.asks("status")
    assert said["known"] == {"advisories": 1, "restricted": 0, "withdrawn": 0}
    assert said["sequence"] == 3


@pytest.mark.parametrize("broken", ["no bundle", "another name", "no record", "older"])
def test_one_file_that_cannot_be_read_leaves_everything_as_it_was(
    operator: Operator, coordinator: Coordinator, broken: str
) -> None:
    held = revised(record())
    coordinator.publish(held)
    operator.does("pull")
    bad = "advisories/TG-2026-bbbb2222.json"
    other = record("TG-2026-aaaa2222")
    coordinator.publish(record("TG-2026-gggg2222"))
    if broken == "no bundle":
        coordinator.repository.add(bad, b"{}")
    elif broken == "another name":
        coordinator.repository.add(bad, coordinator.bundle(other))
    elif broken == "no record":
        # Signed by us, and yet: a range from the beginning that nobody stands behind.
        raw = coordinator.bundle(record("TG-2026-bbbb2222", title=" "))
        coordinator.repository.add(bad, raw)
    else:
        coordinator.repository.add(f"advisories/{MINIMIST}.json", coordinator.bundle(record()))
    coordinator.repository.write(coordinator.served)
    assert operator.does("pull") == 2
    said = operator.asks("status")
    assert (said["known"]["advisories"], said["sequence"]) == (1, 1)


def test_a_clock_before_the_last_pull_is_refused(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.does("pull")

    class Early(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(days=2)

    monkeypatch.setattr(main, "datetime", Early)
    assert operator.does("pull") == 2
    assert "refused (clock)" in operator.complained


def test_a_rollback_is_refused_though_the_store_is_gone(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.repository.update_timestamp()
    coordinator.repository.write(coordinator.served)
    operator.does("pull")
    (operator.home / "knowledge.db").unlink()
    coordinator.repository.timestamp.version = 1
    coordinator.repository.publish([Timestamp.type], bump=False)
    coordinator.repository.write(coordinator.served)
    assert operator.does("pull") == 2
    assert "refused (rolled-back)" in operator.complained


def test_a_store_that_is_none_is_refused_with_the_mend(operator: Operator) -> None:
    (operator.home / "knowledge.db").write_bytes(b"no database at all, and long enough" * 50)
    assert operator.does("pull") == 2
    assert "Move it away" in operator.complained


def test_a_pull_that_is_killed_goes_on_where_it_was(
    operator: Operator, coordinator: Coordinator
) -> None:
    """The process is killed with SIGKILL while it waits for the fourth of six advisories."""
    coordinator.publish(*(record(f"TG-2026-aaaa222{number}") for number in range(2, 8)))
    asked: list[str] = []
    is_stuck, may_go_on = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/updates/")
            if path.startswith("targets/advisories/"):
                asked.append(path)
                if len(asked) == 4:
                    is_stuck.set()
                    may_go_on.wait(20)
            content = coordinator.repository.files.get(path)
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    ).start()
    where = f"http://127.0.0.1:{server.server_port}/updates/"
    operator.configures(f'places = ["{coordinator.served}"]', f'places = ["{where}"]')
    process = subprocess.Popen(
        [sys.executable, "-m", "tidegate.faces.operator", "pull"], env=dict(os.environ)
    )
    try:
        assert is_stuck.wait(30)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        may_go_on.set()
        before = operator.asks("status")
        assert (before["known"]["advisories"], before["as_of"]) == (0, None)
        fetched_before = asked[:3]
        said = operator.asks("pull")
    finally:
        may_go_on.set()
        process.kill()
        process.wait()
        server.shutdown()
        server.server_close()
    assert len(said["new"]) == 6
    assert not set(fetched_before) & set(asked[4:])
    assert not list((operator.home / "updates").glob("waiting/*"))


def test_a_repository_that_had_to_be_made_anew_is_followed_from_its_beginning(
    operator: Operator, coordinator: Coordinator
) -> None:
    """All keys were lost: new root, new list of changes, and what was known is not forgotten."""
    coordinator.publish(record(), record("TG-2026-oooo2222"))
    operator.does("pull")
    anew = Coordinator(operator.folder / "anew", Repository(now=datetime.now(UTC)))
    anew.publish(revised(record()))
    operator.configures(str(coordinator.served), str(anew.served))
    assert operator.does("pull") == 2
    (operator.folder / "root.json").write_bytes(anew.repository.first_root)
    given = ("--root", "root.json", "--from", anew.served)
    assert operator.does("init", *given, "--again") == 0
    said = operator.asks("pull")
    assert (said["revised"], said["sequence"]) == ([MINIMIST], 1)
    assert said["known"]["advisories"] == 2
