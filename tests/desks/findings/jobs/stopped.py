"""Run by `test_worker`: a step that begins when the worker has been told to stop already."""

from __future__ import annotations

import threading
from typing import Any, cast

from tidegate.instance.opening import open_instance


def main() -> None:
    """Begin a step of a finding's work, in another thread, as the engine would."""
    open_instance()
    from tidegate.desks.findings.jobs import bench, steps
    from tidegate.desks.findings.models import Finding

    stop = threading.Event()
    stop.set()
    bench.use(bench.Bench(cast("Any", None), cast("Any", None), stop))
    key = Finding.objects.values_list("key", flat=True).get()
    begun = threading.Thread(target=steps._tried, args=(key, "named", _never))
    begun.start()
    begun.join(60)


def _never(_: object) -> None:
    raise AssertionError("the step was done")


if __name__ == "__main__":
    main()
    print("still here", flush=True)
