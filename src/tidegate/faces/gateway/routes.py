"""What the gateway is asked for: the paths of the two protocols, and what each means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tidegate.desks.reviews.states.grants import Operation
from tidegate.faces.gateway.refusing import Dialect

PREFIX: Final = "/gateway/"
"""OpenAI's client is given `…/gateway/v1` as its base, Anthropic's `…/gateway`."""


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that may be asked for."""

    method: str
    path: str
    dialect: Dialect
    operation: Operation | None
    """None where no model is called."""
    upstream: str = ""
    """What is appended to an endpoint's base address."""
    counts: bool = False
    """Tokens are counted, and no model answers."""


ROUTES: Final = (
    Route(
        "POST",
        "/gateway/v1/chat/completions",
        Dialect.OPENAI,
        Operation.CHAT,
        "/chat/completions",
    ),
    Route("POST", "/gateway/v1/responses", Dialect.OPENAI, Operation.RESPONSES, "/responses"),
    Route("POST", "/gateway/v1/messages", Dialect.ANTHROPIC, Operation.MESSAGES, "/messages"),
    Route(
        "POST",
        "/gateway/v1/messages/count_tokens",
        Dialect.ANTHROPIC,
        Operation.MESSAGES,
        "/messages/count_tokens",
        counts=True,
    ),
    Route("GET", "/gateway/v1/models", Dialect.OPENAI, None),
)
_BY_PATH: Final = {route.path: route for route in ROUTES}
_VERSION: Final = "/v1"


def route_of(path: str) -> Route | None:
    """Return what is asked for; None where there is nothing."""
    return _BY_PATH.get(path)


def dialect_of(path: str) -> Dialect:
    """Return how an error is worded for whoever asks for a path that is none."""
    is_messages = path.startswith(f"{PREFIX}v1/messages")
    return Dialect.ANTHROPIC if is_messages else Dialect.OPENAI


def address_of(base: str, route: Route) -> str:
    """Return where an endpoint is asked, by its base address as its developer gave it.

    OpenAI's client has the version in its base, Anthropic's has not; both forms are taken for
    Anthropic's.
    """
    base = base.rstrip("/")
    if route.dialect is Dialect.ANTHROPIC and not base.endswith(_VERSION):
        base += _VERSION
    return base + route.upstream
