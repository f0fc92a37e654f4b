"""Documents and texts of engagements, sealed before they are kept; and destroyed with their key."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tidegate.desks.parties import sealed as texts
from tidegate.desks.reviews.models import SealedDocument
from tidegate.engines.sealing import new_key, seal, unseal
from tidegate.instance.keyring import keyring

CREDENTIAL: Final = "credential of an endpoint"
REASONS: Final = "reasons of a determination"
DISSENT: Final = "dissent"
CONSULTED: Final = "answer of a consulted body"

sealed_text = texts.sealed
"""Return a text sealed for one of the purposes above."""
opened_text = texts.opened


def keep(content: bytes, purpose: str, at: datetime) -> SealedDocument:
    """Keep bytes sealed, inside the caller's transaction; `purpose` names the one thing they are.

    Raises:
        HomeError: the instance's key cannot be used.
    """
    key = new_key()
    wrapped = keyring().wrap(key, purpose)
    return SealedDocument.objects.create(
        purpose=purpose,
        wrapped=wrapped.content,
        wrapped_by=wrapped.by,
        content=seal(content, key, purpose),
        kept_at=at,
    )


def open_kept(document: SealedDocument) -> bytes:
    """Return what was kept.

    Raises:
        SealError: it was changed, or destroyed.
        HomeError: the instance's key is missing.
    """
    key = keyring().unwrap(bytes(document.wrapped), document.purpose)
    return unseal(bytes(document.content), key, document.purpose)


def destroy(document: SealedDocument, at: datetime) -> None:
    """Destroy what was kept: its key first of all, so that a copy of the rest says nothing."""
    document.wrapped = document.content = b""
    document.wrapped_by, document.destroyed_at = "", at
    document.save()
