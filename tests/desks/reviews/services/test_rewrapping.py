"""After the instance's key was rotated, nothing that is sealed here needs the older one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.desks.reviews.accesses import access
from tests.desks.reviews.making import NOW
from tidegate.desks.reviews.models import Determination, Endpoint
from tidegate.desks.reviews.sealing import (
    CREDENTIAL,
    REASONS,
    destroy,
    keep,
    open_kept,
    opened_text,
    sealed_text,
)
from tidegate.desks.reviews.services.rewrapping import rewrap_kept, wrapped_by
from tidegate.instance.keyring import keyring

pytestmark = pytest.mark.django_db


def test_what_is_sealed_is_carried_over_and_what_was_destroyed_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEGATE_KEYS", str(tmp_path / "keys"))
    here = access()
    credential = sealed_text("sk-secret", CREDENTIAL)
    Endpoint.objects.update(credential=credential)
    decided = Determination.objects.create(
        engagement=here.made.row,
        number=1,
        decision=Determination.Decision.COVERED,
        words="Covered.",
        reasons=sealed_text("because", REASONS),
        official=here.made.government.person,
        decided_at=NOW,
    )
    document, gone = keep(b"weighed", "one", NOW), keep(b"no more", "two", NOW)
    destroy(gone, NOW)
    count = Endpoint.objects.count() + 2
    first = keyring().newest().key_id
    assert Counter(wrapped_by()) == {first: count}

    keyring().rotate(datetime(2027, 1, 1, tzinfo=UTC))
    assert rewrap_kept() == count
    assert Counter(wrapped_by()) == {keyring().newest().key_id: count}
    assert rewrap_kept() == 0
    decided.refresh_from_db()
    document.refresh_from_db()
    endpoint = Endpoint.objects.first()
    assert endpoint is not None
    assert opened_text(endpoint.credential, CREDENTIAL) == "sk-secret"
    assert opened_text(decided.reasons, REASONS) == "because"
    assert open_kept(document) == b"weighed"
