"""What would run in a reader, or be served under another name, is a fault of the record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.engines.formats.advisories.records import example_record

from tidegate.engines.formats.advisories.record import fault_of, is_address

OTHERS = (
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "\tjavascript:alert(1)",
    "data:text/html,<script>",
    "https:",
    "//example.org",
    "ftp://example.org/a",
    "https://example.org/\n",
    'https://example.org/"onload=x',
    "https://[",
    "mailto:a@example.org",
)


@pytest.mark.parametrize("url", OTHERS)
@pytest.mark.parametrize("word", ["references", "credits", "remedies"])
def test_only_addresses_of_the_web_stand_in_a_record(word, url):
    record = example_record()
    assert fault_of(record) is None
    first, *others = getattr(record, word)
    changed: dict[str, Any] = {word: (replace(first, url=url), *others)}
    made = replace(record, **changed)
    assert (fault_of(made) or "").startswith(f"{word}.0.url:")


def test_addresses_of_the_web_are_taken():
    assert all(map(is_address, ("https://example.org/a?b=c#d", "http://example.org", "HTTPS://a")))


@pytest.mark.parametrize(
    "name",
    ["../../advisories/TG-2026-aaaaaaaa.json", "a b", "x" * 400, "a/b", "", ".hidden", "é", "a\n"],
)
def test_a_fix_is_named_as_a_file_may_be(name):
    record = example_record()
    made = replace(record, fixes=(replace(record.fixes[0], name=name),))
    assert (fault_of(made) or "").startswith("fixes.0.name:")


def test_no_two_fixes_have_one_name():
    record = example_record()
    (fix,) = record.fixes
    made = replace(record, fixes=(fix, replace(fix, version="1.2.8", receipt_sha256="ef" * 32)))
    assert "names another fix" in (fault_of(made) or "")
