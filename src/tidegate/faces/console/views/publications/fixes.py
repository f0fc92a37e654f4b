"""The fixes of a case and one fix: offered, tried, looked at, withdrawn; its diff and its receipts.

A diff is a stranger's text, and as good as a proof: it is shown as text to whoever may read it, and
saved as a file that no browser opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.cases.queries.headings import heading_of
from tidegate.desks.cases.queries.permitted import permitted_in
from tidegate.desks.publications.models import Trial
from tidegate.desks.publications.queries import fixes as asked
from tidegate.desks.publications.queries.fixes import FixShown, TrialShown
from tidegate.desks.publications.queries.trials import RungShown
from tidegate.desks.publications.services import fixes as services
from tidegate.engines.reproduction.fixes.ladder import ORDER
from tidegate.faces.console.views import coordination
from tidegate.faces.console.views.doing import (
    SAVED_HEADERS,
    Refusal,
    UnreadableError,
    Work,
    done,
    done_at,
    text_of,
    upload_of,
)
from tidegate.faces.console.views.publications.answering import above
from tidegate.faces.console.views.publications.diff_lines import Line, lines_of
from tidegate.faces.console.views.showing import asking, page
from tidegate.faces.web.acting import actor_of_request as actor_of

_LARGEST_DIFF: Final = 4 << 20
"""Bytes of a file that a form takes; the engine takes fewer, and says so."""
_MOST_TESTS: Final = 20
_LONGEST_SHOWN: Final = 200_000
"""Signs of a diff that a page shows; the file has all of them."""


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of a trial, whether it was reached or not."""

    name: str
    word: str
    """Empty while it has not come so far."""
    seen: RungShown | None


@require_GET
@asking
def of_case(request: HttpRequest, key: str) -> HttpResponse:
    """Show the fixes that were offered for a case."""
    return case_page(request, key)


def case_page(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of a case's fixes.

    Raises:
        NotFoundError: there is no such case, or not for them to read.
    """
    actor, now = actor_of(request), timezone.now()
    found = asked.fixes_of(actor, key, at=now)
    permitted = permitted_in(actor, key, at=now)
    heading = heading_of(actor, key, at=now)
    return page(
        request,
        "publications/fixes",
        "cases",
        **{
            **coordination.above(request, actor, heading, permitted, now),
            **above(request, now, refusal),
        },
        fixes=[(one, _last(one)) for one in found if one.withdrawn_at is None],
        withdrawn=[one for one in found if one.withdrawn_at is not None],
    )


@require_POST
@asking
def offer(request: HttpRequest, key: str) -> HttpResponse:
    """Offer a fix for a case: a diff as a file or as text, or a released version."""
    if not permitted_in(actor_of(request), key, at=timezone.now()).write:
        # Whatever the form holds, who may not offer one is told so first.
        raise NotFoundError("case", key)
    made: list[str] = []

    def work(actor: Actor, at: datetime) -> None:
        release = text_of(request, "release")
        patch = _patch_of(request)
        if bool(release) == (patch is not None):
            raise UnreadableError("give either a diff, or the version of a release; not both")
        offered = services.offer(
            actor,
            key,
            patch=patch,
            release=release or None,
            against=text_of(request, "against") if patch is not None else "",
            tests=_tests_of(request) or None,
            words=text_of(request, "words"),
            at=at,
        )
        made.append(offered.key)

    return done(
        request,
        "offer",
        work,
        then=lambda: f"/fixes/{made[0]}?done=offered",
        again=lambda refusal: case_page(request, key, refusal),
    )


@require_GET
@asking
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one fix: its ladder, and what was seen on each rung."""
    return fix_page(request, key)


def fix_page(request: HttpRequest, key: str, refusal: Refusal | None = None) -> HttpResponse:
    """Return the page of a fix.

    Raises:
        NotFoundError: there is no such fix, or not for them.
    """
    actor, now = actor_of(request), timezone.now()
    one = asked.fix(actor, key, at=now)
    chosen = _chosen(one, request.GET.get("trial", ""))
    diff = _diff(actor, one) if one.can_read_diff else ()
    return page(
        request,
        "publications/fix",
        "cases",
        **above(request, now, refusal),
        fix=one,
        trial=chosen,
        steps=_steps(chosen),
        diff=diff,
        is_cut=sum(len(line.text) + 1 for line in diff) >= _LONGEST_SHOWN,
        going_on=any(
            each.state in (Trial.State.WAITING, Trial.State.RUNNING) for each in one.trials
        ),
    )


@require_POST
@asking
def ask_for_trial(request: HttpRequest, key: str) -> HttpResponse:
    """Have a fix tried once more."""
    return _done(
        request,
        key,
        "trial",
        lambda actor, at: services.ask_for_trial(actor, key, at=at),
        "trial",
    )


@require_POST
@asking
def look(request: HttpRequest, key: str) -> HttpResponse:
    """Say what one thinks of a fix."""

    def work(actor: Actor, at: datetime) -> None:
        answer = text_of(request, "accepts")
        if answer not in ("yes", "no"):
            raise UnreadableError("say whether you accept it, or not")
        services.look(
            actor,
            key,
            accepts=answer == "yes",
            words=text_of(request, "words"),
            at=at,
        )

    return _done(request, key, "look", work, "looked")


@require_POST
@asking
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw a fix."""
    return _done(
        request,
        key,
        "withdraw",
        lambda actor, at: services.withdraw(actor, key, why=text_of(request, "why"), at=at),
        "fix-withdrawn",
    )


@require_GET
@asking
def save_diff(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out a fix's diff, as it was offered."""
    content = asked.diff_of(actor_of(request), key, at=timezone.now())
    return _saved(content, f"{_name(key)}.diff", "text/plain; charset=utf-8")


@require_GET
@asking
def save_receipt(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Hand out the signed receipt of a trial."""
    content = asked.receipt_of(actor_of(request), key, number, at=timezone.now())
    return _saved(content, f"{_name(key)}.{number}.receipt.json", "application/json")


def _done(request: HttpRequest, key: str, form: str, work: Work, word: str) -> HttpResponse:
    return done_at(f"/fixes/{key}", fix_page, request, key, form, work, word)


def _saved(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {**SAVED_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def _name(key: str) -> str:
    return key if key.isascii() and key.replace("-", "").isalnum() else "fix"


def _patch_of(request: HttpRequest) -> bytes | None:
    """Return the diff that a form holds, as a file or as text; None where it holds none."""
    if "patch" in request.FILES:
        return upload_of(request, "patch", "the diff", most=_LARGEST_DIFF)[1]
    written = request.POST.get("diff", "")
    # A browser sends lines as a form has them; a diff ends its own as its file does.
    return written.replace("\r\n", "\n").encode() if written.strip() else None


def _tests_of(request: HttpRequest) -> dict[str, bytes]:
    """Return the tests that came with a form, by their names."""
    came = request.FILES.getlist("tests")
    if len(came) > _MOST_TESTS:
        raise UnreadableError(f"{len(came)} tests came; at most {_MOST_TESTS} are taken")
    if sum(one.size or 0 for one in came) > _LARGEST_DIFF:
        raise UnreadableError(f"the tests have more than {_LARGEST_DIFF:,} bytes together")
    return {str(one.name): one.read() for one in came}


def _last(one: FixShown) -> TrialShown | None:
    """Return the trial that counts: the last one that came to its end, or that is going on."""
    return next((each for each in one.trials if each.words), next(iter(one.trials), None))


def _chosen(one: FixShown, number: str) -> TrialShown | None:
    named = next((each for each in one.trials if str(each.number) == number), None)
    return named or next(iter(one.trials), None)


def _steps(trial: TrialShown | None) -> list[Step]:
    """Return the rungs of a trial, the highest first, as a ladder stands."""
    if trial is None:
        return []
    known = dict(trial.words)
    seen = {rung.name: rung for rung in trial.rungs or ()}
    # What people say is kept with the words; its rung is put together when it is signed.
    return [Step(name, known.get(name, ""), seen.get(name)) for name in reversed(ORDER)]


def _diff(actor: Actor, one: FixShown) -> tuple[Line, ...]:
    text = asked.diff_of(actor, one.key, at=timezone.now()).decode("utf-8", "replace")
    return lines_of(text[:_LONGEST_SHOWN])
