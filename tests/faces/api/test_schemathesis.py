"""The API holds to its own OpenAPI document, whatever it is asked, and never fails inside.

Each operation is asked with made-up parameters and bodies that fit the document and that do not,
and with keys of things that are there. A coordinator's token is shown, for it opens the most; but
of engagements, and of what operators run, it opens nothing, and so tokens of theirs are shown
there.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from pytest_django.plugin import DjangoDbBlocker
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.desks.findings.makers import (
    make_delivery,
    make_finding,
    make_link,
    make_nomination,
    make_refusal,
    make_reproduction,
)
from tests.faces.api.exposure.furnished import furnished as exposed
from tests.faces.api.programs import Program, World, ahead, invite, make_world
from tests.faces.api.publications.furnished import furnished as published
from tests.faces.reviewing import furnished
from tests.faces.reviewing import known as known_in_reviews
from tidegate.desks.notices.models import Notice
from tidegate.desks.notices.services.webhooks import add_webhook
from tidegate.faces.api.application import api
from tidegate.faces.web.signed_in import OPEN_IN_API

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES: Final = 4
"""Of each operation in each way."""

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

ENDLESS: Final = {"streamEvents"}
"""Goes on for minutes; its own tests read it."""


def _operations() -> dict[str, list[APIOperation[Any, Any, Any, Any]]]:
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = WSGIHandler()
    found: dict[str, list[APIOperation[Any, Any, Any, Any]]] = {}
    for one in schema.get_all_operations():
        assert isinstance(one, Ok)
        operation = one.ok()
        assert operation.tags
        if operation.definition.raw["operationId"] not in ENDLESS:
            found.setdefault(operation.tags[0], []).append(operation)
    return found


OPERATIONS: Final = _operations()


@dataclass
class Known:
    """A token, and keys of things that are there."""

    token: str
    paths: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For the beginning of a path: its parameters."""
    bodies: dict[str, Any] = field(default_factory=dict)
    """For the name of a field of a body."""
    tokens: dict[str, str] = field(default_factory=dict)
    """For the beginning of a path, where it is another one."""
    more_bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The same for the fields of bodies."""

    def shown(self, path: str) -> str:
        return _for(path, self.tokens) or self.token

    def fields(self, path: str) -> dict[str, Any]:
        return _for(path, self.more_bodies) or self.bodies

    def parameters(self, path: str) -> dict[str, Any]:
        known = _for(path, self.paths) or {}
        return {name: value for name, value in known.items() if f"{{{name}}}" in path}


def _for(path: str, said: dict[str, Any]) -> Any:
    """Return what is said for the longest beginning of a path; None if nothing is."""
    fitting = [start for start in said if path.startswith(f"/api/v1{start}")]
    return said[max(fitting, key=len)] if fitting else None


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Known]:
    """Make everything once: whatever a test does is undone to here."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        django_db_blocker.unblock(),
        override_settings(MIDDLEWARE=_with_sign_in(settings.MIDDLEWARE), PASSWORD_HASHERS=hashers),
        transaction.atomic(),
    ):
        yield _known(make_world())
        transaction.set_rollback(True)


@pytest.fixture
def known(world: Known) -> Iterator[Known]:
    # As the test client does, and undoes: the connection of the test stays open.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield world
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("tag", OPERATIONS)
def test_an_operation_answers_as_the_document_says(tag: str, known: Known) -> None:
    failed = []
    for operation in OPERATIONS[tag]:
        there = known.parameters(operation.path)
        ways = [
            (GenerationMode.POSITIVE, there),
            (GenerationMode.POSITIVE, {}),
            (GenerationMode.NEGATIVE, there),
        ]
        for mode, parameters in ways:
            if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
                continue
            try:
                _ask(operation, mode, parameters, known)
            except FailureGroup as error:
                failed.append(f"{operation.label} ({mode.value}): {error}")
    assert not failed, "\n\n".join(failed)


@pytest.mark.parametrize("tag", OPERATIONS)
def test_an_operation_answers_nobody_who_has_not_signed_in(tag: str, known: Known) -> None:
    for operation in OPERATIONS[tag]:
        case = operation.Case(path_parameters=known.parameters(operation.path))
        is_open = operation.path in OPEN_IN_API
        for headers in ({}, {"Authorization": "Bearer tg_unknown"}):
            answer = case.call(headers=headers)
            assert (answer.status_code == 401) is not is_open, operation.label
            case.validate_response(answer, checks=CHECKS)


def _ask(
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    parameters: dict[str, Any],
    known: Known,
) -> None:
    checks = [*CHECKS, negative_data_rejection] if mode is GenerationMode.NEGATIVE else CHECKS
    strategy = operation.as_strategy(generation_mode=mode, path_parameters=parameters or None)

    @bounds(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, believed=st.booleans())
    def ask(case: Any, believed: bool) -> None:
        if believed and mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            there = known.fields(operation.path)
            case.body |= {name: one for name, one in there.items() if name in case.body}
        with transaction.atomic():
            case.call_and_validate(
                headers={"Authorization": f"Bearer {known.shown(operation.path)}"}, checks=checks
            )
            transaction.set_rollback(True)

    ask()


def _can_be_wrong(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    """Say whether there is something that could be wrong; a key in a path is any text."""
    raw = operation.definition.raw
    asked = [one for one in raw.get("parameters", ()) if one["in"] == "query"]
    content = raw.get("requestBody", {}).get("content", {})
    return bool(asked) or "properties" in str(content) or "$ref" in str(content)


def _with_sign_in(middleware: list[str]) -> list[str]:
    name = "tidegate.faces.web.signed_in.SignedInMiddleware"
    return middleware if name in middleware else [*middleware, name]


def _known(world: World) -> Known:
    path = world.secret()
    said = {
        "text": "see",
        "files": [{"name": "a.txt", "content": base64.b64encode(b"a").decode()}],
    }
    attachment = world.vendor.does(f"{path}/messages", said, 201)["attachments"][0]
    invite(world.coordinator, path, world.other_vendor)
    chief = world.coordinator
    colleague = chief.of.colleague()
    invitation = chief.does(
        f"/organisations/{chief.key}/invitations", {"email": "new@example.org"}, 201
    )["invitation"]
    webhook = add_webhook(
        chief.of.actor, chief.key, "https://hooks.example.org/x", at=timezone.now()
    ).webhook
    delivery = make_delivery(content=[b"first", b"second"])
    make_refusal(delivery)
    one, other = make_finding(delivery=delivery, verdict="reproduced"), make_finding()
    make_reproduction(one, receipt=b'{"payload":""}')
    link, nomination = make_link(other, one), make_nomination(one, other)
    notice = Notice.objects.filter(person=chief.of.person).first()
    part = {"key": world.case.key, "organisation": world.vendor.key}
    member = {"key": chief.key, "person": colleague.person.key}
    room = furnished()
    paths, bodies = known_in_reviews(room)
    running = exposed(world.case)
    operator = Program(running.operator).secret
    publishing = published(running.operator)
    return Known(
        chief.secret,
        {
            **paths,
            **running.paths,
            **publishing.paths,
            "/cases": {**part, "person": world.vendor.of.person.key,
                       "rule": "disclosure-after-90-days"},
            "/findings": {"key": one.key},
            "/deliveries": {"key": delivery.key},
            "/links": {"link": link.pk},
            "/nominations": {"nomination": nomination.pk},
            "/attachments": {"key": attachment},
            "/organisations": member,
            "/invitations": {"key": invitation},
            "/tokens": {"key": Program(chief.of).told("/tokens")["rows"][0]["key"]},
            "/board": {"column": "active"},
            "/ledger": {"index": 1},
            "/webhooks": {"key": webhook.key},
            "/notices": {"key": notice.key if notice else "N-AAAAA-AAAAA"},
        },
        {
            "organisation": world.other_vendor.key,
            "person": colleague.person.key,
            "with": world.case.key,
            "ends_at": ahead(90),
            "until": ahead(20),
            "happened_at": ahead(-0.001),
            "terms": world.vendor.told(f"{path}/embargo")["on_the_table"],
            "product": "pkg:npm/setter@1.0.0",
            "policy": "project-zero",
            "parties": [world.vendor.key],
            "persons": [world.coordinator.of.person.key],
            "files": [{"name": "a.txt", "content": "YQ=="}],
        },
        {
            "/reviews": Program(room.person).secret,
            **dict.fromkeys(running.paths, operator),
            **publishing.tokens,
        },
        {
            "/reviews": bodies,
            **dict.fromkeys((*running.paths, "/decide"), running.bodies),
            **publishing.bodies,
        },
    )  # fmt: skip
