"""Every way to ask that there is, found where it is declared: patterns, operations, commands."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver

from tests.faces.access.faces import COMMAND
from tidegate.faces.api.application import api

_ROOT: Final = "/api/v1"
_OF_CLASSES: Final = ("get", "post", "put", "patch", "delete")
_ANY: Final = "ANY"


def pages() -> Iterator[str]:
    """Yield each pattern of the console and of what is beside it, with each of its methods.

    Operations of the API are left out: they are found where they are declared.
    """
    operations = {id(view) for _, view in _operations()}
    for route, view in _patterns(get_resolver(), ""):
        if id(_innermost(view)) in operations or _is_operation(view):
            continue
        for method in methods_of(view):
            yield f"{method} /{route}"


def operations() -> Iterator[str]:
    """Yield each operation of the API, whether or not its document tells of it."""
    for name, _ in _operations():
        yield name


def documented() -> Iterator[str]:
    """Yield each operation that the API's document tells of."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method in methods:
            yield f"{method.upper()} {path}"


def commands() -> Iterator[str]:
    """Yield each command, and each group that does something by itself."""
    yield from _commands(COMMAND, "tidegate")


def methods_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """Return the methods that a view answers, as it declares them; `ANY` where it does not."""
    for inner in _wrapped(view):
        known = inspect.getclosurevars(inner).nonlocals if inspect.isfunction(inner) else {}
        if allowed := known.get("request_method_list"):
            return tuple(sorted(set(allowed) - {"HEAD"}))
        if (of_class := getattr(inner, "view_class", None)) is not None:
            return tuple(name.upper() for name in _OF_CLASSES if hasattr(of_class, name))
    return (_ANY,)


def _operations() -> Iterator[tuple[str, Any]]:
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            whole = "/".join(part.strip("/") for part in (_ROOT, prefix, path) if part.strip("/"))
            for operation in view.operations:
                for method in operation.methods:
                    yield f"{method} /{whole}", view


def _is_operation(view: Callable[..., Any]) -> bool:
    return any(
        type(cell).__name__ == "PathView"
        for inner in _wrapped(view)
        if inspect.isfunction(inner)
        for cell in inspect.getclosurevars(inner).nonlocals.values()
    )


def _patterns(resolver: URLResolver, before: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def _wrapped(view: Callable[..., Any]) -> Iterator[Any]:
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)  # type: ignore[assignment]


def _innermost(view: Callable[..., Any]) -> Any:
    return list(_wrapped(view))[-1]


def _commands(command: Any, name: str) -> Iterator[str]:
    inside = getattr(command, "commands", None)
    if inside is None:
        yield name
        return
    if getattr(command, "invoke_without_command", False):
        yield name
    for word, one in inside.items():
        yield from _commands(one, f"{name} {word}")
