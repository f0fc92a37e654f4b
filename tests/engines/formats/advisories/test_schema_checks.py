"""Documents are held against the schemas that were published for them."""

from __future__ import annotations

import pytest
from tests.engines.formats.advisories.records import example_record

from tidegate.engines.formats.advisories.csaf.csaf20 import csaf20
from tidegate.engines.formats.advisories.csaf.csaf21 import csaf21
from tidegate.engines.formats.advisories.schema_checks import csaf_schema_faults

RECORD = example_record()


@pytest.mark.parametrize("write", [csaf20, csaf21])
def test_a_fault_is_told_with_its_place(write):
    document = write(RECORD)
    assert csaf_schema_faults(document) == []
    document["document"]["tracking"]["status"] = "published"
    assert [fault.partition(":")[0] for fault in csaf_schema_faults(document)] == [
        "/document/tracking/status"
    ]


@pytest.mark.parametrize("write", [csaf20, csaf21])
@pytest.mark.parametrize(
    ("member", "value"), [("namespace", "no address"), ("name", ""), ("category", "somebody")]
)
def test_formats_and_words_are_checked_too(write, member, value):
    document = write(RECORD)
    document["document"]["publisher"][member] = value
    assert any(f"/publisher/{member}" in fault for fault in csaf_schema_faults(document))


def test_every_fault_is_told_not_only_the_first():
    document = csaf20(RECORD)
    document["document"]["lang"] = "!"
    document["document"]["title"] = ""
    assert len(csaf_schema_faults(document)) == 2


def test_what_cvss_and_ssvc_ask_is_asked():
    document = csaf21(RECORD)
    contents = [one["content"] for one in document["vulnerabilities"][0]["metrics"]]
    assert {name for content in contents for name in content} == {"cvss_v3", "cvss_v4", "ssvc_v2"}
    for name, member in (("cvss_v4", "baseSeverity"), ("ssvc_v2", "schemaVersion")):
        broken = csaf21(RECORD)
        for one in broken["vulnerabilities"][0]["metrics"]:
            if name in one["content"]:
                one["content"][name][member] = "HUGE"
        assert csaf_schema_faults(broken), name


def test_a_document_of_no_known_format_is_refused():
    with pytest.raises(ValueError, match=r"write 2\.0 or 2\.1"):
        csaf_schema_faults({"document": {"csaf_version": "1.2"}})
