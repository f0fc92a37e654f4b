"""The walls as arguments: demanded, not tried, and in an order in which nothing is covered up."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.sandbox import Bind, File, Limits, Link, Program, Watch, policy
from tidegate.engines.sandbox.policy import COMPILED_INIT, Init

_PROGRAM = Program(
    argv=("/opt/program", "--bind", "/", "/"),
    binds=(Bind(Path("/etc/hostname"), "/tmp/given"),),
    links=(Link("/work/link", "/etc/shadow"),),
    files=(File("/work/file", b""),),
    writable=("/cache",),
)


def walls(program: Program = _PROGRAM, init: Init | None = None) -> list[str]:
    return policy.arguments(
        program,
        init or policy.this_interpreter(),
        str,
        {file.path: 30 for file in program.files} | {COMPILED_INIT: 31},
        32,
    )


def test_every_namespace_is_demanded_and_none_is_tried():
    made = walls()

    for kind in ("user", "ipc", "pid", "net", "uts", "cgroup"):
        assert f"--unshare-{kind}" in made
    assert not [word for word in made if word.endswith("-try") or word == "--unshare-all"]
    assert "--share-net" not in made
    assert made[made.index("--cap-drop") + 1] == "ALL"


def test_nothing_of_the_host_is_mounted_writable():
    assert not {"--bind", "--dev-bind", "--bind-fd"} & set(walls())
    assert {"--ro-bind", "--tmpfs", "--file"} <= set(walls())


def test_the_programs_own_words_never_become_arguments():
    made = walls()

    assert _PROGRAM.argv[0] not in made
    assert "--bind" not in made
    assert made[made.index("--") + 1 :] == [
        policy.this_interpreter().executable,
        *policy.INIT_FLAGS,
        COMPILED_INIT,
    ]


def test_every_writable_folder_has_a_size():
    made = walls()
    places = [place for place, word in enumerate(made) if word == "--tmpfs"]

    assert {made[place + 1] for place in places} == {
        "/work",
        "/tmp",
        "/home",
        "/dev/shm",
        "/cache",
    }
    for place in places:
        assert made[place - 2 : place] == ["--size", str(Limits().scratch_bytes)]


@pytest.mark.parametrize("prefix", ["/home/somebody/python", "/tmp/python"])
def test_an_interpreter_below_a_writable_folder_is_not_covered_by_it(prefix):
    made = walls(init=Init(f"{prefix}/bin/python3", (Path(prefix),)))

    assert made.index(prefix) > made.index("/home", made.index("--tmpfs"))
    assert made.index(prefix) > made.index("/tmp", made.index("--tmpfs"))


def test_root_and_devices_are_closed_after_they_were_filled():
    made = walls()
    closing = made.index("--remount-ro")

    assert made[closing : closing + 4] == ["--remount-ro", "/dev", "--remount-ro", "/"]
    assert not {"--ro-bind", "--file", "--symlink", "--tmpfs", "--dev"} & set(made[closing:])


def test_proc_is_there_for_a_traced_run_only():
    assert "/proc" not in walls()
    assert "/proc" in walls(dataclasses.replace(_PROGRAM, watch=Watch(trace=True)))


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_an_environment_is_never_taken_for_a_wall(environment):
    script = dataclasses.replace(_PROGRAM, python_script=True)
    found, rest = taken_apart(walls(dataclasses.replace(script, environment=environment)))

    assert found == {"PATH": "/usr/bin:/bin", "PWD": "/work", **environment}
    assert rest == taken_apart(walls(script))[1]


def taken_apart(made: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the environment that bubblewrap would read, and what is left."""
    found = {}
    while "--setenv" in made:
        place = made.index("--setenv")
        found[made[place + 1]] = made[place + 2]
        del made[place : place + 3]
    return found, made


@settings(deadline=None)
@given(
    st.builds(
        Limits,
        wall_seconds=st.floats(0.1, 1000),
        memory_bytes=st.integers(1, 1 << 40),
        processes=st.integers(1, 1000),
    ),
    st.builds(Limits, wall_seconds=st.floats(0.1, 1000), processes=st.integers(1, 1000)),
)
def test_two_policies_have_one_digest_only_if_they_are_the_same(one, other):
    digests = {policy.digest(limits, b"filter", False, False) for limits in (one, other)}

    assert (len(digests) == 1) == (one == other)


def test_the_filter_the_proc_and_the_tools_are_part_of_the_policy():
    digests = {
        policy.digest(Limits(), filter_program, trace, tools)
        for filter_program in (b"a", b"b")
        for trace in (True, False)
        for tools in (True, False)
    }

    assert len(digests) == 8
