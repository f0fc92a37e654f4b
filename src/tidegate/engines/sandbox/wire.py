"""How a program goes to the supervisor and an outcome comes back: JSON, one object a message."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tidegate.engines.sandbox.model import (
    Bind,
    CodeAddress,
    Ending,
    Fault,
    File,
    Limits,
    Link,
    Outcome,
    Program,
    Watch,
    Witness,
)


def encode_program(program: Program) -> bytes:
    """Return a program as JSON."""
    return json.dumps(
        {
            "argv": program.argv,
            "environment": dict(program.environment),
            "binds": [[str(bind.source), bind.target] for bind in program.binds],
            "links": [[link.path, link.to] for link in program.links],
            "files": [[file.path, _text(file.content), file.executable] for file in program.files],
            "writable": program.writable,
            "limits": asdict(program.limits),
            "watch": {**asdict(program.watch), "key": _text(program.watch.key)},
            "python_script": program.python_script,
            "host_tools": program.host_tools,
        }
    ).encode()


def decode_program(message: bytes) -> Program:
    """Return the program that `encode_program` was given."""
    document = json.loads(message)
    watch = document["watch"]
    return Program(
        argv=tuple(document["argv"]),
        environment=document["environment"],
        binds=tuple(Bind(Path(source), target) for source, target in document["binds"]),
        links=tuple(Link(path, to) for path, to in document["links"]),
        files=tuple(File(path, _bytes(text), flag) for path, text, flag in document["files"]),
        writable=tuple(document["writable"]),
        limits=Limits(**document["limits"]),
        watch=Watch(
            key=_bytes(watch["key"]),
            listener=watch["listener"],
            witnesses=tuple(watch["witnesses"]),
            sample_signal=watch["sample_signal"],
            sample_seconds=tuple(watch["sample_seconds"]),
            trace=watch["trace"],
        ),
        python_script=document["python_script"],
        host_tools=document["host_tools"],
    )


def encode_outcome(outcome: Outcome) -> bytes:
    """Return an outcome as JSON."""
    document = asdict(outcome)
    for name in ("stdout", "stderr", "samples"):
        document[name] = _text(document[name])
    document["messages"] = [_text(message) for message in outcome.messages]
    return json.dumps({"outcome": document}).encode()


def encode_error(message: str) -> bytes:
    """Return the reason why nothing was run."""
    return json.dumps({"error": message}).encode()


def decode_answer(message: bytes) -> Outcome | str:
    """Return the outcome, or the reason why nothing was run."""
    answer = json.loads(message)
    if "error" in answer:
        return str(answer["error"])
    return _outcome(answer["outcome"])


def _outcome(document: Mapping[str, Any]) -> Outcome:
    fields = dict(document)
    for name in ("stdout", "stderr", "samples"):
        fields[name] = _bytes(fields[name])
    fields["ending"] = Ending(fields["ending"])
    fields["messages"] = tuple(_bytes(text) for text in fields["messages"])
    fields["witnesses"] = {path: Witness(**seen) for path, seen in fields["witnesses"].items()}
    fields["faults"] = tuple(
        Fault(
            signal=fault["signal"],
            self_inflicted=fault["self_inflicted"],
            frames=tuple(CodeAddress(**frame) for frame in fault["frames"]),
        )
        for fault in fields["faults"]
    )
    fields["layers"] = tuple(fields["layers"])
    return Outcome(**fields)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
