"""What the keys are held against: for each order a comparator that compares two versions directly.

Where a well-kept library has the order right, it is the reference: packaging, semantic_version,
rpm-version, and univers for Debian, NuGet and RubyGems. Where none has, the ecosystem's own
algorithm is walked through here, pair by pair and without keys: apk's tokens, Maven's nested lists,
PHP's `version_compare` over Composer's normal form.

A reference reads a version once (`read`), and compares what it has read (`compare`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import semantic_version
from packaging.version import Version as PypiVersion
from rpm_version import evr_compare
from univers import versions as univers

from tidegate.engines.matching.versions import Order


@dataclass(frozen=True, slots=True)
class Reference:
    """A comparator of one order."""

    name: str
    read: Callable[[str], Any]
    """Raises whatever its library raises for what is no version."""
    compare: Callable[[Any, Any], int]


def reference(order: Order) -> Reference:
    """Return the reference of an order that has keys."""
    return _REFERENCES[order]


def univers_class(order: Order) -> type[Any]:
    """Return univers' class for the versions of an order; there is none for CRAN."""
    return _UNIVERS[order]


def by_operators(one: Any, other: Any) -> int:
    """Compare what knows `<`; some libraries know `==` only of the text."""
    if one < other:
        return -1
    return 1 if other < one else 0


# --- apk-tools, version.c


_APK_TOKENS: Final = (
    ("number", re.compile(r"\.[0-9]+")),
    ("letter", re.compile(r"[a-z]")),
    ("suffix", re.compile(r"_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])")),
    ("suffix-number", re.compile(r"[0-9]+")),
    ("commit", re.compile(r"~[0-9a-fA-F]+")),
    ("revision", re.compile(r"-r[0-9]+")),
)
_APK_PLACES: Final = (
    "first", "number", "letter", "suffix", "suffix-number", "commit", "revision", "end",
)  # fmt: skip
_APK_SUFFIXES: Final = ("alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p")


def read_apk(version: str) -> list[tuple[str, str]]:
    """Return a version's tokens and what each holds, up to its end."""
    first = re.match(r"[0-9]+", version)
    if first is None:
        raise ValueError(version)
    tokens, place = [("first", first[0])], first.end()
    while place < len(version):
        before = tokens[-1][0]
        for name, pattern in _APK_TOKENS:
            match = pattern.match(version, place)
            if match is not None and _apk_may_follow(before, name):
                tokens.append((name, match[0].lstrip("._~").removeprefix("-r")))
                place = match.end()
                break
        else:
            raise ValueError(version)
    return [*tokens, ("end", "")]


def _apk_may_follow(before: str, name: str) -> bool:
    if name in ("number", "letter"):
        return before in ("first", "number")
    if name == "suffix-number":
        return before == "suffix"
    if name == "suffix":
        return _APK_PLACES.index(before) <= _APK_PLACES.index("suffix-number")
    return _APK_PLACES.index(before) < _APK_PLACES.index(name)


def compare_apk(one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> int:
    """Compare two versions of Alpine token by token."""
    for (name, left), (name_there, right) in zip(one, other, strict=False):
        if name != name_there:
            for token, text, sign in ((name, left, -1), (name_there, right, 1)):
                if token == "suffix" and _APK_SUFFIXES.index(text) < _APK_SUFFIXES.index(""):
                    return sign
            later = _APK_PLACES.index(name) > _APK_PLACES.index(name_there)
            return -1 if later else 1
        if name == "suffix":
            result = by_operators(_APK_SUFFIXES.index(left), _APK_SUFFIXES.index(right))
        elif name in ("letter", "commit") or (name == "number" and "0" in (left[0], right[0])):
            result = by_operators(left, right)
        elif name == "end":
            return 0
        else:
            result = by_operators(int(left), int(right))
        if result:
            return result
    return 0


# --- Maven, ComparableVersion: numbers are int, words str, a word with its number a pair


_MAVEN_WORDS: Final = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
_MAVEN_ALIASES: Final = {"cr": "rc", "ga": "", "final": "", "release": ""}
_MAVEN_SHORT: Final = {"a": "alpha", "b": "beta", "m": "milestone"}
_MAVEN_TOKEN: Final = re.compile(
    r"(?P<word>[^0-9.-]+)-?(?P<count>[0-9]+)|(?P<number>[0-9]+)|(?P<alone>[^0-9.-]+)|(?P<sign>[.-])"
)


def read_maven(version: str) -> list[Any]:
    """Return a version's nested lists, trimmed. Numbers and words between separators."""
    root: list[Any] = []
    items, expected = root, True  # whether an item is due, so that a separator alone means 0

    def nest() -> list[Any]:
        if not items:
            return items
        items.append([])
        inner: list[Any] = items[-1]
        return inner

    text = version.lower()
    for match in _MAVEN_TOKEN.finditer(text):
        sign, word, number, alone = match["sign"], match["word"], match["number"], match["alone"]
        if sign:
            if expected:
                items.append(0)
            if sign == "-":
                items = nest()
            expected = True
            continue
        if not expected:
            items = nest()  # from digits to letters, or back
        if word is not None:
            items = nest()
            items.append((_MAVEN_SHORT.get(word, word), int(match["count"])))
        elif number is not None:
            items.append(int(number))
        else:
            if match.end() == len(text):
                items = nest()
            items.append(alone)
        expected = False
    return _maven_trimmed(root)


def _maven_trimmed(items: list[Any]) -> list[Any]:
    if items and isinstance(items[-1], list):
        items[-1] = _maven_trimmed(items[-1])
    for place in range(len(items) - 1, -1, -1):
        if items[place] not in (0, []):
            continue
        follows = items[place + 1] if place + 1 < len(items) else ""
        if isinstance(follows[0] if isinstance(follows, list) else follows, str | tuple):
            del items[place]
    return items[0] if len(items) == 1 and isinstance(items[0], list) else items


def compare_maven(one: Any, other: Any) -> int:
    """Compare two items of Maven's, each of them a number, a word, a pair, a list or None."""
    if one is None:
        return 0 if other is None else -compare_maven(other, None)
    if other is None:
        if isinstance(one, list):
            return next((sign for item in one if (sign := compare_maven(item, None))), 0)
        if isinstance(one, tuple):
            return compare_maven(one[0], None) or compare_maven(one[1], None)
        return by_operators(one, 0) if isinstance(one, int) else by_operators(_maven(one), (5, ""))
    if isinstance(one, int) or isinstance(other, int):
        if isinstance(one, int) and isinstance(other, int):
            return by_operators(one, other)
        return 1 if isinstance(one, int) else -1
    if isinstance(one, list) or isinstance(other, list):
        left = one if isinstance(one, list) else [one]
        right = other if isinstance(other, list) else [other]
        pairs = zip_longest(left, right)
        return next((sign for pair in pairs if (sign := compare_maven(*pair))), 0)
    return _compare_maven_words(one, other)


def _compare_maven_words(one: Any, other: Any) -> int:
    (word, count), (word_there, count_there) = _maven_pair(one), _maven_pair(other)
    ranks = by_operators(_maven(word), _maven(word_there))
    if ranks:
        return ranks
    if _maven(word) == (5, ""):
        return by_operators(count or 0, count_there or 0)
    return by_operators(-1 if count is None else count, -1 if count_there is None else count_there)


def _maven_pair(item: Any) -> tuple[str, int | None]:
    return item if isinstance(item, tuple) else (item, None)


def _maven(word: str) -> tuple[int, str]:
    word = _MAVEN_ALIASES.get(word, word)
    return (_MAVEN_WORDS.index(word), "") if word in _MAVEN_WORDS else (7, word)


# --- composer/semver and PHP's version_compare


_COMPOSER: Final = re.compile(
    r"v?(?:(?P<numbers>\d{1,5}(?:\.\d+){0,3})|(?P<date>\d{4}(?:[.:-]?\d\d){1,6}(?:[.:-]?\d{1,3}){0,2}))"
    r"[._-]?(?:(?P<stage>stable|beta|b|rc|alpha|a|patch|pl|p)(?P<count>(?:[.-]?\d+)*))?(?P<dev>[.-]?dev)?",
    re.IGNORECASE | re.ASCII,
)
_COMPOSER_BRANCH: Final = re.compile(
    r"v?(\d+(?:\.(?:\d+|[x*])){0,3})[.-]?dev", re.IGNORECASE | re.ASCII
)
_COMPOSER_STAGES: Final = {"a": "alpha", "b": "beta", "p": "patch", "pl": "patch", "rc": "RC"}
_PHP_FORMS: Final = (
    ("dev", 0), ("alpha", 1), ("a", 1), ("beta", 2), ("b", 2), ("RC", 3), ("rc", 3), ("#", 4),
    ("pl", 5), ("p", 5),
)  # fmt: skip


def read_composer(version: str) -> list[str]:
    """Return the parts of Composer's normal form, as PHP takes them apart."""
    text = re.sub(r"@(?:stable|rc|beta|alpha|dev)$", "", version.strip(), flags=re.IGNORECASE)
    text = re.sub(r"^([^,\s+]+)\+\S+$", r"\1", text)
    if match := _COMPOSER.fullmatch(text):
        if match["numbers"]:
            parts = match["numbers"].split(".")
            normal = ".".join(parts + ["0"] * (4 - len(parts)))
        else:
            normal = re.sub(r"\D", ".", match["date"])
        stage = (match["stage"] or "").lower()
        if stage and stage != "stable":
            normal += f"-{_COMPOSER_STAGES.get(stage, stage)}{match['count'].lstrip('.-')}"
        if match["dev"] and stage != "stable":
            normal += "-dev"
    elif match := _COMPOSER_BRANCH.fullmatch(text):
        parts = re.sub("[xX*]", "9999999", match[1]).split(".")
        normal = ".".join(parts + ["9999999"] * (4 - len(parts))) + "-dev"
    else:
        raise ValueError(version)
    return re.findall(r"[0-9]+|[^0-9.+_-]+", normal)


def compare_php(one: Sequence[str], other: Sequence[str]) -> int:
    """Compare parts as PHP's `version_compare` does."""
    for left, right in zip(one, other, strict=False):
        if left.isdigit() and right.isdigit():
            result = by_operators(int(left), int(right))
        else:
            result = by_operators(_php_form(left), _php_form(right))
        if result:
            return result
    if len(one) == len(other):
        return 0
    sign, rest = (1, one[len(other) :]) if len(one) > len(other) else (-1, other[len(one) :])
    return sign if rest[0].isdigit() else sign * compare_php(rest, ["#N#"])


def _php_form(part: str) -> int:
    part = "#N#" if part.isdigit() else part
    return next((rank for form, rank in _PHP_FORMS if part.startswith(form)), -1)


# --- the rest


def _read_semver(version: str) -> Any:
    text = version.lstrip("v=").partition("+")[0]  # section 10: build metadata is ignored
    numbers = re.match(r"[0-9]+(?:\.[0-9]+){0,2}", text)
    if numbers is None:
        raise ValueError(version)
    parts = [str(int(part)) for part in numbers[0].split(".")]
    whole = ".".join(parts + ["0"] * (3 - len(parts)))
    read = semantic_version.Version(whole + text[numbers.end() :])
    return read.precedence_key


def _read_cran(version: str) -> list[int]:
    return [int(part) for part in re.split("[.-]", version)]


def _read_text(version: str) -> str:
    return version


_UNIVERS: Final[dict[Order, type[Any]]] = {
    Order.PYPI: univers.PypiVersion,
    Order.SEMVER: univers.SemverVersion,
    Order.GO: univers.GolangVersion,
    Order.DEBIAN: univers.DebianVersion,
    Order.RPM: univers.RpmVersion,
    Order.ALPINE: univers.AlpineLinuxVersion,
    Order.MAVEN: univers.MavenVersion,
    Order.NUGET: univers.NugetVersion,
    Order.RUBYGEMS: univers.RubygemsVersion,
    Order.PACKAGIST: univers.ComposerVersion,
}
_REFERENCES: Final = {
    Order.PYPI: Reference("packaging", PypiVersion, by_operators),
    Order.SEMVER: Reference("semantic_version", _read_semver, by_operators),
    Order.GO: Reference("semantic_version", _read_semver, by_operators),
    Order.DEBIAN: Reference("univers", univers.DebianVersion, by_operators),
    Order.RPM: Reference("rpm-version", _read_text, evr_compare),
    Order.ALPINE: Reference("apk's algorithm", read_apk, compare_apk),
    Order.MAVEN: Reference("Maven's algorithm", read_maven, compare_maven),
    Order.NUGET: Reference("univers", univers.NugetVersion, by_operators),
    Order.RUBYGEMS: Reference("univers", univers.RubygemsVersion, by_operators),
    Order.PACKAGIST: Reference("Composer's and PHP's", read_composer, compare_php),
    Order.CRAN: Reference("lists of numbers", _read_cran, by_operators),
}
