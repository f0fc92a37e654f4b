"""The few words of the field that must be known, not counted: short forms, and kinds of weakness.

Both tables are written by hand. A kind is coarser than a CWE: finders name the same bug CWE-22,
CWE-23 or CWE-73, and rarely disagree about 'it leaves its folder'.
"""

from __future__ import annotations

from typing import Final

SHORT_FORMS: Final[dict[str, tuple[str, ...]]] = {
    short: tuple(long.split())
    for short, long in {
        "admin": "administrator",
        "auth": "authentication",
        "authn": "authentication",
        "authz": "authorization",
        "config": "configuration",
        "crashes": "crash",
        "creds": "credential",
        "csrf": "cross site request forgery",
        "db": "database",
        "dir": "directory",
        "dos": "denial service",
        "lfi": "local file inclusion",
        "mitm": "man middle",
        "msg": "message",
        "oob": "out bounds",
        "oom": "memory exhaustion",
        "panic": "crash",
        "panicking": "crash",
        "panics": "crash",
        "param": "parameter",
        "params": "parameter",
        "priv": "privilege",
        "rce": "remote code execution",
        "redos": "regular expression denial service",
        "repo": "repository",
        "sqli": "sql injection",
        "ssrf": "server side request forgery",
        "toctou": "race condition",
        "uaf": "use after free",
        "xss": "cross site scripting",
    }.items()
}
"""What a short form is read as, so that both spellings meet."""

KIND_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "cross-site scripting": ("cross scripting", "script injection", "html injection"),
    "cross-site request forgery": ("cross forgery",),
    "server-side request forgery": ("server forgery",),
    "SQL injection": ("sql injection", "sql query"),
    "command injection": ("command injection", "argument injection", "command arbitrary"),
    "code execution": ("code execution", "code arbitrary", "code injection", "template injection"),
    "path traversal": ("traversal", "symlink", "symbolic link", "file inclusion", "zip slip"),
    "denial of service": (
        "denial",
        "crash",
        "exhaustion",
        "unbounded",
        "infinite",
        "consumption",
        "leak memory",
    ),
    "memory safety": (
        "overflow",
        "out bounds",
        "use free",
        "double free",
        "unsound",
        "uninitialized",
        "undefined behavior",
        "corruption memory",
        "type confusion",
    ),
    "authentication": (
        "authentication",
        "login",
        "password",
        "brute",
        "impersonate",
        "session",
        "takeover",
    ),
    "authorization": (
        "authorization",
        "permission",
        "access control",
        "privilege",
        "unauthorized",
        "role",
    ),
    "disclosure": ("disclosure", "leak", "expose", "exposure", "sensitive", "enumeration"),
    "cryptography": (
        "cryptography",
        "signature",
        "certificate",
        "encryption",
        "nonce",
        "random",
        "hash",
        "verification",
    ),
    "redirect": ("redirect",),
    "smuggling": ("smuggling", "crlf", "header injection"),
    "deserialization": ("deserialization", "unmarshal"),
    "prototype pollution": ("prototype pollution", "proto"),
    "credentials": ("credential", "secret", "hardcoded", "default password", "token"),
    "race condition": ("race", "concurrent"),
    "upload": ("upload",),
    "input validation": ("validation", "sanitize", "escape", "neutralization"),
}
"""Each kind, and the words that together speak of it; every word of an entry has to be there."""

_KIND_NUMBERS: Final[dict[str, str]] = {
    "cross-site scripting": "79 80 83 87 116",
    "cross-site request forgery": "352",
    "server-side request forgery": "918",
    "SQL injection": "89 564",
    "command injection": "77 78 88",
    "code execution": "94 95 96 1336",
    "path traversal": "22 23 24 35 36 59 61 73 98",
    "denial of service": "248 400 401 404 476 617 674 730 770 772 789 834 835 1333",
    "memory safety": "119 120 121 122 125 129 131 190 191 415 416 787 824 843 908",
    "authentication": "287 288 289 290 294 304 306 307 384 613 620 640",
    "authorization": "264 266 269 276 281 284 285 639 732 862 863",
    "disclosure": "200 201 203 204 208 209 497 532 538 552",
    "cryptography": "295 297 310 320 321 326 327 328 330 331 338 345 347 354",
    "redirect": "601",
    "smuggling": "93 113 444",
    "deserialization": "502",
    "prototype pollution": "1321",
    "credentials": "256 259 312 319 321 522 798 1392",
    "race condition": "362 366 367",
    "upload": "434",
    "input validation": "20 74 1284 1287",
}

KIND_OF_WEAKNESS: Final[dict[str, str]] = {
    f"CWE-{number}": kind for kind, numbers in _KIND_NUMBERS.items() for number in numbers.split()
}

KIND_OF_EFFECT: Final[dict[str, str]] = {
    "code-execution": "code execution",
    "file-read": "path traversal",
    "file-write": "path traversal",
    "network-request": "server-side request forgery",
    "prototype-pollution": "prototype pollution",
    "memory-safety": "memory safety",
    "denial-of-service": "denial of service",
}
"""The effects of the finding format; `assertion` says nothing of a kind."""
