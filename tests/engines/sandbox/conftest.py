"""One real sandbox for the tests of a module; nothing here is replaced by a stand-in."""

import pytest

from tidegate.engines.sandbox import Bind, BubblewrapSandbox, File, Limits, Program, Watch
from tidegate.engines.sandbox.policy import INIT_FLAGS, this_interpreter


@pytest.fixture(scope="module")
def sandbox():
    with BubblewrapSandbox() as made:
        yield made


def python_program(
    source: str, *, limits: Limits | None = None, watch: Watch | None = None, **more: object
) -> Program:
    """Return a program that runs Python source as the hostile script of a run."""
    init = this_interpreter()
    return Program(
        argv=(init.executable, *INIT_FLAGS, "/work/hostile.py"),
        binds=tuple(Bind(prefix, str(prefix)) for prefix in init.prefixes),
        files=(File("/work/hostile.py", source.encode()),),
        limits=limits or Limits(wall_seconds=10),
        watch=watch or Watch(),
        python_script=True,
        **more,  # type: ignore[arg-type]
    )
