"""Run by `test_killed`: the different ranges that an installation's findings have, opened."""

from __future__ import annotations

import json

from tidegate.instance.opening import open_instance


def main() -> None:
    """Print them as a JSON list."""
    open_instance()
    from tidegate.desks.access.actors import OWNER
    from tidegate.desks.findings.models import Finding
    from tidegate.desks.findings.queries.findings import get_finding

    found = set()
    for key in Finding.objects.values_list("key", flat=True):
        shown = get_finding(OWNER, key).range
        found.add(shown.vers if shown else "")
    print(json.dumps(sorted(found)))


if __name__ == "__main__":
    main()
