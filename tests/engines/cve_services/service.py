"""CVE Services on this machine: the same paths, answers and refusals, for one CNA.

From: CVEProject/cve-services, `schemas/cve-id/*.json`, `schemas/org/get-org-quota-response.json`,
`src/controller/*/error.js`, and its tests against a running service (`test-http`). Two users belong
to the CNA: the instance, and a person.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tidegate.engines.cve_services.account import Account

KEY = "S96E4QT-SMT4YE3-KX03X6K-4615CED"
ORGANISATION = "win_5"
USER = "tidegate@win_5.com"
PERSON = "jasminesmith@win_5.com"
ORGANISATION_ID = "88c02595-c8f7-4864-a0e7-e09b3e1da691"
PAGE = 3
MARCH = "2026-03-01T00:00:00.000Z"

Answer = tuple[int, Any]


@dataclass
class Service:
    """What the service holds; tests look at it, and change it."""

    ids: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    quota: int = 10
    lose_next_answer: bool = False
    """Whether the next `POST` is carried out and its connection cut before the answer."""
    forced: Answer | None = None
    """What is answered to everything, if anything."""
    location: str = ""

    def reserve(
        self, identifier: str, user: str = USER, at: str = "2026-03-01T00:00:00.000Z"
    ) -> None:
        """Have an id reserved by a user."""
        self.ids[identifier] = {
            "cve_id": identifier,
            "cve_year": identifier.split("-")[1],
            "owning_cna": ORGANISATION,
            "requested_by": {"cna": ORGANISATION, "user": user},
            "reserved": at,
            "state": "RESERVED",
            "time": {"created": at, "modified": at},
        }

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        """Answer a request as the service does."""
        match [method, *path.split("/")]:
            case ["GET", "org", _, "id_quota"]:
                reserved = sum(each["state"] == "RESERVED" for each in self.ids.values())
                return 200, {
                    "id_quota": self.quota,
                    "total_reserved": reserved,
                    "available": self.quota - reserved,
                }
            case ["GET", "org", name]:
                return 200, {"short_name": name, "name": "Example", "UUID": ORGANISATION_ID}
            case ["GET", "cve-id"]:
                return self._list(query)
            case ["GET", "cve-id", identifier]:
                if identifier not in self.ids:
                    return 404, {
                        "error": "CVE_ID_NOT_FOUND",
                        "message": f"{identifier} not found",
                    }
                return 200, self.ids[identifier]
            case ["POST", "cve-id"]:
                return self._reserve(query)
            case ["POST" | "PUT", "cve", identifier, "cna"]:
                return self._submit(method, identifier, body, "PUBLISHED")
            case ["POST" | "PUT", "cve", identifier, "reject"]:
                return self._submit(method, identifier, body, "REJECTED")
        return 404, {"error": "NOT_FOUND", "message": "404: resource not found"}

    def _list(self, query: dict[str, str]) -> Answer:
        listed = [
            each
            for each in self.ids.values()
            if each["state"] == query.get("state", each["state"])
            and each["cve_year"] == query.get("cve_id_year", each["cve_year"])
            and each["reserved"] > query.get("time_reserved.gt", "")
        ]
        if len(listed) <= PAGE:
            return 200, {"cve_ids": listed}
        page = int(query.get("page", "1"))
        last = -(-len(listed) // PAGE)
        return 200, {
            "cve_ids": listed[(page - 1) * PAGE : page * PAGE],
            "totalCount": len(listed),
            "itemsPerPage": PAGE,
            "pageCount": last,
            "currentPage": page,
            "prevPage": page - 1 or None,
            "nextPage": page + 1 if page < last else None,
        }

    def _reserve(self, query: dict[str, str]) -> Answer:
        if query.get("short_name") != ORGANISATION:
            return 403, {
                "error": "ORG_CANNOT_RESERVE_FOR_OTHER",
                "message": "The organization designated by the CVE-API-ORG header is not allowed"
                " to reserve IDs for the organization specified by the short_name query parameter.",
            }
        if sum(each["state"] == "RESERVED" for each in self.ids.values()) >= self.quota:
            return 403, {
                "error": "EXCEEDED_ID_QUOTA",
                "message": "The amount requested would exceed the organization's ID quota.",
                "details": {"id_quota": self.quota, "total_reserved": self.quota, "available": 0},
            }
        identifier = f"CVE-{query['cve_year']}-{1000 + len(self.ids)}"
        self.reserve(identifier, at="2026-03-02T00:00:00.000Z")
        entry = {key: value for key, value in self.ids[identifier].items() if key != "time"}
        return 200, {"cve_ids": [entry], "meta": {"remaining_quota": self.quota - len(self.ids)}}

    def _submit(self, method: str, identifier: str, body: Any, state: str) -> Answer:
        if identifier not in self.ids:
            return 403, {"error": "CVEID_DNE", "message": "The cve id does not exist."}
        if method == "POST" and identifier in self.records:
            return 403, {
                "error": "CVE_RECORD_EXISTS",
                "message": "The cve record for the cve id already exists.",
            }
        if method == "PUT" and identifier not in self.records:
            return 403, {
                "error": "CVE_RECORD_DNE",
                "message": "The cve record for the cve id does not exist.",
            }
        container = body["cnaContainer"]
        needed = "descriptions" if state == "PUBLISHED" else "rejectedReasons"
        if needed not in container:
            return 400, {
                "error": "INVALID_JSON_SCHEMA",
                "message": "CVE cnaContainer JSON schema validation FAILED.",
                "details": {
                    "errors": [
                        {
                            "instancePath": "/cnaContainer",
                            "message": f"must have required property '{needed}'",
                        }
                    ]
                },
            }
        self.records[identifier] = container
        self.ids[identifier]["state"] = state
        word = "created" if method == "POST" else "updated"
        record = {
            "dataType": "CVE_RECORD",
            "cveMetadata": {"cveId": identifier, "state": state},
            "containers": {"cna": container},
        }
        return 200, {"message": f"{identifier} record was successfully {word}.", word: record}


@contextmanager
def running(service: Service) -> Iterator[Account]:
    """Run a service on the loopback, and give the instance's account there."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # One write for each answer, or the acknowledgement is waited for.

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_PUT(self) -> None:
            self._answer("PUT")

        def log_message(self, *_: Any) -> None:
            pass

        def _answer(self, method: str) -> None:
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/api/")
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            service.requests.append(f"{method} {path}")
            service.headers.append(dict(self.headers))
            is_known = self.headers.get("CVE-API-KEY") == KEY
            if service.forced is not None:
                status, answer = service.forced
            elif not is_known:
                status, answer = 401, {"error": "UNAUTHORIZED", "message": "Unauthorized"}
            else:
                status, answer = service.answer(
                    method, path, query, json.loads(raw) if raw else None
                )
            if service.lose_next_answer and method != "GET":
                service.lose_next_answer = False
                self.close_connection = True
                return
            sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            if service.location:
                self.send_header("Location", service.location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Account(ORGANISATION, USER, KEY, f"http://127.0.0.1:{server.server_port}/api")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
