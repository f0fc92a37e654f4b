"""Tables: who sees which, which one a name means, and what one says as its authority reads it."""

from __future__ import annotations

import json
from datetime import UTC, date
from importlib import resources

import pytest

from tests.desks.exposure.rooms import NOW, Room, day, make_operator
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.exposure.queries.loaded import list_loaded, own_tables_of
from tidegate.desks.exposure.queries.tables import dated_by, list_tables, table_named, told_by
from tidegate.desks.exposure.services.loading import load_table, set_aside
from tidegate.engines.rules import Basis, Circumstances, Input, RuleInputError, Scope

pytestmark = pytest.mark.django_db

SHIPPED = resources.files("tidegate.engines.rules") / "shipped"
BOD = "cisa-bod-26-04"


def another(version: str = "1.0.0") -> bytes:
    """Return the coordinator's table as one of somebody's own."""
    document = json.loads((SHIPPED / "tables" / "cisa_coordinator_2_0_3.json").read_bytes())
    document |= {"name": "Ours", "namespace": "x_example.org#ours", "version": version}
    return json.dumps(document).encode()


def names(who: Room) -> set[str]:
    return {one.table.name for one in list_tables(who.actor, at=day(1))}


def inputs(**values: str) -> dict[str, Input]:
    return {name: Input(value) for name, value in values.items()}


def test_an_own_table_is_seen_by_its_organisation_alone_until_it_is_set_aside() -> None:
    own, other = make_operator(), make_operator()
    made = load_table(own.actor, another(), "ours.json", organisation_key=own.key, at=NOW)
    assert names(own) - names(other) == {made.name}
    assert table_named(own.actor, made.name, at=day(1)).organisation == own.key
    with pytest.raises(NotFoundError):
        table_named(other.actor, made.name, organisation=own.key, at=day(1))
    with pytest.raises(NotFoundError):
        own_tables_of(other.actor, own.key, at=day(1))
    set_aside(own.actor, "table", made.name, organisation_key=own.key, at=day(1))
    assert names(own) == names(other)
    assert [one.set_aside_at for one in own_tables_of(own.actor, own.key, at=day(2))] == [day(1)]


def test_of_two_versions_of_a_name_the_newest_is_meant() -> None:
    own = make_operator()
    for version in ("1.0.0", "1.1.0"):
        made = load_table(
            own.actor, another(version), "ours.json", organisation_key=own.key, at=NOW
        )
    assert table_named(own.actor, made.name, at=day(1)).table.version == "1.1.0"


def test_everybodys_table_is_meant_before_an_own_one_of_its_name() -> None:
    own = make_operator()
    made = load_table(OWNER, another(), "ours.json", at=NOW)
    load_table(own.actor, another(), "ours.json", organisation_key=own.key, at=NOW)
    assert table_named(own.actor, made.name, at=day(1)).organisation == ""
    found = table_named(own.actor, made.name, organisation=own.key, at=day(1))
    assert found.organisation == own.key
    assert [one.name for one in list_loaded(OWNER)] == [made.name]
    with pytest.raises(NotFoundError):
        list_loaded(own.actor)


def test_a_table_is_read_as_its_authority_reads_it_with_the_directives_numbers() -> None:
    row = table_named(OWNER, BOD, at=NOW)
    listed = inputs(
        in_kev="yes", publicly_exposed="no", automatable="yes", technical_impact="total"
    )
    told = told_by(row, listed)
    assert told.row is not None
    assert (row.number(told.row), row.rows_are) == (9, "BOD 26-04, Appendix A, Table 1")
    unknown = told_by(row, inputs(in_kev="yes", publicly_exposed="no"))
    assert unknown.row is None
    assert unknown.answer is not None
    assert unknown.answer.basis is Basis.UNDETERMINED
    known = Circumstances(Scope.FCEB, listed, listed_on=date(2026, 11, 20))
    assert dated_by(row, known, UTC).due_on == date(2026, 11, 23)
    with pytest.raises(RuleInputError, match="choose another scope"):
        dated_by(row, Circumstances(Scope.NSS, listed, listed_on=date(2026, 11, 20)), UTC)


def test_a_table_that_nobody_reads_wants_each_value() -> None:
    row = table_named(OWNER, "cisa-coordinator", at=NOW)
    every = {point.word: Input(point.words[0]) for point in row.table.points}
    told = told_by(row, every)
    assert told.row is not None
    assert (told.answer, row.rows_are) == (None, "the table's mapping")
    every.popitem()
    with pytest.raises(RuleInputError, match="needs"):
        told_by(row, every)
