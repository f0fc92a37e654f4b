"""Runs a proof in Python under watch; executed inside the sandbox, by every CPython from 3.6 on.

The trusted init has turned into this script (see `engines/sandbox/inside/init.py`). The watcher is
set up first; then nothing that this frame or its globals hold leads to it any more, because the
proof can walk down the stack and read both.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType
    from typing import Any


def prepare() -> "tuple[CodeType | None, dict[str, Any], Sequence[str]]":
    """Set the watcher up; return the program's code and namespace, or None for a mere import."""
    import builtins
    import json
    import posix

    import _sitebuiltins

    # What `site` would have brought; without it the interpreter's own packages stay out of reach.
    for name in ("exit", "quit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D"))
    first = posix.read(3, 1 << 20)
    key, told = first[:32], json.loads(first[32:].decode("ascii"))
    # The watcher keeps builtins of its own: the proof may change those that it sees.
    private = dict(vars(builtins))
    watcher = {"__builtins__": private, "__name__": "watcher"}  # type: dict[str, Any]
    for name in ("channel", "origins", "watcher"):
        with open("/harness/python/%s.py" % name, "rb") as file:
            exec(compile(file.read(), "/harness/python/%s.py" % name, "exec"), watcher)
    runtime = [path for path in sys.path if path]
    sys.path[:] = told["search_path"] + runtime
    entry = told["entry"]
    module = type(sys)("__main__")
    code = None
    if entry is not None:
        with open(entry, "rb") as file:
            code = compile(file.read(), entry, "exec", dont_inherit=True)
        module.__file__ = entry
        sys.argv = [entry]
    vars(module)["__builtins__"] = builtins
    sys.modules["__main__"] = module
    watcher["install"](key, told, runtime)
    return code, vars(module), told["modules"]


def import_target(modules: "Sequence[str]") -> None:
    """Import the target: one of its modules is enough, since some only hold others together."""
    import importlib

    problem = ImportError("it holds no module")  # type: Exception
    for name in modules:
        try:
            importlib.import_module(name)
            return
        except Exception as error:
            problem = problem if problem.__cause__ else error
    raise problem


def main() -> None:
    """Become the proof."""
    code, namespace, modules = prepare()
    for name in ("prepare", "main"):
        del globals()[name]
    if code is None:
        import_target(modules)
    else:
        exec(code, namespace)


main()
