"""What can be wrong with a log's own documents; each error is one sentence with the mend."""

from __future__ import annotations


class TransparencyError(Exception):
    """Something of a transparency log is not what it has to be."""


class KeyStringError(TransparencyError):
    """A verifier key string, or a key's name, is not one."""


class NoteError(TransparencyError):
    """A signed note is malformed, or not signed as it has to be."""


class CheckpointError(NoteError):
    """A signed note is no checkpoint of the log that was expected."""


class EntryError(TransparencyError):
    """A leaf is no commitment, or a commitment cannot be made of what was given."""


class TileError(TransparencyError):
    """A tile or an entry bundle cannot be made: C2SP tlog-tiles has no such one."""


class ProofFileError(TransparencyError):
    """A file that should prove one entry is not one."""


class MissingHashError(TransparencyError):
    """A hash of the tree that was asked for is not kept; the store is incomplete."""


class BrokenTreeError(TransparencyError):
    """The kept hashes do not give the root that was signed; nothing may be appended to them."""
