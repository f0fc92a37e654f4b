"""A workbench for tests: tiny targets, laid out by hand and run in a real sandbox."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from tidegate.engines.formats.finding import Proof
from tidegate.engines.reproduction.effects import effect_named
from tidegate.engines.reproduction.packages import Installation, Release, Runtime
from tidegate.engines.reproduction.runtimes import node_runtimes, python_runtimes
from tidegate.engines.reproduction.trials import Laboratory, Purpose, Run, Subject
from tidegate.engines.sandbox.model import Bind, Link

NAME = "target_package"
STORE = f"/store/{NAME}@1.0.0/node_modules/{NAME}"
OTHER = "other_package"
OTHER_STORE = f"/store/{OTHER}@1.0.0/node_modules/{OTHER}"


@dataclass(slots=True)
class Bench:
    """Runs proofs against targets that a test writes."""

    laboratory: Laboratory
    folder: Path
    made: int = 0

    def run(
        self,
        effect: str,
        program: str,
        target: str,
        *,
        language: str = "python",
        other: str = "",
        files: dict[str, str | bytes] | None = None,
        runtime: Runtime | None = None,
        timeout: float = 20.0,
        purpose: Purpose = Purpose.PROOF,
        harmless: dict[int, float] | None = None,
    ) -> Run:
        """Run one program once against a target whose one module has the text `target`.

        `other` is the text of another package that is installed beside it.
        """
        subject = self.subject(effect, target, language=language, other=other, runtime=runtime)
        name = "proof.py" if language == "python" else "proof.js"
        contents = {name: program, **(files or {})}
        proof = Proof(
            language=language,
            entry=name,
            variants=(),
            benign=None,
            files={n: c.encode() if isinstance(c, str) else c for n, c in contents.items()},
            needs=(),
            timeout=timeout,
        )
        return self.laboratory.try_program(subject, proof, name, purpose, harmless)

    def subject(
        self,
        effect: str,
        target: str,
        *,
        language: str = "python",
        other: str = "",
        runtime: Runtime | None = None,
    ) -> Subject:
        """Lay a target out for a language."""
        make = self._python if language == "python" else self._javascript
        at_hand = python_runtimes() if language == "python" else node_runtimes()
        installation = make(target, other)
        return Subject(effect_named(effect), installation, runtime or at_hand[0])

    def _python(self, target: str, other: str) -> Installation:
        mine = self._folder({f"{NAME}/__init__.py": target})
        theirs = self._folder({f"{OTHER}/__init__.py": other})
        return Installation(
            release=Release(NAME, "1.0.0"),
            binds=(Bind(mine, "/target"), Bind(theirs, "/deps/0")),
            target_roots=("/target",),
            dependency_roots=("/deps/0",),
            search_path=("/target", "/deps/0"),
            modules=(NAME,),
        )

    def _javascript(self, target: str, other: str) -> Installation:
        def package(name: str, text: str) -> Path:
            about = json.dumps({"name": name, "version": "1.0.0", "main": "index.js"})
            return self._folder({"index.js": text, "package.json": about})

        return Installation(
            release=Release(NAME, "1.0.0"),
            binds=(Bind(package(NAME, target), STORE), Bind(package(OTHER, other), OTHER_STORE)),
            links=(
                Link(f"/work/node_modules/{NAME}", STORE),
                Link(f"/work/node_modules/{OTHER}", OTHER_STORE),
                Link(f"/store/{NAME}@1.0.0/node_modules/{OTHER}", OTHER_STORE),
            ),
            target_roots=(STORE,),
            dependency_roots=(OTHER_STORE,),
            modules=(NAME,),
        )

    def _folder(self, files: dict[str, str]) -> Path:
        self.made += 1
        root = self.folder / str(self.made)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            for folder in (path.parent, root):
                folder.chmod(0o755)
        return root


def without_native_folder(installation: Installation, native: Path) -> Installation:
    """Return an installation whose target is a folder that holds a compiled module."""
    return replace(installation, binds=(Bind(native, "/target"), *installation.binds[1:]))
