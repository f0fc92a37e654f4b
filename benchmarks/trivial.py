"""The trivial programs that sandboxes are measured with: they start, do nothing and end."""

from __future__ import annotations

from tidegate.engines.reproduction.packages import Runtime
from tidegate.engines.sandbox import Bind, BubblewrapSandbox, Ending, File, Program
from tidegate.engines.sandbox.policy import INIT_FLAGS, this_interpreter

_PYTHON_PLACE = "/work/nothing.py"
_NODE_PLACE = "/work/nothing.js"
PYTHON_TEXT = "pass\n"
NODE_TEXT = "0;\n"


def python_program() -> Program:
    """Return a Python script for the interpreter under this one, which the init runs on as well."""
    interpreter = this_interpreter()
    return Program(
        argv=(interpreter.executable, *INIT_FLAGS, _PYTHON_PLACE),
        binds=tuple(Bind(prefix, str(prefix)) for prefix in interpreter.prefixes),
        files=(File(_PYTHON_PLACE, PYTHON_TEXT.encode()),),
        python_script=True,
    )


def node_program(runtime: Runtime) -> Program:
    """Return a JavaScript program for a Node."""
    return Program(
        argv=(runtime.executable, _NODE_PLACE),
        binds=runtime.binds,
        files=(File(_NODE_PLACE, NODE_TEXT.encode()),),
    )


def run(sandbox: BubblewrapSandbox, program: Program) -> None:
    """Run a program to its good end; raises `RuntimeError` at any other."""
    outcome = sandbox.run(program)
    if outcome.ending is not Ending.EXITED or outcome.exit_code != 0:
        told = outcome.stderr.decode("utf-8", "replace").strip()
        raise RuntimeError(f"the trivial program ended by {outcome.ending}: {told}")
