"""Pictures of the console for the documentation, from a desk that was filled for them.

Run from the top of the checkout: python -m tests.faces.console.screenshots docs/screenshots
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Page, sync_playwright

if TYPE_CHECKING:
    from tests.faces.console.seeded_coordination import Room
    from tidegate.desks.findings.models import Case


@dataclass(frozen=True)
class Shot:
    """One picture: of which page, how wide and high, in which theme."""

    name: str
    address: str
    """May name `{case}`, `{finding}`, `{large}`, `{delivery}`."""
    width: int = 1440
    height: int = 900
    theme: str = "light"
    whole: bool = False
    at: str = ""
    """Scrolled to what this selector finds."""
    who: str = "coordinator"
    """Who looks at it: a name of `seeded_coordination.Room`."""


SHOTS: Final = (
    Shot("overview", "/"),
    Shot("overview-dark", "/", theme="dark"),
    Shot("case", "/cases/{case}", height=1060),
    Shot("case-dark", "/cases/{case}", theme="dark", height=1060),
    Shot("case-360", "/cases/{case}", width=360, height=780),
    Shot("release-picture", "/cases/{large}", height=1000),
    Shot("duplicates", "/duplicates", height=860),
    Shot("findings", "/findings"),
    Shot("delivery", "/deliveries/{delivery}", height=640),
    Shot("coordination", "/cases/{case}/coordination", height=1500),
    Shot("coordination-dark", "/cases/{case}/coordination", theme="dark", height=1500),
    Shot("messages", "/cases/{case}/messages", height=1060),
    Shot("envelope", "/cases/{large}", height=640, who="vendor"),
    Shot("inbox", "/inbox", height=640, who="vendor"),
    Shot("board", "/board", height=760),
    Shot("docket", "/docket", height=1180),
)


@contextmanager
def _desk() -> Iterator[tuple[str, dict[str, str], Room]]:
    """Serve a filled desk on loopback; yields its address, the keys that pictures name, people."""
    with tempfile.TemporaryDirectory(prefix="tidegate-screenshots-") as home:
        os.environ["TIDEGATE_HOME"] = home
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        from tidegate.instance.opening import open_instance

        open_instance()
        from django.contrib.staticfiles.handlers import StaticFilesHandler
        from django.test.testcases import LiveServerThread
        from django.utils import timezone

        from tests.faces.console import seeded_coordination, seeding

        case = seeding.fill(timezone.now())
        keys = _keys(case)
        room = seeded_coordination.fill(case, _large(), timezone.now())
        server = LiveServerThread("127.0.0.1", static_handler=StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        try:
            yield f"http://127.0.0.1:{server.port}", keys, room
        finally:
            server.terminate()
            server.join()


def _keys(case: Case) -> dict[str, str]:
    from tidegate.desks.findings.models import Delivery

    assert case.founder is not None
    return {
        "case": case.key,
        "finding": case.founder.key,
        "large": _large().key,
        "delivery": Delivery.objects.get(refused__gt=0).key,
    }


def _large() -> Case:
    from tidegate.desks.findings.models import Case as Cases

    return Cases.objects.get(package="tar-streams")


def _take(page: Page, shot: Shot, address: str, path: Path) -> None:
    page.set_viewport_size({"width": shot.width, "height": shot.height})
    page.emulate_media(color_scheme="dark" if shot.theme == "dark" else "light")
    page.goto(address, wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    if shot.at:
        page.locator(shot.at).evaluate("element => element.scrollIntoView()")
    page.screenshot(path=path, full_page=shot.whole)


def main(folder: Path, shots: tuple[Shot, ...] = SHOTS) -> None:
    """Write every picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with _desk() as (base, keys, room), sync_playwright() as playwright:
        from tests.faces.signing_in import cookie_of

        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        context = chromium.new_context(timezone_id="Europe/Berlin", reduced_motion="reduce")
        page = context.new_page()
        for shot in shots:
            context.add_cookies([cookie_of(getattr(room, shot.who), host="127.0.0.1")])
            address = base + shot.address.format(**keys)
            _take(page, shot, address, folder / f"{shot.name}.png")
            sys.stdout.write(f"{shot.name}\n")
        chromium.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
