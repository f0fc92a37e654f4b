"""A reproduction in steps: stopped after any of them, it ends as if it had not been."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.engines.reproduction.findings import finding
from tests.engines.reproduction.scripted import ScriptedLaboratory
from tests.registry import QUICK, Registry, cache, ecosystems, registry  # noqa: F401
from tidegate.engines.reproduction.ecosystems import Cache, Ecosystems
from tidegate.engines.reproduction.judgements import Judgement
from tidegate.engines.reproduction.packages import PackageError
from tidegate.engines.reproduction.receipts import InstanceKey
from tidegate.engines.reproduction.records import as_document, as_statement
from tidegate.engines.reproduction.reproduce import Reproducer, Wishes
from tidegate.engines.reproduction.runtimes import node_runtimes
from tidegate.engines.reproduction.steps import Stepwise, UnrunnableError
from tidegate.engines.reproduction.trials import Purpose
from tidegate.engines.reproduction.verdicts import RUNS, Word

BROKEN = {"0.1.0", "0.2.0", "1.0.0-beta.1", "1.0.0", "1.1.0", "2.0.1"}
VERSIONS = [
    "0.1.0", "0.2.0", "0.2.1", "1.0.0-beta.1", "1.0.0", "1.1.0", "1.1.1", "1.1.2",
    "2.0.0", "2.0.1", "2.0.2",
]  # fmt: skip
FILES = {"proof.js": "1", "variant.js": "2", "benign.js": "3"}
CLAIM = finding(
    "pkg:npm/setter@1.0.0", "prototype-pollution", FILES, variants=("variant.js",), id="claim"
)
Fresh = Callable[[ScriptedLaboratory], Stepwise]
THEN = datetime(2026, 11, 26, tzinfo=UTC)


def as_history(version: str, program: str, number: int) -> bool:
    """Fire on what is broken; the entry alone would end one release too early."""
    return version in BROKEN and (program == "variant.js" or version != "1.1.0")


@pytest.fixture
def published(registry: Registry) -> Registry:  # noqa: F811
    for version in VERSIONS:
        registry.add_npm("setter", version, {"index.js": "\nset[key] = value;\n"})
    return registry


@pytest.fixture
def fresh(registry: Registry, cache: Cache) -> Iterator[Fresh]:  # noqa: F811
    """Return a function that makes the steps anew, as another process would."""
    with ExitStack() as opened:

        def make(laboratory: ScriptedLaboratory) -> Stepwise:
            made = Ecosystems(cache=cache, npm_settings=registry.npm_settings, bounds=QUICK)
            return Stepwise(laboratory, opened.enter_context(made).of_type)

        yield make


def written(value: Any) -> Any:
    """Return what is left of a value after it was written down and read again."""
    return json.loads(json.dumps(value))


def rewritten(judgement: Judgement) -> Judgement:
    return Judgement.from_data(written(judgement.to_data()))


def stopped_after_every_step(
    fresh: Fresh, laboratory: ScriptedLaboratory, *, order: random.Random | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return document and statement of a workflow that is killed after each of its steps."""

    def make() -> Stepwise:
        return fresh(laboratory)

    named = rewritten(make().judge_named(CLAIM))
    listed = written(make().releases(CLAIM))
    answers = {named.version: named}
    while True:
        wave = written(list(make().plan(CLAIM, listed, answers, named)))
        if order:
            order.shuffle(wave)
        for version in wave:
            answers[version] = rewritten(make().probe(CLAIM, version, named.controls))
        if wave:
            continue
        again = written(list(make().confirm(CLAIM, listed, answers)))
        for version in again:
            answers[version] = rewritten(make().probe_again(CLAIM, version, answers[version]))
        if not again:
            break
    found = written(make().conclude(CLAIM, listed, answers))
    document = make().document(CLAIM, named, found)
    statement = make().statement(
        CLAIM, named, found, answers, started=THEN, finished=THEN, tidegate="test"
    )
    return document, statement


def test_killed_after_every_step_it_ends_in_the_same_document_and_receipt(
    published,
    fresh,
    ecosystems,  # noqa: F811
    tmp_path,
):
    laboratory, uninterrupted = ScriptedLaboratory(as_history), ScriptedLaboratory(as_history)
    whole = Reproducer(uninterrupted, ecosystems.of_type, lambda: 0.0).reproduce(
        CLAIM, Wishes(range=True)
    )

    document, statement = stopped_after_every_step(fresh, laboratory)

    assert json.dumps(document) == json.dumps(as_document(whole))
    expected = as_statement(whole, started=THEN, finished=THEN, tidegate="test")
    key = InstanceKey.load_or_create(tmp_path / "keys")
    assert key.sign(statement) == key.sign(expected)
    assert document["range"]["affected"] == [v for v in VERSIONS if v in BROKEN]
    # No step was done twice, and none more than at one go.
    assert laboratory.runs == uninterrupted.runs


def test_the_order_in_which_probes_end_makes_no_difference(published, fresh):
    told = {
        json.dumps(
            stopped_after_every_step(
                fresh, ScriptedLaboratory(as_history), order=random.Random(seed)
            )
        )
        for seed in range(4)
    }

    assert len(told) == 1


def test_the_budget_counts_what_was_spent_before_the_restart(published, fresh):
    steps = fresh(ScriptedLaboratory(as_history))
    named, listed = steps.judge_named(CLAIM), steps.releases(CLAIM)
    answers = {named.version: named}

    assert steps.plan(CLAIM, listed, answers, named, budget=10, elapsed=9.9)
    assert not steps.plan(CLAIM, listed, answers, named, budget=10, elapsed=10)
    everything = steps.plan(CLAIM, listed, answers, named, budget=10, elapsed=99, exhaustive=True)
    assert everything
    left = steps.conclude(CLAIM, listed, answers, budget=10)["runs"]
    assert {row["verdict"] for row in left} == {"reproduced", "not-tested"}


def test_a_release_that_comes_out_meanwhile_is_not_part_of_this_search(published, fresh):
    laboratory = ScriptedLaboratory(as_history)
    named, listed = fresh(laboratory).judge_named(CLAIM), fresh(laboratory).releases(CLAIM)
    published.add_npm("setter", "3.0.0", {"index.js": ""})
    steps, answers = fresh(laboratory), {named.version: named}

    while wave := steps.plan(CLAIM, listed, answers, named):
        for version in wave:
            answers[version] = steps.probe(CLAIM, version, named.controls)

    rows = steps.conclude(CLAIM, listed, answers)["runs"]
    assert [row["version"] for row in rows] == VERSIONS
    assert steps.releases(CLAIM)["releases"][-1]["version"] == "3.0.0"


def test_only_boundaries_are_run_again_and_only_what_fired(published, fresh):
    laboratory = ScriptedLaboratory(as_history)
    stopped_after_every_step(fresh, laboratory)

    def times(version: str, program: str) -> int:
        return laboratory.runs[version, program, Purpose.PROOF]

    assert (times("1.1.0", "proof.js"), times("1.1.0", "variant.js")) == (1, RUNS)
    assert (times("1.1.1", "proof.js"), times("1.1.1", "variant.js")) == (RUNS, RUNS)
    assert (times("1.1.2", "proof.js"), times("1.1.2", "variant.js")) == (1, 1)


def test_what_a_boundary_turns_out_to_be_moves_the_search_on(published, fresh):
    def now_and_then(version: str, program: str, number: int) -> bool:
        # 1.1.1 stays silent the first time only.
        return as_history(version, program, number) or (version == "1.1.1" and number > 0)

    document, _ = stopped_after_every_step(fresh, ScriptedLaboratory(now_and_then))

    words = {row["version"]: row["verdict"] for row in document["range"]["runs"]}
    assert words["1.1.1"] == "flaky"
    assert "<1.1.2" in document["range"]["vers"]
    assert any("1.1.1 is flaky" in surprise for surprise in document["range"]["surprises"])


def test_a_version_is_run_again_where_it_was_run_before(published, fresh):
    laboratory = ScriptedLaboratory(as_history)
    named = fresh(laboratory).judge_named(CLAIM)
    known = rewritten(fresh(laboratory).probe(CLAIM, "1.1.0", named.controls))

    again = fresh(laboratory).probe_again(CLAIM, "1.1.0", known)

    assert (again.word, again.required, again.fired) == (Word.REPRODUCED, RUNS, RUNS)
    assert again.runtime == known.runtime
    assert again.runs[:2] == (known.runs[0], known.runs[2])
    # The harmless program is not asked again whether the release works.
    assert laboratory.runs["1.1.0", "benign.js", Purpose.BENIGN] == 1


def test_where_the_interpreter_is_gone_everything_is_run_anew(published, fresh):
    laboratory = ScriptedLaboratory(as_history)
    named = fresh(laboratory).judge_named(CLAIM)
    data = written(fresh(laboratory).probe(CLAIM, "1.1.0", named.controls).to_data())
    data["runtime"]["executable_sha256"] = "f" * 64

    again = fresh(laboratory).probe_again(CLAIM, "1.1.0", Judgement.from_data(data))

    assert (again.word, again.required, again.fired) == (Word.REPRODUCED, RUNS, RUNS)
    assert again.runtime is not None
    assert again.runtime["executable_sha256"] in {r.digest for r in node_runtimes()}
    assert laboratory.runs["1.1.0", "benign.js", Purpose.BENIGN] == 2


def test_a_release_that_does_not_work_here_is_not_run_again(published, fresh):
    laboratory = ScriptedLaboratory(as_history, broken=frozenset({"1.1.1"}))

    document, _ = stopped_after_every_step(fresh, laboratory)

    words = {row["version"]: row["verdict"] for row in document["range"]["runs"]}
    assert words["1.1.1"] == "inconclusive"
    assert laboratory.runs["1.1.1", "proof.js", Purpose.PROOF] == 0
    assert any("1.1.1 is inconclusive" in note for note in document["range"]["notes"])


def test_another_findings_release_is_crossed_with_every_run(published, fresh):
    laboratory = ScriptedLaboratory(as_history)
    named = fresh(laboratory).judge_named(CLAIM)

    stopped = fresh(laboratory).cross(CLAIM, "1.1.2", named.controls)
    fires = fresh(laboratory).cross(CLAIM, "0.1.0", named.controls)
    alone = fresh(laboratory).cross(CLAIM, "0.2.0")

    assert (stopped.word, stopped.required) == (Word.NOT_REPRODUCED, RUNS)
    assert (fires.word, fires.fired) == (Word.REPRODUCED, RUNS)
    assert (alone.word, bool(alone.controls)) == (Word.REPRODUCED, True)


def test_what_cannot_be_run_says_so_at_the_first_step(published, fresh):
    steps = fresh(ScriptedLaboratory(as_history))
    foreign = finding("pkg:gem/rails@1.0.0", "code-execution", {"proof.js": ""})

    assert "gem are not covered" in steps.judge_named(foreign).reason
    assert "no release 9.9.9" in steps.judge_named(CLAIM, "9.9.9").reason
    with pytest.raises(UnrunnableError, match="gem are not covered"):
        steps.releases(foreign)
    with pytest.raises(PackageError, match="nowhere"):
        steps.releases(finding("pkg:npm/nowhere@1.0.0", "prototype-pollution", FILES))


def test_in_a_real_sandbox_every_judgement_can_be_written_down(
    laboratory,
    registry,  # noqa: F811
    ecosystems,  # noqa: F811
):
    body = "exports.assign = function assign(target, path, value) {{\n{}\n}};\n"
    set_it = "  const [first, last] = path.split('.');\n  target[first][last] = value;"
    registry.add_npm("setter", "1.0.0", {"index.js": body.format(set_it)})
    registry.add_npm("setter", "1.0.1", {"index.js": body.format("")})
    program = "require('setter').assign({}, '__proto__.' + process.env.TIDEGATE_NONCE, 1);\n"
    claim = finding(
        "pkg:npm/setter@1.0.0",
        "prototype-pollution",
        {"proof.js": program, "benign.js": "require('setter');\n"},
    )
    steps = Stepwise(laboratory, ecosystems.of_type)

    named = steps.judge_named(claim)
    fixed = steps.probe(claim, "1.0.1", rewritten(named).controls)
    confirmed = steps.probe_again(claim, "1.0.1", rewritten(fixed))

    assert named.word is Word.REPRODUCED
    assert rewritten(named).to_data() == named.to_data()
    assert rewritten(named).signature.key() == named.signature.key() is not None
    assert (confirmed.word, confirmed.required) == (Word.NOT_REPRODUCED, RUNS)
    small = steps.minimise(claim, rewritten(named))
    assert written(small.to_data())["proof_sha256"] == small.proof_sha256
