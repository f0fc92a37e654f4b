"""Nothing gates a release: in every state each face records one, and no route has a say in it.

From: EO 14409, 3(c). The states and the services are walked in `tests.desks.reviews`.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.html import strip_tags
from typer.testing import CliRunner

import tidegate.faces.console
from tests.desks.reviews import making
from tests.desks.reviews.making import Engaged
from tests.faces.access import discovering
from tests.faces.access.faces import COMMAND
from tests.faces.api.programs import Program
from tests.faces.signing_in import signed_in
from tidegate.desks.reviews.models import Engagement, Release
from tidegate.desks.reviews.states.engagements import State
from tidegate.faces.api.application import api
from tidegate.faces.cli.main import app

CALLS_IT: Final = re.compile(r"\breleas(e|es|ed|ing)\b", re.IGNORECASE)
GATES_IT: Final = re.compile(
    r"(?<!\w)(dis)?(approv|refus|den(y|ie)|permi(t|s)|allow|authori[sz]|veto|licen[sc]e)",
    re.IGNORECASE,
)
DENIES_IT: Final = re.compile(r"\b(nothing|nobody|neither|no|not|never)\b", re.IGNORECASE)
TEMPLATES: Final = Path(tidegate.faces.console.__file__).parent / "templates/console/reviews"


# --- every face, in every state ---


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Engaged]:
    """Make one engagement, whose row is set to each state in turn."""
    now = timezone.now()
    with django_db_blocker.unblock(), transaction.atomic():
        yield making.engagement(terms=True, determined_by=True, at=now - timedelta(days=3))
        transaction.set_rollback(True)


def by_page(made: Engaged) -> Callable[[], None]:
    client: Client = signed_in(Client(), made.developer.person)
    address = f"/reviews/{made.key}"

    def record() -> None:
        page = client.get(address)
        assert f'action="{address}/releases"' in page.text, "there is no form on its page"
        assert "Nobody approves it, and nobody can refuse it" in page.text
        answer = client.post(f"{address}/releases", {"to": "public", "released_at": ""})
        assert (answer.status_code, answer.headers.get("Location")) == (
            302,
            f"{address}?done=released",
        )

    return record


def by_program(made: Engaged) -> Callable[[], None]:
    program = Program(made.developer)
    return lambda: program.does(f"/reviews/{made.key}/releases", {"to": "partners"}, 201)


def by_command(made: Engaged) -> Callable[[], None]:
    line = ["--as", made.developer.person.email, "reviews", "release", made.key, "--to", "public"]

    def record() -> None:
        with patch("typer.testing._get_command", return_value=COMMAND):
            done = CliRunner().invoke(app, line)
        assert done.exit_code == 0, (done.output, done.exception)
        assert "is on record" in done.output

    return record


@pytest.mark.django_db
@pytest.mark.parametrize("face", [by_page, by_program, by_command])
def test_each_face_records_a_release_in_every_state_also_during_a_window(
    made: Engaged, face: Callable[[Engaged], Callable[[], None]]
):
    record, now = face(made), timezone.now()
    assert len(State) == 10
    for state in State:
        for in_window in (False, True):
            Engagement.objects.filter(pk=made.row.pk).update(
                state=state,
                proposed_at=None if state is State.DRAFT else now,
                withdrawn_at=now if state is State.WITHDRAWN else None,
                closed_at=now if state is State.CLOSED else None,
                window_opens_at=now - timedelta(days=1) if in_window else None,
                window_ends_at=now + timedelta(days=9) if in_window else None,
            )
            before = Release.objects.filter(engagement=made.row).count()
            record()
            after = Release.objects.filter(engagement=made.row).count()
            assert after == before + 1, f"{state}, in a window: {in_window}"


# --- no route has a say in it ---


def gating(text: str) -> list[str]:
    """Return the sentences that speak of approving or refusing a release, and do not deny it."""
    return [
        sentence.strip()
        for sentence in re.split(r"(?<=[.;:?!])\s|\n\s*\n", text)
        if CALLS_IT.search(sentence)
        and GATES_IT.search(sentence)
        and not DENIES_IT.search(sentence)
    ]


def spelled(name: str) -> str:
    """Return a name as words: `approveRelease`, `approve-release` and `/release/approve`."""
    return re.sub(r"[^A-Za-z]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))


def pages() -> Iterator[tuple[str, str]]:
    """Yield what each address of engagements is called, and what its view says of itself."""
    for route, pattern in _patterns(get_resolver(), ""):
        if route.startswith("reviews"):
            view = inspect.unwrap(pattern.callback)
            yield f"{route} {pattern.name}", view.__doc__ or ""


def operations() -> Iterator[tuple[str, str]]:
    """Yield each operation of the API on engagements, and all that its document says of it."""
    document = api.get_openapi_schema()
    for path, methods in document["paths"].items():
        for one in methods.values():
            if "/reviews" in path:
                texts = [value for key, value in _texts(one) if key in ("summary", "description")]
                yield f"{path} {one['operationId']}", "\n\n".join(texts)


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command about engagements, and its help with that of all its options."""
    whole: Any = COMMAND
    for name, command in _commands(whole.commands["reviews"], "tidegate reviews"):
        options = [getattr(one, "help", "") or "" for one in command.params]
        names = [option for one in command.params for option in one.opts]
        yield f"{name} {' '.join(names)}", "\n\n".join([command.help or "", *options])


@pytest.mark.parametrize(
    ("routes", "found"),
    [
        (pages, lambda: {one.split()[1] for one in discovering.pages() if " /reviews" in one}),
        (operations, lambda: [one for one in discovering.operations() if "/reviews" in one]),
        (commands, lambda: [one for one in discovering.commands() if "tidegate reviews" in one]),
    ],
)
def test_no_route_approves_or_refuses_a_release_by_its_name_or_in_its_words(routes, found):
    named = list(routes())
    assert len(named) >= len(found()) > 40, "a route is not looked at"
    for name, words in named:
        words_of_name = spelled(name)
        assert not (CALLS_IT.search(words_of_name) and GATES_IT.search(words_of_name)), name
        assert gating(words) == [], name


def test_what_a_release_is_recorded_with_has_no_place_for_a_permission():
    document = api.get_openapi_schema()
    (said,) = [
        one
        for path, methods in document["paths"].items()
        for one in methods.values()
        if path.endswith("/reviews/{key}/releases")
    ]
    (name,) = set(re.findall(r"schemas/(\w+)", json.dumps(said["requestBody"])))
    fields = document["components"]["schemas"][name]["properties"]
    assert set(fields) == {"to", "released_at", "words", "end_access"}


def test_no_page_speaks_of_approving_a_release():
    found = {path.name: path.read_text() for path in sorted(TEMPLATES.rglob("*.html"))}
    assert len(found) > 10
    for name, content in found.items():
        assert gating(strip_tags(re.sub(r"{%.*?%}", " ", content))) == [], name


@pytest.mark.parametrize(
    ("text", "is_gate"),
    [
        ("Approve the release.", True),
        ("A release is refused before the window has ended.", True),
        ("An official permits it to be released.", True),
        ("Nothing here approves or refuses a release.", False),
        ("The grant is refused.", False),
        ("Record a release. The grant is refused.", False),
        (spelled("approveModelRelease"), True),
        (spelled("POST /reviews/{key}/releases/{number}/deny"), True),
    ],
)
def test_a_gate_would_be_found(text: str, is_gate: bool):
    assert bool(gating(text)) is is_gate


def _patterns(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one, route)
        elif isinstance(one, URLPattern):
            yield route, one


def _texts(said: Any) -> Iterator[tuple[str, str]]:
    if isinstance(said, dict):
        for key, value in said.items():
            if isinstance(value, str):
                yield key, value
            yield from _texts(value)
    elif isinstance(said, list):
        for one in said:
            yield from _texts(one)


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield name, command
    for word, one in getattr(command, "commands", {}).items():
        yield from _commands(one, f"{name} {word}")
