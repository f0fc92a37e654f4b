from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.engines.reproduction.test_receipts import PREDICATE, SUBJECTS
from tests.faces.operator.conftest import MINIMIST, Coordinator, Operator, lock, record, revised
from tidegate.engines.formats.refusals import schema_fault
from tidegate.engines.reproduction.receipts import InstanceKey, statement


class Instance:
    """Takes reports, and keeps them byte by byte."""

    def __init__(self) -> None:
        self.status = 202
        self.came: list[tuple[str, str, bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append((self.path, self.headers["Authorization"], body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.where = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def instance() -> Iterator[Instance]:
    made = Instance()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def planned(operator: Operator, coordinator: Coordinator) -> Operator:
    """Return an operator who has planned for one advisory."""
    coordinator.publish(record())
    operator.does("pull")
    operator.does("plan")
    return operator


def _agrees(operator: Operator, mode: str, instance: Instance) -> None:
    operator.configures('mode = "nothing"', f'mode = "{mode}"')
    operator.configures('instance = ""', f'instance = "{instance.where}"')
    token = operator.has("home/token", "secret-token\n")
    token.chmod(0o600)


def _fault(content: bytes) -> Any:
    return schema_fault(json.loads(content), "adoption-report-1")


def _stages(operator: Operator) -> dict[str, str]:
    operator.does("report", "--show")
    stages = json.loads(operator.said)["stages"]
    return {one["stage"]: one["basis"] for one in stages}


def test_without_an_agreement_not_a_byte_is_sent(planned: Operator, instance: Instance) -> None:
    planned.configures('instance = ""', f'instance = "{instance.where}"')
    assert planned.does("report", "--planned", MINIMIST) == 0
    assert "Nothing is sent" in planned.said
    assert planned.does("report", "--show") == 0
    assert planned.said == ""
    assert instance.came == []


@pytest.mark.parametrize("mode", ["full", "counts"])
def test_what_is_shown_is_byte_by_byte_what_is_sent(
    planned: Operator, instance: Instance, mode: str
) -> None:
    _agrees(planned, mode, instance)
    planned.does("report", "--planned", MINIMIST, "--show")
    shown = planned.said
    assert instance.came == []
    assert planned.does("report") == 0
    ((path, authorization, body),) = instance.came
    assert path == "/api/v1/adoption/reports"
    assert authorization == "Bearer secret-token"
    assert body.decode() == shown
    assert _fault(body) is None


@pytest.mark.parametrize("mode", ["full", "counts"])
def test_no_name_of_an_asset_a_package_or_a_path_goes_out(
    planned: Operator, instance: Instance, mode: str
) -> None:
    _agrees(planned, mode, instance)
    planned.does("report")
    sent = instance.came[0][2].decode()
    for secret in ("web", "minimist", "package-lock", "1.2.0", str(planned.folder)):
        assert secret not in sent


def test_counts_hold_counts_and_nothing_else(
    planned: Operator, coordinator: Coordinator, instance: Instance
) -> None:
    _agrees(planned, "counts", instance)
    planned.does("plan", "--asset", "other", "package-lock.json")
    planned.does("report", "--planned", MINIMIST, "--asset", "web")
    document = json.loads(instance.came[0][2])
    assert document == {
        "schema": "urn:tidegate:adoption-report:1",
        "mode": "counts",
        "counts": [
            {"advisory": MINIMIST, "stage": "notified", "assets": 2},
            {"advisory": MINIMIST, "stage": "planned", "assets": 1},
        ],
    }


def test_an_asset_has_another_name_for_each_advisory_and_keeps_it(
    operator: Operator, coordinator: Coordinator, instance: Instance
) -> None:
    coordinator.publish(record(), record("TG-2026-oooo2222"))
    operator.does("pull")
    operator.does("plan")
    _agrees(operator, "full", instance)
    operator.does("report")
    operator.does("report", "--planned", MINIMIST)
    first, second = (json.loads(body)["stages"] for _, _, body in instance.came)
    names = {one["advisory"]: one["asset"] for one in first}
    assert len(set(names.values())) == 2
    assert second[0]["asset"] == names[MINIMIST]


def test_what_was_told_is_not_told_again_and_what_did_not_arrive_is(
    planned: Operator, instance: Instance
) -> None:
    _agrees(planned, "full", instance)
    instance.status = 503
    assert planned.does("report") == 2
    instance.status = 202
    planned.does("report")
    planned.does("report")
    assert "nothing new" in planned.said
    assert len(instance.came) == 2
    assert instance.came[0][2] == instance.came[1][2]


def test_a_newer_inventory_with_the_fix_verifies(planned: Operator, instance: Instance) -> None:
    _agrees(planned, "full", instance)
    planned.has("package-lock.json", lock("1.2.6"))
    assert planned.does("plan") == 0
    assert "is verified" in planned.said
    assert _stages(planned) == {
        "notified": "inventory",
        "applied": "inventory",
        "verified": "inventory",
    }


def test_a_package_that_is_gone_from_the_inventory_verifies_nothing(
    planned: Operator, instance: Instance
) -> None:
    _agrees(planned, "full", instance)
    document = lock("1.2.0")
    del document["packages"]["node_modules/minimist"]
    planned.has("package-lock.json", document)
    planned.does("plan")
    assert "verified" not in _stages(planned)


def test_the_same_inventory_under_a_corrected_advisory_verifies_nothing(
    planned: Operator, coordinator: Coordinator, instance: Instance
) -> None:
    """It never was affected: nothing was mended, and nothing is told of it."""
    _agrees(planned, "full", instance)
    first = record()
    product = first.products[0]
    span = product.affected[0]
    coordinator.publish(
        revised(first, products=(replace(product, affected=(replace(span, introduced="1.2.1"),)),))
    )
    planned.does("pull")
    assert planned.does("plan") == 0
    planned.does("report", "--show")
    assert planned.said == ""


def test_what_is_affected_again_is_not_verified_any_more(
    planned: Operator, instance: Instance
) -> None:
    _agrees(planned, "full", instance)
    planned.has("package-lock.json", lock("1.2.6"))
    planned.does("plan")
    planned.has("package-lock.json", lock("1.2.1"))
    planned.does("plan")
    assert "affected still, or again" in planned.said
    assert "verified" not in _stages(planned)


def test_an_inventory_that_is_older_than_a_word_does_not_take_it_back(
    planned: Operator, instance: Instance
) -> None:
    _agrees(planned, "full", instance)
    planned.does("report", "--applied", MINIMIST, "--show")
    planned.does("plan")
    assert _stages(planned)["applied"] == "said"


def test_nobodys_word_verifies(planned: Operator) -> None:
    assert planned.does("report", "--verified", MINIMIST) == 2
    assert "newer inventory" in planned.complained


KEY = InstanceKey(Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))


def _receipt(folder: Path, verdict: str) -> Path:
    file = folder / "receipt.json"
    file.write_bytes(KEY.sign(statement(SUBJECTS, PREDICATE | {"verdict": verdict})))
    return file


def test_a_run_whose_proof_stayed_quiet_verifies_with_its_digest(
    planned: Operator, instance: Instance
) -> None:
    _agrees(planned, "full", instance)
    receipt = _receipt(planned.folder, "not-reproduced")
    by_run = ("--verified", MINIMIST, "--verified-by", "run", "--receipt", receipt)
    assert planned.does("report", *by_run) == 0
    assert "Who signed the receipt was not checked" in planned.complained
    assert "--key FILE" in planned.complained.replace("\n", " ")
    stages = json.loads(instance.came[0][2])["stages"]
    (verified,) = (one for one in stages if one["stage"] == "verified")
    assert verified["basis"] == "run"
    assert len(verified["receipt_sha256"]) == 64
    assert _fault(instance.came[0][2]) is None


@pytest.mark.parametrize("verdict", ["reproduced", "inconclusive", "flaky"])
def test_a_run_that_was_anything_but_quiet_verifies_nothing(
    planned: Operator, verdict: str
) -> None:
    receipt = _receipt(planned.folder, verdict)
    by_run = ("--verified", MINIMIST, "--verified-by", "run", "--receipt", receipt)
    assert planned.does("report", *by_run) == 2
    assert verdict in planned.complained


def test_whose_receipt_it_is_is_checked_where_a_key_is_given(planned: Operator) -> None:
    receipt = _receipt(planned.folder, "not-reproduced")
    by_run = ("--verified", MINIMIST, "--verified-by", "run", "--receipt", receipt, "--key")
    own, other = planned.folder / "own.pem", planned.folder / "other.pem"
    own.write_bytes(KEY.public_key_pem)
    other.write_bytes(InstanceKey(Ed25519PrivateKey.generate()).public_key_pem)
    assert planned.does("report", *by_run, other) == 2
    assert "has no signature by the key" in planned.complained.replace("\n", " ")
    assert planned.does("report", *by_run, receipt) == 2
    assert "no public key" in planned.complained.replace("\n", " ")
    assert {one["stage"] for one in planned.asks("status")["stages"]} == {"notified"}
    assert planned.does("report", *by_run, own) == 0
    assert "signed with the key that you gave" in planned.complained


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"payload": "e30=", "payloadType": "x"}'])
def test_what_is_no_receipt_verifies_nothing(planned: Operator, raw: bytes) -> None:
    file = planned.folder / "receipt.json"
    file.write_bytes(raw)
    by_run = ("--verified", MINIMIST, "--verified-by", "run", "--receipt", file)
    assert planned.does("report", *by_run) == 2
    assert "tidegate reproduce --out" in planned.complained.replace("\n", " ")


@pytest.mark.parametrize("advisory", ["TG-2026-zzzz2222", "x"])
def test_nothing_is_said_of_an_advisory_that_is_not_known(planned: Operator, advisory: str) -> None:
    assert planned.does("report", "--planned", advisory) == 2


def test_a_token_that_others_can_read_is_not_used(planned: Operator, instance: Instance) -> None:
    _agrees(planned, "full", instance)
    (planned.home / "token").chmod(0o644)
    assert planned.does("report") == 2
    assert "chmod 600" in planned.complained
    assert instance.came == []


def test_a_token_goes_over_an_encrypted_connection_alone(
    planned: Operator, instance: Instance
) -> None:
    _agrees(planned, "full", instance)
    planned.configures(instance.where, "http://coordinator.example")
    assert planned.does("report") == 2
    assert "use https" in planned.complained


def test_status_tells_what_was_told(planned: Operator, instance: Instance) -> None:
    _agrees(planned, "counts", instance)
    planned.does("report")
    (stage,) = planned.asks("status")["stages"]
    assert stage == {"advisory": MINIMIST, "stage": "notified", "assets": 1, "told": 1}


def test_of_a_file_that_is_of_no_asset_nothing_is_kept(
    operator: Operator, coordinator: Coordinator
) -> None:
    coordinator.publish(record())
    operator.does("pull")
    operator.does("plan", "package-lock.json")
    assert operator.asks("status")["stages"] == []
    operator.does("plan", "package-lock.json", "--asset", "desk-3")
    assert len(operator.asks("status")["stages"]) == 1
