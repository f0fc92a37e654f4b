"""How numbers become bytes that stand in the order of the numbers, without an end mark.

A number below 44 is one byte, one below 300 or so two, a date of eight digits five. The first
bytes lie between 0x03 and 0x3F, so that each order has marks that stand before all numbers
(0x00 to 0x02) and after them (letters, from 0x41 on). `HIGH` numbers lie above the letters.
"""

from __future__ import annotations

from typing import Final

_FIRST: Final = 0x03
_SMALL: Final = 44
_LENGTHS: Final = _FIRST + _SMALL  # 0x2F, to which the count of bytes is added
_MOST: Final = 15
_HIGH: Final = 0x80


class UnparsableVersionError(ValueError):
    """What the ecosystem would not take for a version. The message says why."""


def number(digits: str) -> bytes:
    """Return the bytes of a whole number that is written in ASCII digits; empty is 0."""
    known = _KNOWN.get(digits)
    return known if known is not None else _encoded(int(digits or "0"))


def high_number(digits: str) -> bytes:
    """Return the same, with a first byte above all ASCII: 0x83 to 0xBF."""
    known = _KNOWN_HIGH.get(digits)
    return known if known is not None else _raised(_encoded(int(digits or "0")))


def shown(version: str) -> str:
    """Return a version as it may stand in a message: short, and without control characters."""
    return ascii(version if len(version) <= _SHOWN else f"{version[:_SHOWN]}…")


def _encoded(value: int) -> bytes:
    if value < _SMALL:
        return bytes((_FIRST + value,))
    rest = value - _SMALL
    size = max(1, (rest.bit_length() + 7) // 8)
    body = rest.to_bytes(size, "big")
    if size < _MOST:
        return bytes((_LENGTHS + size,)) + body
    return bytes((_LENGTHS + _MOST + 1,)) + size.to_bytes(2, "big") + body


def _raised(encoded: bytes) -> bytes:
    return bytes((encoded[0] | _HIGH,)) + encoded[1:]


_SHOWN: Final = 60
_KNOWN: Final = {str(value): _encoded(value) for value in range(1_000)} | {"": _encoded(0)}
_KNOWN_HIGH: Final = {digits: _raised(encoded) for digits, encoded in _KNOWN.items()}
