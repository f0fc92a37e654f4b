"""How an offline document looks to whoever is to sign it: all of its keys, and who judges it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from tidegate.engines.updates.comparing import Listed, listed
from tidegate.engines.updates.key_files import bare_name_of, name_of
from tidegate.engines.updates.signing import Document, Quorum, differences, is_complete, title
from tidegate.faces.cli import screens
from tidegate.faces.cli.judging import Judge


def show_document(document: Document, before: Document | None, judges: Sequence[Judge]) -> None:
    """Show what a document changes, what it says in full, and which roots it hangs on."""
    _say(title(document))
    for one in differences(document, before):
        _say(f"  {one}")
    _say("in full:")
    for role in listed(document.signed, before.signed if before else None):
        _show_role(role)
    for judge in judges:
        _say(f"{title(judge.document)}, which it hangs on, has the SHA-256")
        _say(f"  {judge.sha256}")
    if judges:
        _say("Compare it with the one that you have, from elsewhere. With another, none of this is")
        _say("what it seems. If you have that of an older root, put the roots from there on beside")
        _say("it: each is checked by the one before.")


def show_signed(found: Sequence[Quorum], raw: bytes) -> None:
    """Show who has signed it, and its own digest."""
    for one in found:
        signed = ", ".join(name_of(key) for key in one.signed) or "nobody"
        left = ", ".join(name_of(key) for key in one.unsigned) or "nobody"
        _say(f"by {one.of}, {one.threshold} have to sign. Signed: {signed}. Not yet: {left}.")
    _say("It is signed by enough." if is_complete(found) else "It lacks signatures.")
    if is_complete(found):
        _say("The SHA-256 of this file, for those who sign or follow what comes after it:")
        _say(f"  {hashlib.sha256(raw).hexdigest()}")


def as_data(
    document: Document,
    before: Document | None,
    raw: bytes,
    judges: Sequence[Judge],
    found: Sequence[Quorum],
) -> dict[str, Any]:
    """Return all of it as data."""
    return {
        "document": title(document),
        "sha256": hashlib.sha256(raw).hexdigest(),
        "expires": document.signed.expires,
        "changes": differences(document, before),
        "roles": [
            {
                "role": role.role,
                "threshold": role.threshold,
                "was": role.was,
                "paths": role.paths,
                "keys": [
                    {"keyid": one.key.keyid, "name": bare_name_of(one.key), "mark": one.mark}
                    for one in role.keys
                ],
            }
            for role in listed(document.signed, before.signed if before else None)
        ],
        "judges": [{"document": title(one.document), "sha256": one.sha256} for one in judges],
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


def _show_role(role: Listed) -> None:
    was = f" (before: {role.was})" if role.was not in (0, role.threshold) else ""
    of = f" for {', '.join(role.paths)}" if role.paths else ""
    _say(f"  {role.role}: {role.threshold} of {role.many} sign{of}{was}")
    for one in role.keys:
        _say(f"    {one.mark.value:4} {one.key.keyid} {bare_name_of(one.key)}".rstrip())


def _say(text: str) -> None:
    # Not folded: an identifier is compared as a whole.
    screens.OUT.print(screens.safe(text), highlight=False, soft_wrap=True)
