"""A program and an outcome come out of the wire as they went in."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.sandbox import (
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
from tidegate.engines.sandbox.wire import (
    decode_answer,
    decode_program,
    encode_error,
    encode_outcome,
    encode_program,
)

texts = st.text(st.characters(exclude_categories=[]))  # lone surrogates too, as paths may hold
numbers = st.integers(-(1 << 63), 1 << 63)
seconds = st.floats(allow_nan=False, allow_infinity=False)


def some(strategy: st.SearchStrategy):
    return st.lists(strategy, max_size=3).map(tuple)


programs = st.builds(
    Program,
    argv=some(texts),
    environment=st.dictionaries(texts, texts, max_size=3),
    binds=some(st.builds(Bind, texts.map(Path), texts)),
    links=some(st.builds(Link, texts, texts)),
    files=some(st.builds(File, texts, st.binary(), st.booleans())),
    writable=some(texts),
    limits=st.builds(
        Limits, wall_seconds=seconds, cpu_seconds=numbers, memory_bytes=numbers, processes=numbers
    ),
    watch=st.builds(
        Watch,
        key=st.binary(),
        listener=st.booleans(),
        witnesses=some(texts),
        sample_signal=numbers,
        sample_seconds=some(seconds),
        trace=st.booleans(),
    ),
    python_script=st.booleans(),
    host_tools=st.booleans(),
)
outcomes = st.builds(
    Outcome,
    ending=st.sampled_from(Ending),
    exit_code=st.none() | numbers,
    signal=st.none() | numbers,
    wall_seconds=seconds,
    cpu_seconds=seconds,
    peak_memory_bytes=numbers,
    stdout=st.binary(),
    stderr=st.binary(),
    stdout_bytes=numbers,
    stderr_bytes=numbers,
    messages=some(st.binary()),
    samples=st.binary(),
    samples_sent=numbers,
    connections=numbers,
    witnesses=st.dictionaries(
        texts, st.builds(Witness, st.booleans(), numbers, st.booleans()), max_size=3
    ),
    faults=some(
        st.builds(
            Fault, numbers, st.booleans(), some(st.builds(CodeAddress, texts, numbers, numbers))
        )
    ),
    tier=texts,
    layers=some(texts),
    policy_sha256=texts,
)


@settings(deadline=None)
@given(programs)
def test_a_program_survives_the_wire(program):
    assert decode_program(encode_program(program)) == program


@settings(deadline=None)
@given(outcomes)
def test_an_outcome_survives_the_wire(outcome):
    assert decode_answer(encode_outcome(outcome)) == outcome


@settings(deadline=None)
@given(texts)
def test_a_reason_survives_the_wire_and_is_no_outcome(reason):
    assert decode_answer(encode_error(reason)) == reason


@pytest.mark.parametrize("kind", [Program, Limits, Watch, Bind, Link, File])
def test_no_field_of_a_program_is_forgotten(kind):
    """A new field has to be added to the wire: this sends each with a value of its own."""
    program = Program(
        argv=("a",),
        environment={"b": "c"},
        binds=(Bind(Path("/d"), "/e"),),
        links=(Link("/f", "g"),),
        files=(File("/h", b"i", executable=True),),
        writable=("/j",),
        limits=Limits(*range(1, 1 + len(dataclasses.fields(Limits)))),
        watch=Watch(b"k", True, ("/l",), 7, (0.5,), True),
        python_script=True,
        host_tools=True,
    )
    parts = {
        Program: program,
        Limits: program.limits,
        Watch: program.watch,
        Bind: program.binds[0],
        Link: program.links[0],
        File: program.files[0],
    }
    for field in dataclasses.fields(kind):
        value = getattr(parts[kind], field.name)
        assert value != field.default, f"the test must set {kind.__name__}.{field.name}"
    assert decode_program(encode_program(program)) == program
