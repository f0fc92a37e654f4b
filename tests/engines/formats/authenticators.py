"""An authenticator in software: makes passkeys and asserts with them, as a real one does."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fido2.cose import ES256, CoseKey, EdDSA
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG: Final = AuthenticatorData.FLAG
VERIFIED: Final = FLAG.UP | FLAG.UV


class Passkey:
    """A key pair for one host, in an authenticator that asks its person each time."""

    def __init__(self, rp_id: str = "localhost", *, ed25519: bool = False) -> None:
        self.rp_id = rp_id
        self.private: Any = (
            Ed25519PrivateKey.generate() if ed25519 else ec.generate_private_key(ec.SECP256R1())
        )
        kind: type[CoseKey] = EdDSA if ed25519 else ES256
        public = kind.from_cryptography_key(self.private.public_key())
        name = hashlib.sha256(public[-2]).digest()
        self.credential = AttestedCredentialData.create(Aaguid.NONE, name, public)

    def registration(self) -> dict[str, Any]:
        """Return `RegistrationResponseJSON`, as a browser sends it and allauth keeps it."""
        data = AuthenticatorData.create(
            self._host(self.rp_id), VERIFIED | FLAG.AT, 0, bytes(self.credential)
        )
        client = CollectedClientData.create("webauthn.create", b"0" * 32, f"https://{self.rp_id}")
        return {
            "id": websafe_encode(self.credential.credential_id),
            "rawId": websafe_encode(self.credential.credential_id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": client.b64,
                "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
            },
        }

    def asserts(
        self,
        challenge: bytes,
        *,
        origin: str = "http://localhost",
        rp_id: str | None = None,
        flags: Any = VERIFIED,
        kind: str = "webauthn.get",
        cross_origin: bool = False,
    ) -> dict[str, Any]:
        """Return `AuthenticationResponseJSON` over a challenge."""
        data = AuthenticatorData.create(self._host(rp_id or self.rp_id), flags, 1)
        client = CollectedClientData.create(kind, challenge, origin, cross_origin)
        return {
            "id": websafe_encode(self.credential.credential_id),
            "rawId": websafe_encode(self.credential.credential_id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": client.b64,
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(self._sign(bytes(data) + client.hash)),
            },
        }

    def _sign(self, message: bytes) -> bytes:
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(message)
        signature: bytes = self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        return signature

    @staticmethod
    def _host(rp_id: str) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest()
