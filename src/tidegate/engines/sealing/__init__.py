"""Bytes that only who holds a key can read, and that stand for nothing but what they are."""

from tidegate.engines.sealing.errors import SealError
from tidegate.engines.sealing.keys import Key, new_key, unwrap, wrap
from tidegate.engines.sealing.pieces import seal_piece, seal_pieces, unseal_piece, unseal_pieces
from tidegate.engines.sealing.seals import key_id_of, seal, unseal

__all__ = [
    "Key",
    "SealError",
    "key_id_of",
    "new_key",
    "seal",
    "seal_piece",
    "seal_pieces",
    "unseal",
    "unseal_piece",
    "unseal_pieces",
    "unwrap",
    "wrap",
]
