"""A bundle says what its signer said, or it is refused."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.updates.repositories import new_signer
from tidegate.engines.formats.envelopes import seal
from tidegate.engines.updates.bundles import PAYLOAD_TYPE, make_bundle, open_bundle
from tidegate.engines.updates.errors import BundleError

SIGNER = new_signer("instance")
DOCUMENTS = {"openvex": {"@id": "https://desk.example/vex/1", "statements": []}}


def made(**changed: Any) -> bytes:
    said: dict[str, Any] = {
        "identifier": "TG-2026-k3m9q2x4",
        "revision": 2,
        "record": {"title": "a", "score": 9.8},
        "subjects": {"a.osv.json": b"{}", "a.csaf20.json": b"[]"},
        "documents": DOCUMENTS,
        "signer": SIGNER,
    }
    said |= changed
    identifier, revision, record = said.pop("identifier"), said.pop("revision"), said.pop("record")
    return make_bundle(identifier, revision, record, **said)


def test_what_was_said_is_read_again_with_the_key_and_without() -> None:
    for key in (SIGNER.public_key, None):
        bundle = open_bundle(made(), key)
        assert (bundle.identifier, bundle.revision) == ("TG-2026-k3m9q2x4", 2)
        assert bundle.record == {"title": "a", "score": 9.8}
        assert bundle.documents == DOCUMENTS
        assert bundle.subjects["a.osv.json"] == hashlib.sha256(b"{}").hexdigest()


def test_it_is_an_in_toto_statement_about_the_documents() -> None:
    statement = json.loads(base64.b64decode(json.loads(made())["payload"]))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "urn:tidegate:advisory:1"
    assert [one["name"] for one in statement["subject"]] == ["a.csaf20.json", "a.osv.json"]


def test_the_same_record_is_the_same_bundle() -> None:
    assert made() == made(record={"score": 9.8, "title": "a"})


def test_another_key_or_a_changed_byte_is_refused() -> None:
    with pytest.raises(BundleError, match="no signature by the key"):
        open_bundle(made(), new_signer("other").public_key)
    envelope = json.loads(made())
    payload = base64.b64decode(envelope["payload"]).replace(b'"revision":2', b'"revision":3')
    envelope["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(BundleError, match="does not fit"):
        open_bundle(json.dumps(envelope).encode(), SIGNER.public_key)


@pytest.mark.parametrize(
    "changed",
    [
        {"identifier": ""},
        {"revision": 0},
        {"revision": True},
        {"subjects": {}},
        {"record": {"a": float("nan")}},
        {"record": {"a": 2**60}},
    ],
)
def test_what_would_not_be_read_is_never_signed(changed: dict[str, Any]) -> None:
    with pytest.raises(BundleError, match="cannot be made"):
        made(**changed)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["_type", "subject", "predicate", "name", "digest"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=10,
    )
    | st.binary(max_size=40)
)
def test_anything_else_is_refused_and_nothing_worse(said: Any) -> None:
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    for bytes_ in (raw, seal(raw, PAYLOAD_TYPE, SIGNER)):
        with pytest.raises(BundleError):
            open_bundle(bytes_)
