"""A `requirements.txt`: what does it pin, and what does it leave open.

A requirement that is pinned (`name==1.2`) is a component. One that is not says what may be
installed and not what is; it is listed. So are other files that are named (`-r`), addresses and
folders. Nothing is resolved or fetched.

From: https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

from tidegate.engines.formats.documents import shown
from tidegate.engines.formats.inventories.gathering import Gathering, Heading
from tidegate.engines.formats.inventories.purls import made
from tidegate.engines.formats.inventories.python_locks import normal_name

_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_PINNED = re.compile(
    rf"(?P<name>{_NAME})[ \t]*+(?:\[[A-Za-z0-9._, \t-]*+\][ \t]*+)?===?[ \t]*+"
    r"(?P<version>[A-Za-z0-9][A-Za-z0-9.!+_-]*+)[ \t]*+(?:;(?P<marker>[^#]*+))?"
)
_FILE_NAME = re.compile(r"(?:.*[-_.])?(?:requirements|constraints)(?:[-_.].*)?\.(?:txt|in|pip)")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_OPTIONS = re.compile(r"\s--(?:hash|global-option|config-settings|config-setting)\b.*")
_OTHER_FILES: Final = ("-r", "--requirement", "-c", "--constraint")
_ELSEWHERE: Final = ("-e", "--editable")
_LONGEST_LINE: Final = 4_096
_LINES_LOOKED_AT: Final = 50


def is_requirements(text: str, name: str) -> bool:
    """Say whether a text is meant as a list of requirements; `name` is the file's."""
    base = name.replace("\\", "/").rpartition("/")[2].lower()
    if _FILE_NAME.fullmatch(base):
        return True
    if base and not base.endswith((".txt", ".in", ".pip")):
        return False
    lines = [line for _, line in _lines(text[:20_000])][:_LINES_LOOKED_AT]
    pinned = sum(_PINNED.fullmatch(line) is not None for line in lines)
    return pinned > 0 and pinned * 2 >= len(lines)


def read_requirements(text: str, found: Gathering) -> Heading:
    """Read a list of requirements; the components are gathered."""
    for number, line in _lines(text):
        place = f"line {number}"
        if match := _PINNED.fullmatch(line):
            if match["marker"]:
                found.complain(
                    place,
                    f"{shown(line, 100)} holds only on some machines; it is taken as installed",
                )
            _add(match["name"], match["version"], place, found)
        elif line.startswith("-"):
            _option(line, place, found)
        else:
            _other(line, place, found)
    return Heading("requirements")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give each logical line with its number, without comments and options of its own."""
    begun, first = "", 0
    for number, line in enumerate([*text.split("\n"), ""], 1):
        line = line.rstrip("\r")
        first = first or number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            if len(begun) <= _LONGEST_LINE:
                begun += line[:-1] + " "
            continue
        whole = _COMMENT.sub("", (begun + line)[: _LONGEST_LINE + 1])
        if not whole.lstrip().startswith("-"):
            whole = _OPTIONS.sub("", whole)
        if whole := whole.strip():
            yield first, whole
        begun, first = "", 0


def _add(name: str, version: str, place: str, found: Gathering) -> None:
    found.add(place, made("pypi", normal_name(name), version), name, version)


def _option(line: str, place: str, found: Gathering) -> None:
    option = re.split(r"[\s=]", line, maxsplit=1)[0]
    if option in _OTHER_FILES or line.startswith(("-r", "-c")):
        found.complain(place, f"{shown(line, 100)} names another file; hand that in as well")
    elif option in _ELSEWHERE:
        found.complain(place, f"{shown(line, 100)} has no version here; pin it, as name==1.2")


def _other(line: str, place: str, found: Gathering) -> None:
    if len(line) > _LONGEST_LINE:
        found.complain(place, f"is longer than {_LONGEST_LINE:,} characters; shorten it")
        return
    try:
        requirement = Requirement(line)
    except (InvalidRequirement, ValueError, RecursionError):
        found.complain(place, f"{shown(line, 100)} is not a requirement; write it as name==1.2")
        return
    pins = [one for one in requirement.specifier if one.operator in ("==", "===")]
    if len(pins) == 1 and not pins[0].version.endswith(".*") and not requirement.url:
        if requirement.marker:
            found.complain(
                place, f"{shown(line, 100)} holds only on some machines; it is taken as installed"
            )
        _add(requirement.name, pins[0].version, place, found)
    elif requirement.url:
        found.complain(
            place, f"{shown(line, 100)} comes from an address and has no version; pin a release"
        )
    else:
        found.complain(
            place,
            f"{shown(line, 100)} is not pinned, so the version is not known; write"
            f" {requirement.name}==1.2, or hand in what 'pip freeze' says",
        )
