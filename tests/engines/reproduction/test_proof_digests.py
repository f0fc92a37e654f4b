"""When two proofs are one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.engines.formats.finding import Proof
from tidegate.engines.reproduction.proof_digests import proof_digest

PROOF = Proof(
    language="python",
    entry="proof.py",
    variants=("other.py",),
    benign="benign.py",
    files={
        "proof.py": b"import target\nimport helper\ntarget.run(helper.TEXT)\n",
        "other.py": b"import target\n",
        "benign.py": b"import target\n",
        "helper.py": b"TEXT = 'x'\n",
        "blob.bin": b"\0\r\n \n",
    },
    needs=(("words", "1.0"), ("numbers", "2.0")),
    timeout=5.0,
)


def changed(**files: bytes) -> Proof:
    names = {name.replace("_", "."): content for name, content in files.items()}
    return replace(PROOF, files={**PROOF.files, **names})


SAME = {
    "line endings of another system": changed(
        proof_py=PROOF.files["proof.py"].replace(b"\n", b"\r\n")
    ),
    "white space that nobody sees": changed(
        proof_py=b"import target  \nimport helper\t\ntarget.run(helper.TEXT)\n\n\n"
    ),
    "no line end at the end": changed(helper_py=b"TEXT = 'x'"),
    "files in another order": replace(PROOF, files=dict(reversed(list(PROOF.files.items())))),
    "needs in another order": replace(PROOF, needs=tuple(reversed(PROOF.needs))),
    "another harmless program": changed(benign_py=b"print(1)\n"),
    "more time": replace(PROOF, timeout=20.0),
    "entry and variant exchanged": replace(PROOF, entry="other.py", variants=("proof.py",)),
    "programs with other names": replace(
        PROOF,
        entry="poc.py",
        files={("poc.py" if n == "proof.py" else n): c for n, c in PROOF.files.items()},
    ),
}
OTHER = {
    "another call": changed(proof_py=b"import target\nimport helper\ntarget.go(helper.TEXT)\n"),
    "a line moved in": changed(proof_py=b"import target\nimport helper\n target.run(helper.TEXT)"),
    "another helper": changed(helper_py=b"TEXT = 'y'\n"),
    "another binary file": changed(blob_bin=b"\0\n \n"),
    "one program less": replace(PROOF, variants=()),
    "another language": replace(PROOF, language="javascript"),
    "another version of what it needs": replace(PROOF, needs=(("words", "1.1"), PROOF.needs[1])),
    "a helper with another name": replace(
        PROOF, files={("aid.py" if n == "helper.py" else n): c for n, c in PROOF.files.items()}
    ),
}


@pytest.mark.parametrize("how", SAME)
def test_how_it_was_written_down_makes_no_difference(how):
    assert proof_digest(SAME[how]) == proof_digest(PROOF)


@pytest.mark.parametrize("how", OTHER)
def test_what_is_run_does(how):
    assert proof_digest(OTHER[how]) != proof_digest(PROOF)


def test_of_a_small_proof_no_name_counts():
    renamed = OTHER["a helper with another name"]

    assert proof_digest(renamed, names=False) == proof_digest(PROOF, names=False)
    assert proof_digest(OTHER["another helper"], names=False) != proof_digest(PROOF, names=False)


@given(content=st.binary(max_size=60))
def test_any_content_has_a_digest(content: bytes):
    proof = replace(PROOF, files={**PROOF.files, "helper.py": content})

    assert len(proof_digest(proof)) == 64
    assert proof_digest(proof) == proof_digest(proof)
