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
    make_key_file,
    name_of,
    open_key_file,
    public_path,
)
from tidegate.engines.updates.roles import Online
from tidegate.engines.updates.signing import (
    Document,
    differences,
    file_name,
    is_complete,
    quorums,
    read_document,
    read_root,
    sign,
    title,
)
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.passphrases import PassphraseFile, passphrases
from tidegate.faces.cli.printing import print_json
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
    keys = _read_online(online) if online else _make_online()
    roots = [f"root-{number}" for number in range(1, root_keys + 1)]
    names = roots + [f"targets-{number}" for number in range(1, targets_keys + 1)]
    given = dict(zip(names, passphrases(names, passphrase_file, new=True), strict=True))
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
    found = quorums(document, judge_of(document, file, previous))
    changes = differences(document, _before(document, file))
    if as_json:
        print_json(
            {
                "document": title(document),
                "sha256": hashlib.sha256(raw).hexdigest(),
                "expires": document.signed.expires,
                "changes": changes,
                "quorums": [
                    {
                        "of": one.of,
                        "threshold": one.threshold,
                        "signed": [name_of(key) for key in one.signed],
                        "unsigned": [name_of(key) for key in one.unsigned],
                        "missing": one.missing,
                    }
                    for one in found
                ],
                "complete": is_complete(found),
            }
        )
    else:
        _show(document, changes)
        for one in found:
            signed = ", ".join(name_of(key) for key in one.signed) or "nobody"
            left = ", ".join(name_of(key) for key in one.unsigned) or "nobody"
            _say(f"by {one.of}, {one.threshold} have to sign. Signed: {signed}. Not yet: {left}.")
        _say("It is signed by enough." if is_complete(found) else "It lacks signatures.")
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
        bool, typer.Option("--yes", help="Do not ask whether what it changes is right.")
    ] = False,
) -> None:
    """Sign a root or targets document with one offline key; the file is written again."""
    document = read_document(read(file), str(file))
    judge = judge_of(document, file, previous)
    _show(document, differences(document, _before(document, file)))
    if not yes:
        typer.confirm(f"Sign {title(document)}?", abort=True, err=True)
    (given,) = passphrases([key.name.removesuffix(".pem")], passphrase_file)
    signed: Document = sign(document, open_key_file(key, given), judge)
    write_atomically(file, signed.to_bytes())
    missing = [one for one in quorums(signed, judge) if one.missing]
    left = " and ".join(f"{one.missing} of {one.of}" for one in missing)
    _say(f"signed; missing now: {left or 'nothing, it may be adopted'}")


def read(file: Path) -> bytes:
    """Return a file's bytes. Raises `CeremonyError` if it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise CeremonyError(f"{file} cannot be read: {error.strerror}") from error


def judge_of(document: Document, file: Path, previous: Path | None) -> Metadata[Root] | None:
    """Return the root that says who signs a document: the one named, or the right one beside it.

    A root is judged by the root before it, a targets document by the newest root there.

    Raises:
        CeremonyError: it is not there, or is none.
    """
    if previous is not None:
        return read_root(read(previous), str(previous))
    version = document.signed.version
    if isinstance(document.signed, Root):
        if version == 1:
            return None
        beside = file.with_name(f"{version - 1}.root.json")
    else:
        found = sorted(
            (int(number), path)
            for path in file.parent.glob("*.root.json")
            if (number := path.name.partition(".")[0]).isdecimal()
        )
        beside = found[-1][1] if found else file.with_name("1.root.json")
    if not beside.is_file():
        raise CeremonyError(
            f"who signs {title(document)} is said by {beside.name}; put it beside {file}, or name"
            " it with --previous"
        )
    return read_root(read(beside), str(beside))


def write_online(file: Path, keys: Mapping[Online, Key]) -> None:
    """Write the public halves of online keys, for a ceremony elsewhere. Raises `OSError`."""
    said = {role.value: {"keyid": key.keyid, **key.to_dict()} for role, key in keys.items()}
    write_atomically(file, json.dumps(said, indent=2).encode() + b"\n")


def _read_online(file: Path) -> dict[Online, Key]:
    try:
        said: dict[str, dict[str, Any]] = json.loads(read(file))
        return {role: Key.from_dict(said[role].pop("keyid"), said[role]) for role in Online}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CeremonyError(
            f"{file} does not hold the public halves of all online keys; make it with `tidegate"
            " keys online make`"
        ) from error


def _make_online() -> dict[Online, Key]:
    who = actor()
    open_instance()
    from tidegate.desks.publications.services.keeping_keys import make_online_keys

    made = make_online_keys(who, Online, at=datetime.now(UTC))
    return {role: signer.public_key for role, signer in made.items()}


def _before(document: Document, file: Path) -> Document | None:
    kind, version = document.signed.type, document.signed.version - 1
    beside = file.with_name(f"{version}.{kind}.json")
    return read_document(read(beside), str(beside)) if version and beside.is_file() else None


def _show(document: Document, changes: list[str]) -> None:
    _say(title(document))
    for one in changes:
        _say(f"  {one}")


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
