"""An OpenID Connect provider that is asked without a network, and may lie in every way."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
from requests.adapters import BaseAdapter

ISSUER = "https://id.acme.example"


@dataclass
class FakeProvider(BaseAdapter):
    """Answers as a provider does; what it says can be changed."""

    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    without_id_token: bool = False
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def says(self, email: str, *, subject: str = "u-1", verified: object = True) -> None:
        """Vouch for somebody."""
        said = {"sub": subject, "email": email, "email_verified": verified, "name": "Ada of ACME"}
        self.claims, self.userinfo = dict(said), dict(said)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        path = urlsplit(str(request.url)).path
        body = request.body if isinstance(request.body, str) else (request.body or b"").decode()
        self.asked.append((path, parse_qs(body)))
        answers: dict[str, Callable[[], Any]] = {
            "/.well-known/openid-configuration": self._configuration,
            "/token": self._token,
            "/userinfo": lambda: self.userinfo,
        }
        answer = requests.Response()
        answer.status_code = 200 if path in answers else 404
        answer.headers["Content-Type"] = "application/json"
        answer._content = json.dumps(answers[path]() if path in answers else {}).encode()
        answer.request, answer.url = request, str(request.url)
        return answer

    def close(self) -> None:
        """Hold nothing."""

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "jwks_uri": f"{ISSUER}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **self.configuration,
        }

    def _token(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "tidegate", "iat": now, "exp": now + 60, **self.claims}
        signed = jwt.encode(claims, "x" * 32, algorithm="HS256")
        more = {} if self.without_id_token else {"id_token": signed}
        return {"access_token": "an access token", "token_type": "Bearer", **more}
