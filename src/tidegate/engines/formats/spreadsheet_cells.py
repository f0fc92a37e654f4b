"""Does a spreadsheet take a cell of CSV for a formula? Then it is written with an apostrophe.

So is one that begins with an apostrophe already: what was written is read back as it was.

From: OWASP, CSV Injection (https://owasp.org/www-community/attacks/CSV_Injection), with the
full-width signs, which some programs read as the plain ones.
"""

from __future__ import annotations

from typing import Final

_SIGNS: Final = tuple("=+-@\t\r\n＝＋－＠")


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet calculates."""
    return f"'{cell}" if _is_risky(cell) else cell


def unguarded(cell: str) -> str:
    """Return a cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and _is_risky(cell[1:]) else cell


def _is_risky(cell: str) -> bool:
    # Leading blanks are skipped by some programs before they look for a sign.
    return cell.startswith(("'", *_SIGNS)) or cell.lstrip().startswith(_SIGNS)
