"""Asking as a person: a page of the console, a route of the API, a command. Nothing of it stays.

Each question is asked in a transaction that is taken back, so that the next one meets the same
world. The clock stands still meanwhile.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.client import ClientHandler
from typer.main import get_command
from typer.testing import CliRunner

from tests.desks.access.world import NOW
from tests.faces.access.answers import Answer, answer_of, told
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.jobs import worker
from tidegate.desks.findings.queries.errors import NotHereError
from tidegate.desks.parties.models import Person
from tidegate.faces.api.routes import events
from tidegate.faces.cli import screens
from tidegate.faces.cli.main import app

DOCUMENT: Final = "{document}"
"""In a command line: the name of a file with a finding."""
OUT: Final = "{out}"
"""In a command line: the name of a file or folder that is not there yet."""

COMMAND: Final = get_command(app)
"""All commands, put together once."""

_HANDLER: Final = ClientHandler(enforce_csrf_checks=False)
_RUNNER: Final = CliRunner()
_WIDE: Final = 2000
"""So many columns that no table breaks a word."""
_PASSING: Final = ("django_session", "usersessions_usersession", "parties_mark")
"""Tables of who is signed in, and of how often somebody tried."""


@dataclass(frozen=True, slots=True)
class Web:
    """A request; names in braces are filled in."""

    method: str
    path: str
    form: Mapping[str, Any] | None = None
    """What a form of the console sends."""
    body: Mapping[str, Any] | None = None
    """What a program sends as JSON."""
    raw: bytes | None = None
    """What a program sends as it is."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Command:
    """A command line; names in braces are filled in."""

    arguments: Sequence[str]
    stdin: str = ""


@dataclass(frozen=True, slots=True)
class As:
    """Somebody who asks, by every way that they have."""

    person: Person | None
    """None for whoever has not signed in, and for commands the instance's owner."""
    token: str = ""
    _cookies: SimpleCookie = field(default_factory=SimpleCookie, repr=False)

    def ask(self, question: Web | Command, names: Mapping[str, str]) -> Answer:
        """Ask, and return what is told."""
        if isinstance(question, Command):
            return self._command(question, names)
        return self._request(question, names)

    def _request(self, question: Web, names: Mapping[str, str]) -> Answer:
        path = _filled(question.path, names)
        factory = RequestFactory(SERVER_NAME="localhost")
        headers = dict(question.headers)
        if path.startswith("/api/"):
            if self.token:
                headers["Authorization"] = f"Bearer {self.token}"
        else:
            factory.cookies = SimpleCookie(self._cookies)
        if question.form is not None:
            request = factory.post(path, _filled_in(question.form, names), headers=headers)
            request.method = request.environ["REQUEST_METHOD"] = question.method
        else:
            raw = question.raw
            if question.body is not None:
                raw = json.dumps(_filled_in(question.body, names)).encode()
            kind = "application/json" if question.body is not None else "application/octet-stream"
            request = factory.generic(
                question.method, path, raw or b"", content_type=kind, headers=headers
            )
        return answer_of(_HANDLER(request.environ))

    def _command(self, question: Command, names: Mapping[str, str]) -> Answer:
        as_whom = self.person.email if self.person else ""
        with (
            TemporaryDirectory() as folder,
            patch.object(screens.OUT, "_width", _WIDE),
            patch.object(screens.ERRORS, "_width", _WIDE),
            patch("typer.testing._get_command", return_value=COMMAND),
        ):
            files = {"document": f"{folder}/document.jsonl", "out": f"{folder}/out"}
            Path(files["document"]).write_text('{"id": "a"}\n')
            result = _RUNNER.invoke(
                app,
                [_filled(one, {**names, **files}) for one in question.arguments],
                input=_filled(question.stdin, names),
                env={"TIDEGATE_AS": as_whom},
                prog_name="tidegate",
            )
            out = Path(files["out"])
            saved = out.read_bytes().decode("utf-8", "replace") if out.is_file() else ""
            output = f"{result.output}{saved}".replace(folder, "")
        error = result.exception
        expected = error is None or isinstance(error, SystemExit)
        if isinstance(error, AssertionError):
            raise error
        text = output if expected else f"{output}tidegate: {error}"
        found = not isinstance(error, NotFoundError | NotHereError)
        return Answer(result.exit_code, found, told(text))


@contextmanager
def standing_still() -> Iterator[None]:
    """Let it be the moment of the world for as long as the block lasts.

    Streams end at once, and a worker does nothing.
    """

    async def at_once(_: float) -> None:
        pass

    briefly = partial(events.happenings, seconds=1, pause=at_once)
    with (
        patch("django.utils.timezone.now", return_value=NOW),
        patch.object(events, "happenings", briefly),
        patch.object(worker, "work"),
        patch("tidegate.faces.duties.being_done", nullcontext),
        patch("signal.signal"),
    ):
        yield


@contextmanager
def nothing_stays() -> Iterator[None]:
    """Take back whatever the block does."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Kept:
    """What is kept, to see whether it has changed."""

    def __init__(self) -> None:
        self._whole = _whole()
        self._written = _written()

    def begin(self) -> None:
        """Look at how much was written until now."""
        self._written = _written()

    def has_changed(self) -> bool:
        """Say whether anything that is kept has been changed since `begin`."""
        unwritten = self._written is not None and _written() == self._written
        return not unwritten and _whole() != self._whole


def signed_in(person: Person, token: str) -> As:
    """Return a person who has just shown who they are."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    # As allauth notes it; what outlives a session is only made by who has shown it lately, and
    # that they stay for as long as they ask.
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() + 3600, "reauthenticated": True}
    ]
    session.save()
    cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: session.session_key or ""})
    return As(person, token, cookies)


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _filled_in(said: Any, names: Mapping[str, str]) -> Any:
    if isinstance(said, str):
        return _filled(said, names)
    if isinstance(said, Mapping):
        return {key: _filled_in(value, names) for key, value in said.items()}
    if isinstance(said, list):
        return [_filled_in(value, names) for value in said]
    return said


def _written() -> int | None:
    """Return how many rows this connection has ever written; None where nobody counts them."""
    connection.ensure_connection()
    return getattr(connection.connection, "total_changes", None)


def _whole() -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in _PASSING and not table.startswith("findings_search_"):
                cursor.execute(f'SELECT * FROM "{table}"')
                found[table] = cursor.fetchall()
    return found
