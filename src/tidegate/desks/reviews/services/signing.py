"""Signing the digest of a document: by a passkey, or with a signature that was made elsewhere.

One organisation signs once for its side, through somebody who leads there. Whoever has signed for
one side does not sign for the other, and no key signs for both. What was replaced, taken back or
agreed on meanwhile is refused: nobody signs another version than the one that they have read. When
the second side has signed, the document is agreed on in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from fido2.webauthn import AttestedCredentialData

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find, narrowed
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Agreement, Engagement, Party, Signature
from tidegate.desks.reviews.queries.signatures import is_good, is_open, missing, signs_for
from tidegate.desks.reviews.services import partners
from tidegate.desks.reviews.services.course import lead_on, require_going_on
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.states.engagements import Event
from tidegate.engines.formats import detached, passkeys

LONGEST_WAIT: Final = timedelta(minutes=10)
"""From the options to the passkey's answer."""


def passkey_options(
    actor: Actor,
    engagement_key: str,
    sha256: str,
    *,
    host: str,
    for_organisation: str = "",
    at: datetime,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a browser needs to sign with a passkey, and a state to keep in the session.

    The first is for `navigator.credentials.get` (`{"publicKey": {...}}`, binary members in
    base64url). The challenge is the SHA-256 of the document itself. From: WebAuthn Level 3, 5.8.5.

    Args:
        actor: leads for an organisation that has to sign.
        engagement_key: of the engagement.
        sha256: digest of the document, as it was shown to them.
        host: of the request, such as `localhost:8000`.
        for_organisation: key of the organisation, where they could sign for several.
        at: now.

    Raises:
        NotFoundError: there is no such document, or not for them.
        NotPossibleError: it is not theirs to sign, or not any more; they have no passkey.
    """
    agreement = _found(actor, engagement_key, sha256, at)
    _signing_party(actor, agreement, for_organisation, at)
    passkeys_of_theirs = [credential for _, credential in _passkeys(actor)]
    if not passkeys_of_theirs:
        raise NotPossibleError(
            "you have no passkey; add one to your account, or sign with a key of your own and"
            " upload the signature"
        )
    rp_id = _relying_party(host)
    state = {"rp_id": rp_id, "sha256": agreement.sha256, "person": actor.key}
    digest = bytes.fromhex(agreement.sha256)
    asked = passkeys.options(digest, rp_id, passkeys_of_theirs)
    return asked, {**state, "asked_at": at.isoformat()}


def sign_with_passkey(
    actor: Actor,
    engagement_key: str,
    sha256: str,
    state: Mapping[str, Any],
    response: Mapping[str, Any],
    *,
    for_organisation: str = "",
    at: datetime,
) -> Signature:
    """Sign with what the passkey answered (`AuthenticationResponseJSON`).

    Args:
        actor: leads for an organisation that has to sign.
        engagement_key: of the engagement.
        sha256: digest of the document, as it was shown to them.
        state: what `passkey_options` has returned to be kept.
        response: of the browser.
        for_organisation: key of the organisation, where they could sign for several.
        at: now.

    Raises:
        NotFoundError: there is no such document, or not for them.
        NotPossibleError: the answer is not by a passkey of theirs over this digest; the document is
            not theirs to sign, or not any more.
    """
    with transaction.atomic():
        agreement, party = _hold(actor, engagement_key, sha256, for_organisation, at)
        _require_begun(actor, agreement, state, at)
        known = _passkeys(actor)
        try:
            assertion = passkeys.check(
                bytes.fromhex(agreement.sha256),
                str(state["rp_id"]),
                [credential for _, credential in known],
                response,
                is_origin=_is_origin if settings.REACH.address else None,
            )
        except passkeys.PasskeyError as error:
            raise NotPossibleError(
                f"that is no signature of yours under version {agreement.number}: {error}; begin"
                " again, with a passkey of your own"
            ) from error
        used = [pk for pk, one in known if one.credential_id == assertion.credential_id]
        Authenticator.objects.filter(pk__in=used).update(last_used_at=at)
        return _sign(
            actor,
            agreement,
            party,
            method=Signature.Method.PASSKEY,
            key=assertion.fingerprint,
            evidence=assertion.evidence(),
            at=at,
        )


def sign_detached(
    actor: Actor,
    engagement_key: str,
    sha256: str,
    signature: bytes,
    public_key: bytes,
    *,
    for_organisation: str = "",
    at: datetime,
) -> Signature:
    """Sign with a signature over the document's bytes that was made elsewhere.

    Args:
        actor: leads for an organisation that has to sign.
        engagement_key: of the engagement.
        sha256: digest of the document.
        signature: its bytes; `engines.formats.detached` says which kinds there are.
        public_key: in PEM.
        for_organisation: key of the organisation, where they could sign for several.
        at: now.

    Raises:
        NotFoundError: there is no such document, or not for them.
        NotPossibleError: the signature is not good; the document is not theirs to sign, or not any
            more.
    """
    with transaction.atomic():
        agreement, party = _hold(actor, engagement_key, sha256, for_organisation, at)
        try:
            checked = detached.check(bytes(agreement.document), signature, public_key)
        except detached.DetachedSignatureError as error:
            raise NotPossibleError(str(error)) from error
        return _sign(
            actor,
            agreement,
            party,
            method=Signature.Method.DETACHED,
            key=checked.fingerprint,
            evidence=checked.evidence(),
            at=at,
        )


def verify(signature: Signature) -> bool:
    """Say whether a signature is good, by the document and the kept evidence alone."""
    return is_good(signature)


def _hold(
    actor: Actor, engagement_key: str, sha256: str, for_organisation: str, at: datetime
) -> tuple[Agreement, Party]:
    """Hold the engagement of a document; return the document, and the party that signs it."""
    found = _found(actor, engagement_key, sha256, at)
    Engagement.objects.select_for_update(of=("self",)).get(pk=found.engagement_id)
    # Another transaction may have replaced it, or ended what allowed it, while this one waited.
    agreement = _found(actor, engagement_key, sha256, at)
    return agreement, _signing_party(actor, agreement, for_organisation, at)


def _found(actor: Actor, engagement_key: str, sha256: str, at: datetime) -> Agreement:
    rows = Agreement.objects.select_related("engagement__developer", "party__organisation")
    return find(
        actor,
        # A trusted partner's record that was proposed again may be the same once more.
        rows.order_by("-pk"),
        Act.READ,
        at=at,
        sha256=sha256.strip().lower(),
        engagement__key=as_written(engagement_key),
    )


def _signing_party(
    actor: Actor, agreement: Agreement, for_organisation: str, at: datetime
) -> Party:
    """Return the party that `actor` signs a document for, or say why they cannot."""
    led = narrowed(actor, Party.objects.filter(engagement=agreement.engagement), Act.RESPOND, at=at)
    if actor.person is None or not led.exists():
        raise NotFoundError("document", agreement.sha256)
    _require_open(agreement)
    before = agreement.signatures.filter(person=actor.person).select_related("organisation").first()
    if before is not None:
        raise NotPossibleError(
            f"you have signed version {agreement.number} for {before.organisation.name} already;"
            " somebody else signs for the other side"
        )
    able = signs_for(actor, agreement, at=at)
    if for_organisation:
        key = as_written(for_organisation)
        able = tuple(one for one in able if one.organisation.key == key)
    if not able:
        waits = " and ".join(side.names for side in missing(agreement))
        raise NotPossibleError(
            f"version {agreement.number} is not yours to sign; it waits for {waits}"
        )
    if len({one.organisation_id for one in able}) > 1:
        choice = " or ".join(f"{one.organisation.name} ({one.organisation.key})" for one in able)
        raise NotPossibleError(f"you could sign for {choice}; say for whom you sign")
    return able[0]


def _require_open(agreement: Agreement) -> None:
    """Refuse to sign what is not on the table any more, with what to read instead."""
    require_going_on(agreement.engagement)
    if agreement.agreed_at is not None:
        raise NotPossibleError(f"version {agreement.number} is signed by both sides already")
    if agreement.taken_back_at is not None:
        newest = (
            Agreement.objects.filter(
                engagement=agreement.engagement,
                kind=agreement.kind,
                party=agreement.party,
                taken_back_at=None,
            )
            .order_by("-number")
            .first()
        )
        mend = (
            f"read version {newest.number}, which stands in its place, and sign that"
            if newest is not None and newest.number > agreement.number
            else "nothing stands in its place yet"
        )
        raise NotPossibleError(f"version {agreement.number} is off the table; {mend}")
    if not is_open(agreement):
        raise NotPossibleError(
            f"version {agreement.number} is about a trusted partner that is none any more; there is"
            " nothing left to sign"
        )


def _require_begun(
    actor: Actor, agreement: Agreement, state: Mapping[str, Any], at: datetime
) -> None:
    """Refuse an answer to a question that was not asked here, of this person, just now."""
    try:
        asked_at = datetime.fromisoformat(str(state["asked_at"]))
        is_theirs = (state["sha256"], state["person"]) == (agreement.sha256, actor.key)
        is_fresh = timedelta(0) <= at - asked_at <= LONGEST_WAIT
    except (KeyError, TypeError, ValueError):
        is_theirs = is_fresh = False
    if not is_theirs or not is_fresh or not state.get("rp_id"):
        raise NotPossibleError(
            f"the signing of version {agreement.number} was not begun here, or too long ago; begin"
            " again"
        )


def _passkeys(actor: Actor) -> list[tuple[int, AttestedCredentialData]]:
    """Return the passkeys of a person, as they were registered."""
    rows = Authenticator.objects.filter(user_id=actor.person, type=Authenticator.Type.WEBAUTHN)
    found = [(row.pk, row.wrap().authenticator_data.credential_data) for row in rows.order_by("pk")]
    return [(pk, credential) for pk, credential in found if credential is not None]


def _relying_party(host: str) -> str:
    """Return what passkeys are made for here: the instance's own host, whatever a request says."""
    own: str = settings.REACH.hosts[0]
    return own if settings.REACH.address else host.partition(":")[0]


def _is_origin(origin: str) -> bool:
    return bool(origin == settings.REACH.address)


def _sign(
    actor: Actor,
    agreement: Agreement,
    party: Party,
    *,
    method: Signature.Method,
    key: str,
    evidence: dict[str, Any],
    at: datetime,
) -> Signature:
    if agreement.signatures.filter(key=key).exists():
        raise NotPossibleError(
            "the other side has signed with this very key; each side signs with one of its own"
        )
    assert actor.person is not None
    signature = Signature.objects.create(
        agreement=agreement,
        organisation=party.organisation,
        person_id=actor.person,
        method=method,
        key=key,
        evidence=evidence,
        signed_at=at,
    )
    is_last = not missing(agreement)
    if is_last:
        _agree(agreement, at)
    about = agreement.party.organisation if agreement.party else party.organisation
    said: dict[str, Any] = {
        "document": str(agreement.kind),
        "number": agreement.number,
        "sha256": agreement.sha256,
    }
    record(
        "terms-signed",
        agreement.engagement,
        at=at,
        actor=actor,
        about=about,
        signed_for=party.organisation.key,
        method=str(method),
        key=key,
        **said,
    )
    if is_last and agreement.kind == Agreement.Kind.PARTNER:
        partners.agreed(agreement, at=at, actor=actor)
    elif is_last:
        about_partner = agreement.party.organisation if agreement.party else None
        record(
            "terms-agreed", agreement.engagement, at=at, actor=actor, about=about_partner, **said
        )
    return signature


def _agree(agreement: Agreement, at: datetime) -> None:
    """Put a document in force that both sides have signed."""
    agreement.agreed_at = at
    agreement.save(update_fields=["agreed_at"])
    if agreement.kind == Agreement.Kind.TERMS and agreement.party is None:
        engagement = agreement.engagement
        lead_on(engagement, Event.AGREE)
        engagement.agreed_at = engagement.agreed_at or at
        engagement.save(update_fields=["state", "agreed_at"])
