"""Records to test with: `example_record`, which a person could have written, and `records()`.

What Hypothesis draws is coherent, as `fault_of` has it: spans in order and without overlaps,
versions that stand in one list only, dates that go forward. Its texts are hostile.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from tidegate.engines.formats.advisories.record import (
    BEGINNING,
    Basis,
    Credit,
    CreditKind,
    Decision,
    Evidence,
    Justification,
    Product,
    Publisher,
    Record,
    Reference,
    Remedy,
    RemedyKind,
    RevisionNote,
    Severity,
    Span,
    Status,
    TriedFix,
    VendorStatement,
)

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

LABELS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")

PUBLISHER = Publisher(
    "Tidegate Example Coordination Centre", "https://cert.example.org", "cert@example.org"
)

_FIRST_DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

_RUN = Evidence(Basis.RUN, "tidegate.example.org", ("ab" * 32,), oldest_run="0.0.1")


def example_record(**changes: Any) -> Record:
    """Return a whole record about minimist, whose fix for one bug was incomplete.

    Args:
        changes: members of the record that are to be different.
    """
    members: dict[str, Any] = {
        "identifier": "TG-2026-k7m3p9qd",
        "title": "Prototype pollution in minimist",
        "summary": "Arguments can set properties on the prototype of every object.",
        "description": "minimist sets keys of arguments without a check.\n\nWho controls the"
        " arguments of a program that uses it can add properties to every object.",
        "label": "TLP:CLEAR",
        "publisher": PUBLISHER,
        "revisions": (
            RevisionNote(1, _FIRST_DAY, "First publication."),
            RevisionNote(2, _FIRST_DAY + timedelta(days=3), "The other line of releases is named."),
        ),
        "products": (
            Product(
                "minimistjs",
                "minimist",
                "pkg:npm/minimist",
                affected=(
                    Span(BEGINNING, "0.2.4", True, _RUN),
                    Span("1.0.0", "1.2.6", True, _RUN),
                ),
                unaffected_versions=("1.2.6", "1.2.7", "1.2.8"),
                unknown=(Span("2.0.0-alpha.1", "2.0.0-alpha.3", False, _RUN),),
                unknown_versions=("0.2.5-rc.1",),
            ),
        ),
        "impact": "A program may skip its checks, or stop.",
        "cve": "CVE-2021-44906",
        "aliases": ("GHSA-xvch-5gv4-984h",),
        "weaknesses": ("CWE-1321",),
        "severities": (
            Severity("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "Example Coordination Centre"),
            Severity(
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                "Example Coordination Centre",
            ),
        ),
        "statements": (
            VendorStatement(
                "Example Widgets",
                "pkg:npm/%40example/widgets",
                Status.NOT_AFFECTED,
                Justification.NOT_EXECUTED,
                "The arguments are fixed when it is built.",
                _FIRST_DAY - timedelta(days=10),
            ),
            VendorStatement(
                "Example Power",
                "Example Meter Reader",
                Status.UNDER_INVESTIGATION,
                None,
                "We are looking.",
                _FIRST_DAY - timedelta(days=9),
            ),
        ),
        "remedies": (
            Remedy(
                RemedyKind.VENDOR_FIX,
                "Move to 1.2.6 or later.",
                "pkg:npm/minimist",
                "1.2.6",
                "https://www.npmjs.com/package/minimist/v/1.2.6",
            ),
            Remedy(RemedyKind.WORKAROUND, "Start Node with --disable-proto=delete."),
        ),
        "fixes": (
            TriedFix(
                "minimist-1.2.6",
                "pkg:npm/minimist",
                "1.2.6",
                False,
                ("proof-silenced", "variants-silenced"),
                (("applies", "passed"), ("proofs", "passed"), ("variants", "passed")),
                "",
                "cd" * 32,
            ),
        ),
        "credits": (
            Credit("A. Finder", CreditKind.FINDER, url="https://finder.example.org"),
            Credit("Example Coordination Centre", CreditKind.COORDINATOR),
        ),
        "references": (
            Reference("https://github.com/advisories/GHSA-xvch-5gv4-984h", "GHSA", "advisory"),
            Reference("https://github.com/minimistjs/minimist/commit/c2b9819", "The fix", "fix"),
        ),
        "decisions": (
            Decision(
                "cisa:DT_CISA_COORDINATOR:2.0.3",
                (("Exploitation", "public poc"), ("Automatable", "yes")),
                "attend",
                _FIRST_DAY - timedelta(days=1),
            ),
        ),
        "exploited": "A proof is public; no attack is known.",
        "discovered_at": _FIRST_DAY - timedelta(days=60),
    }
    return Record(**{**members, **changes})


class _Scheme(NamedTuple):
    """How packages and versions of one ecosystem look."""

    purl: str
    """The package URL, but for the number that makes it one of many."""
    version: str
    """A version, but for its three numbers."""


_SCHEMES = (
    _Scheme("pkg:npm/package-{}", "{}.{}.{}"),
    _Scheme("pkg:npm/%40scope/package-{}", "{}.{}.{}"),
    _Scheme("pkg:pypi/package-{}", "{}.{}.{}"),
    _Scheme("pkg:maven/org.example/package-{}", "{}.{}.{}.RELEASE"),
    _Scheme("pkg:deb/debian/package-{}?arch=source", "1:{}.{}.{}-1+deb12u1"),
)

_HOSTILE = (
    "<script>alert(1)</script>",
    "[click](javascript:alert(1)) *bold* `code` | cell |",
    '"; DROP TABLE advisories; --',
    "\u202egnp.exe\u202c",
    "Žofie Ńørgård 山田太郎 🦊",
    "null\x00byte and \x1b[31mred\x1b[0m",
    "=HYPERLINK(1)\r\nBcc: everyone@example.org",
    "a" * 3000,
    "&amp; %s {} ${jndi:ldap://x}",
)

_VECTORS = (
    "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
    "CVSS:2.0/AV:L/AC:H/Au:M/C:N/I:N/A:C/E:POC/RL:OF/RC:C",
    "CVSS:3.0/AV:N/AC:H/PR:L/UI:R/S:C/C:L/I:L/A:N",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N/E:P/RL:O/RC:C/CR:H/MAV:N/MS:C",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    "CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:P/VC:L/VI:N/VA:L/SC:L/SI:N/SA:N/E:P/CR:H/MVC:N/AU:Y/U:Amber",
)

_WEAKNESSES = ("CWE-79", "CWE-89", "CWE-22", "CWE-1321", "CWE-400", "CWE-502", "CWE-787")

_HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
_NEAR = "abcdefghijkmnpqrstuvwxyz23456789"


def hostile_texts() -> SearchStrategy[str]:
    """Give texts that are not blank, and that somebody may have written to do harm."""
    drawn = st.text(
        st.characters(codec="utf-8"),
        min_size=1,
        max_size=40,
    )
    return st.sampled_from(_HOSTILE) | drawn.filter(lambda text: bool(text.strip()))


def addresses() -> SearchStrategy[str]:
    """Give addresses of the web."""
    path = st.text("abcxyz-._~0123456789", max_size=12)
    query = st.sampled_from(("", "?q=a%20b&c=d", "#part"))
    return st.builds("https://example.org/{}{}".format, path, query)


@st.composite
def records(draw: DrawFn, *, withdrawn: bool | None = None) -> Record:
    """Give whole records in which `fault_of` finds nothing.

    Args:
        draw: Hypothesis's.
        withdrawn: whether they are withdrawn; None for either.
    """
    products = draw(_products())
    first = _FIRST_DAY + timedelta(seconds=draw(st.integers(0, 10**7)))
    is_withdrawn = draw(st.booleans()) and draw(st.booleans()) if withdrawn is None else withdrawn
    # A withdrawal is a revision.
    gaps = draw(st.lists(st.integers(1, 10**6), min_size=int(is_withdrawn), max_size=3))
    days = [first + timedelta(seconds=sum(gaps[:count])) for count in range(len(gaps) + 1)]
    name = draw(st.text(_NEAR, min_size=8, max_size=8))
    cve = draw(st.sampled_from(("", "CVE-2026-1234", "CVE-2026-1234567")))
    return Record(
        identifier=f"TG-{first.year}-{name}",
        title=draw(hostile_texts()),
        summary=draw(hostile_texts()),
        description="\n\n".join(draw(st.lists(hostile_texts(), min_size=1, max_size=3))),
        label=draw(st.sampled_from(LABELS)),
        publisher=PUBLISHER,
        revisions=tuple(
            RevisionNote(number, day, draw(hostile_texts())) for number, day in enumerate(days, 1)
        ),
        products=products,
        impact=draw(_maybe(hostile_texts())),
        cve=cve,
        aliases=tuple(draw(_some(st.sampled_from(("GHSA-aaaa-bbbb-cccc", "PYSEC-2026-1"))))),
        weaknesses=tuple(draw(_some(st.sampled_from(_WEAKNESSES)))),
        severities=tuple(draw(_some(st.builds(Severity, st.sampled_from(_VECTORS), _names())))),
        statements=tuple(draw(_some(_statements(products, first)))),
        remedies=tuple(draw(_some(_remedies(products)))),
        fixes=tuple(
            draw(st.lists(_fixes(products), max_size=3, unique_by=lambda fix: fix.name)),
        ),
        credits=tuple(draw(_some(_credits()))),
        references=tuple(draw(_some(_references()))),
        decisions=tuple(draw(_some(_decisions(first)))),
        exploited=draw(_maybe(hostile_texts())),
        discovered_at=draw(st.none() | st.just(first - timedelta(days=30))),
        withdrawn_at=days[-1] if is_withdrawn else None,
        withdrawn_because=draw(hostile_texts()) if is_withdrawn else "",
    )


def _names() -> SearchStrategy[str]:
    return st.sampled_from(("Example Org", "Żółw <admin@example.org>", "R&D | 'Sea'"))


def _maybe(texts: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.just("") | texts


def _some(of: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    return st.lists(of, max_size=3, unique=True)


@st.composite
def _products(draw: DrawFn) -> tuple[Product, ...]:
    schemes = draw(st.lists(st.sampled_from(_SCHEMES), min_size=1, max_size=3, unique=True))
    return tuple(draw(_product(scheme, number)) for number, scheme in enumerate(schemes))


@st.composite
def _product(draw: DrawFn, scheme: _Scheme, number: int) -> Product:
    """Cut an ascending list of versions into pieces, of each of which one thing is said."""
    numbers = st.tuples(*[st.integers(0, 30)] * 3)
    drawn = draw(st.lists(numbers, min_size=2, max_size=9, unique=True))
    left = [scheme.version.format(*each) for each in sorted(drawn)]
    spans: dict[str, list[Span]] = {"affected": [], "unknown": []}
    singles: dict[str, list[str]] = {"affected": [], "unaffected": [], "unknown": []}
    is_first = True
    while left:
        what = draw(st.sampled_from(("fixed", "last", "unknown", *singles, "nothing")))
        if what in singles and (what != "unknown" or draw(st.booleans())):
            singles[what].append(left.pop(0))
        elif what != "nothing":
            begin, size = left[0], draw(st.integers(1, len(left)))
            from_start = is_first and draw(st.booleans())
            is_open = size == len(left) and draw(st.booleans())
            ended = None if is_open else left[size - 1]
            is_fixed = what == "fixed" and ended is not None and (size > 1 or from_start)
            kind = "unknown" if what == "unknown" else "affected"
            introduced = BEGINNING if from_start else begin
            spans[kind].append(Span(introduced, ended, is_fixed, draw(_evidence())))
            # The fixed version is outside, and may begin what comes next.
            keep = is_fixed and size > 1 and draw(st.booleans())
            del left[: size - 1 if keep else size]
        else:
            left.pop(0)
        is_first = False
    if not any((*spans.values(), *singles.values())):
        singles["affected"].append(scheme.version.format(99, 0, 0))
    return Product(
        draw(_names()),
        f"package-{number}",
        scheme.purl.format(number),
        tuple(spans["affected"]),
        tuple(singles["affected"]),
        tuple(singles["unaffected"]),
        tuple(spans["unknown"]),
        tuple(singles["unknown"]),
    )


def _evidence() -> SearchStrategy[Evidence]:
    run = st.builds(Evidence, st.just(Basis.RUN), _names(), st.tuples(_HEX), st.just("0.0.1"))
    return run | st.builds(Evidence, st.just(Basis.VOUCHED), _names())


def _packages(products: tuple[Product, ...]) -> SearchStrategy[str]:
    return st.sampled_from([product.purl for product in products])


def _statements(products: tuple[Product, ...], before: datetime) -> SearchStrategy[VendorStatement]:
    others = (
        "pkg:npm/%40example/widgets",
        "pkg:pypi/other@1.0.0",
        "Meter Reader 3000",
        "<b>OS</b>",
    )
    said = st.sampled_from(
        (
            *((status, None) for status in Status),
            *((Status.NOT_AFFECTED, justification) for justification in Justification),
        )
    )
    named = st.tuples(_packages(products) | st.sampled_from(others), st.just(""))
    ranged = st.just(("pkg:npm/%40example/widgets", "vers:npm/>=1.0.0|<2.0.0"))
    return st.builds(
        lambda vendor, product, status, words: VendorStatement(
            vendor, product[0], status[0], status[1], words, before - timedelta(days=1), product[1]
        ),
        _names(),
        named | ranged,
        said,
        _maybe(hostile_texts()),
    )


@st.composite
def _remedies(draw: DrawFn, products: tuple[Product, ...]) -> Remedy:
    kind = draw(st.sampled_from(RemedyKind))
    product = draw(st.sampled_from(products))
    fixed = product.fixed_versions
    if kind is RemedyKind.VENDOR_FIX and fixed:
        url = draw(_maybe(addresses()))
        return Remedy(kind, draw(hostile_texts()), product.purl, draw(st.sampled_from(fixed)), url)
    purl = draw(st.sampled_from(("", product.purl)))
    return Remedy(kind, draw(hostile_texts()), purl, url=draw(_maybe(addresses())))


@st.composite
def _fixes(draw: DrawFn, products: tuple[Product, ...]) -> TriedFix:
    is_patch = draw(st.booleans())
    number = draw(st.integers(1, 99))
    return TriedFix(
        f"fix-{number}.diff" if is_patch else f"fix-{number}",
        draw(_packages(products)),
        f"1.{number}.0",
        is_patch,
        draw(st.sampled_from(((), ("proof-silenced",), ("proof-silenced", "variants-silenced")))),
        (("applies", "passed"), ("proofs", draw(st.sampled_from(("passed", "failed"))))),
        draw(_HEX) if is_patch else "",
        draw(_HEX),
    )


def _credits() -> SearchStrategy[Credit]:
    return st.builds(
        Credit,
        hostile_texts(),
        st.sampled_from(CreditKind),
        _maybe(hostile_texts()),
        _maybe(addresses()),
    )


def _references() -> SearchStrategy[Reference]:
    kinds = ("advisory", "article", "fix", "report", "package", "evidence", "web", "external")
    return st.builds(Reference, addresses(), hostile_texts(), st.sampled_from(kinds))


def _decisions(before: datetime) -> SearchStrategy[Decision]:
    return st.builds(
        Decision,
        st.just("cisa:DT_CISA_COORDINATOR:2.0.3"),
        st.just((("Exploitation", "public poc"), ("Automatable", "yes"))),
        st.sampled_from(("track", "attend", "act")),
        st.just(before - timedelta(days=1)),
    )
