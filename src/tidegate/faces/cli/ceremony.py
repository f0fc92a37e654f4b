"""The commands of the offline keys: the ceremony, and what is signed on one machine after another.

None of them needs an instance, but for the ceremony on the instance itself: they run on a machine
that has never seen a network, and what they make are plain files that are carried.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from securesystemslib.signer import Key  # type: ignore[attr-defined]
from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

from tidegate.engines.formats.files import write_atomically
from tidegate.engines.updates.ceremony import Holders, first_root, first_targets
from tidegate.engines.updates.errors import CeremonyError
from tidegate.engines.updates.key_files import (
    is_as_made,
    make_key_file,
    name_of,
    open_key_file,
    public_path,
    require_key_file,
)
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.signing import (
    Document,
    file_name,
    is_complete,
    quorums,
    read_document,
    sign,
    title,
)
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.judging import before_of, judges_of, read
from tidegate.faces.cli.offline_shown import as_data, show_document, show_signed
from tidegate.faces.cli.passphrases import PassphraseFile, passphrases
from tidegate.faces.cli.printing import print_json
from tidegate.faces.cli.saying import is_terminal
from tidegate.instance.opening import open_instance

PROBLEMS = 1

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Travelling = Annotated[
    Path, typer.Argument(metavar="FILE", help="A root or targets document, such as 2.root.json.")
]
Previous = Annotated[
    Path | None,
    typer.Option(
        "--previous", metavar="FILE", help="The root that judges it, if it is not beside it."
    ),
]

root = typer.Typer(
    help="What the offline keys sign: the root, and the targets document.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def ceremony(
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Made; it must be empty.")],
    root_keys: Annotated[int, typer.Option("--root-keys", min=1, max=20)] = 3,
    threshold: Annotated[
        int, typer.Option("--threshold", min=1, help="How many of them sign a root.")
    ] = 2,
    targets_keys: Annotated[int, typer.Option("--targets-keys", min=1, max=20)] = 2,
    targets_threshold: Annotated[int, typer.Option("--targets-threshold", min=1)] = 1,
    online: Annotated[
        Path | None,
        typer.Option(
            "--online",
            metavar="FILE",
            help="Of `keys online make`, where this is not the instance's machine.",
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make the offline keys, each in a file with a passphrase, and let them sign root and targets.

    Without --online the instance's own online keys are made here, too.
    """
    if threshold > root_keys or targets_threshold > targets_keys:
        raise typer.BadParameter("a threshold cannot be above the number of keys")
    if to.exists() and any(to.iterdir()):
        raise CeremonyError(f"{to} is not empty; name a new folder, for no key is overwritten")
    keys = _read_online(online) if online else None
    if keys is None:
        _require_to_run_the_instance()
    roots = [f"root-{number}" for number in range(1, root_keys + 1)]
    names = roots + [f"targets-{number}" for number in range(1, targets_keys + 1)]
    asked = passphrases(names, passphrase_file, new=True)
    keys = keys or _make_online()
    given = dict(zip(names, asked, strict=True))
    at = datetime.now(UTC)
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = {name: make_key_file(to / f"{name}.pem", given[name]) for name in names}
    document = first_root(
        Holders(tuple(made[name] for name in roots), threshold),
        Holders(tuple(made[name] for name in names if name not in roots), targets_threshold),
        snapshot=keys[Online.SNAPSHOT],
        timestamp=keys[Online.TIMESTAMP],
        at=at,
    )
    targets = first_targets(changes=keys[Online.CHANGES], records=keys[Online.RECORDS], at=at)
    for name in names:
        signer = open_key_file(to / f"{name}.pem", given[name])
        if name in roots:
            document = sign(document, signer, None)
        else:
            targets = sign(targets, signer, document)
    for one in (document, targets):
        write_atomically(to / file_name(one), one.to_bytes())
    _tell_ceremony(to, made, document, threshold, as_json=as_json)


@root.command("make-key")
def make_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Such as root-4.pem; must be new.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make an offline key: for the machine of whoever will hold it. Hand on the .pub only."""
    (given,) = passphrases([file.name.removesuffix(".pem")], passphrase_file, new=True)
    made = make_key_file(file, given)
    screens.OUT.print(
        f"{screens.safe(str(file))} holds {screens.safe(name_of(made))}; hand on"
        f" {screens.safe(str(public_path(file)))}",
        highlight=False,
    )


@root.command()
def show(file: Travelling, previous: Previous = None, as_json: AsJson = False) -> None:
    """Say what a document changes and who has signed it; exit code 1 if signatures are missing."""
    raw = read(file)
    document = read_document(raw, str(file))
    judges = judges_of(document, file, previous)
    before = before_of(document, file, judges)
    found = quorums(document, judges[-1].document if judges else None)
    if as_json:
        print_json(as_data(document, before, raw, judges, found))
    else:
        show_document(document, before, judges)
        show_signed(found, raw)
    raise typer.Exit(0 if is_complete(found) else PROBLEMS)


@root.command("sign")
def sign_document(
    file: Travelling,
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", help="Your key, such as root-1.pem.")
    ],
    previous: Previous = None,
    passphrase_file: PassphraseFile = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Ask nothing: you have compared the SHA-256 and the keys."),
    ] = False,
) -> None:
    """Sign a root or targets document with one offline key; the file is written again."""
    require_key_file(key)
    asked = passphrases([key.name.removesuffix(".pem")], passphrase_file)
    document = read_document(read(file), str(file))
    judges = judges_of(document, file, previous)
    judge = judges[-1].document if judges else None
    show_document(document, before_of(document, file, judges), judges)
    if not yes:
        if not is_terminal():
            raise CeremonyError(
                "nobody can be asked whether it is right; compare what `keys root show` says, and"
                " say --yes beside --passphrase-file"
            )
        if judges:
            typer.confirm("Is one of these SHA-256 the one that you have?", abort=True, err=True)
        typer.confirm(f"Sign {title(document)}?", abort=True, err=True)
    (given,) = asked
    signed: Document = sign(document, open_key_file(key, given), judge)
    write_atomically(file, signed.to_bytes())
    missing = [one for one in quorums(signed, judge) if one.missing]
    left = " and ".join(f"{one.missing} of {one.of}" for one in missing)
    _say(f"signed; missing now: {left or 'nothing, it may be adopted'}")


def write_online(file: Path, keys: Mapping[Online, Key]) -> None:
    """Write the public halves of online keys, for a ceremony elsewhere. Raises `OSError`."""
    said = {role.value: {"keyid": key.keyid, **key.to_dict()} for role, key in keys.items()}
    write_atomically(file, json.dumps(said, indent=2).encode() + b"\n")


def _read_online(file: Path) -> dict[Online, Key]:
    try:
        said: dict[str, dict[str, Any]] = json.loads(read(file))
        keys = {role: Key.from_dict(said[role].pop("keyid"), said[role]) for role in Online}
        if all(is_as_made(key) for key in keys.values()):
            return keys
        raise ValueError("a key has an id that is not its own")
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CeremonyError(
            f"{file} does not hold the public halves of all online keys; make it with `tidegate"
            " keys online make`"
        ) from error


def _require_to_run_the_instance() -> None:
    """Refuse whoever may not make online keys here, before they type five passphrases."""
    who = actor()
    open_instance()
    from tidegate.desks.publications.services.keeping_keys import require_keeper

    require_keeper(who)


def _make_online() -> dict[Online, Key]:
    who = actor()
    open_instance()
    from tidegate.desks.publications.services.keeping_keys import make_online_keys

    made = make_online_keys(who, Online, at=datetime.now(UTC))
    return {role: signer.public_key for role, signer in made.items()}


def _say(text: str) -> None:
    screens.OUT.print(screens.safe(text), highlight=False)


def _tell_ceremony(
    to: Path, made: Mapping[str, Key], document: Metadata[Root], threshold: int, *, as_json: bool
) -> None:
    files = [file_name(document), "1.targets.json"]
    digest = hashlib.sha256((to / files[0]).read_bytes()).hexdigest()
    if as_json:
        print_json(
            {
                "folder": str(to),
                "keys": {name: key.keyid for name, key in made.items()},
                "documents": files,
                "root_sha256": digest,
            }
        )
        return
    roots = sum(name.startswith("root-") for name in made)
    _say(f"{to} holds {len(made)} keys, {files[0]} and {files[1]}.")
    _say(f"1. Carry each .pem to its own holder and place, with a copy, and remove it from {to}.")
    spare = roots - threshold
    _say(f"   {spare} of {roots} root keys may be lost; with one more, every client starts anew.")
    _say(f"2. On the instance: tidegate keys root adopt {to / files[0]} {to / files[1]}")
    _say(f"3. Give operators {files[0]}, and by another way its SHA-256:")
    _say(f"   {digest}")
