"""From a finding to a verdict and a range, over a registry on loopback and in a real sandbox."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from tests.engines.reproduction.findings import finding
from tests.registry import cache, ecosystems, registry  # noqa: F401
from tidegate.engines.reproduction.minimise import MinimiseError
from tidegate.engines.reproduction.receipts import InstanceKey, verify
from tidegate.engines.reproduction.records import as_document, as_statement
from tidegate.engines.reproduction.reproduce import Reproducer, Wishes
from tidegate.engines.reproduction.runtimes import python_runtimes
from tidegate.engines.reproduction.verdicts import Trust, Word

POLLUTING = """
module.exports = function set(object, path, value) {
  const keys = path.split(".");
  let at = object;
  for (const key of keys.slice(0, -1)) { CHECK at = at[key] || (at[key] = {}); }
  at[keys[keys.length - 1]] = value;
};
"""
HALF = POLLUTING.replace("CHECK", 'if (key === "__proto__") return;')
MENDED = POLLUTING.replace("CHECK", 'if (key === "__proto__" || key === "constructor") return;')
BROKEN = POLLUTING.replace("CHECK", "")

DIRECT = "require('setter')({}, '__proto__.' + process.env.TIDEGATE_NONCE, 1);\n"
INDIRECT = "require('setter')({}, 'constructor.prototype.' + process.env.TIDEGATE_NONCE, 1);\n"
HARMLESS = "const o = {}; require('setter')(o, 'a.b', 1); if (o.a.b !== 1) process.exit(1);\n"
SETTER = {"direct.js": DIRECT, "indirect.js": INDIRECT, "benign.js": HARMLESS}

HISTORY = {
    "0.1.0": BROKEN, "0.2.0": BROKEN, "0.2.1": HALF, "0.2.2": MENDED,
    "1.0.0-beta.1": BROKEN, "1.0.0": BROKEN, "1.1.0": HALF, "1.1.1": MENDED,
    "2.0.0-rc.1": MENDED, "2.0.0": MENDED, "2.0.1": BROKEN, "2.0.2": MENDED,
}  # fmt: skip


@pytest.fixture
def reproducer(laboratory, ecosystems) -> Reproducer:  # noqa: F811
    return Reproducer(laboratory, ecosystems.of_type, time.monotonic)


def publish(registry, history=HISTORY):  # noqa: F811
    for version, text in history.items():
        registry.add_npm("setter", version, {"index.js": text})


def about(version: str = "1.0.0", **more):
    return finding(
        f"pkg:npm/setter@{version}",
        "prototype-pollution",
        SETTER,
        variants=("indirect.js",),
        **more,
    )


@pytest.mark.parametrize("wishes", [Wishes(range=True, thrifty=True), Wishes(exhaustive=True)])
def test_each_release_line_gets_the_range_that_its_releases_show(reproducer, registry, wishes):  # noqa: F811
    publish(registry)
    wishes = Wishes(range=True, exhaustive=wishes.exhaustive, thrifty=wishes.thrifty)

    found = reproducer.reproduce(about(), wishes)

    assert found.verdict.word is Word.REPRODUCED
    assert found.verdict.trust is Trust.L2
    assert found.range is not None
    assert found.range.affected.vers == ("vers:npm/<0.2.2|>=1.0.0-beta.1|<1.1.1|>=2.0.1|<2.0.2")
    assert found.range.affected.affected == (
        "0.1.0", "0.2.0", "0.2.1", "1.0.0-beta.1", "1.0.0", "1.1.0", "2.0.1",
    )  # fmt: skip


def test_one_variant_alone_misses_what_the_other_finds(reproducer, registry):  # noqa: F811
    publish(registry)
    alone = finding("pkg:npm/setter@1.0.0", "prototype-pollution", SETTER)

    found = reproducer.reproduce(alone, Wishes(range=True))

    assert found.range is not None
    assert found.range.affected.vers == ("vers:npm/<0.2.1|>=1.0.0-beta.1|<1.1.0|>=2.0.1|<2.0.2")


def test_a_version_that_cannot_be_had_is_never_counted_as_fixed(reproducer, registry):  # noqa: F811
    publish(registry, {"1.0.0": BROKEN, "1.0.2": BROKEN})
    registry.add_npm("setter", "1.0.1", {"index.js": MENDED}, dist={"integrity": "sha512-AAAA"})
    registry.add_npm("setter", "1.0.3", {"index.js": MENDED}, dist={"integrity": "sha512-AAAA"})

    found = reproducer.reproduce(about(), Wishes(range=True))

    assert found.range is not None
    words = {run.version: run.word for run in found.range.search.runs}
    assert words["1.0.1"] is Word.INCONCLUSIVE
    assert words["1.0.3"] is Word.INCONCLUSIVE
    assert found.range.affected.vers == "vers:npm/<=1.0.2"
    assert any("1.0.3" in note for note in found.range.affected.notes)


def test_a_mended_release_is_not_reproduced(reproducer, registry):  # noqa: F811
    publish(registry)

    assert reproducer.reproduce(about("2.0.2"), Wishes()).verdict.word is Word.NOT_REPRODUCED
    other = reproducer.reproduce(about("1.0.0"), Wishes(version="2.0.2"))
    assert other.verdict.word is Word.NOT_REPRODUCED
    assert other.version == "2.0.2"


@pytest.mark.parametrize(
    ("purl", "reason"),
    [
        ("pkg:npm/setter@9.9.9", "no release 9.9.9"),
        ("pkg:npm/setter@one", "'one'"),
        ("pkg:npm/nowhere@1.0.0", "nowhere"),
        ("pkg:gem/rails@1.0.0", "gem"),
    ],
)
def test_what_is_not_there_is_inconclusive_and_says_so(reproducer, registry, purl, reason):  # noqa: F811
    publish(registry)
    files = SETTER if "npm" in purl else {"proof.py": ""}

    found = reproducer.reproduce(finding(purl, "code-execution", files), Wishes(range=True))

    assert found.verdict.word is Word.INCONCLUSIVE
    assert reason in found.verdict.reason
    assert found.range is None


def test_a_control_that_fails_makes_silence_worth_nothing(reproducer, registry):  # noqa: F811
    publish(registry, {"1.0.0": "throw new Error('not on this machine')"})

    verdict = reproducer.reproduce(about(), Wishes()).verdict

    assert verdict.word is Word.INCONCLUSIVE
    assert "not on this machine" in verdict.reason


def test_a_proof_that_fires_now_and_then_is_flaky(reproducer, registry):  # noqa: F811
    publish(registry)
    files = {
        "sometimes.js": "if (parseInt(process.env.TIDEGATE_NONCE[0], 16) % 2) " + DIRECT,
        "benign.js": HARMLESS,
    }
    words = {
        reproducer.reproduce(
            finding("pkg:npm/setter@1.0.0", "prototype-pollution", files), Wishes()
        ).verdict.word
        for _ in range(8)
    }

    assert Word.FLAKY in words
    assert words <= {Word.FLAKY, Word.REPRODUCED, Word.NOT_REPRODUCED}


def test_a_proof_that_needs_no_target_is_unattributed(reproducer, registry):  # noqa: F811
    publish(registry)
    files = {"own.js": "Object.prototype[process.env.TIDEGATE_NONCE] = 1", "benign.js": HARMLESS}

    verdict = reproducer.reproduce(
        finding("pkg:npm/setter@1.0.0", "prototype-pollution", files), Wishes()
    ).verdict

    assert verdict.word is Word.UNATTRIBUTED
    assert "empty package" in verdict.reason


def test_an_assertion_counts_only_beside_a_release_that_stays_quiet(reproducer, registry):  # noqa: F811
    for version, answer in {"1.0": 1, "1.1": 1}.items():
        registry.add_wheel("answers", version, {"answers/__init__.py": f"answer = {answer}"})
    files = {
        "proof.py": "import answers, sys\nsys.exit(42 if answers.answer == 1 else 0)\n",
        "benign.py": "import answers\n",
    }
    claim = finding("pkg:pypi/answers@1.0", "assertion", files)

    verdict = reproducer.reproduce(claim, Wishes()).verdict
    assert verdict.word is Word.INCONCLUSIVE
    assert "stays quiet" in verdict.reason


def test_an_assertion_beside_one_is_self_asserted(reproducer, registry):  # noqa: F811
    for version, answer in {"1.0": 1, "1.1": 1, "2.0": 2}.items():
        registry.add_wheel("answers", version, {"answers/__init__.py": f"answer = {answer}"})
    files = {
        "proof.py": "import answers, sys\nsys.exit(42 if answers.answer == 1 else 0)\n",
        "benign.py": "import answers\n",
    }
    found = reproducer.reproduce(
        finding("pkg:pypi/answers@1.0", "assertion", files), Wishes(range=True)
    )

    assert found.verdict.word is Word.REPRODUCED
    assert found.verdict.trust is Trust.L1
    assert found.range is not None
    assert found.range.affected.vers == "vers:pypi/<2.0"


def test_the_newest_python_on_which_the_control_passes_is_used(reproducer, registry):  # noqa: F811
    versions = [runtime.release[:2] for runtime in python_runtimes()]
    if len(versions) < 2:
        pytest.skip("only one CPython is at hand here")
    newest, next_one = versions[:2]
    registry.add_wheel(
        "aged",
        "1.0",
        {
            "aged/__init__.py": f"import sys\nassert sys.version_info[:2] != {newest}\n"
            "def run(text): exec(text)\n"
        },
    )
    files = {"proof.py": "import aged\naged.run('tidegate_canary()')\n"}

    found = reproducer.reproduce(finding("pkg:pypi/aged@1.0", "code-execution", files), Wishes())

    assert found.verdict.word is Word.REPRODUCED
    assert found.judged.runtime_name.startswith(f"CPython {next_one[0]}.{next_one[1]}")


def test_what_a_proof_needs_beside_the_target_is_there(reproducer, registry):  # noqa: F811
    registry.add_wheel("runner", "1.0", {"runner/__init__.py": "def run(text): exec(text)\n"})
    registry.add_wheel("words", "2.0", {"words/__init__.py": "canary = 'tidegate_canary()'\n"})
    files = {"proof.py": "import runner, words\nrunner.run(words.canary)\n"}

    found = reproducer.reproduce(
        finding("pkg:pypi/runner@1.0", "code-execution", files, needs=["pkg:pypi/words@2.0"]),
        Wishes(),
    )

    assert found.verdict.word is Word.REPRODUCED


def test_a_yanked_release_is_run_like_any_other(reproducer, registry):  # noqa: F811
    run = "def run(text): exec(text)\n"
    registry.add_wheel("runner", "1.0", {"runner/__init__.py": run})
    registry.add_wheel("runner", "1.1", {"runner/__init__.py": run}, yanked="broken")
    registry.add_wheel("runner", "1.2", {"runner/__init__.py": "def run(text): pass\n"})
    files = {"proof.py": "import runner\nrunner.run('tidegate_canary()')\n"}

    found = reproducer.reproduce(
        finding("pkg:pypi/runner@1.0", "code-execution", files), Wishes(range=True)
    )

    assert found.range is not None
    assert found.range.affected.affected == ("1.0", "1.1")
    assert [run.yanked for run in found.range.search.runs] == [False, True, False]


def test_a_limit_before_the_target_is_used_says_nothing(reproducer, registry):  # noqa: F811
    publish(registry)
    files = {"loop.js": "for (;;) ;", "benign.js": HARMLESS}

    verdict = reproducer.reproduce(
        finding("pkg:npm/setter@1.0.0", "prototype-pollution", files, timeout=0.5), Wishes()
    ).verdict

    assert verdict.word is Word.INCONCLUSIVE
    assert "before the target was used" in verdict.reason


def test_what_is_printed_and_what_is_signed_agree(reproducer, registry, tmp_path):  # noqa: F811
    publish(registry)
    found = reproducer.reproduce(about(), Wishes(range=True))
    now = datetime.now(UTC)

    printed = as_document(found)
    key = InstanceKey.load_or_create(tmp_path / "keys")
    receipt = key.sign(as_statement(found, started=now, finished=now, tidegate="test"))
    said = verify(receipt, key.public_key_pem).predicate

    for name in ("verdict", "trust", "reason", "version"):
        assert printed[name] == said[name]
    assert printed["range"]["vers"] == said["range"]["vers"]
    assert {"events", "vers", "affected", "runs"} <= printed["range"].keys()
    for row in printed["range"]["runs"]:
        assert {"version", "verdict", "inferred", "line", "runtime"} <= row.keys()
    assert len(said["archives"]) == sum(
        not row["inferred"] and row["verdict"] != "not-tested" for row in printed["range"]["runs"]
    )
    assert all(len(run["evidence_sha256"]) == 64 for run in said["runs"])
    assert set(said["proof"]) == set(SETTER)
    assert said["runtime"] in said["runtimes"]


def test_a_proof_is_cut_down_to_what_fires(reproducer, registry):  # noqa: F811
    publish(registry)
    padding = "".join(f"let unused{n} = {n};\n" for n in range(30))
    more = padding.replace("unused", "idle")
    files = {
        "direct.js": f"{padding}const set = require('setter');\n{more}"
        "set({}, '__proto__.' + process.env.TIDEGATE_NONCE, 1);\n",
        "notes.txt": "nothing",
        "benign.js": HARMLESS,
    }

    padded = finding("pkg:npm/setter@1.0.0", "prototype-pollution", files)
    steps = reproducer.steps
    small = steps.minimise(padded, steps.judge_named(padded))

    assert small.lines_after <= 3
    assert set(small.document["pov"]["files"]) == {"direct.js", "benign.js"}
    assert "unused" not in small.shown["direct.js"]


def test_a_proof_that_does_not_fire_is_not_cut_down(reproducer, registry):  # noqa: F811
    publish(registry)
    steps = reproducer.steps

    with pytest.raises(MinimiseError, match="not-reproduced"):
        steps.minimise(about("2.0.2"), steps.judge_named(about("2.0.2")))


def test_a_version_may_be_written_in_another_way(reproducer, registry):  # noqa: F811
    registry.add_wheel("runner", "1.0", {"runner/__init__.py": "def run(text): exec(text)\n"})
    files = {"proof.py": "import runner\nrunner.run('tidegate_canary()')\n"}

    found = reproducer.reproduce(
        finding("pkg:pypi/runner@1.0.0", "code-execution", files), Wishes()
    )

    assert (found.version, found.verdict.word) == ("1.0", Word.REPRODUCED)
