"""`init`: with which root trust begins, where the repository is, and the key of this operator."""

from __future__ import annotations

import argparse
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tidegate.engines.formats.files import write_atomically
from tidegate.engines.updates.following.following import Place
from tidegate.engines.updates.following.roots import MAX_ROOT_BYTES, FirstRoot, read_root
from tidegate.faces.operator.home import Exposed, Home, Mode
from tidegate.faces.operator.knowledge import Knowledge
from tidegate.faces.operator.printing import say, say_json
from tidegate.faces.operator.refused import RefusedError

_CONFIGURATION: Final = """\
# Of tidegate-operator. docs/operator.md explains every line.

[repository]
# Addresses (https://host/updates/) or folders that are carried here; asked in this order.
places = [{places}]
# Certificates to trust in place of this machine's, and a proxy; empty for none.
ca_file = {ca_file}
proxy = {proxy}
# For carried folders alone: for how many days after its day signed data is still taken.
late_days = 0

[report]
# nothing, counts or full
mode = {mode}
instance = {instance}
# A file that only this user can read; relative to this folder.
token_file = "token"

# What you run. `exposed` (yes, no, unknown) decides on days; unknown counts as yes.
{assets}"""

_NO_ASSET: Final = """\
# [[assets]]
# name = "online-banking"
# inventories = ["/srv/sbom/online-banking/*.json"]
# exposed = "yes"
# scope = "other"
# zone = "Europe/Berlin"
"""

_ASSET: Final = """\
[[assets]]
name = {name}
inventories = [{inventories}]
exposed = {exposed}
scope = "other"
zone = "UTC"
"""


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "init",
        help="set this client up, and show what is to be compared and handed out",
        description="Sets this client up. Compare the fingerprint that it shows with the one that"
        " the coordinator reads to you on a number that you know.",
    )
    command.add_argument("--root", required=True, metavar="FILE", help="the first root.json")
    command.add_argument(
        "--fingerprint", metavar="HEX", help="refuse any other root; spaces do not count"
    )
    command.add_argument(
        "--from",
        dest="places",
        action="append",
        required=True,
        metavar="PLACE",
        help="address of the updates, or a folder with them; may be given several times",
    )
    command.add_argument("--ca-file", default="", metavar="FILE", help="certificates to trust")
    command.add_argument("--proxy", default="", metavar="URL", help="proxy to use")
    command.add_argument(
        "--inventory",
        dest="inventories",
        action="append",
        default=[],
        metavar="PATH",
        help="an SBOM or a lock file, or a pattern of paths; may be given several times",
    )
    command.add_argument(
        "--asset", default="this", metavar="NAME", help="what the inventories are of"
    )
    command.add_argument(
        "--exposed",
        choices=[word.value for word in Exposed],
        default="unknown",
        help="whether the public can reach it",
    )
    command.add_argument(
        "--report",
        choices=[word.value for word in Mode],
        default="nothing",
        help="what is reported; nothing if left out",
    )
    command.add_argument("--instance", default="", metavar="URL", help="where reports go")
    command.add_argument(
        "--again",
        action="store_true",
        help="begin trust anew: forgets the metadata that was checked, keeps all else",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(work=_init)


def _init(given: argparse.Namespace, home: Home, _: datetime) -> int:
    root = _root(Path(given.root))
    if given.fingerprint is not None:
        _compare(root, given.fingerprint)
    places = [where if "://" in where else str(Path(where).absolute()) for where in given.places]
    for where in places:
        if fault := Place(where).fault():
            raise RefusedError(fault)
        if "://" not in where and not Path(where).is_dir():
            raise RefusedError(
                f"{where} is no folder here; carry the updates there first, or name another place"
                " with --from"
            )
    if given.report != Mode.NOTHING and not given.instance:
        raise RefusedError("--report needs --instance https://…, where reports go")
    with home.alone():
        if home.root_file.exists() and not given.again:
            raise RefusedError(
                f"{home.folder} is set up already; edit {home.configuration_file.name}, or begin"
                " trust anew with --again"
            )
        if not home.configuration_file.exists():
            write_atomically(home.configuration_file, _configuration(given, places), mode=0o600)
            home.configuration()
        _make_identity(home)
        _begin_anew(home)
        # Last: with it the client is set up.
        write_atomically(home.root_file, root.raw, mode=0o600)
    _show(given, home, root)
    return 0


def recipient_of(home: Home) -> str:
    """Return what the coordinator encrypts restricted releases to; empty where there is no key."""
    from pyrage.x25519 import Identity

    identities = home.identities()
    return str(Identity.from_str(identities[0]).to_public()) if identities else ""


def _root(file: Path) -> FirstRoot:
    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_ROOT_BYTES + 1)
    except OSError as error:
        raise RefusedError(f"{file} cannot be read: {error.strerror}") from error
    return read_root(raw)


def _compare(root: FirstRoot, fingerprint: str) -> None:
    if "".join(fingerprint.split()).lower() != root.fingerprint.replace(" ", ""):
        raise RefusedError(
            f"the root's fingerprint is {root.fingerprint}, and not the one that was given; do not"
            " use it, and ask the coordinator on a number that you know"
        )


def _configuration(given: argparse.Namespace, places: list[str]) -> bytes:
    assets = _NO_ASSET
    if given.inventories:
        paths = [str(Path(one).absolute()) for one in given.inventories]
        assets = _ASSET.format(
            name=_toml(given.asset),
            inventories=", ".join(map(_toml, paths)),
            exposed=_toml(given.exposed),
        )
    ca_file = str(Path(given.ca_file).absolute()) if given.ca_file else ""
    return _CONFIGURATION.format(
        places=", ".join(map(_toml, places)),
        ca_file=_toml(ca_file),
        proxy=_toml(given.proxy),
        mode=_toml(given.report),
        instance=_toml(given.instance),
        assets=assets,
    ).encode()


def _toml(text: str) -> str:
    # A basic string of TOML escapes as JSON does, but for DEL (TOML 1.0, "String").
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _make_identity(home: Home) -> None:
    from pyrage.x25519 import Identity

    if home.identities():
        return
    identity = Identity.generate()
    content = f"# public key: {identity.to_public()}\n{identity}\n"
    write_atomically(home.identity_file, content.encode("ascii"), mode=0o600)


def _begin_anew(home: Home) -> None:
    """Forget what was checked under another root; what is known stays, and all comes again."""
    shutil.rmtree(home.updates, ignore_errors=True)
    if home.knowledge_file.exists():
        with Knowledge.open(home.knowledge_file) as knowledge:
            knowledge.read_all_again()


def _show(given: argparse.Namespace, home: Home, root: FirstRoot) -> None:
    recipient = recipient_of(home)
    if given.json:
        say_json(
            {
                "folder": home.folder,
                "root": {
                    "version": root.version,
                    "fingerprint": root.fingerprint.replace(" ", ""),
                    "threshold": root.threshold,
                    "keys": root.keys,
                    "expires": root.expires,
                },
                "recipient": recipient,
            }
        )
        return
    say(
        f"Set up in {home.folder}.",
        "",
        f"Root {root.version}: any {root.threshold} of {len(root.keys)} keys sign for it, until"
        f" {root.expires:%Y-%m-%d}. Its fingerprint:",
        f"    {root.fingerprint}",
        "Have the coordinator read theirs to you, on a number that you know. If a single character"
        " differs, remove this folder and tell them.",
        "",
        "Hand this to the coordinator; restricted releases are encrypted to it:",
        f"    {recipient}",
        "",
        "Next: tidegate-operator pull",
    )
