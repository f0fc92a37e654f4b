"""A desk that is filled, and a browser that leaves nothing but loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, sync_playwright

from tests.faces.console import seeding
from tidegate.desks.findings.models import Case


@pytest.fixture
def filled(db: None) -> Case:
    """Fill the desk; returns the case that has everything a case can have."""
    return seeding.fill(timezone.now())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Open Debian's Chromium, without a window; for one file, because of the event loop."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("there is no chromium here; run: apt-get install chromium")
    # Playwright keeps an event loop in this thread, in which Django would refuse to be asked, and
    # in which nothing else could run a loop of its own.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
