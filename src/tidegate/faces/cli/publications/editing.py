"""A record in somebody's editor: given out with its count of edits, taken back, never lost."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import typer
from django.utils import timezone

from tidegate.engines.formats.files import write_atomically
from tidegate.faces.cli.saying import is_terminal
from tidegate.faces.cli.screens import ERRORS, safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tidegate.desks.access.actors import Actor
    from tidegate.desks.publications.models import Revision

_HOW: Final = "tidegate publication show ID --format record > FILE"
_EDITOR: Final = "vi"
_PRIVATE: Final = 0o600


def as_told(identifier: str, row: Revision) -> dict[str, Any]:
    """Return what is told of a revision that was changed, for programs."""
    return {
        "publication": identifier,
        "revision": row.number,
        "state": row.state,
        "edits": row.edits,
        "digest": row.digest,
        "publish_at": row.publish_at,
    }


def read(raw: bytes, name: str) -> tuple[int, Mapping[str, Any]]:
    """Return the count of edits and the record that a file holds.

    Raises:
        BadParameter: it holds something else.
    """
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"{name} is no JSON: {error}") from error
    edits = document.get("edits") if isinstance(document, dict) else None
    record = document.get("record") if isinstance(document, dict) else None
    if type(edits) is not int or not isinstance(record, dict):
        raise typer.BadParameter(
            f"{name} has to hold `edits` and `record`; begin with {_HOW}, and leave `edits` as it"
            " is: by it two who edit at once see each other"
        )
    return edits, record


def in_editor(who: Actor, identifier: str, *, words: str | None) -> Revision | None:
    """Let somebody edit the newest record in their editor; None if they have changed nothing.

    The file is theirs alone while they edit it, and gone afterwards. What is refused they may edit
    again, or leave, and find it in a file.

    Raises:
        BadParameter: nobody can be asked.
        NotFoundError: there is no such publication, or not for them.
        NotPossibleError: they have left it.
    """
    from tidegate.desks.findings.services.refusals import NotPossibleError
    from tidegate.desks.publications.queries.detail import revision_of, revision_record
    from tidegate.desks.publications.services import drafting
    from tidegate.engines.formats.advisories.record import record_data

    if not is_terminal():
        raise typer.BadParameter(f"an editor needs a terminal; say --from FILE, and begin: {_HOW}")
    row = revision_of(who, identifier, at=timezone.now())
    edits, name = row.edits, row.publication.identifier
    record = record_data(revision_record(who, identifier, row.number, at=timezone.now()))
    before = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    text = before
    while True:
        text = _edited(text, name)
        if text == before:
            return None
        try:
            record = json.loads(text)
            if not isinstance(record, dict):
                raise ValueError("a record is an object")
            return drafting.edit(
                who, identifier, record, edits=edits, words=words, at=timezone.now()
            )
        except (ValueError, NotPossibleError) as error:
            ERRORS.print(f"not kept: {safe(str(error))}", highlight=False, soft_wrap=True)
            if not typer.confirm("Edit it again?", default=True, err=True):
                _leave(text, edits, name)
                raise


def _edited(text: str, name: str) -> str:
    """Return a text as it is after somebody has edited it, in a folder that is theirs alone."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.json"
        write_atomically(path, text.encode(), mode=_PRIVATE)
        command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _EDITOR
        try:
            code = subprocess.run([*shlex.split(command), str(path)], check=False).returncode
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise typer.BadParameter(
                f"{command} cannot be used as an editor ({error}); name another one in EDITOR, or"
                " say --from FILE"
            ) from error
        if code:
            raise typer.BadParameter(f"{command} ended with {code}; nothing was changed")
        return text


def _leave(text: str, edits: int, name: str) -> None:
    """Keep what somebody has written where they are, in a form that `edit --from` takes."""
    try:
        record = json.loads(text)
    except ValueError:
        content = text
    else:
        content = json.dumps({"edits": edits, "record": record}, indent=2, ensure_ascii=False)
    path = Path(f"{name}-edited.json")
    write_atomically(path, content.encode(), mode=_PRIVATE)
    ERRORS.print(
        f"what you have written is in {path}; take it up with edit --from, and remove it then",
        highlight=False,
    )
