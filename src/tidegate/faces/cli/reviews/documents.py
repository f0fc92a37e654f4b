"""What the commands about engagements print: JSON for programs, words for people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from tidegate.faces.cli import screens
from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from django.db.models import Model


def tell(document: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print what was done, as JSON or in a sentence."""
    if as_json:
        print_json(as_data(document))
    else:
        OUT.print(safe(sentence), highlight=False, soft_wrap=True)


def tell_row(
    row: Model, columns: Collection[str], sentence: str, *, as_json: bool, **more: Any
) -> None:
    """Print some columns of a row that was changed, with what else there is to say of it."""
    document = {**more, **{name: getattr(row, name) for name in columns}}
    tell(document, sentence, as_json=as_json)


def facts(*pairs: tuple[str, str], width: int = 12) -> None:
    """Print facts, a line each; empty ones are left out."""
    for name, fact in pairs:
        for number, line in enumerate(fact.splitlines()):
            OUT.print(
                f"{name if number == 0 else '':<{width}}{safe(line)}",
                highlight=False,
                soft_wrap=True,
            )


def table(
    title: str, columns: Collection[str], rows: Collection[Collection[str]], nothing: str
) -> None:
    """Print a table whose cells are markup; a sentence instead of an empty one."""
    if rows:
        screens.show_table(title, [*columns], [[*row] for row in rows])
    elif nothing:
        OUT.print(nothing, highlight=False, markup=False)
