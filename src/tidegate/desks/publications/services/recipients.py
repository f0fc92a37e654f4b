"""Keys to which what is restricted is encrypted for an organisation: registered, and revoked.

An organisation registers public age keys of its own. It need not show that it holds the other half:
whoever registers a key of somebody else's lets that one read what it could have handed on itself.
What was encrypted to a key before it was revoked stays so; what goes out later does not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from pyrage import RecipientError, x25519

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.cases.services.texts import reasoned
from tidegate.desks.exposure.services.asset_words import line
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.services.appending import append
from tidegate.desks.parties.models import Organisation
from tidegate.desks.publications.models import UpdateRecipient

MOST_KEYS: Final = 20
"""Of an organisation at a time: each is written into every restricted release that it may have."""


def register(
    actor: Actor, organisation_key: str, recipient: str, *, name: str = "", at: datetime
) -> UpdateRecipient:
    """Register a public key of an organisation; one that is registered already is returned.

    Args:
        actor: who administers the organisation.
        organisation_key: of the organisation.
        recipient: an age X25519 recipient, such as `age1...` of `age-keygen -y`.
        name: what the key is called there, such as `the client in the data centre`.
        at: now.

    Raises:
        NotFoundError: there is no such organisation, or it is not theirs to administer.
        NotPossibleError: it is no such key, the name cannot be kept, or there are too many.
    """
    key, called = _recipient(recipient), line(name, "the name", 200)
    with transaction.atomic():
        organisation = find(
            actor,
            Organisation.objects.select_for_update(no_key=True),
            Act.ADMINISTER,
            at=at,
            key=as_written(organisation_key),
        )
        standing = UpdateRecipient.objects.filter(organisation=organisation, revoked_at=None)
        if known := standing.filter(recipient=key).first():
            return known
        if standing.count() >= MOST_KEYS:
            raise NotPossibleError(
                f"{organisation.name} has {MOST_KEYS} keys already; revoke one that is not used"
            )
        row = UpdateRecipient.objects.create(
            organisation=organisation,
            recipient=key,
            name=called,
            added_by=actor.name,
            added_at=at,
        )
        append(
            "recipient-registered",
            at=at,
            actor=actor,
            organisation=organisation.key,
            only_for=organisation.key,
            recipient=key,
            name=called,
        )
        return row


def revoke(
    actor: Actor, organisation_key: str, recipient: str, *, why: str, at: datetime
) -> UpdateRecipient:
    """Revoke a key: what goes out from now on is not encrypted to it.

    Raises:
        NotFoundError: the organisation has no such key, or it is not theirs to revoke.
        NotPossibleError: the reason is missing or too long.
    """
    reason = reasoned(why)
    with transaction.atomic():
        row = find(
            actor,
            UpdateRecipient.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .filter(organisation__key=as_written(organisation_key), revoked_at=None),
            Act.REVOKE,
            at=at,
            recipient=recipient.strip().lower(),
        )
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        append(
            "recipient-revoked",
            at=at,
            actor=actor,
            organisation=row.organisation.key,
            only_for=row.organisation.key,
            recipient=row.recipient,
            why=reason,
        )
        return row


def _recipient(text: str) -> str:
    key = text.strip()
    # Bech32 may be written in capitals, and is the same key then.
    key = key.lower() if key == key.upper() else key
    if key.startswith("age-secret-key-"):
        raise NotPossibleError(
            "this is a secret key; do not show it to anybody, make a new one with age-keygen, and"
            " register what `age-keygen -y` prints of it"
        )
    try:
        return str(x25519.Recipient.from_str(key))
    except (RecipientError, ValueError) as error:
        raise NotPossibleError(
            f"{key[:20]!r}… is no age key; write one as age-keygen prints it: age1 and 58 signs"
        ) from error
