"""A version that is written otherwise than its ecosystem writes it is told from one that is."""

from __future__ import annotations

import pytest

from tidegate.engines.matching.ecosystems import ecosystem_of_purl
from tidegate.engines.matching.writing import is_as_written


@pytest.mark.parametrize(
    ("type_", "version"),
    [
        ("npm", "1.2.6"),
        ("npm", "2.0.0-rc.1"),
        ("cargo", "0.9.0+wasi-snapshot"),
        ("pypi", "1.0"),
        ("pypi", "1!2.0rc1"),
        ("golang", "v1.2.3"),
        ("golang", "1.21.0"),
        ("githubactions", "v4"),
        ("maven", "2.0.0.RELEASE"),
        ("gem", "3.0.0.rc1"),
    ],
)
def test_what_a_registry_writes_is_as_written(type_, version):
    assert _written(type_, version)


@pytest.mark.parametrize(
    ("type_", "version"),
    [
        *(("npm", one) for one in ("v1.2.6", "=1.2.6", "1.2.06", " 1.2.6", "1.2.6 ", "1.2.5.99")),
        *(("npm", one) for one in ("", "1.2", "latest", "1.2.6\n", "1.2.\u0666")),
        *(("pypi", one) for one in ("v1.0", "1.0-rc1", "1.0.RC1", "2004d", "1.0 ")),
        ("golang", "v01.2.3"),
        ("maven", "1.0 final"),
    ],
)
def test_what_is_written_around_a_version_or_is_none_is_not(type_, version):
    assert not _written(type_, version)


def _written(type_: str, version: str) -> bool:
    ecosystem = ecosystem_of_purl(type_, None)
    assert ecosystem is not None
    return is_as_written(ecosystem, version)
