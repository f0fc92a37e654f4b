"""Whatever a hostile program says can be signed and stored."""

from __future__ import annotations

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.reproduction.bench import NAME
from tidegate.engines.reproduction.run_records import run_record
from tidegate.engines.reproduction.texts import storable

ANY = st.text(st.characters(codec=None, exclude_categories=()))


@given(text=ANY)
def test_any_text_can_be_kept(text: str):
    kept = storable(text)

    assert "\0" not in kept
    assert rfc8785.dumps(kept)
    assert len(kept) == len(text)


@given(text=st.text().filter(lambda text: "\0" not in text))
def test_what_can_be_kept_stays_as_it_is(text: str):
    assert storable(text) == text


def test_a_program_cannot_talk_itself_out_of_a_receipt(bench):
    target = "exports['\\ud800\\0'] = { ['n\\0']() { tidegate_canary(); } };\n"
    program = (
        f"process.stdout.write('\\0\\ud800'); const t = require('{NAME}');\n"
        "t['\\ud800\\0']['n\\0']();\n"
    )

    record = run_record(bench.run("code-execution", program, target, language="javascript"))

    assert record["attributed"]
    assert rfc8785.dumps(record)
    assert "\0" not in "".join(record["frames"]) + record["stdout"]
