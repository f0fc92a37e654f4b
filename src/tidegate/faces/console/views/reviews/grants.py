"""One grant, as its person sees it: what it lets through, the terms in plain words, the taking up.

The secret is in the answer to the taking up, and nowhere after it. Before it is handed out, its
person shows once more who they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tidegate.desks.access.keys import as_written
from tidegate.desks.reviews.models import Endpoint
from tidegate.desks.reviews.queries.endpoints import list_endpoints
from tidegate.desks.reviews.queries.grants import ClauseShown, GrantPage, grant_page
from tidegate.desks.reviews.services import acknowledging
from tidegate.desks.reviews.services import grants as granting
from tidegate.desks.reviews.states.grants import Operation
from tidegate.faces.console.views.doing import (
    Refusal,
    UnreadableError,
    answered,
    done,
    text_of,
    time_zone,
)
from tidegate.faces.console.views.organisation import base_address
from tidegate.faces.console.views.recently import recently_shown
from tidegate.faces.console.views.reviews.answering import telling
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_SECRET: Final = "TIDEGATE_GRANT"  # noqa: S105 - the name of a variable of the environment
"""Where the programs that are shown look for the secret; so it need not stand in their text."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The clauses under one heading."""

    name: str
    clauses: tuple[ClauseShown, ...]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A few lines of a program that calls the model."""

    name: str
    text: str


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one grant."""
    return grant(request, key)


def grant(
    request: HttpRequest, key: str, refusal: Refusal | None = None, *, secret: str = ""
) -> HttpResponse:
    """Return the page of a grant; `secret` is shown this once.

    Raises:
        NotFoundError: there is none, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    found = grant_page(actor, key, at=now)
    return page(
        request,
        "reviews/grant",
        "reviews",
        **telling(request, refusal),
        now=now,
        zone=time_zone(request),
        shown=found,
        grant=found.grant,
        may=found.grant.may,
        headings=_headings(found.terms),
        secret=secret,
        snippets=_snippets(request, found) if secret else (),
        address=f"{base_address(request)}/gateway",
        variable=_SECRET,
        own=found.grant.person_key == actor.key,
    )


@require_POST
@asking
def acknowledge(request: HttpRequest, key: str) -> HttpResponse:
    """Keep that its person has read the terms in force."""
    engagement = grant_page(actor_of(request), key, at=timezone.now()).grant.engagement
    return done(
        request,
        "read",
        lambda actor, at: acknowledging.acknowledge(
            actor, engagement, text_of(request, "sha256"), at=at
        ),
        then=f"/reviews/grants/{key}?done=read",
        again=lambda refusal: grant(request, key, refusal),
    )


@require_http_methods(["GET", "POST"])
@recently_shown
@asking
def take_up(request: HttpRequest, key: str) -> HttpResponse:
    """Take a grant up, and show its secret this once."""
    if request.method == "GET":
        # Whoever has just shown at their provider who they are comes back so, without the form.
        return HttpResponseRedirect(f"/reviews/grants/{as_written(key)}")
    made: list[str] = []

    def work() -> None:
        public_key = _public_key(request)
        made.append(
            granting.take_up(actor_of(request), key, public_key=public_key, at=timezone.now())
        )

    answer = answered(
        request,
        "take-up",
        work,
        then=lambda: "",
        again=lambda refusal: grant(request, key, refusal),
    )
    return grant(request, key, secret=made[0]) if made else answer


@require_POST
@asking
def give_back(request: HttpRequest, key: str) -> HttpResponse:
    """End a grant for good."""
    return done(
        request,
        "revoke",
        lambda actor, at: granting.revoke_grant(actor, key, why=text_of(request, "why"), at=at),
        then=f"/reviews/grants/{key}?done=revoked",
        again=lambda refusal: grant(request, key, refusal),
    )


def _public_key(request: HttpRequest) -> Mapping[str, Any] | None:
    written = text_of(request, "public_key")
    if not written:
        return None
    try:
        said = json.loads(written)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UnreadableError("the public key is no JWK; paste one as a JSON object, RFC 7517")
    return said


def _headings(clauses: tuple[ClauseShown, ...]) -> list[Heading]:
    names = dict.fromkeys(str(clause.heading) for clause in clauses)
    return [
        Heading(name, tuple(one for one in clauses if str(one.heading) == name)) for name in names
    ]


def _snippets(request: HttpRequest, found: GrantPage) -> list[Snippet]:
    """Return programs that call the model, for the clients that fit what the grant lets through."""
    protocols = {
        one.name: one.protocol
        for one in list_endpoints(actor_of(request), found.grant.engagement, at=timezone.now())
        if one.ended_at is None
    }
    address = f"{base_address(request)}/gateway"
    made = []
    for name in found.endpoints:
        if protocols.get(name) == Endpoint.Protocol.ANTHROPIC:
            made.append(Snippet(f"anthropic, {name}", _anthropic(address, name)))
        elif protocols.get(name) == Endpoint.Protocol.OPENAI:
            responses = Operation.CHAT not in found.operations
            made.append(Snippet(f"openai, {name}", _openai(address, name, responses=responses)))
    return made


def _openai(address: str, model: str, *, responses: bool) -> str:
    call = (
        f'answer = client.responses.create(model="{model}", input="Hello")\n'
        "print(answer.output_text)"
        if responses
        else "answer = client.chat.completions.create(\n"
        f'    model="{model}", messages=[{{"role": "user", "content": "Hello"}}]\n'
        ")\nprint(answer.choices[0].message.content)"
    )
    return (
        "import os\n\nfrom openai import OpenAI\n\n"
        f'client = OpenAI(base_url="{address}/v1", api_key=os.environ["{_SECRET}"])\n{call}\n'
    )


def _anthropic(address: str, model: str) -> str:
    return (
        "import os\n\nfrom anthropic import Anthropic\n\n"
        f'client = Anthropic(base_url="{address}", api_key=os.environ["{_SECRET}"])\n'
        "answer = client.messages.create(\n"
        f'    model="{model}", max_tokens=256, messages=[{{"role": "user", "content": "Hello"}}]\n'
        ")\nprint(answer.content[0].text)\n"
    )
