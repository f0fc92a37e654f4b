"""What an OpenVEX document of a record states."""

from __future__ import annotations

from tests.engines.formats.advisories.records import example_record

from tidegate.engines.formats.advisories.openvex import openvex


def test_a_span_names_its_range_and_the_versions_at_its_ends() -> None:
    statements = openvex(example_record())["statements"]

    assert [product["@id"] for product in statements[1]["products"]] == [
        "pkg:npm/minimist?vers=vers:npm/%3E%3D1.0.0%7C%3C1.2.6",
        "pkg:npm/minimist@1.0.0",
    ]
    unknown = next(each for each in statements if each["status"] == "under_investigation")
    assert [product["@id"] for product in unknown["products"]] == [
        "pkg:npm/minimist?vers=vers:npm/%3E%3D2.0.0-alpha.1%7C%3C%3D2.0.0-alpha.3",
        "pkg:npm/minimist@2.0.0-alpha.1",
        "pkg:npm/minimist@2.0.0-alpha.3",
    ]
    assert statements[1]["status"] == "affected"
    assert "Move to 1.2.6 or later." in statements[1]["action_statement"]


def test_what_was_run_and_is_not_affected_says_so_in_words_and_claims_no_justification() -> None:
    (statement,) = [
        each
        for each in openvex(example_record())["statements"]
        if each["status"] == "not_affected" and "supplier" not in each
    ]

    assert "did not fire" in statement["impact_statement"]
    assert "justification" not in statement
    assert [product["@id"] for product in statement["products"]] == [
        "pkg:npm/minimist@1.2.7",
        "pkg:npm/minimist@1.2.8",
    ]


def test_a_withdrawn_record_leaves_one_statement_that_replaces_the_others() -> None:
    record = example_record(
        withdrawn_at=example_record().modified_at, withdrawn_because="It is a duplicate."
    )

    (statement,) = openvex(record)["statements"]

    assert statement["status"] == "under_investigation"
    assert statement["status_notes"] == "Withdrawn: It is a duplicate."
    assert [product["@id"] for product in statement["products"]] == ["pkg:npm/minimist"]


def test_what_vendors_say_names_them_and_their_words() -> None:
    *_, widgets, power = openvex(example_record())["statements"]

    assert (widgets["supplier"], widgets["status"]) == ("Example Widgets", "not_affected")
    assert widgets["justification"] == "vulnerable_code_not_in_execute_path"
    assert power["products"] == [
        {"@id": "https://cert.example.org/products/Example%20Power/Example%20Meter%20Reader"}
    ]
    assert "We are looking." in power["status_notes"]


def test_the_same_record_makes_the_same_document() -> None:
    assert openvex(example_record()) == openvex(example_record())
