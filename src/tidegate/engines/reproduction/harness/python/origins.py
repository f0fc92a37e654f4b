"""Whose code a frame is: the target's, another package's, the runtime's or the proof's.

A name of a file proves nothing, since `compile` takes any. So code that claims to come from a file
counts only if that file, compiled again, holds the very same code; code without a file belongs to
whoever compiled it; and whatever else there is, is the proof's.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import CodeType
    from typing import Any

TARGET, DEPENDENCY, RUNTIME, PROOF = "target", "dependency", "runtime", "proof"


def make_origins(
    told: "Mapping[str, Any]", runtime_roots: "Sequence[str]"
) -> "tuple[Callable[[CodeType], str], Callable[[CodeType, str], None], Callable[[str], str]]":
    """Return `owner(code)`, `note(code, owner)` for code without a file, and `area(file name)`."""
    import _imp

    get_frozen = _imp.get_frozen_object
    code_type = type(make_origins.__code__)
    roots = [(root + "/", DEPENDENCY) for root in told["dependency_roots"]]
    roots += [(root + "/", TARGET) for root in told["target_roots"]]
    roots += [(root + "/", RUNTIME) for root in runtime_roots]
    frozen_names = {
        "<frozen importlib._bootstrap>": "_frozen_importlib",
        "<frozen importlib._bootstrap_external>": "_frozen_importlib_external",
    }
    known = {}  # type: dict[int, tuple[CodeType, str]]
    # By id; the reference to the code keeps the id from being given to another one.
    real = {}  # type: dict[str, set[CodeType]]  # by file name: the codes that the file holds

    def nested(code: "CodeType") -> "set[CodeType]":
        found, rest = set(), [code]  # type: tuple[set[CodeType], list[CodeType]]
        while rest:
            one = rest.pop()
            if one not in found:
                found.add(one)
                rest.extend(const for const in one.co_consts if type(const) is code_type)
        return found

    def codes_in(name: str) -> "set[CodeType]":
        if name not in real:
            try:
                if name[:8] == "<frozen ":
                    real[name] = nested(get_frozen(frozen_names.get(name, name[8:-1])))
                else:
                    with open(name, "rb") as file:
                        content = file.read()
                    real[name] = nested(compile(content, name, "exec", dont_inherit=True))
            except Exception:
                real[name] = set()
        return real[name]

    def area(name: str) -> str:
        """Say whose a file of this name would be."""
        if name[:8] == "<frozen ":
            return RUNTIME
        for root, owner in roots:
            if name.startswith(root):
                return owner
        return PROOF

    def owner(code: "CodeType") -> str:
        found = known.get(id(code))
        if found is None:
            name = code.co_filename
            whose = area(name)
            if whose != PROOF and code not in codes_in(name):
                whose = PROOF
            found = known[id(code)] = (code, whose)
        return found[1]

    def note(code: "CodeType", whose: str) -> None:
        rest = [code]
        while rest:
            one = rest.pop()
            known[id(one)] = (one, whose)
            rest.extend(const for const in one.co_consts if type(const) is code_type)

    return owner, note, area
