#!/usr/bin/env python3
"""Verify a Tidegate ledger, or one entry of it, with nothing but this file and Python.

    python verify_ledger.py FOLDER --key VKEY [--from CHECKPOINT] [--witness VKEY]
    python verify_ledger.py [FOLDER] --key VKEY --entry FILE

FOLDER holds a copy of the log as C2SP tlog-tiles lays it out: `checkpoint`, `tile/0/...`,
`tile/entries/...`. VKEY is the log's verifier key, from a source that is not the log; give it
twice after the log changed its key. CHECKPOINT is a checkpoint that you kept from earlier: then it
is also verified that nothing before it was changed. A witness has to have cosigned. FILE is the
proof of one entry, as the ledger's page gives it.

Exit status: 0 if all is as it was signed, 1 if something is not (the first wrong entry is named),
2 if nothing could be verified. It needs CPython 3.11 or later, and holds little in memory.

Written apart from the ledger's own code, and sharing none, so that it can be read by itself:
RFC 9162 (Merkle tree), RFC 8032 (Ed25519), https://c2sp.org/signed-note, tlog-checkpoint,
tlog-cosignature and tlog-tiles.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAF = re.compile(
    rb'\{"at":"[0-9T:.-]{26}Z","digest":"([0-9a-f]{64})","kind":"[a-z][a-z0-9.-]*",'
    rb'"sequence":(0|[1-9][0-9]{0,15})\}'
)
MOST_TILE_BYTES = 256 * (2 + 65535) + 1
"""One more than any tile or bundle has: a longer one is cut, and found to be wrong."""


class WrongError(Exception):
    """Something is not as it was signed."""


class UnusableError(Exception):
    """Nothing can be verified with what was given."""


class Key(NamedTuple):
    """A verifier key."""

    name: str
    kind: int
    public: bytes
    key_id: bytes


class Head(NamedTuple):
    """A signed tree: where it was read, how many entries, and the root."""

    source: str
    size: int
    root: bytes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(description="Verify a Tidegate ledger, or one entry of it.")
    parser.add_argument("folder", nargs="?", type=Path, help="a copy of the log")
    parser.add_argument("--key", action="append", required=True, help="the log's verifier key")
    parser.add_argument("--witness", action="append", default=[], help="has to have cosigned")
    parser.add_argument("--from", dest="earlier", type=Path, help="a checkpoint kept from earlier")
    parser.add_argument("--entry", type=Path, help="the proof of one entry")
    given = parser.parse_args(arguments)
    if given.folder is None and (given.entry is None or given.earlier is not None):
        parser.error("name the folder of the log, or an entry's proof with --entry and no --from")
    try:
        keys = [read_key(text, 1) for text in given.key]
        witnesses = [read_key(text, 4) for text in given.witness]
        known = []
        if given.entry is not None:
            known.append(verify_entry(given.entry, keys, witnesses if not given.folder else []))
        if given.earlier is not None:
            known.append(open_checkpoint(given.earlier, keys, []))
        if given.folder is not None:
            head = open_checkpoint(given.folder / "checkpoint", keys, witnesses)
            verify_folder(given.folder, head, known)
            print(f"right: {head.size} entries, root {head.root.hex()}")
    except WrongError as error:
        print(f"wrong: {error}")
        return 1
    except (UnusableError, OSError) as error:
        print(f"not verified: {error}", file=sys.stderr)
        return 2
    return 0


# Notes and checkpoints: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint


def read_key(text: str, kind: int) -> Key:
    """Read a verifier key: name+key id+base64(kind || 32 bytes)."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = from_base64(encoded) or b""
    digest = hashlib.sha256(f"{name}\n".encode() + key).digest()[:4]
    if not name or len(key) != 33 or key[0] != kind or digest.hex() != key_id:
        what = "the log" if kind == 1 else "a witness"
        raise UnusableError(f"{text[:60]!r} is not a verifier key of {what}: name+id+key")
    return Key(name, kind, key[1:], digest)


def open_checkpoint(path: Path, keys: Sequence[Key], witnesses: Sequence[Key]) -> Head:
    """Read a checkpoint that the log signed, and all the witnesses."""
    return checkpoint_of(str(path), read_file(path, 1 << 20), keys, witnesses)


def checkpoint_of(source: str, raw: bytes, keys: Sequence[Key], witnesses: Sequence[Key]) -> Head:
    """Read the bytes of a checkpoint; `source` is named in errors."""
    try:
        text, _, lines = raw.decode("utf-8").rpartition("\n\n")
    except UnicodeDecodeError as error:
        raise WrongError(f"{source} is not UTF-8") from error
    text += "\n"
    signers = {key for key in (*keys, *witnesses) if is_signed(source, text, lines, key)}
    if not signers.intersection(keys):
        raise WrongError(f"{source} is not signed by the key that was given")
    for witness in witnesses:
        if witness not in signers:
            raise WrongError(f"{source} has no cosignature by the witness {witness.name}")
    origin, size, encoded, *_ = [*text.split("\n"), "", ""]
    root = from_base64(encoded) or b""
    if origin not in {key.name for key in signers.intersection(keys)}:
        raise WrongError(f"{source} is of another log: {origin[:60]!r}")
    if not re.fullmatch("0|[1-9][0-9]{0,18}", size) or len(root) != 32:
        raise WrongError(f"{source} is not a checkpoint")
    if size == "0" and root != hashlib.sha256(b"").digest():
        raise WrongError(f"{source} gives the empty log a root that it cannot have")
    return Head(source, int(size), root)


def is_signed(source: str, text: str, lines: str, key: Key) -> bool:
    """Say whether a key signed; a line that claims so and does not fit is wrong."""
    signed = False
    for line in lines.split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        signature = from_base64(encoded) or b""
        if dash != "\u2014" or name != key.name or signature[:4] != key.key_id:
            continue
        message, signature = text.encode(), signature[4:]
        if key.kind == 4:
            seconds, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {seconds}\n".encode() + message
        if not ed25519_verifies(key.public, message, signature):
            raise WrongError(f"{source}: the signature by {key.name} does not fit")
        if key.kind == 4 and seconds < 253_402_300_800:
            at = datetime.fromtimestamp(seconds, UTC)
            print(f"cosigned: by {key.name} at {at:%Y-%m-%dT%H:%M:%SZ}")
        signed = True
    return signed


def from_base64(text: str) -> bytes | None:
    """Decode base64 that is written in its one right form."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return decoded if base64.b64encode(decoded).decode("ascii") == text else None


def read_file(path: Path, limit: int) -> bytes:
    """Read a file that is no larger than it may be."""
    if not path.is_file():
        raise UnusableError(f"{path} is not there, or not a file")
    with path.open("rb") as file:
        raw = file.read(limit + 1)
    if len(raw) > limit:
        raise UnusableError(f"{path} is larger than {limit} bytes")
    return raw


# The Merkle tree: RFC 9162, 2.1


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Edge:
    """The complete subtrees along the right edge of a growing tree."""

    def __init__(self) -> None:
        self.size = 0
        self.hashes: list[bytes] = []

    def append(self, subtree: bytes, level: int = 0) -> list[tuple[int, bytes]]:
        """Append a complete subtree of 2^level entries; return all that it completes."""
        number = self.size >> level
        self.size += 1 << level
        completed = [(level, subtree)]
        while number & 1:
            subtree = node_hash(self.hashes.pop(), subtree)
            number, level = number >> 1, level + 1
            completed.append((level, subtree))
        self.hashes.append(subtree)
        return completed

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.hashes:
            return hashlib.sha256(b"").digest()
        *rest, root = self.hashes
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


# The folder: https://c2sp.org/tlog-tiles


class Tiles:
    """The files of a log of `size` entries; nothing in them is believed."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size
        self.held: dict[tuple[int, int], bytes] = {}

    def read(self, level: int | str, index: int, width: int) -> tuple[bytes | None, bool]:
        """Return a tile's bytes, and whether it is a full one where a partial one would do."""
        path = self.folder / f"tile/{level}/{numbered(index)}"
        exact = path if width == 256 else path.with_name(f"{path.name}.p") / str(width)
        for one in (exact, path):
            if one.is_file():
                with one.open("rb") as file:
                    return file.read(MOST_TILE_BYTES), one != exact
        return None, False

    def leaves(self, start: int) -> Iterator[bytes]:
        """Yield the entries in the bundles, from `start` on, up to a bundle that is lost."""
        for index in range(start // 256, -(-self.size // 256)):
            width = min(256, self.size - index * 256)
            raw, is_longer = self.read("entries", index, width)
            if raw is None:
                return
            found = islice(entries_of(raw), width) if is_longer else entries_of(raw)
            yield from islice(found, max(0, start - index * 256), None)

    def hashes(self, level: int, index: int) -> bytes:
        """Return what a tile of hashes holds, one after the other; nothing if it is lost."""
        if (level, index) not in self.held:
            if len(self.held) > 16:
                self.held.clear()
            width = min(256, (self.size >> 8 * level) - index * 256)
            raw, is_longer = self.read(level, index, width)
            self.held[level, index] = (raw or b"")[: width * 32 if is_longer else None]
        return self.held[level, index]

    def kept(self, start: int, end: int, *, from_leaves: bool) -> bytes | None:
        """Return the hash over the entries [start, end), as the tiles have it, or None."""
        edge = Edge()
        while start + edge.size < end:
            level = 0 if from_leaves else (end - start - edge.size).bit_length() - 1
            index, place = divmod((start + edge.size) >> (level - level % 8), 256)
            raw = self.hashes(level // 8, index)[place * 32 : (place + (1 << level % 8)) * 32]
            if len(raw) != 32 << level % 8:
                return None
            subtree = Edge()
            for at in range(0, len(raw), 32):
                subtree.append(raw[at : at + 32])
            edge.append(subtree.root(), level)
        return edge.root()


def numbered(index: int) -> str:
    """Write a tile's index in groups of three digits."""
    path = f"{index % 1000:03}"
    while index := index // 1000:
        path = f"x{index % 1000:03}/{path}"
    return path


def entries_of(raw: bytes) -> Iterator[bytes]:
    """Yield the entries of a bundle; what follows them, if anything, as something that is none."""
    place = 0
    while place < len(raw):
        start, place = place, place + 2 + int.from_bytes(raw[place : place + 2], "big")
        yield raw[start + 2 : place] if place <= len(raw) else b"broken: " + raw[start:]


def verify_folder(folder: Path, head: Head, known: Sequence[Head]) -> None:
    """Verify all entries and tiles of a log. Raises `WrongError` naming the first wrong entry."""
    heads = sorted((one for one in (*known, head) if one.size), key=lambda one: one.size)
    if heads and heads[-1].size > head.size:
        raise WrongError(
            f"entry {head.size} is missing: {heads[-1].source} was signed over"
            f" {heads[-1].size} entries, and {head.source} over {head.size}"
        )
    tiles, edge = Tiles(folder, head.size), Edge()
    faults: list[tuple[int, str]] = []
    unfinished: dict[int, bytes] = {}
    contradicted, good = None, 0
    leaves = tiles.leaves(0)
    for index, leaf in enumerate(islice(leaves, head.size)):
        if number_of(leaf) != index:
            faults.append((index, f"entry {index} is no leaf with this number"))
        for level, subtree in edge.append(leaf_hash(leaf)):
            if level % 8 == 0:
                unfinished[level] = unfinished.get(level, b"") + subtree
                if len(unfinished[level]) == 256 * 32:
                    faults += tile_fault(tiles, level, edge.size, unfinished.pop(level))
        faults = [min(faults)] if faults else []
        while heads and heads[0].size == edge.size:
            reached = heads.pop(0)
            if contradicted is None and reached.root == edge.root():
                good = edge.size
            else:
                contradicted = contradicted or reached
    if (edge.size, edge.root()) != (head.size, head.root):
        raise WrongError(located(tiles, contradicted or head, good))
    if contradicted is not None:
        raise WrongError(
            f"history was rewritten: one of the entries {good} to {contradicted.size - 1} is not"
            f" the one that was signed in {contradicted.source}"
        )
    for level, hashes in unfinished.items():
        faults += tile_fault(tiles, level, edge.size, hashes)
    if next(leaves, None) is not None:
        faults.append((head.size, f"entry {head.size} is in the bundles, and nobody signed it"))
    if faults:
        raise WrongError(min(faults)[1])


def tile_fault(tiles: Tiles, level: int, size: int, right: bytes) -> list[tuple[int, str]]:
    """Compare a tile with the hashes that the entries give; return the first wrong one, if any."""
    index = ((size >> level) - 1) // 256
    found = tiles.hashes(level // 8, index)
    if found == right:
        return []
    at = 0
    while at < len(right) and found[at : at + 32] == right[at : at + 32]:
        at += 32
    place = index * 256 + at // 32
    end = place + 1 if found else place + len(right) // 32
    state = "wrong" if found else "missing"
    name = f"tile/{level // 8}/{numbered(index)}"
    said = f"{entries(place << level, end << level)} {state} in the tiles ({name})"
    return [(place << level, said)]


def located(tiles: Tiles, signed: Head, good: int) -> str:
    """Say which entry is the first wrong one, where the entries do not give the signed root.

    From the root down: two hashes of the tiles that together give the hash above are as good as
    signed. Where the tiles have none, only a range can be told.
    """
    start, end, parent = 0, signed.size, signed.root
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        for from_leaves in (False, True):
            left = tiles.kept(start, middle, from_leaves=from_leaves)
            right = tiles.kept(middle, end, from_leaves=from_leaves)
            if left and right and node_hash(left, right) == parent:
                break
        else:
            return within(tiles, max(start, good), end)
        edge = Edge()
        for leaf in islice(tiles.leaves(start), middle - start):
            edge.append(leaf_hash(leaf))
        if edge.size == middle - start and edge.root() == left:
            start, parent = middle, right
        else:
            end, parent = middle, left
    return f"entry {start} {state_of(next(tiles.leaves(start), None), start)}"


def within(tiles: Tiles, first: int, end: int) -> str:
    """Say what can be told of entries below which the tiles have nothing that was signed."""
    index = first
    for leaf in islice(tiles.leaves(first), end - first):
        if number_of(leaf) != index:
            break
        index += 1
    last = min(index, end - 1)
    if last == first:
        return f"entry {first} {state_of(next(tiles.leaves(first), None), first)}"
    return f"{entries(first, last + 1)} wrong; the tiles do not tell which"


def entries(start: int, end: int) -> str:
    """Name the entries [start, end) in a sentence."""
    return (
        f"entry {start} is" if end - start == 1 else f"one of the entries {start} to {end - 1} is"
    )


def state_of(leaf: bytes | None, index: int) -> str:
    """Say what is the matter with an entry that is known to be wrong."""
    if leaf is None:
        return "is missing"
    number = number_of(leaf)
    if number is None or number == index:
        return "is not the one that was signed"
    return f"is not the one that was signed: what stands there bears the number {number}"


def number_of(leaf: bytes) -> int | None:
    """Return the number that a leaf bears, None if it is no leaf of a ledger."""
    match = LEAF.fullmatch(leaf)
    return int(match[2]) if match else None


# One entry: its proof file is explained in `proof_files.py` beside this file


def verify_entry(path: Path, keys: Sequence[Key], witnesses: Sequence[Key]) -> Head:
    """Verify the proof of one entry and return the signed tree that it is in."""
    try:
        said = json.loads(read_file(path, 4 << 20))
        index, leaf = said["index"], said["leaf"].encode()
        proof = [from_base64(one) or b"" for one in said["proof"]]
        checkpoint = said["checkpoint"].encode()
        opening = (
            (from_base64(said["salt"]) or b"", said["text"].encode()) if "salt" in said else ()
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnusableError(f"{path} is not the proof of an entry") from error
    head = checkpoint_of(f"the checkpoint in {path}", checkpoint, keys, witnesses)
    if type(index) is not int or number_of(leaf) != index:
        raise WrongError(f"{path}: the leaf does not bear the number {index!r}")
    if not is_included(leaf_hash(leaf), index, head, proof):
        raise WrongError(
            f"{path} does not show entry {index} among the {head.size} that were signed"
        )
    print(f"right: entry {index} is one of the {head.size} that were signed")
    if opening:
        salt, text = opening
        digest = hashlib.sha256(salt + text).hexdigest()
        if len(salt) != 32 or not (match := LEAF.fullmatch(leaf)) or match[1].decode() != digest:
            raise WrongError(f"{path}: the text is not the one that entry {index} commits to")
        print("right: its text is the one that it commits to")
    return head


def is_included(leaf: bytes, index: int, head: Head, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows a leaf's hash at its index: RFC 9162, 2.1.3.2."""
    if not 0 <= index < head.size or any(len(one) != 32 for one in proof):
        return False
    place, last, climbed = index, head.size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            climbed = node_hash(beside, climbed)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            climbed = node_hash(climbed, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and climbed == head.root


# Ed25519: RFC 8032, 5.1. Only verification, so nothing here is secret, and time may tell anything.

Q = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q


class Point(NamedTuple):
    """A point of the curve in extended coordinates: RFC 8032, 5.1.4."""

    x: int
    y: int
    z: int
    t: int

    def add(self, other: Point) -> Point:
        """Return the sum of two points."""
        a = (self.y - self.x) * (other.y - other.x) % Q
        b = (self.y + self.x) * (other.y + other.x) % Q
        c = 2 * D * self.t * other.t % Q
        d = 2 * self.z * other.z % Q
        e, f, g, h = b - a, d - c, d + c, b + a
        return Point(e * f % Q, g * h % Q, f * g % Q, e * h % Q)

    def times(self, factor: int) -> Point:
        """Return the point added to itself `factor` times."""
        product, power = Point(0, 1, 1, 0), self
        while factor:
            if factor & 1:
                product = product.add(power)
            power, factor = power.add(power), factor >> 1
        return product

    def negative(self) -> Point:
        """Return the point on the other side."""
        return Point(-self.x % Q, self.y, self.z, -self.t % Q)

    def encoded(self) -> bytes:
        """Return its 32 bytes: RFC 8032, 5.1.2."""
        z = pow(self.z, -1, Q)
        x, y = self.x * z % Q, self.y * z % Q
        return (y | (x & 1) << 255).to_bytes(32, "little")


def decoded(raw: bytes) -> Point | None:
    """Return the point that 32 bytes stand for, None for no point: RFC 8032, 5.1.3."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    u, v = (y * y - 1) % Q, (D * y * y + 1) % Q
    x = u * pow(v, 3, Q) * pow(u * pow(v, 7, Q), (Q - 5) // 8, Q) % Q
    if (v * x * x + u) % Q == 0:
        x = x * pow(2, (Q - 1) // 4, Q) % Q
    if y >= Q or (v * x * x - u) % Q or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else Q - x
    return Point(x, y, 1, x * y % Q)


BASE = decoded((4 * pow(5, -1, Q) % Q).to_bytes(32, "little"))


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature fits: RFC 8032, 5.1.7, without the cofactor."""
    key = decoded(public) if len(public) == 32 else None
    s = int.from_bytes(signature[32:], "little")
    if key is None or BASE is None or len(signature) != 64 or s >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % ORDER
    return BASE.times(s).add(key.negative().times(k)).encoded() == signature[:32]


if __name__ == "__main__":
    sys.exit(main())
