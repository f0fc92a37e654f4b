"""Compares the cases of an installation with the labels; prints what it found, as JSON."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from typing import Any

from benchmarks.behaviour.labels import read_labels
from tidegate.instance.opening import open_instance


def compared() -> dict[str, Any]:
    """Return how pairs were merged and nominated, against their labels."""
    from tidegate.desks.findings.models import Finding, Link, LinkKind, Nomination

    bugs = read_labels()
    findings = [f for f in Finding.objects.order_by("pk") if f.reference in bugs]
    proven = [f for f in findings if f.verdict == "reproduced"]
    bases = {
        frozenset(pair): basis
        for *pair, basis in Link.objects.filter(
            kind=LinkKind.DUPLICATE, undone_at=None
        ).values_list("source_id", "target_id", "basis")
    }
    nominated = {
        frozenset(pair) for pair in Nomination.objects.values_list("earlier_id", "later_id")
    }
    layers: dict[str, Counter[str]] = {
        name: Counter() for name in ("exact", "behaviour", "crossing", "merged", "nominated")
    }
    told: dict[str, Any] = {"wrong": [], "missed": [], "wrong_merges": []}
    same_bug = pairs = 0
    for one, other in combinations(proven, 2):
        if (one.package_type, one.package) != (other.package_type, other.package):
            continue
        pairs += 1
        same = bugs[one.reference] == bugs[other.reference]
        same_bug += same
        pair = frozenset((one.pk, other.pk))
        merged = one.case_id is not None and one.case_id == other.case_id
        word = "right" if same else "wrong"
        if pair in bases and bases[pair] in layers:
            layers[bases[pair]][word] += 1
        if merged:
            layers["merged"][word] += 1
            if not same:
                told["wrong_merges"].append(f"{one.reference} and {other.reference}")
        if pair in nominated or merged:
            layers["nominated"][word] += 1
        if same and not merged:
            how = "nominated" if pair in nominated else "not even nominated"
            told["missed"].append(f"{one.reference} and {other.reference}: {how}")
    return {
        **told,
        "layers": {name: {"right": c["right"], "wrong": c["wrong"]} for name, c in layers.items()},
        "findings": len(findings),
        "judged": len(proven),
        "all_pairs": len(proven) * (len(proven) - 1) // 2,
        "pairs": pairs,
        "same": same_bug,
    }


if __name__ == "__main__":
    open_instance()
    print(json.dumps(compared()))
