"""Where this client keeps what it has, and what it is told to do.

A folder of one user: `TIDEGATE_OPERATOR_HOME`, else `tidegate-operator` in the user's state folder
(XDG Base Directory Specification). In it:

    operator.toml    the configuration, for people to edit
    root.json        the root that trust began with
    identity.age     the key that restricted releases are opened with
    knowledge.db     what was pulled, and how far this organisation has come
    updates/         metadata that was checked, and files that wait
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tidegate.engines.formats.documents import shown
from tidegate.engines.rules.policies import Scope
from tidegate.engines.updates.following.following import Place
from tidegate.faces.operator.refused import RefusedError

VARIABLE: Final = "TIDEGATE_OPERATOR_HOME"
MOST_LATE_DAYS: Final = 30


class Mode(StrEnum):
    """What is reported."""

    NOTHING = "nothing"
    COUNTS = "counts"
    FULL = "full"


class Exposed(StrEnum):
    """Whether an asset can be reached by the public."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Asset:
    """Something that this operator runs, and the inventories that say what is on it."""

    name: str
    inventories: tuple[str, ...]
    """Paths, or patterns of paths; relative ones are below the client's folder."""
    exposed: Exposed = Exposed.UNKNOWN
    scope: Scope = Scope.OTHER
    zone: str = "UTC"
    distribution: str = ""


@dataclass(frozen=True, slots=True)
class Reporting:
    """What is reported, and where."""

    mode: Mode = Mode.NOTHING
    instance: str = ""
    token_file: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What `operator.toml` says."""

    places: tuple[Place, ...]
    late: timedelta = timedelta()
    reporting: Reporting = field(default_factory=Reporting)
    assets: tuple[Asset, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """The client's folder."""

    folder: Path

    @classmethod
    def found(cls, environment: Mapping[str, str]) -> Home:
        """Return the folder that the environment names; it need not exist."""
        if named := environment.get(VARIABLE):
            return cls(Path(named))
        state = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
        return cls(Path(state) / "tidegate-operator")

    @property
    def configuration_file(self) -> Path:
        """The configuration."""
        return self.folder / "operator.toml"

    @property
    def root_file(self) -> Path:
        """The first root."""
        return self.folder / "root.json"

    @property
    def identity_file(self) -> Path:
        """The key of restricted releases; older ones follow, one a line."""
        return self.folder / "identity.age"

    @property
    def knowledge_file(self) -> Path:
        """The store."""
        return self.folder / "knowledge.db"

    @property
    def updates(self) -> Path:
        """Metadata and what waits."""
        return self.folder / "updates"

    def root(self) -> bytes:
        """Return the first root; raises `RefusedError` where `init` was not run."""
        try:
            return self.root_file.read_bytes()
        except FileNotFoundError as error:
            raise self._not_begun() from error

    def identities(self) -> tuple[str, ...]:
        """Return the age identities, without what is no line of a key."""
        try:
            lines = self.identity_file.read_text(encoding="ascii", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        return tuple(line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-1"))

    def configuration(self) -> Configuration:
        """Read `operator.toml`; raises `RefusedError`."""
        try:
            raw = self.configuration_file.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise self._not_begun() from error
        except UnicodeDecodeError as error:
            raise RefusedError(
                f"{self.configuration_file} is not UTF-8; save it as that"
            ) from error
        try:
            return _configuration(tomllib.loads(raw))
        except (tomllib.TOMLDecodeError, _FaultError) as error:
            raise RefusedError(f"{self.configuration_file}: {error}") from error

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder, so that no second pull runs at a time; raises `RefusedError`."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RefusedError(
                    f"another tidegate-operator works in {self.folder}; wait until it is done"
                ) from error
            yield
        finally:
            os.close(descriptor)

    def _not_begun(self) -> RefusedError:
        return RefusedError(
            f"{self.folder} was not set up; run `tidegate-operator init --root root.json"
            f" --from https://…/updates/`, or name another folder with {VARIABLE}"
        )


class _FaultError(ValueError):
    """A place in the configuration, and its mend."""


def _configuration(data: dict[str, Any]) -> Configuration:
    _only(data, "", {"repository", "report", "assets"})
    repository = _table(data, "repository")
    _only(repository, "repository.", {"places", "ca_file", "proxy", "late_days"})
    places = tuple(
        Place(where, _text(repository, "ca_file"), _text(repository, "proxy"))
        for where in _texts(repository, "places")
    )
    if not places:
        raise _FaultError("repository.places is empty; name an address or a folder")
    for place in places:
        if fault := place.fault():
            raise _FaultError(f"repository.places: {fault}")
    late = repository.get("late_days", 0)
    if type(late) is not int or not 0 <= late <= MOST_LATE_DAYS:
        raise _FaultError(f"repository.late_days is a number from 0 to {MOST_LATE_DAYS}")
    if late and not all(place.is_folder for place in places):
        raise _FaultError(
            "repository.late_days is for carried folders; with an address, leave it 0"
        )
    assets = data.get("assets", [])
    if not isinstance(assets, list) or not all(isinstance(one, dict) for one in assets):
        raise _FaultError("assets is a list of tables; write [[assets]]")
    named = tuple(_asset(one, f"assets[{number}].") for number, one in enumerate(assets))
    if len({one.name for one in named}) != len(named):
        raise _FaultError("two assets have one name; give each its own")
    return Configuration(places, timedelta(days=late), _reporting(data), named)


def _reporting(data: dict[str, Any]) -> Reporting:
    report = _table(data, "report")
    _only(report, "report.", {"mode", "instance", "token_file"})
    mode = _word(report, "mode", Mode, Mode.NOTHING)
    instance = _text(report, "instance").rstrip("/")
    if mode is not Mode.NOTHING and not instance.startswith(("https://", "http://")):
        raise _FaultError("report.instance is missing; write https://…, where reports go")
    return Reporting(mode, instance, _text(report, "token_file"))


def _asset(data: dict[str, Any], place: str) -> Asset:
    _only(data, place, {"name", "inventories", "exposed", "scope", "zone", "distribution"})
    name = _text(data, "name")
    if not name or not name.isprintable() or len(name) > 100:
        raise _FaultError(f"{place}name is a name of at most 100 characters")
    zone = _text(data, "zone") or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _FaultError(f"{place}zone: {shown(zone)} is no zone; write Europe/Berlin") from error
    return Asset(
        name,
        _texts(data, "inventories"),
        _word(data, "exposed", Exposed, Exposed.UNKNOWN),
        _word(data, "scope", Scope, Scope.OTHER),
        zone,
        _text(data, "distribution"),
    )


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise _FaultError(f"{name} is not a table; write [{name}]")
    return value


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise _FaultError(f'{name} is not text; write {name} = "…"')
    return value.strip()


def _texts(data: dict[str, Any], name: str) -> tuple[str, ...]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _FaultError(f'{name} is not a list of texts; write {name} = ["…"]')
    return tuple(value)


def _word(data: dict[str, Any], name: str, words: Any, otherwise: Any) -> Any:
    value = data.get(name, otherwise)
    try:
        return words(value)
    except ValueError as error:
        raise _FaultError(
            f"{name}: {shown(value)} is not one of its words; write one of"
            f" {', '.join(word.value for word in words)}"
        ) from error


def _only(data: dict[str, Any], place: str, known: set[str]) -> None:
    for name in data:
        if name not in known:
            raise _FaultError(
                f"{place}{shown(name)[1:-1]} is not known; known are {', '.join(sorted(known))}"
            )
