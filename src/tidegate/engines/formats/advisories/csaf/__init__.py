"""CSAF 2.0 and 2.1: documents that are made of a record, and what they say when read back.

    csaf20.csaf20(record, profile=Profile.SECURITY_ADVISORY) -> dict    said_by_csaf20(document)
    csaf21.csaf21(record, profile=Profile.SECURITY_ADVISORY) -> dict    said_by_csaf21(document)
    words.Profile, words.document_identifier(identifier, profile) -> "TG-2026-k7m3p9qd-VEX"
    mandatory.mandatory_faults(document) -> list[str]
    ../schema_checks.csaf_schema_faults(document) -> list[str]

From: CSAF 2.0 (OASIS Standard, 18 November 2022; ISO/IEC 20153:2025) and CSAF 2.1 (draft).
"""
