"""The OpenAPI document is whole, and its page loads nothing from anywhere."""

from __future__ import annotations

import json
import re

import pytest

from tests.faces.api.conftest import Api

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.faces.api.urls")]


def test_the_document_is_open_api_3_1_and_every_field_is_typed(api: Api) -> None:
    told = json.loads(api.get("/openapi.json").content)
    assert told["openapi"].startswith("3.1")
    operations = [one for methods in told["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in operations}) == len(operations) >= 20
    assert all(one["description"] for one in operations)
    for name, form in told["components"]["schemas"].items():
        assert form["description"], name
    parameters = [one for operation in operations for one in operation["parameters"]]
    described = [one for one in parameters if one["in"] != "path"]
    assert all(one.get("description") for one in described), [
        one["name"] for one in described if not one.get("description")
    ]


def test_problems_are_named_among_the_answers(api: Api) -> None:
    told = json.loads(api.get("/openapi.json").content)
    answers = told["paths"]["/api/v1/findings/{key}"]["get"]["responses"]
    assert set(answers) == {"200", "404"}


def test_the_page_shows_every_route_and_loads_nothing(api: Api) -> None:
    answer = api.get("/docs")
    page = answer.content.decode()
    for path in json.loads(api.get("/openapi.json").content)["paths"]:
        assert path in page
    assert not re.search(r"<(?:script|link|img|iframe|style)|src=|https?://", page)
