"""The names of what is kept."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tidegate.desks.findings.keys import LENGTH, as_written, new_case_key, new_finding_key


def test_a_key_says_what_it_names_and_nothing_else():
    keys = {new_finding_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(re.fullmatch(r"F-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", k) for k in keys)
    assert {len(key) for key in keys} == {LENGTH}


def test_a_key_is_understood_however_it_is_written():
    key = new_case_key()
    assert as_written(f"  {key.lower()} ") == key
    assert as_written(key[:7] + key[8:]) == key
    assert as_written(key.replace("0", "o").replace("1", "l")) == key


@given(st.text(max_size=50))
def test_no_text_is_too_strange_to_be_looked_up(text):
    assert isinstance(as_written(text), str)
