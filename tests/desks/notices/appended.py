"""Which kinds of entries the source appends to the ledger, read from its syntax.

It begins with the ledger's own `append`. A function that hands one of its parameters on as the kind
is another way in, and its callers are looked at, too, until no new way turns up.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[3] / "src"

Name = tuple[str, str]
"""Of a function: its module and its own."""

APPEND: Final[Name] = ("tidegate.desks.ledger.services.appending", "append")


@dataclass
class Module:
    """What is known of one module."""

    name: str
    tree: ast.Module
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    imported: dict[str, Name] = field(default_factory=dict)
    """For each local name: module and name, where it came from."""
    mappings: dict[str, ast.Dict] = field(default_factory=dict)
    """Dictionaries that are constants of the module."""
    calls: list[tuple[ast.FunctionDef | None, ast.Call, Name]] = field(default_factory=list)
    """What is called where, as far as names say it, and in which function."""


@dataclass
class Found:
    """Kinds with the places that append them, and places that cannot be read."""

    kinds: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def appended(source: Path = SOURCE) -> Found:
    """Return what is appended anywhere in the source; engines know no ledger of any desk."""
    modules = [
        _read(path, source) for path in sorted(source.rglob("*.py")) if "engines" not in path.parts
    ]
    ways: dict[Name, str] = {APPEND: "kind"}
    while True:
        found, more = Found(), dict(ways)
        for module in modules:
            for inside, call, name in module.calls:
                if name in ways:
                    _look(module, inside, call, _position(modules, name, ways[name]), found, more)
        if more == ways:
            return found
        ways = more


def _read(path: Path, source: Path) -> Module:
    parts = path.relative_to(source).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    module = Module(name, ast.parse(path.read_text(encoding="utf-8")))
    for node in module.tree.body:
        match node:
            case ast.FunctionDef():
                module.functions[node.name] = node
            case ast.Assign(targets=[ast.Name(id=word)], value=ast.Dict() as mapping):
                module.mappings[word] = mapping
            case ast.AnnAssign(target=ast.Name(id=word), value=ast.Dict() as mapping):
                module.mappings[word] = mapping
    for anywhere in ast.walk(module.tree):
        if isinstance(anywhere, ast.ImportFrom) and anywhere.module:
            for alias in anywhere.names:
                module.imported[alias.asname or alias.name] = (anywhere.module, alias.name)
    for inside, call in _calls(module.tree):
        if name_of := _called(module, call):
            module.calls.append((inside, call, name_of))
    return module


def _calls(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """Return every call, with the function that it stands in."""

    def below(
        node: ast.AST, inside: ast.FunctionDef | None
    ) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield inside, child
            yield from below(child, child if isinstance(child, ast.FunctionDef) else inside)

    yield from below(tree, None)


def _called(module: Module, call: ast.Call) -> Name | None:
    """Return which function is called, where its name says so."""
    func = call.func
    if isinstance(func, ast.Name):
        if func.id in module.functions:
            return module.name, func.id
        return module.imported.get(func.id)
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
        origin = module.imported.get(func.value.id)
        return (".".join(origin), func.attr) if origin else None
    return None


def _position(modules: list[Module], name: Name, parameter: str) -> tuple[int, str]:
    """Return at which place, and under which name, a function takes the kind."""
    function = next(one for one in modules if one.name == name[0]).functions[name[1]]
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return (names.index(parameter) if parameter in names else -1), parameter


def _look(
    module: Module,
    inside: ast.FunctionDef | None,
    call: ast.Call,
    position: tuple[int, str],
    found: Found,
    ways: dict[Name, str],
) -> None:
    index, parameter = position
    place = f"{module.name}:{call.lineno}"
    handed = {word.arg: word.value for word in call.keywords}
    expression = handed.get(parameter)
    if expression is None and 0 <= index < len(call.args):
        expression = call.args[index]
    if expression is None:
        found.unread.append(place)
        return
    for value in _values(module, inside, expression):
        if isinstance(value, str):
            found.kinds.setdefault(value, place)
        elif isinstance(value, ast.arg) and inside is not None:
            ways[module.name, inside.name] = value.arg
        else:
            found.unread.append(place)


def _values(
    module: Module, inside: ast.FunctionDef | None, expression: ast.expr
) -> Iterator[str | ast.arg | None]:
    """Return what an expression can be: words, a parameter of the function, or nobody knows."""
    match expression:
        case ast.Constant(value=str(word)):
            yield word
        case ast.IfExp(body=one, orelse=other):
            yield from _values(module, inside, one)
            yield from _values(module, inside, other)
        case ast.Subscript(value=ast.Name(id=mapping)) if mapping in module.mappings:
            yield from _of_mapping(module, mapping)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=mapping), attr="get")) if (
            mapping in module.mappings
        ):
            yield from _of_mapping(module, mapping)
        case ast.Name(id=name) if inside is not None:
            yield from _of_name(module, inside, name)
        case _:
            yield None


def _of_mapping(module: Module, name: str) -> Iterator[str | ast.arg | None]:
    for value in module.mappings[name].values:
        yield from _values(module, None, value)


def _of_name(module: Module, inside: ast.FunctionDef, name: str) -> Iterator[str | ast.arg | None]:
    arguments = inside.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.arg == name:
            yield argument
            return
    known = False
    for node in ast.walk(inside):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.NamedExpr):
            targets = [node.target]
        if any(isinstance(one, ast.Name) and one.id == name for one in targets):
            known = True
            yield from _values(module, inside, node.value)  # type: ignore[attr-defined]
    if not known:
        yield None
