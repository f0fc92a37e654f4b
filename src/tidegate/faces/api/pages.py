"""The documentation page: the OpenAPI document made readable, with no script and no other host."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

_TEMPLATES: Final = Engine(dirs=[str(Path(__file__).parent / "templates")])


class PlainPage(DocsBase):
    """Every route with its parameters, its body and its answers, as one page of HTML."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **more: Any) -> HttpResponse:  # noqa: ARG002
        """Return the page."""
        described = api.get_openapi_schema(path_params=more)
        routes = [
            {"method": method.upper(), "path": path, **told}
            for path, methods in described["paths"].items()
            for method, told in methods.items()
        ]
        forms = described["components"]["schemas"]
        shown = {
            "info": described["info"],
            "routes": [_route(route) for route in routes],
            "forms": [{"name": name, **_form(form)} for name, form in sorted(forms.items())],
            "openapi_url": self.get_openapi_url(api, more),
        }
        return HttpResponse(_TEMPLATES.get_template("docs.html").render(Context(shown)))


def _route(route: dict[str, Any]) -> dict[str, Any]:
    body = route.get("requestBody", {}).get("content", {})
    return {
        **route,
        "body": [
            {"media_type": media_type, "form": _name(told.get("schema", {}))}
            for media_type, told in body.items()
        ],
        "answers": [
            {
                "status": status,
                "description": told["description"],
                "form": next(
                    (_name(one.get("schema", {})) for one in told.get("content", {}).values()), ""
                ),
            }
            for status, told in sorted(route["responses"].items(), key=lambda one: int(one[0]))
        ],
    }


def _form(form: dict[str, Any]) -> dict[str, Any]:
    fields = [
        {"name": name, "type": _name(told), "description": told.get("description", "")}
        for name, told in form.get("properties", {}).items()
    ]
    return {"description": form.get("description", ""), "fields": fields}


def _name(schema: dict[str, Any]) -> str:
    """Return the type of a schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_name(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_name(schema.get('items', {})) or 'anything'}"
    return str(schema.get("format") or schema.get("type") or "")
