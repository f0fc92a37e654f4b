"""Our own provider keeps every written rule, and each rule that is broken is told by its number."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.provider.publishing import FIRST, PUBLISHER, documents, relabelled
from tests.engines.provider.serving import certificates, served
from tidegate.engines.formats.advisories.schema_checks import csaf_schema_faults
from tidegate.engines.provider import metadata
from tidegate.engines.provider.documents import Label, Version
from tidegate.engines.provider.fetching import FolderFetch, HttpFetch
from tidegate.engines.provider.rules import Report, Role, Verdict, report_on
from tidegate.engines.provider.signing import OpenPgpSigner
from tidegate.engines.provider.site import Site
from tidegate.engines.provider.visiting import visit

LATER = FIRST + timedelta(days=60)
WHITE = "csaf/v2.0/white"
ONE = f"{WHITE}/2026/tg-2026-00000001.json"
METADATA = ".well-known/csaf/provider-metadata.json"
OF_SERVERS = {3, 4, 6, 9, 10, 14}
"""What a folder cannot show, of CSAF 2.0."""


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> OpenPgpSigner:
    return OpenPgpSigner.make(tmp_path_factory.mktemp("keys") / "key", "x <x@example.org>")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates(tmp_path_factory.mktemp("authority"))


def publish(folder: Path, address: str, signer: OpenPgpSigner) -> Path:
    here = Site(folder / "public", address, PUBLISHER, signer, page=2)
    here.put([documents(number) for number in (1, 2, 3)], FIRST)
    here.put([documents(1, revised=LATER)], LATER)
    text = metadata.security_txt(
        contacts=["mailto:security@example.org"],
        expires=LATER + timedelta(days=180),
        base_url=address,
        metadata=metadata.csaf_fields(address, list(Version)),
    )
    here.write_security_txt(text)
    return folder / "public"


def validate(raw: bytes) -> list[str]:
    try:
        return csaf_schema_faults(json.loads(raw))
    except ValueError as error:
        return [str(error)]


def judged(fetch: Any, address: str, **given: Any) -> Report:
    return report_on(visit(fetch, address, validate=validate, **given), LATER)


def verdicts(report: Report) -> dict[int, str]:
    return {one.number: one.verdict.value for one in report.results}


def failing(report: Report) -> dict[int, str]:
    return {
        one.number: "; ".join(one.faults) for one in report.results if one.verdict is Verdict.FAILS
    }


@pytest.fixture
def folder(tmp_path: Path, signer: OpenPgpSigner) -> Path:
    return publish(tmp_path, "https://gate.example.org", signer)


@pytest.fixture
def own(
    tmp_path: Path, signer: OpenPgpSigner, authority: tuple[Path, Path]
) -> Iterator[tuple[str, Any, Path, HttpFetch]]:
    """Our provider behind TLS: its address, its handler, its folder, and what asks it."""
    (tmp_path / "public").mkdir()
    with served(tmp_path / "public", authority[1]) as (address, handler):
        publish(tmp_path, address, signer)
        yield address, handler, tmp_path / "public", HttpFetch(verify=str(authority[0]))


def test_our_folder_keeps_every_rule_that_a_folder_can_show(folder: Path):
    report = judged(FolderFetch(folder, "https://gate.example.org"), "https://gate.example.org")
    assert failing(report) == {}
    assert set(report.open) == OF_SERVERS
    assert (report.role, report.is_good, report.documents) == (Role.TRUSTED, True, 3)


def test_our_folder_keeps_the_rules_of_21_too(folder: Path):
    fetch = FolderFetch(folder, "https://gate.example.org")
    address = "https://gate.example.org/.well-known/csaf/v2.1/provider-metadata.json"
    report = judged(fetch, address)
    assert failing(report) == {}
    assert set(report.open) == OF_SERVERS | {24, 25}
    assert report.is_good


@pytest.mark.parametrize("version", list(Version))
def test_behind_tls_every_rule_holds_but_the_one_of_dns(
    own: tuple[str, Any, Path, HttpFetch], version: Version
):
    address, _, _, fetch = own
    report = judged(fetch, f"{address}/{metadata.metadata_name(version)}")
    others = {24, 25} if version is Version.V21 else set()
    assert verdicts(report) == {
        number: "deployment" if number == 10 else "holds" for number in {*range(1, 21), *others}
    }
    assert (report.role, report.is_good) == (Role.TRUSTED, True)


def test_a_certificate_that_nobody_trusts_is_no_tls(own: tuple[str, Any, Path, HttpFetch]):
    report = judged(HttpFetch(), own[0])
    assert report.role is Role.NONE
    assert "certificate" in failing(report)[3].lower()


def test_plain_http_on_loopback_leaves_tls_to_the_deployment(tmp_path: Path, signer: OpenPgpSigner):
    (tmp_path / "public").mkdir()
    with served(tmp_path / "public", None) as (address, _):
        publish(tmp_path, address, signer)
        report = judged(HttpFetch(), address)
    assert set(report.open) == {3, 9, 10}
    # security.txt has to name encrypted addresses, on loopback as well.
    assert set(failing(report)) == {8}
    assert report.role is Role.TRUSTED


def test_an_address_can_be_asked_for_elsewhere(tmp_path: Path, signer: OpenPgpSigner):
    public = publish(tmp_path, "https://gate.example.org", signer)
    with served(public, None) as (address, _):
        fetch = HttpFetch(via={"https://gate.example.org": address})
        report = judged(fetch, "https://gate.example.org")
    assert 3 in failing(report)
    assert set(failing(report)) <= {3, 10}


Break = Callable[[Path], Any]


def _edit(name: str, change: Callable[[Any], Any]) -> Break:
    def edit(folder: Path) -> None:
        document = json.loads((folder / name).read_bytes())
        change(document)
        (folder / name).write_text(json.dumps(document))

    return edit


def _replace(name: str, old: str, new: str) -> Break:
    def edit(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return edit


FEED = f"{WHITE}/csaf-feed-tlp-white.json"
PART = f"{WHITE}/csaf-feed-tlp-white-2026-1.json"
SECURITY = ".well-known/security.txt"
BROKEN: list[tuple[int, Break]] = [
    (1, _edit(ONE, lambda made: made["document"].pop("title"))),
    (1, lambda folder: (folder / ONE).write_text("no JSON")),
    (1, lambda folder: (folder / ONE).unlink()),
    (2, _edit(ONE, lambda made: made["document"]["tracking"].update(id="TG-2026-other"))),
    (3, _replace(METADATA, "https://gate.example.org/csaf", "http://gate.example.org/csaf")),
    (5, lambda folder: (folder / ONE).write_bytes(relabelled(documents(1), Label.AMBER).csaf20)),
    (7, _edit(METADATA, lambda made: made.pop("publisher"))),
    (7, _edit(METADATA, lambda made: made.update(role="csaf_best_provider"))),
    (7, _edit(METADATA, lambda made: made.update(last_updated="yesterday"))),
    (7, _edit(METADATA, lambda made: made.update(metadata_version="3.0"))),
    (8, lambda folder: (folder / SECURITY).unlink()),
    (8, _replace(SECURITY, "CSAF: ", "CASF: ")),
    (8, _replace(SECURITY, "Expires: 2027", "Expires: 2020")),
    (8, _replace(SECURITY, "Expires: 2027", "Expires: soon, 2027")),
    (9, lambda folder: (folder / METADATA).write_text("[]")),
    (11, _edit(ONE, lambda made: made["document"]["tracking"].update(
        initial_release_date="2025-11-02T10:30:00Z"))),
    (12, lambda folder: (folder / WHITE / "index.txt").unlink()),
    (12, _replace(f"{WHITE}/index.txt", "2026/tg-2026-00000001.json\n", "")),
    (13, lambda folder: (folder / WHITE / "changes.csv").unlink()),
    (13, _replace(f"{WHITE}/changes.csv", '"', "")),
    (13, _replace(f"{WHITE}/changes.csv", "2027-01-01", "2020-01-01")),
    (13, _replace(f"{WHITE}/changes.csv", '"2026/tg-2026-00000002.json"', '"2026/other.json"')),
    (15, lambda folder: (folder / FEED).unlink()),
    (15, _edit(FEED, lambda made: made["feed"].update(category=[]))),
    (15, _edit(PART, lambda made: made["feed"]["entry"].pop())),
    (15, _edit(FEED, lambda made: made["feed"]["entry"][0]["link"].pop())),
    (15, _replace(METADATA, '"WHITE"', '"AMBER"')),
    (16, _replace(".well-known/csaf/v2.0/service.json", "feed-tlp-white.json", "feed.json")),
    (17, lambda folder: (folder / WHITE / "category-white.json").write_text("{}")),
    (18, _replace(ONE, "Prototype", "prototype")),
    (18, lambda folder: (folder / f"{ONE}.sha512").unlink()),
    (19, _replace(ONE, "Prototype", "prototype")),
    (19, lambda folder: (folder / f"{ONE}.asc").unlink()),
    (20, lambda folder: next((folder / ".well-known/csaf/openpgp").iterdir()).unlink()),
    (20, _edit(METADATA, lambda made: made["public_openpgp_keys"][0].update(fingerprint="A" * 40))),
    (20, _edit(METADATA, lambda made: made.pop("public_openpgp_keys"))),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: str(one[0]))
def test_a_broken_rule_is_told_by_its_number(folder: Path, broken: tuple[int, Break]):
    number, change = broken
    change(folder)
    report = judged(FolderFetch(folder, "https://gate.example.org"), "https://gate.example.org")
    assert number in failing(report), verdicts(report)
    assert not report.is_good


BROKEN_SERVERS: list[tuple[int, Callable[[Any], Any]]] = [
    (4, lambda handler: handler.instead.update({f"/{ONE}": (401, {})})),
    (6, lambda handler: handler.instead.update({f"/{ONE}": (302, {"Location": f"/{ONE}"})})),
    (9, lambda handler: handler.instead.update({f"/{METADATA}": (302, {"Location": "/x"})})),
    (14, lambda handler: handler.instead.update({f"/{WHITE}/2026/": (403, {})})),
    (24, lambda handler: setattr(handler, "refuses", staticmethod(lambda one: "curl" in one))),
    (25, lambda handler: setattr(handler, "allows_origins", False)),
]


@pytest.mark.parametrize("broken", BROKEN_SERVERS, ids=lambda one: str(one[0]))
def test_a_rule_that_the_server_breaks_is_told_by_its_number(
    own: tuple[str, Any, Path, HttpFetch], broken: tuple[int, Callable[[Any], Any]]
):
    address, handler, _, fetch = own
    number, change = broken
    change(handler)
    version = Version.V21 if number > 20 else Version.V20
    report = judged(fetch, f"{address}/{metadata.metadata_name(version)}")
    assert number in failing(report), verdicts(report)


def test_without_signatures_a_provider_is_no_trusted_one(folder: Path):
    for path in folder.rglob("*.json.asc"):
        path.unlink()
    report = judged(FolderFetch(folder, "https://gate.example.org"), "https://gate.example.org")
    assert (report.role, report.claimed, report.is_good) == (
        Role.PROVIDER,
        "csaf_trusted_provider",
        False,
    )


def test_either_way_of_distributing_is_enough(folder: Path):
    (folder / WHITE / "index.txt").unlink()
    report = judged(FolderFetch(folder, "https://gate.example.org"), "https://gate.example.org")
    assert 12 in failing(report)
    assert report.role is Role.TRUSTED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
)


def test_whatever_a_server_says_the_rules_are_judged(folder: Path):
    """Every member of what is read is replaced by anything, one after the other."""
    names = [METADATA, FEED, PART, ".well-known/csaf/v2.0/service.json", ONE]
    whole = {name: json.loads((folder / name).read_bytes()) for name in names}
    paths = [(name, path) for name in names for path in sorted(paths_of(whole[name]), key=str)]

    @settings(max_examples=60, deadline=None)
    @given(where=st.sampled_from(paths), value=JSON)
    def holds(where: tuple[str, tuple[Any, ...]], value: Any) -> None:
        name, path = where
        said = json.loads(json.dumps(whole[name]))
        if path:
            inner = said
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = value
        else:
            said = value
        (folder / name).write_text(json.dumps(said))
        try:
            judged(FolderFetch(folder, "https://gate.example.org"), "https://gate.example.org")
        finally:
            (folder / name).write_text(json.dumps(whole[name]))

    holds()


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths_of(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value[:2]):
            yield from paths_of(inner, (*path, place))


def test_what_was_not_looked_at_is_counted(folder: Path):
    fetch = FolderFetch(folder, "https://gate.example.org")
    report = judged(fetch, "https://gate.example.org", most_documents=2)
    assert (report.documents, report.left_out) == (2, 1)


def test_a_site_without_metadata_fails_everything(tmp_path: Path):
    report = judged(FolderFetch(tmp_path, "https://gate.example.org"), "https://gate.example.org")
    assert set(verdicts(report).values()) == {"fails"}
    assert report.role is Role.NONE
