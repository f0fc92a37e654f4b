"""The target's own files, as they were laid out for the sandbox, read line by line.

They are a stranger's: nothing of them is executed or parsed, and only regular files below the
folder that was laid out are read, up to a size.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

from tidegate.engines.reproduction.packages import Installation, Runtime

_MOST_BYTES = 4 << 20
_MOST_LINES = 100_000
_LONGEST_LINE = 500
"""In longer ones, which tools make, a line is no place."""
_WIDEST = 3
"""Lines before and after, without blank ones, that may be taken in to tell a place from others."""
_LINE_END = re.compile(r"\r\n|\r|\n")


class InstalledCode:
    """The code of one installation's target; see `signatures.TargetCode`."""

    def __init__(self, installation: Installation, runtime: Runtime) -> None:
        self._installation = installation
        self._files: dict[str, list[str]] = {}
        self._places: dict[tuple[str, int], str | None] = {}
        archives = sorted(archive.sha256 for archive in installation.archives)
        self.build = hashlib.sha256("\n".join([runtime.digest, *archives]).encode()).hexdigest()

    def path(self, file: str) -> str | None:
        """Return where a file of the sandbox lies within the package; None if it is not in it."""
        inside = _inside(file)
        for root in self._installation.target_roots:
            if inside.startswith(f"{root}/"):
                return inside.removeprefix(f"{root}/")
        return None

    def place(self, file: str, line: int) -> str | None:
        """Return a text that only this line's place in the file has; None if there is none.

        It is the line itself, without its indentation; if the file has it more than once, with as
        many of the lines around it as it takes.
        """
        key = (_inside(file), line)
        if key not in self._places:
            self._places[key] = _place(self._lines(key[0]), line)
        return self._places[key]

    def _lines(self, inside: str) -> list[str]:
        if inside not in self._files:
            text = self._read(inside)
            self._files[inside] = [" ".join(line.split()) for line in _LINE_END.split(text)]
        return self._files[inside]

    def _read(self, inside: str) -> str:
        for bind in self._installation.binds:
            if not inside.startswith(f"{bind.target}/"):
                continue
            folder = Path(bind.source).resolve()
            try:
                path = (folder / inside.removeprefix(f"{bind.target}/")).resolve()
                if not path.is_relative_to(folder) or not path.is_file():
                    continue
                with path.open("rb") as opened:
                    content = opened.read(_MOST_BYTES + 1)
            except (OSError, ValueError):
                continue
            return content.decode("utf-8", "replace") if len(content) <= _MOST_BYTES else ""
        return ""


def _place(lines: list[str], line: int) -> str | None:
    if not 0 < line <= len(lines) <= _MOST_LINES or not lines[line - 1]:
        return None
    written = [text for text in lines if text]
    at = sum(1 for text in lines[: line - 1] if text)
    for more in range(_WIDEST + 1):
        windows = [tuple(written[max(0, i - more) : i + more + 1]) for i in range(len(written))]
        if max(map(len, windows[at])) > _LONGEST_LINE:
            return None
        if windows.count(windows[at]) == 1:
            return "\n".join(windows[at])
    return None


def _inside(file: str) -> str:
    """Return the path that a frame's file has in the sandbox; ES modules are named by URL."""
    return unquote(file.removeprefix("file://")) if file.startswith("file://") else file
