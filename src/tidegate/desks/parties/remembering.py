"""The cache behind throttles and used codes: a table, so that every process remembers the same.

Nothing is forgotten before its time, however much there is: whoever could push out what is
remembered could try passwords without end, or use a code twice. Values are JSON, for reading
anything mightier from a table would run what somebody wrote there.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.utils import timezone

_AFTER_WRITES: Final = 256
"""So many writes of a process, and it clears away what has expired."""
_FOR_EVER: Final = datetime(9999, 12, 31, tzinfo=UTC)


class Remembering(BaseCache):
    """A cache of Django whose `add` lets one of many processes win."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._writes = itertools.count(1)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Remember a value unless there is one; say whether it was remembered."""
        row = self._row(key, value, timeout, version)
        with transaction.atomic():
            self._marks.filter(key=row.key, expires_at__lte=timezone.now()).delete()
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
            except IntegrityError:
                return False
        self._tidy()
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return what is remembered, or `default`."""
        found = self._standing(key, version).values_list("value", flat=True).first()
        return default if found is None else found

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Remember a value in the place of any other."""
        row = self._row(key, value, timeout, version)
        changed = {"value": row.value, "expires_at": row.expires_at}
        self._marks.update_or_create(key=row.key, defaults=changed)
        self._tidy()

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Remember for longer, or not as long; say whether there was anything."""
        return bool(self._standing(key, version).update(expires_at=self._end(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget; say whether there was anything."""
        deleted, _ = self._marks.filter(key=self.make_and_validate_key(key, version)).delete()
        return bool(deleted)

    def clear(self) -> None:
        """Forget everything."""
        self._marks.all().delete()

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> Any:
        return self._marks.model(
            key=self.make_and_validate_key(key, version),
            value=value,
            expires_at=self._end(timeout),
        )

    def _standing(self, key: str, version: int | None) -> Any:
        named = self.make_and_validate_key(key, version)
        return self._marks.filter(key=named, expires_at__gt=timezone.now())

    def _end(self, timeout: Any) -> datetime:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return _FOR_EVER if seconds is None else timezone.now() + timedelta(seconds=seconds)

    def _tidy(self) -> None:
        if next(self._writes) % _AFTER_WRITES == 0:
            self._marks.filter(expires_at__lte=timezone.now()).delete()

    @property
    def _marks(self) -> Any:
        # A cache may be made before the models are.
        from tidegate.desks.parties.models import Mark

        return Mark.objects
