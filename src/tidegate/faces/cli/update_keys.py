"""The commands of the updates' keys on the instance: what is drafted, adopted and exchanged there.

A draft is written into a folder beside what judges it, so that the folder can be carried to those
who sign; what comes back is adopted.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from tuf.api.metadata import Metadata, Root, Targets  # type: ignore[attr-defined]

from tidegate.engines.formats.files import write_atomically
from tidegate.engines.updates.carrying import copy_to_folder, copy_to_tar
from tidegate.engines.updates.ceremony import Holders, holders_of, next_root, next_targets
from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.folders import UpdateFolder
from tidegate.engines.updates.key_files import name_of, read_public
from tidegate.engines.updates.overview import RoleState, overview
from tidegate.engines.updates.publisher import Publisher
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.signing import Document, file_name, read_root, read_targets
from tidegate.faces.cli import ceremony as offline
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.ceremony import PROBLEMS, AsJson, root
from tidegate.faces.cli.judging import read
from tidegate.faces.cli.printing import print_json
from tidegate.instance.opening import open_instance
from tidegate.instance.updates import online_signers, update_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

targets = typer.Typer(
    help="The targets document and the keys that sign it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
online = typer.Typer(
    help="The keys that sign from day to day, on the instance.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

updates = typer.Typer(
    help="The updates: who signs what, until when; and a copy of all of them.",
    rich_markup_mode=None,
)

To = Annotated[
    Path, typer.Option("--to", metavar="FOLDER", help="Where the draft goes; made if missing.")
]
Add = Annotated[
    list[Path] | None,
    typer.Option("--add", metavar="FILE", help="A key that comes: its .pub of `make-key`."),
]
Remove = Annotated[
    list[str] | None,
    typer.Option("--remove", metavar="KEY", help="A key that goes: its name, or id."),
]
Threshold = Annotated[
    int | None,
    typer.Option("--threshold", min=1, help="How many have to sign; as now if left out."),
]


def add_to(keys: typer.Typer) -> None:
    """Add the commands of the updates' keys to `tidegate keys`."""
    keys.command("ceremony")(offline.ceremony)
    keys.add_typer(root, name="root")
    keys.add_typer(targets, name="targets")
    keys.add_typer(online, name="online")
    keys.add_typer(updates, name="updates")


@updates.callback(invoke_without_command=True)
def say_who_signs(context: typer.Context, as_json: AsJson = False) -> None:
    """Say who signs what of the updates, and until when; exit code 1 if something is to be done."""
    if context.invoked_subcommand is not None:
        return
    signers = online_signers()
    publisher = Publisher.open(update_folder(), signers)
    here = {signer.public_key.keyid for signer in signers}
    rows = overview(publisher.state(), here, datetime.now(UTC))
    if as_json:
        for row in rows:
            print_json(asdict(row))
    else:
        _show(rows)
    raise typer.Exit(PROBLEMS if any(row.problem for row in rows) else 0)


@updates.command()
def export(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="Made; it must be empty.")
    ] = None,
    tar: Annotated[
        Path | None, typer.Option("--tar", metavar="FILE", help="An archive, in place of a folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy all of the updates, verified, for a stick: whole, or not at all.

    Exit code 1 if clients would refuse the copy already, since it has run out.
    """
    if (folder is None) == (tar is None):
        raise typer.BadParameter("name a folder, or an archive with --tar")
    source = UpdateFolder(update_folder())
    place = folder or tar
    assert place is not None
    carried = (copy_to_folder if folder else copy_to_tar)(source, place)
    is_over = carried.expires <= datetime.now(UTC)
    if as_json:
        print_json({"place": str(place), **asdict(carried), "is_over": is_over})
    else:
        until = f"{carried.expires:%Y-%m-%d %H:%M} UTC"
        _say(f"{place} holds all of the updates: {carried.files:,} files, {carried.size:,} bytes.")
        if is_over:
            _say(
                f"It ran out at {until}: clients refuse it. Is the worker running, `tidegate work`?"
            )
        else:
            _say(f"Clients take it until {until}, or as many days later as they allow.")
    raise typer.Exit(PROBLEMS if is_over else 0)


@root.command("rotate")
def rotate_root(
    to: To, add: Add = None, remove: Remove = None, threshold: Threshold = None
) -> None:
    """Draft the next root: keys come or go, or it only counts for another year."""
    now = _root_now()
    changed = _changed(holders_of(now.signed, Root.type), add, remove, threshold)
    draft = next_root(now, at=datetime.now(UTC), root=changed)
    _write(to, [now], [draft])


@targets.command("rotate")
def rotate_targets(
    to: To, add: Add = None, remove: Remove = None, threshold: Threshold = None
) -> None:
    """Draft the next targets document; where its keys come or go, the next root as well."""
    now, listed, at = _root_now(), _targets_now(), datetime.now(UTC)
    drafts: list[Document] = [next_targets(listed, at=at)]
    if add or remove or threshold:
        changed = _changed(holders_of(now.signed, Targets.type), add, remove, threshold)
        drafts.insert(0, next_root(now, at=at, targets=changed))
    _write(to, [now, listed], drafts)


@root.command()
def adopt(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Roots, a targets document, or both.")
    ],
    anew: Annotated[
        bool,
        typer.Option(
            "--anew", help="Begin new updates under another root; every client has to, too."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Adopt what the offline keys have signed; the first root and targets make the updates."""
    who = actor()
    open_instance()
    from tidegate.desks.publications.services import keeping_keys

    keeping_keys.require_keeper(who)
    documents = {str(file): read(file) for file in files}
    taken_by = keeping_keys.begin_anew if anew else keeping_keys.adopt
    done = taken_by(who, documents, at=datetime.now(UTC))
    if as_json:
        print_json(
            {
                "documents": done.documents,
                "made": done.made,
                "versions": dict(done.published.versions),
                "sha256": {
                    file: hashlib.sha256(raw).hexdigest() for file, raw in documents.items()
                },
            }
        )
        return
    what = " and ".join(done.documents)
    if done.made:
        _say(f"{update_folder()} holds the updates now, by {what}.")
    elif done.published.versions:
        _say(f"{what} adopted; {len(done.published.versions)} files were signed anew.")
    else:
        _say(f"{what} was adopted before; nothing was to be done.")
    for file, raw in documents.items():
        _say(f"{Path(file).name} has the SHA-256, which its signers keep for the next time:")
        _say(f"  {hashlib.sha256(raw).hexdigest()}")


@online.command("make")
def make_online(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the public halves go.")],
) -> None:
    """Make a new key for each online role, and write what a ceremony on another machine needs."""
    who = actor()
    open_instance()
    from tidegate.desks.publications.services import keeping_keys

    made = keeping_keys.make_online_keys(who, Online, at=datetime.now(UTC))
    offline.write_online(file, {role: signer.public_key for role, signer in made.items()})
    _say(f"carry {file} to the ceremony: tidegate keys ceremony --to FOLDER --online {file.name}")


@online.command("rotate")
def rotate_online(
    to: To,
    role: Annotated[
        list[Online] | None, typer.Option("--role", help="Only these; all if left out.")
    ] = None,
    compromised: Annotated[
        bool,
        typer.Option(
            "--compromised",
            help="Somebody may have had them: exchange all, and let clients read everything again.",
        ),
    ] = False,
) -> None:
    """Make new online keys, and draft the root and targets that name them."""
    roles = list(Online) if compromised or not role else list(dict.fromkeys(role))
    who = actor()
    open_instance()
    from tidegate.desks.publications.services import keeping_keys

    keeping_keys.require_keeper(who)
    now, listed, at = _root_now(), _targets_now(), datetime.now(UTC)
    made = keeping_keys.make_online_keys(who, roles, at=at)
    keys = {one: signer.public_key for one, signer in made.items()}
    drafts: list[Document] = []
    if {Online.SNAPSHOT, Online.TIMESTAMP} & set(roles):
        drafts.append(
            next_root(
                now,
                at=at,
                snapshot=keys.get(Online.SNAPSHOT),
                timestamp=keys.get(Online.TIMESTAMP),
            )
        )
    if {Online.CHANGES, Online.RECORDS} & set(roles):
        drafts.append(
            next_targets(
                listed,
                at=at,
                changes=keys.get(Online.CHANGES),
                records=keys.get(Online.RECORDS),
                new_epoch=compromised,
            )
        )
    _write(to, [now, listed], drafts)


def _root_now() -> Metadata[Root]:
    folder = UpdateFolder(update_folder())
    version = folder.newest_root()
    if not version:
        raise CeremonyError("there is no root yet; begin with `tidegate keys ceremony`")
    return read_root(folder.read_metadata(Root.type, version), f"{version}.root.json")


def _targets_now() -> Metadata[Targets]:
    version = Publisher.open(update_folder(), ()).state().targets.version
    raw = UpdateFolder(update_folder()).read_metadata(Targets.type, version)
    return read_targets(raw, f"{version}.targets.json")


def _changed(
    now: Holders, add: list[Path] | None, remove: list[str] | None, threshold: int | None
) -> Holders:
    keys = list(now.keys)
    for name in remove or ():
        found = [key for key in keys if _is_called(name, key.keyid, name_of(key))]
        if len(found) != 1:
            raise CeremonyError(
                f"{name!r} is not the name or id of one key; there are"
                f" {', '.join(name_of(key) for key in keys)}"
            )
        keys.remove(found[0])
    keys += [read_public(path) for path in add or ()]
    return Holders(tuple(keys), threshold or now.threshold)


def _is_called(name: str, keyid: str, shown: str) -> bool:
    return name == shown.partition(" ")[0] or (len(name) >= 8 and keyid.startswith(name))


def _write(to: Path, before: Sequence[Document], drafts: Sequence[Document]) -> None:
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    for draft in drafts:
        if (to / file_name(draft)).exists():
            raise CeremonyError(
                f"{to / file_name(draft)} is there already, and may be signed; sign and adopt it,"
                " or name another folder"
            )
    for one in (*before, *drafts):
        write_atomically(to / file_name(one), one.to_bytes())
    for draft in drafts:
        kind = "root" if draft.signed.type == Root.type else "targets"
        _say(f"{to / file_name(draft)} is drafted; it is signed with {kind} keys:")
        _say(f"  tidegate keys root sign {to / file_name(draft)} --key {kind}-1.pem")
    adopted = " ".join(str(to / file_name(draft)) for draft in drafts)
    _say(f"Then, here: tidegate keys root adopt {adopted}")


def _say(text: str) -> None:
    screens.OUT.print(screens.safe(text), highlight=False)


def _show(rows: list[RoleState]) -> None:
    screens.show_table(
        "",
        ["role", "version", "until", "have to sign", "keys", ""],
        [
            [
                row.role,
                str(row.version),
                f"{row.expires:%Y-%m-%d %H:%M} UTC",
                f"{row.threshold} of {len(row.keys)}",
                screens.safe(", ".join(row.keys)),
                f"[bold red]{screens.safe(row.problem)}[/]" if row.problem else "",
            ]
            for row in rows
        ],
    )
    _say(f"in {update_folder()}")
