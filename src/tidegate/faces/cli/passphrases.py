"""How commands come to passphrases: asked on the terminal, or from a file of their owner's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tidegate.engines.updates.errors import KeyFileError
from tidegate.engines.updates.key_files import SHORTEST
from tidegate.faces.cli.saying import is_terminal
from tidegate.instance.private_files import read_private

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="For scripts: one line for each key, or one for all; asked for if left out.",
    ),
]


def passphrases(names: Sequence[str], file: Path | None, *, new: bool = False) -> Iterator[str]:
    """Return a passphrase for each of some keys, asked for one by one; `new` ones twice.

    Raises:
        KeyFileError: nobody can be asked; or the file has another number of lines. It is raised
            before anything is asked.
        HomeError: it cannot be read, or others can read it.
    """
    if file is None:
        if not is_terminal():
            raise KeyFileError(
                f"nobody can be asked for the passphrase of {', '.join(names)}; say"
                " --passphrase-file FILE"
            )
        return _asked(names, new=new)
    lines = read_private(file).decode("utf-8", "replace").splitlines()
    if len(lines) not in (1, len(names)):
        raise KeyFileError(
            f"{file} has {len(lines)} lines; write one passphrase for all keys, or one line for"
            f" each of {', '.join(names)}"
        )
    return iter(lines * len(names) if len(lines) == 1 else lines)


def _asked(names: Sequence[str], *, new: bool) -> Iterator[str]:
    if new:
        typer.echo(
            f"A passphrase has {SHORTEST} characters or more; take five random words.", err=True
        )
    for number, name in enumerate(names, 1):
        of = f" ({number} of {len(names)})" if len(names) > 1 else ""
        told = f"Passphrase of {name}{of}"
        said = typer.prompt(told, hide_input=True, confirmation_prompt=new, err=True)
        while new and len(said) < SHORTEST:
            typer.echo(f"It has under {SHORTEST} characters; take five random words.", err=True)
            said = typer.prompt(told, hide_input=True, confirmation_prompt=True, err=True)
        yield said
