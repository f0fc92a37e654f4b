"""How commands come to passphrases: asked on the terminal, or from a file of their owner's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tidegate.engines.updates.errors import KeyFileError
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
    """Yield a passphrase for each of some keys; `new` ones are asked for twice.

    Raises:
        KeyFileError: the file has another number of lines.
        HomeError: it cannot be read, or others can read it.
    """
    if file is None:
        for number, name in enumerate(names, 1):
            of = f" ({number} of {len(names)})" if len(names) > 1 else ""
            told = f"Passphrase of {name}{of}"
            yield typer.prompt(told, hide_input=True, confirmation_prompt=new, err=True)
        return
    lines = read_private(file).decode("utf-8", "replace").splitlines()
    if len(lines) not in (1, len(names)):
        raise KeyFileError(
            f"{file} has {len(lines)} lines; write one passphrase for all keys, or one line for"
            f" each of {', '.join(names)}"
        )
    yield from lines * len(names) if len(lines) == 1 else lines
