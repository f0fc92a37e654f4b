"""The results of a SARIF document, one by one, each with what it needs of its run.

A result points into its run: at a rule by its index, at an artifact by its index, at a message
text by its name. The run's `tool` and `artifacts` may stand before or after its `results`, so each
run is walked over twice: once for these, once for the results. That needs a stream that can go
back; another one is written to a temporary file first. A million results are never held at once.

From: SARIF 2.1.0 (OASIS, 2020), 3.13 sarifLog, 3.14 run, 3.18 tool, 3.24 artifact.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final

from tidegate.engines.formats.documents import TOO_LARGE, Fault, parse, shown
from tidegate.engines.formats.finding import Refusal
from tidegate.engines.formats.records import Members, MisfitError, Origin
from tidegate.engines.formats.sarif import sarif_report
from tidegate.engines.formats.sarif_pointers import Artifact, Run, artifact_of
from tidegate.engines.formats.slicing import BrokenFrameError, Cursor, RepeatedKeyError
from tidegate.engines.formats.unpacking import UnpackingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidegate.engines.formats.reports import Bounds, Report
    from tidegate.engines.formats.targets import Target

_VERSION: Final = "2.1.0"
_LONGEST_VERSION: Final = 64


def sarif_reports(
    stream: IO[bytes] | io.RawIOBase, source: str, default: Target | None, bounds: Bounds
) -> Iterator[Report | Refusal]:
    """Read the reports of one SARIF document, one for each result.

    Raises `BrokenFrameError` and `UnpackingError` where the document ends early, after what came
    before, and `OSError` if the temporary file cannot be written.
    """
    if stream.seekable():
        yield from _document(stream, source, default, bounds)
        return
    with tempfile.TemporaryFile() as spool:
        failure: UnpackingError | None = None
        try:
            shutil.copyfileobj(stream, spool)
        except UnpackingError as error:
            failure = error
        spool.seek(0)
        try:
            yield from _document(spool, source, default, bounds)
        except BrokenFrameError:
            # Where the unpacking stopped, the document does: the cause is the thing to tell.
            if failure is None:
                raise
    if failure is not None:
        raise failure


def _document(
    stream: IO[bytes] | io.RawIOBase, source: str, default: Target | None, bounds: Bounds
) -> Iterator[Report | Refusal]:
    start = stream.tell()
    cursor = Cursor(stream)
    for key in cursor.members():
        if key == "version":
            _check_version(cursor)
        elif key == "runs":
            for index in cursor.elements():
                if index >= bounds.runs:
                    raise cursor.broken(
                        f"the document has more than {bounds.runs:,} runs; split it into files"
                    )
                yield from _run(stream, start, cursor, index, source, default, bounds)
        else:
            cursor.skip()
    cursor.end()


def _check_version(cursor: Cursor) -> None:
    raw = cursor.value(_LONGEST_VERSION)
    parsed = parse(raw) if raw is not None else Fault("", "")
    if isinstance(parsed, Fault) or parsed.value != _VERSION:
        said = "too long" if isinstance(parsed, Fault) else shown(parsed.value)
        raise cursor.broken(f"version is {said}; only SARIF {_VERSION} is read, convert it")


def _run(
    stream: IO[bytes] | io.RawIOBase,
    start: int,
    cursor: Cursor,
    index: int,
    source: str,
    default: Target | None,
    bounds: Bounds,
) -> Iterator[Report | Refusal]:
    origin = Origin(source, cursor.line, f"runs[{index}]")
    if cursor.peek() != b"{":
        cursor.skip()
        yield origin.refusal("", "is not an object; write {...}")
        return
    begins, line = cursor.offset, cursor.line
    stream.seek(start + begins)
    try:
        run = _look_ahead(Cursor(stream, line=line), default, bounds)
    except MisfitError as misfit:
        run = None
        yield origin.refusal(misfit.fault.field, f"{misfit.fault.reason}; the run is left out")
    stream.seek(start + cursor.read_to)
    for key in cursor.members():
        if key == "results" and run is not None:
            yield from _results(cursor, run, origin, bounds)
        else:
            cursor.skip()


def _results(
    cursor: Cursor, run: Run, origin: Origin, bounds: Bounds
) -> Iterator[Report | Refusal]:
    if cursor.peek() != b"[":
        # `null` says that the tool did not run to its end; 3.14.23.
        if cursor.value(_LONGEST_VERSION) != b"null":
            yield origin.refusal("results", "is not a list; write [...]")
        return
    for index in cursor.elements():
        cursor.peek()
        at = Origin(origin.source, cursor.line, f"{origin.place}.results[{index}]")
        raw = cursor.value(bounds.record_bytes)
        if raw is None:
            yield at.refusal("", TOO_LARGE.format(bounds.record_bytes >> 20))
        else:
            yield sarif_report(raw, run, at, bounds)


def _look_ahead(cursor: Cursor, default: Target | None, bounds: Bounds) -> Run:
    """Read what results point at, wherever in the run it stands.

    Where the document ends early, what was found until then has to do: the walk over the results
    comes to the same place and tells. Without the tool no result can be read, so then it is told
    at once.
    """
    tool: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None
    artifacts: list[Artifact] = []
    try:
        for key in cursor.members():
            if key == "tool":
                tool = _value(cursor, "tool", bounds)
            elif key == "properties":
                properties = _value(cursor, "properties", bounds)
            elif key == "artifacts" and cursor.peek() == b"[":
                artifacts = _artifacts(cursor, bounds)
            else:
                cursor.skip()
    except RepeatedKeyError:
        raise
    except (BrokenFrameError, UnpackingError):
        if tool is None:
            raise
    return Run.of(tool or {}, properties or {}, artifacts, default, bounds)


def _value(cursor: Cursor, key: str, bounds: Bounds) -> dict[str, Any]:
    raw = cursor.value(bounds.record_bytes)
    if raw is None:
        raise MisfitError((key,), TOO_LARGE.format(bounds.record_bytes >> 20))
    parsed = parse(raw, max_bytes=bounds.record_bytes, max_values=bounds.record_values)
    if isinstance(parsed, Fault):
        raise MisfitError((key,), f"{parsed.field} {parsed.reason}".strip())
    return dict(Members.of(parsed.value, (key,)).value)


def _artifacts(cursor: Cursor, bounds: Bounds) -> list[Artifact]:
    """Return the artifacts up to a bound; a result that points beyond it has no path."""
    found: list[Artifact] = []
    for index in cursor.elements():
        if index < bounds.artifacts:
            found.append(artifact_of(cursor.value(bounds.record_bytes)))
        else:
            cursor.skip()
    return found
