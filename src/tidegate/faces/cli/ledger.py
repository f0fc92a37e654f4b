"""The commands of the ledger: it is verified, published, shown and witnessed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from tidegate.desks.ledger.services.refusals import NotPossibleError
from tidegate.engines.formats.files import write_atomically
from tidegate.engines.transparency.errors import TransparencyError
from tidegate.engines.transparency.keys import VerifierKey
from tidegate.engines.transparency.notes import MAX_NOTE_BYTES
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.printing import print_json
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from collections.abc import Callable

    from tidegate.desks.ledger.queries.entries import Entries
    from tidegate.desks.ledger.services.verifying import Verification

PROBLEMS = 1
EXPECTED = (TransparencyError, NotPossibleError)
"""What the ledger may refuse; each has its sentence."""

ledger = typer.Typer(
    help="The ledger: what mattered, in order, so that nobody can change it unseen.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
witness = typer.Typer(
    help="Witnesses, whose cosignatures are accepted.", no_args_is_help=True, rich_markup_mode=None
)
ledger.add_typer(witness, name="witness")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Made if it is missing.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of the ledger to the command line."""
    app.add_typer(ledger, name="ledger")


@ledger.command()
def verify(
    earlier: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="A checkpoint that you kept from earlier."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="FOLDER", help="Where it was published: verified, too."),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="KEY", help="The verifier key that you kept; else ours."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify entries, hashes, head and texts. Exit codes: 0 sound, 1 broken, 2 not verified."""
    kept = None if earlier is None else _read(earlier)
    keys = [VerifierKey.parse(line) for line in key or ()]
    open_instance()
    from tidegate.desks.ledger.services import verifying

    with _progress(quiet=as_json) as tell:
        found = verifying.verify(actor(), keys=keys, earlier=kept, folder=folder, tell=tell)
    if as_json:
        print_json(_as_document(found))
    else:
        _show(found)
    raise typer.Exit(PROBLEMS if found.faults else 0)


@ledger.command()
def publish(folder: Folder, as_json: AsJson = False) -> None:
    """Write the log into a folder, as files that any web server can serve (C2SP tlog-tiles)."""
    open_instance()
    from tidegate.desks.ledger.services import publishing

    done = publishing.publish(actor(), folder, at=datetime.now(UTC))
    if as_json:
        print_json({"folder": str(folder), **asdict(done)})
        return
    screens.OUT.print(
        f"{screens.safe(str(folder))} holds the log of {done.size} entries,"
        f" {done.size - done.before} of them new",
        highlight=False,
    )


@ledger.command("key")
def show_key() -> None:
    """Print the verifier key; publish it where nobody can exchange it together with the log."""
    open_instance()
    from tidegate.desks.ledger.queries.heads import log_key

    typer.echo(str(log_key()))


@ledger.command()
def entries(
    case: Annotated[str, typer.Option("--case", metavar="ID", help="Such as C-7K3M9-Q2X4D.")] = "",
    organisation: Annotated[str, typer.Option("--organisation", metavar="ID")] = "",
    person: Annotated[str, typer.Option("--person", metavar="ID", help="Who did it.")] = "",
    before: Annotated[
        int | None, typer.Option("--before", metavar="INDEX", min=0, help="Only older ones.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=200)] = 50,
    as_json: AsJson = False,
) -> None:
    """List entries, the newest first."""
    open_instance()
    from tidegate.desks.ledger.queries.entries import list_entries

    found = list_entries(
        actor(), case=case, organisation=organisation, person=person, before=before, limit=limit
    )
    if as_json:
        print_json(asdict(found))
    else:
        _show_entries(found)


@ledger.command()
def proof(
    index: Annotated[int, typer.Argument(metavar="INDEX", min=0, help="The entry's number.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it here, not to stdout.")
    ] = None,
) -> None:
    """Print all that proves an entry: its text, leaf and proof, and a signed checkpoint."""
    open_instance()
    from tidegate.desks.ledger.queries.entries import proof_file

    document = proof_file(actor(), index)
    if out is None:
        sys.stdout.write(document.decode())
    else:
        write_atomically(out, document)


@ledger.command()
def cosign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The checkpoint, cosigned.")],
) -> None:
    """Add a witness's cosignature to the checkpoint that it has signed."""
    cosigned = _read(file)
    open_instance()
    from tidegate.desks.ledger.services.witnesses import accept

    for name in accept(actor(), cosigned, at=datetime.now(UTC)):
        screens.OUT.print(f"cosigned by {screens.safe(name)}", highlight=False)


@ledger.command()
def rebuild() -> None:
    """Make the hashes anew from the entries, where `verify` says that only they are wrong."""
    open_instance()
    from tidegate.desks.ledger.services import rebuilding

    head = rebuilding.rebuild(actor(), at=datetime.now(UTC))
    screens.OUT.print(f"the hashes of {head.size} entries are made anew", highlight=False)


@witness.command("add")
def add_witness(
    key: Annotated[str, typer.Argument(metavar="KEY", help="As the witness has published it.")],
) -> None:
    """Accept a witness's cosignatures from now on."""
    open_instance()
    from tidegate.desks.ledger.services import witnesses

    added = witnesses.add_witness(actor(), key, at=datetime.now(UTC))
    screens.OUT.print(f"accepted as a witness: {screens.safe(added.name)}", highlight=False)


@witness.command("remove")
def remove_witness(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Accept a witness's cosignatures no more; those that were accepted stay."""
    open_instance()
    from tidegate.desks.ledger.services import witnesses

    witnesses.remove_witness(actor(), name, at=datetime.now(UTC))


@witness.command("list")
def list_witnesses() -> None:
    """Print the verifier keys of the witnesses."""
    open_instance()
    from tidegate.desks.ledger.queries.heads import witness_keys

    for key in witness_keys():
        typer.echo(str(key))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_NOTE_BYTES + 1)
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    progress = Progress(
        TextColumn("verifying"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        console=screens.ERRORS,
        transient=True,
        disable=quiet or not screens.ERRORS.is_terminal,
    )
    task = progress.add_task("", total=None)
    with progress:
        yield lambda done, of: progress.update(task, completed=done, total=of)


def _as_document(found: Verification) -> dict[str, Any]:
    return {
        "sound": not found.faults,
        "size": found.size,
        "root": found.root.hex(),
        "checkpoints": found.checkpoints,
        "faults": [asdict(fault) for fault in found.faults],
    }


def _show(found: Verification) -> None:
    if not found.faults:
        screens.OUT.print(
            f"sound: {found.size} entries, as {found.checkpoints} signed checkpoints say,"
            f" root {found.root.hex()}",
            highlight=False,
        )
    for number, fault in enumerate(found.faults):
        screens.OUT.print(
            f"{'also' if number else 'broken'}: {screens.safe(fault.what)}", highlight=False
        )
        screens.OUT.print(f"  {screens.safe(fault.mend)}", highlight=False)


def _show_entries(found: Entries) -> None:
    if not found.rows:
        screens.OUT.print("No entries that you may read.", highlight=False)
        return
    screens.show_table(
        "",
        ["entry", "at", "by", "what", "about", "text"],
        [
            [
                str(row.index),
                f"{row.at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}",
                screens.safe(row.actor),
                row.kind,
                screens.safe(" ".join(filter(None, (row.case, row.organisation)))),
                screens.safe(", ".join(f"{name}: {told}" for name, told in row.said.items())[:300]),
            ]
            for row in found.rows
        ],
    )
    if found.older is not None:
        screens.ERRORS.print(f"more: --before {found.older}", highlight=False)
