"""The audit hook (PEP 578): sees what the program does, and whose code was doing it.

The hook is held by the interpreter alone; no object that the proof can name leads to it. It calls
nothing that the proof could have exchanged, looks only at values of exact built-in types, and
tells before what it tells of happens. What it cannot withstand stands in `docs/threat-model.md`.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import CodeType, FrameType, ModuleType  # noqa: F401  in comments
    from typing import Any

    from tidegate.engines.reproduction.harness.python.channel import open_channel
    from tidegate.engines.reproduction.harness.python.origins import make_origins

    Send = Callable[[Mapping[str, object]], None]
    Row = tuple[str, str, int, str]

_LAUNCHES = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn")
_PRYING = {
    "gc.get_objects": "it searched the memory for objects",
    "gc.get_referrers": "it searched the memory for objects",
    "gc.get_referents": "it searched the memory for objects",
    "sys._current_frames": "it looked at the stacks of all threads",
    "sys._current_exceptions": "it looked at the stacks of all threads",
    "sys.addaudithook": "it added an audit hook",
    "sys.settrace": "it traced the interpreter",
    "sys.setprofile": "it traced the interpreter",
    "sys.monitoring.register_callback": "it traced the interpreter",
}
_PRYING_MODULES = (
    "ctypes", "_ctypes", "_testcapi", "_testinternalcapi", "_testlimitedcapi",
    "_xxsubinterpreters", "_interpreters", "_interpchannels", "_xxinterpchannels",
)  # fmt: skip
_WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND
_MOST_REPORTS = 60
_MOST_FRAMES = 60
_MOST_LINKS = 8


def install(key: bytes, told: "Mapping[str, Any]", runtime_roots: "Sequence[str]") -> None:
    """Put the watcher in place."""
    import builtins
    import functools
    import sys

    send = open_channel(key)  # channel.py was executed into this namespace before
    if not hasattr(sys, "addaudithook"):
        _watch_without_hooks(send, told)
        return
    if told["sample"]:
        import faulthandler
        import signal

        faulthandler.register(signal.SIGUSR1, file=4, all_threads=False, chain=False)
    sys.addaudithook(_make_hook(send, told, runtime_roots))
    # A call of it is an audit event, so that it leads nowhere but to the hook.
    setattr(builtins, "tidegate_canary", functools.partial(sys.audit, "tidegate.canary"))


def _make_hook(
    send: "Send", told: "Mapping[str, Any]", runtime_roots: "Sequence[str]"
) -> "Callable[[str, tuple[Any, ...]], None]":
    import _thread
    import posix
    import sys

    owner, note, area = make_origins(told, runtime_roots)
    get_frame, get_ident = sys._getframe, _thread.get_ident
    guarded = told["secret"].rpartition("/")[0]
    spot = _make_spot(posix, guarded)
    # Threads that are in the hook: what it does raises events, too.
    inside = set()  # type: set[int]
    sent = set()  # type: set[str]
    state = {"used": False, "loads_code": False}
    compilers = {}  # type: dict[str, str | None]
    # By the name that code was given when it was compiled: whose hand did it, if only one did.
    effect, sampling, port = told["effect"], told["sample"], told["port"]
    target_roots = tuple(root + "/" for root in told["target_roots"])
    own = {}  # type: dict[str, CodeType]

    def stack() -> "tuple[list[Row], str | None]":
        """Return the frames outside of the hook, innermost first, and whose hand is at work."""
        frame = get_frame()  # type: FrameType | None
        rows, hand = [], None  # type: list[Row], str | None
        while frame is not None and frame.f_code is not own["hook"]:
            frame = frame.f_back
        frame = frame and frame.f_back
        while frame is not None and len(rows) < _MOST_FRAMES:
            code = frame.f_code
            whose = owner(code)
            if whose != "runtime" and hand is None:
                hand = whose
            rows.append((whose, code.co_filename, frame.f_lineno or 0, code.co_name))
            frame = frame.f_back
        return rows, hand

    def report(message: "dict[str, object]") -> None:
        once = str(message)
        if len(sent) < _MOST_REPORTS and once not in sent:
            sent.add(once)
            send(message)

    def saw(name: str, detail: str) -> None:
        rows, _ = stack()
        report({"kind": "effect", "effect": name, "detail": detail, "frames": rows})

    def suspect(what: str) -> None:
        rows, hand = stack()
        if hand in (None, "proof"):
            report({"kind": "tamper", "what": what, "frames": rows})

    def executed(code: "CodeType") -> None:
        name = code.co_filename
        whose = area(name)
        if whose == "target" and not state["used"] and owner(code) == "target":
            state["used"] = True
            send({"kind": "used"})
        imported_library = whose == "runtime" and code.co_name == "<module>"
        forged = sampling and not imported_library and owner(code) == "proof"
        if (whose == "proof" or forged) and name[:6] != "/work/":
            rows, hand = stack()
            if compilers.get(name) == "target" and not state["loads_code"] and not importing(rows):
                hand = "target"  # who compiles a text and hands it out answers for it
            note(code, hand or "runtime")
            if sampling and hand == "proof":
                report({"kind": "compiled", "file": name})

    def importing(rows: "list[Row]") -> bool:
        """Tell whether it is the import system itself that is at work."""
        return bool(rows) and rows[0][0] == "runtime" and rows[0][1][:18] == "<frozen importlib."

    def compiled(name: "object") -> None:
        if type(name) is str and area(name) == "proof" and name[:6] != "/work/":
            _, hand = stack()
            known = compilers.get(name, hand)
            compilers[name] = hand if known == hand else None

    def loaded_code() -> None:
        rows, _ = stack()
        state["loads_code"] = state["loads_code"] or not importing(rows)

    def opened(path: "object", flags: int) -> None:
        if type(path) is int:
            if path in (3, 4):
                suspect("it opened the watcher's channel")
        elif flags & _WRITING:
            written(path)
        elif effect == "file-read" and spot(path) == "secret":
            saw("file-read", "the secret was opened")

    def written(path: "object") -> None:
        name = spot(path)
        if name == "drop":
            if effect == "file-write":
                saw("file-write", "the file was created")
        elif name is not None:
            suspect("it wrote among the witnesses of the watcher")

    def connected(address: "object") -> None:
        if type(address) is tuple and len(address) > 1 and address[1] == port:
            saw("network-request", "a connection to port %d" % port)

    def launched(event: str, args: "tuple[object, ...]") -> None:
        words = [word for word in args[:2] if type(word) is str]
        for word in args[:2]:
            if type(word) is list or type(word) is tuple:
                words.extend(part for part in word if type(part) is str)
        saw("code-execution", ("%s %s" % (event, " ".join(words)))[:300])

    def imported(args: "tuple[object, ...]") -> None:
        name, file = args[0], args[1]
        if type(name) is str and name.partition(".")[0] in _PRYING_MODULES:
            suspect("it imported %s" % name)
        if type(file) is str:
            if file.startswith(target_roots) and not state["used"]:
                state["used"] = True
                send({"kind": "used"})
            if file[:6] in ("/work/", "/home/") or file[:5] in ("/tmp/", "/dev/"):
                suspect("it loaded native code of its own")

    def look(event: str, args: "tuple[Any, ...]") -> None:
        if event == "exec":
            executed(args[0])
        elif event == "compile":
            compiled(args[1])
        elif event in ("marshal.loads", "marshal.load"):
            loaded_code()
        elif event == "code.__new__":
            # CPython 3.8 raises it for every module that is loaded from its cache.
            if not importing(stack()[0]):
                suspect("it made code by hand")
        elif event == "import":
            imported(args)
        elif event == "open":
            opened(args[0], args[2] if type(args[2]) is int else 0)
        elif event == "tidegate.canary":
            if effect == "code-execution":
                saw("code-execution", "in-process")
        elif event in _LAUNCHES:
            if effect == "code-execution":
                launched(event, args)
        elif event in ("os.rename", "os.link", "os.symlink"):
            written(args[1])
        elif event == "os.mkdir":
            written(args[0])
        elif event in ("socket.connect", "socket.sendto"):
            if effect == "network-request":
                connected(args[1])
        elif event[:7] == "ctypes.":
            suspect("it used ctypes")
        elif event in _PRYING:
            suspect(_PRYING[event])

    def hook(event: str, args: "tuple[Any, ...]") -> None:
        thread = get_ident()
        if thread in inside:
            return
        inside.add(thread)
        try:
            look(event, args)
        except BaseException:
            # Its traceback would lead the proof to everything in here.
            pass
        finally:
            inside.discard(thread)

    own["hook"] = hook.__code__
    return hook


def _make_spot(posix: "ModuleType", folder: str) -> "Callable[[object], str | None]":
    """Return a function that gives the name under which a path lies in a folder, or None.

    Links are followed; the file itself need not exist.
    """
    stat, readlink, decode = posix.stat, posix.readlink, bytes.decode
    wanted = stat(folder)

    def is_folder(path: str) -> bool:
        try:
            found = stat(path)
        except (OSError, ValueError):
            return False
        return (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino)

    def spot(path: "object") -> "str | None":
        name = decode(path, "utf-8", "surrogateescape") if type(path) is bytes else path
        if type(name) is not str:
            return None
        for _ in range(_MOST_LINKS):
            above, slash, last = name.rpartition("/")
            try:
                to = readlink(name)
            except (OSError, ValueError):
                return last if is_folder(above or slash or ".") else None
            name = to if to[:1] == "/" or not above else above + "/" + to
        return None

    return spot


def _watch_without_hooks(send: "Send", told: "Mapping[str, Any]") -> None:
    """Before 3.8 there is nothing but to see at the end whether the target was loaded."""
    import atexit
    import os
    import sys

    roots = tuple(root + "/" for root in told["target_roots"])

    def tell() -> None:
        for module in list(sys.modules.values()):
            if str(getattr(module, "__file__", "")).startswith(roots):
                send({"kind": "used"})
                return

    leave = os._exit

    def tell_and_leave(status: int) -> None:
        tell()
        leave(status)

    atexit.register(tell)
    setattr(os, "_exit", tell_and_leave)
