"""A route that the access test does not know fails the build, and so does one that is gone."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faces.access import discovering
from tests.faces.access.questions import Route, never
from tests.faces.access.routes import COMMANDS, KNOWN, OPERATIONS, PAGES


def hold(declared: Iterable[str], known: Iterable[Route], where: str) -> None:
    there, named = set(declared), {route.name for route in known}
    assert there, "nothing was found at all"
    assert not there - named, (
        f"the access test does not know {sorted(there - named)}; say in {where} which things they"
        " are about, and which sentence of the policy they follow"
    )
    assert not named - there, f"{sorted(named - there)} are gone; take them out of {where}"


def test_every_page_is_known():
    hold(discovering.pages(), PAGES, "console_routes.py or account_routes.py")


def test_every_operation_of_the_api_is_known():
    hold(discovering.operations(), OPERATIONS, "api_routes.py")


def test_no_operation_is_hidden_from_the_document_or_only_in_it():
    assert set(discovering.operations()) == set(discovering.documented())


def test_every_command_is_known():
    hold(discovering.commands(), COMMANDS, "command_routes.py")


def test_what_is_not_asked_says_why():
    for route in KNOWN:
        assert (route.question is None) == bool(route.why), route.name
        assert (route.question is None) == (route.asked is never), route.name


def test_what_changes_something_is_said_to():
    for route in (*PAGES, *OPERATIONS):
        if route.has_outcomes and not route.name.startswith("GET "):
            assert route.changes, route.name
