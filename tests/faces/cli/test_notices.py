"""The commands of notices, as the person whom `--as` names and as the instance's owner."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from tests.desks.notices.made import coordinated, happens, organisation, party, person, told
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.notices.models import Notice, WebhookEndpoint
from tidegate.desks.parties.models import Organisation
from tidegate.faces.cli import notices
from tidegate.faces.cli.main import app

pytestmark = pytest.mark.django_db

Run = Callable[..., Result]


@pytest.fixture
def vendor() -> Organisation:
    return organisation(OrganisationKind.VENDOR)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    # The test's own tables are open already.
    monkeypatch.setattr(notices, "open_instance", lambda: None)

    def invoke(*arguments: str) -> Result:
        done = CliRunner().invoke(app, list(arguments))
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return invoke


def test_somebody_lists_and_marks_their_own(run: Run, vendor: Organisation):
    one, other = person(vendor, Role.ADMINISTRATOR), person(vendor)
    case = coordinated()
    party(case, vendor, one, other)
    happens("fact-recorded", case=case.case)
    told()
    page = json.loads(run("--as", one.email, "notices", "--json").stdout)
    (row,) = page["rows"]
    assert (row["case"], row["kind"]) == (case.case.key, "fact-recorded")
    assert case.case.key in run("--as", one.email, "notices").stdout
    run("--as", one.email, "notices", "read", row["key"])
    assert json.loads(run("--as", one.email, "notices", "--unread", "--json").stdout)["rows"] == []
    assert "1 marked" in run("--as", other.email, "notices", "read").stdout
    assert not Notice.objects.filter(read_at=None).exists()


def test_somebody_chooses_mail_and_a_feed(run: Run, vendor: Organisation):
    one = person(vendor)
    assert "daily" in run("--as", one.email, "notices", "mail", "daily").stdout
    assert run("--as", one.email, "notices", "mail", "yearly").exit_code == 2
    assert run("--as", one.email, "notices", "feed").stdout.startswith("/feeds/")
    run("--as", one.email, "notices", "feed", "--end")
    with pytest.raises(NotPossibleError):
        run("--as", one.email, "notices", "feed", "--end")


def test_notices_are_a_persons(run: Run):
    done = run("notices")
    assert done.exit_code == 2
    assert "--as" in done.output


def test_the_owner_keeps_webhooks_and_a_member_does_not(run: Run, vendor: Organisation):
    url = "https://hooks.example.org/in"
    made = json.loads(run("webhooks", "add", vendor.key, url, "--kind", "merge", "--json").stdout)
    assert made["secret"].startswith("whsec_")
    (row,) = json.loads(run("webhooks", "list", "--json").stdout)["rows"]
    assert (row["key"], row["url"], row["kinds"]) == (made["webhook"], url, ["merge"])
    assert "whsec_" in run("webhooks", "rotate", made["webhook"]).stdout
    assert "0 tried again" in run("webhooks", "retry", made["webhook"]).stdout
    member = person(vendor).email
    assert json.loads(run("--as", member, "webhooks", "list", "--json").stdout)["rows"] == []
    with pytest.raises(NotFoundError):
        run("--as", member, "webhooks", "disable", made["webhook"])
    run("webhooks", "disable", made["webhook"])
    assert WebhookEndpoint.objects.get().disabled_at is not None
    assert "disabled" in run("webhooks", "list").stdout
    with pytest.raises(NotFoundError):
        run("--as", member, "notices", "retry-mails")
    assert "0 tried again" in run("notices", "retry-mails").stdout
