"""A text is kept by every database, whatever a stranger put into it."""

from __future__ import annotations

from tidegate.desks.findings.services.texts import kept_text


def test_what_no_database_keeps_is_shown_to_be_missing():
    assert kept_text("a\0b\ud800c\udfff") == "a\ufffdb\ufffdc\ufffd"
    assert kept_text("𝄞\n\t") == "𝄞\n\t"
    kept_text("\udc00").encode()
