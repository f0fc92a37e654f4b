"""Counts `words-1.tsv` anew: `python -m benchmarks.duplicates.weights > words-1.tsv`.

A title of a CVE record and its description are two tellings of one vulnerability; the title and the
description of another CVE of the same product are tellings of two. How often a word of a title
comes up in the one and in the other gives its weight (Fellegi and Sunter, A Theory for Record
Linkage, 1969). Records of vulnerabilities of the labelled set are left out, so the set stays
unseen. Source: cisagov/vulnrichment, CC0-1.0.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.duplicates.records import CVE_SET, DATA, cleaned, osv_tellings, read_lines
from tidegate.engines.similarity.weights import UNKNOWN
from tidegate.engines.similarity.words import content_words, stems_of

SEED = 20261126
_MOST_OF_A_PRODUCT = 60
_OTHERS = 3
"""Other CVEs of the product that a title is held against."""
_STEADY = 12
"""Counts that a word's bucket stands for, so that a word seen twice does not weigh much."""
_LEAST_SEEN = 30
"""Descriptions that a word is in, to have a line of its own."""
_HIGHEST_M, _LOWEST_U = 0.97, 0.004

Told = tuple[frozenset[str], frozenset[str]]
"""The stems of a title, and those of its description."""


def main() -> None:
    """Count, and print the table."""
    seen: Counter[str] = Counter()
    products: dict[str, list[Told]] = defaultdict(list)
    unseen = frozenset(name for one in osv_tellings(DATA) for name in one.names)
    records = 0
    for product, title, description in _records(DATA, unseen):
        without = stems_of(product)
        told = frozenset(content_words(description, without))
        seen.update(told)
        records += 1
        titled = frozenset(content_words(title, without))
        if len(titled) > 1 and len(told) > 4 and not description.startswith(title[:80]):
            products[product.lower()].append((titled, told))
    sys.stdout.write(_table(seen, records, products))


def _records(data: Path, without: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    for record in read_lines(data / CVE_SET):
        about, cna = record["cveMetadata"], record["containers"]["cna"]
        said = [one["value"] for one in cna.get("descriptions", ()) if one["lang"][:2] == "en"]
        if about["state"] == "PUBLISHED" and about["cveId"] not in without and said:
            affected = (cna.get("affected") or [{}])[0]
            product = affected.get("product") or affected.get("packageName") or ""
            name = f"{affected.get('vendor') or ''} {product}"
            yield name, cleaned(cna.get("title") or ""), cleaned(said[0])


def _table(seen: Counter[str], records: int, products: Mapping[str, Sequence[Told]]) -> str:
    own, alien, said = _counts(products)
    buckets: dict[int, list[float]] = defaultdict(lambda: [1.0, 0.5, 2.0])
    for stem in said:
        sums = buckets[_bucket(seen[stem], records)]
        sums[0] += own[stem]
        sums[1] += alien[stem]
        sums[2] += said[stem]
    rare = buckets[_bucket(_LEAST_SEEN - 1, records)]
    lines = [f"{UNKNOWN}\t{_tenths(rare[0] / rare[2], rare[1] / rare[2])}"]
    for stem in sorted(seen):
        if seen[stem] >= _LEAST_SEEN:
            sums = buckets[_bucket(seen[stem], records)]
            total = said[stem] + _STEADY
            m = (own[stem] + _STEADY * sums[0] / sums[2]) / total
            u = (alien[stem] + _STEADY * sums[1] / sums[2]) / total
            lines.append(f"{stem}\t{_tenths(m, u)}")
    return "\n".join([*_HEAD, *lines]) + "\n"


_HEAD = (
    "# Stem, weight where the other text has it, weight where it lacks it; tenths of a natural",
    "# logarithm. Counted by benchmarks/duplicates/weights.py over the CVE records of",
    "# cisagov/vulnrichment, commit b0ed758328f4 of 2024-10-24, CC0-1.0.",
)


def _counts(
    products: Mapping[str, Sequence[Told]],
) -> tuple[Counter[str], dict[str, float], Counter[str]]:
    """Return how often a title's stem is in its own description, in another's, and in a title."""
    rng = random.Random(SEED)
    own: Counter[str] = Counter()
    said: Counter[str] = Counter()
    alien: dict[str, float] = defaultdict(float)
    for _, told in sorted(products.items()):
        if len(told) < 2:
            continue
        kept = rng.sample(told, min(len(told), _MOST_OF_A_PRODUCT))
        for index, (title, description) in enumerate(kept):
            others = [other for place, (_, other) in enumerate(kept) if place != index]
            others = rng.sample(others, min(len(others), _OTHERS))
            said.update(title)
            own.update(title & description)
            for other in others:
                for stem in title & other:
                    alien[stem] += 1 / len(others)
    return own, alien, said


def _bucket(seen: int, records: int) -> int:
    """Words that are about as frequent as each other share a bucket."""
    return int(math.log((records + 1) / (seen + 1)))


def _tenths(m: float, u: float) -> str:
    m, u = min(m, _HIGHEST_M), max(u, _LOWEST_U)
    return f"{round(10 * math.log(m / u))}\t{round(10 * math.log((1 - m) / (1 - u)))}"


if __name__ == "__main__":
    main()
