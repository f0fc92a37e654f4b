"""What the tests seal with."""

from __future__ import annotations

from hypothesis import strategies as st

from tidegate.engines.sealing import Key

KEYS = st.binary(min_size=32, max_size=32).map(Key)
PURPOSES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)

ONE = Key(bytes(range(32)))
OTHER = Key(bytes(range(1, 33)))
