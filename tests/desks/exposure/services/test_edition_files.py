"""An edition that is handed in as a file is judged like one that was fetched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.desks.exposure.rooms import NOW, make_operator
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.models import Edition, FeedState
from tidegate.desks.exposure.services.edition_files import take_file
from tidegate.desks.exposure.services.taking import Outcome
from tidegate.desks.findings.services.refusals import NotPossibleError

pytestmark = pytest.mark.django_db


def a_file(folder: Path, content: object) -> Path:
    path = folder / "edition.json"
    path.write_text(json.dumps(content))
    return path


def test_a_bad_one_is_refused_on_record_under_the_name_that_it_came_by(tmp_path: Path) -> None:
    FeedState.objects.create(name="kev", place="https://mirror.example.org/kev")
    path = a_file(tmp_path, {"vulnerabilities": 7})
    taken = take_file(OWNER, "kev", path, called="kev\n.json", at=NOW)
    assert taken.outcome is Outcome.REFUSED
    kept = Edition.objects.get()
    assert (kept.outcome, kept.came_from) == ("refused", "handed in: kev.json")
    assert str(tmp_path) not in kept.words
    state = FeedState.objects.get()
    assert (state.edition, state.place) == (None, "https://mirror.example.org/kev")


def test_only_who_runs_the_instance_hands_one_in_and_of_a_feed_that_there_is(
    tmp_path: Path,
) -> None:
    path = a_file(tmp_path, {})
    with pytest.raises(NotFoundError):
        take_file(make_operator().actor, "kev", path, called="kev.json", at=NOW)
    with pytest.raises(NotPossibleError, match="no feed 'nothing'"):
        take_file(OWNER, "nothing", path, called="kev.json", at=NOW)
    assert not Edition.objects.exists()
