"""The OpenAPI document is whole, and its page loads nothing from anywhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pydantic import BaseModel

from tests.faces.api.conftest import Api
from tidegate.faces.api.schemas.common import Form, Given

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
    paths = told["paths"]
    answers = paths["/api/v1/findings/{key}"]["get"]["responses"]
    assert set(answers) == {"200", "400", "401", "403", "404", "422", "500"}
    answers = paths["/api/v1/cases/{key}/label"]["post"]["responses"]
    of_bodies = {"400", "411", "413", "415", "422"}
    assert set(answers) == {"200", "401", "403", "404", "409", "500"} | of_bodies
    for methods in paths.values():
        for one in methods.values():
            for status, answer in one["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"]


def test_what_is_posted_always_has_a_body_so_that_no_other_site_posts_it(api: Api) -> None:
    told = json.loads(api.get("/openapi.json").content)
    posts = [methods["post"] for methods in told["paths"].values() if "post" in methods]
    assert all(one["requestBody"]["required"] for one in posts)
    # Of these a page may send any to another site without asking first (Fetch, section 2.2.2).
    simple = {"text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "*/*"}
    assert not [one for one in posts if simple & set(one["requestBody"]["content"])]
    documents = [one for one in posts if "application/json" not in one["requestBody"]["content"]]
    assert [one["operationId"] for one in documents] == ["importAssets", "offerDiff"]


def test_one_signs_in_with_a_token_or_a_session(api: Api) -> None:
    told = json.loads(api.get("/openapi.json").content)
    assert set(told["components"]["securitySchemes"]) == {"token", "session"}
    assert told["security"] == [{"token": []}, {"session": []}]


def test_no_two_forms_share_a_name(api: Api) -> None:
    """The framework keeps one of them for both, and does not say so."""
    # Those of the routes are questions, which the document shows by their parts.
    forms = [one for one in _below(Form) if ".schemas." in one.__module__]
    assert len({form.__name__ for form in forms}) == len(forms)


def test_what_forms_hold_has_the_same_name_only_where_it_is_the_same(api: Api) -> None:
    """Of two enumerations of one name, such as two of states, the document would have one."""
    known: dict[str, tuple[str, Any]] = {}
    for form in (*_below(Form), *_below(Given)):
        for name, held in form.model_json_schema().get("$defs", {}).items():
            first, same = known.setdefault(name, (form.__name__, held))
            for part in ("enum", "properties"):
                # What describes it may be another text.
                assert same.get(part) == held.get(part), (name, first, form.__name__)


def _below(form: type[BaseModel]) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    for one in form.__subclasses__():
        found |= {one} | _below(one)
    return found


def test_the_page_shows_every_route_and_loads_nothing(api: Api) -> None:
    answer = api.get("/docs")
    page = answer.content.decode()
    for path in json.loads(api.get("/openapi.json").content)["paths"]:
        assert path in page
    assert not re.search(r"<(?:script|link|img|iframe|style)|src=|=.?https?://", page)
