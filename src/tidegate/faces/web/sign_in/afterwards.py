"""Work that is done when the answer has gone out, so that how long it takes tells nobody anything.

A link to a new password is sent only where there is an account, an account is opened only where
there is none. Both are done after the same answer has been given.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from allauth.core.context import request_context
from django.http import HttpRequest, HttpResponseRedirect

_log: Final = logging.getLogger(__name__)


class AndThen(HttpResponseRedirect):
    """Leads to an address; once that is sent, `work` is done. What fails in it is logged."""

    def __init__(self, address: str, request: HttpRequest, work: Callable[[], object]) -> None:
        super().__init__(address)
        self._request = request
        self._work: Callable[[], object] | None = work

    def close(self) -> None:
        """Do the work; the server calls this when the whole answer has been sent."""
        work, self._work = self._work, None
        if work is not None:
            try:
                with request_context(self._request):
                    work()
            except Exception:  # noqa: BLE001 - nobody waits for it; who asked is told nothing of it
                _log.exception("%s: what was to be done afterwards failed", self._request.path)
        super().close()
