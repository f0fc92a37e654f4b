"""One registry on loopback that speaks npm's protocol and that of Python package indexes.

    /npm/<name>                    package documents         /npm/-/<file>         tarballs
    /simple/<project>/             JSON (PEP 691) or HTML    /files/<file>         wheels, sdists

What is added is served honestly; `answer` puts any other answer (see `answers`) in the place of a
path, and the documents can be altered before they go out.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, unquote

from packaging.utils import canonicalize_name

from tests.registry import answers, packages
from tests.registry.answers import Answer, Exchange
from tests.registry.certificates import certify
from tidegate.engines.reproduction.ecosystems.download import Access
from tidegate.engines.reproduction.ecosystems.npm_settings import NpmSettings
from tidegate.engines.reproduction.ecosystems.pip_settings import PipSettings

JSON_INDEX = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    peer: int
    """The client's port, which tells its connections apart."""


@dataclass(slots=True)
class Registry:
    """A registry that is running until it is closed; use it in a `with` statement.

    Args:
        host: the address of loopback that it listens on.
        keys: a folder for its certificate, if it is to speak HTTPS.
        html: whether the Python index answers in HTML.
    """

    host: str = "127.0.0.1"
    keys: Path | None = None
    """A folder for its certificate: with one, it speaks HTTPS only."""
    html: bool = False
    """Whether the Python index answers in HTML instead of JSON."""
    requests: list[Request] = field(default_factory=list)
    """Every request so far, in the order in which they came."""
    _documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    _projects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _ending: threading.Event = field(default_factory=threading.Event)
    _access: Access = field(default_factory=Access)
    _server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        self._server = _Server((self.host, 0), _handler(self._reply, self._ending))
        if self.keys:
            certificate, context = certify(self.host, self.keys)
            self._access = Access(verify=str(certificate))
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening, and end every answer that would not end by itself."""
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        scheme = "https" if self.keys else "http"
        return f"{scheme}://{self.host}:{self._server.server_address[1]}"

    @property
    def npm_settings(self) -> NpmSettings:
        """npm's settings, had its user named this registry."""
        return NpmSettings(registry=f"{self.url}/npm/", access=self._access)

    @property
    def pip_settings(self) -> PipSettings:
        """pip's settings, had its user named this index."""
        return PipSettings(indexes=(f"{self.url}/simple",), access=self._access)

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make npm, pip and this project's commands use this registry only."""
        return {
            "npm_config_registry": f"{self.url}/npm/",
            "npm_config_userconfig": "/dev/null",
            "npm_config_globalconfig": "/nonexistent/npmrc",  # npm wants two different files
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": f"{self.url}/simple",
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
            "NO_PROXY": self.host,
            "no_proxy": self.host,
        }

    def add_npm(
        self,
        name: str,
        version: str = "1.0.0",
        files: packages.Files | None = None,
        *,
        dependencies: Mapping[str, str] | None = None,
        scripts: Mapping[str, str] | None = None,
        manifest: Mapping[str, Any] | None = None,
        archive: bytes | None = None,
        dist: Mapping[str, Any] | None = None,
        without: Iterable[str] = (),
        time: str | None = None,
        deprecated: str | None = None,
        tag: str | None = "latest",
        answer: Answer | None = None,
    ) -> str:
        """Publish a version of an npm package; return the path of its tarball.

        Args:
            name: the package.
            version: what is released.
            files: its content beside `package.json`; by default an `index.js` that exports `{}`.
            dependencies: as in `package.json`.
            scripts: as in `package.json`.
            manifest: anything else of `package.json`, also in the registry's document.
            archive: the tarball's bytes, if it is not to be an honest one.
            dist: fields of `dist` that are not what they should be (`integrity`, `tarball`).
            without: fields of `dist` that are missing.
            time: when the document says that it was released.
            deprecated: what the document says against it.
            tag: which tag points at it from now on.
            answer: what the tarball's path answers instead.
        """
        described = {"name": name, "version": version, "main": "index.js", **(manifest or {})}
        if dependencies:
            described["dependencies"] = dict(dependencies)
        if scripts:
            described["scripts"] = dict(scripts)
        content = {"index.js": "module.exports = {};\n"} if files is None else files
        if archive is None:
            archive = packages.npm_tarball(content, described)
        path = f"/npm/-/{name.replace('/', '+')}-{version}.tgz"
        listed = {
            "tarball": self.url + quote(path),
            "integrity": "sha512-"
            + base64.b64encode(hashlib.sha512(archive).digest()).decode("ascii"),
            "shasum": hashlib.sha1(archive, usedforsecurity=False).hexdigest(),
            **(dist or {}),
        }
        for missing in without:
            del listed[missing]
        document = self.npm_document(name)
        document["versions"][version] = {**described, "dist": listed}
        if deprecated:
            document["versions"][version]["deprecated"] = deprecated
        if time:
            document["time"][version] = time
            document["time"].setdefault("created", time)
        if tag:
            document["dist-tags"][tag] = version
        self._answers[path] = answer or answers.body(archive)
        return path

    def npm_document(self, name: str) -> dict[str, Any]:
        """Return the document of an npm package, empty at first; changes to it are served."""
        return self._documents.setdefault(
            name, {"name": name, "dist-tags": {}, "versions": {}, "time": {}}
        )

    def add_wheel(
        self,
        project: str,
        version: str = "1.0",
        files: packages.Files | None = None,
        *,
        requires: Iterable[str] = (),
        tag: str = "py3-none-any",
        requires_python: str | None = None,
        **listed: Any,
    ) -> str:
        """Publish a wheel; return its path. `listed`: as `add_file`.

        `files` is by default an empty package of the project's name.
        """
        content = {f"{_module(project)}/__init__.py": ""} if files is None else files
        filename, archive = packages.wheel(
            project, version, content, requires=requires, tag=tag, requires_python=requires_python
        )
        return self.add_file(project, filename, archive, requires_python=requires_python, **listed)

    def add_sdist(
        self,
        project: str,
        version: str = "1.0",
        files: packages.Files | None = None,
        *,
        requires: Iterable[str] | None = (),
        suffix: str = ".tar.gz",
        **listed: Any,
    ) -> str:
        """Publish an sdist; return its path. `listed`: as `add_file`.

        `files` is by default an empty package of the project's name, without a `setup.py`.
        """
        content = {f"{_module(project)}/__init__.py": ""} if files is None else files
        filename, archive = packages.sdist(
            project, version, content, requires=requires, suffix=suffix
        )
        return self.add_file(project, filename, archive, **listed)

    def add_file(
        self,
        project: str,
        filename: str,
        content: bytes,
        *,
        hashes: Mapping[str, str] | None = None,
        requires_python: str | None = None,
        time: str | None = None,
        yanked: bool | str = False,
        entry: Mapping[str, Any] | None = None,
        answer: Answer | None = None,
    ) -> str:
        """Publish any file of a Python project; return its path.

        Args:
            project: whose page lists it.
            filename: its name.
            content: its bytes.
            hashes: the digests that the page gives; by default its true SHA-256.
            requires_python: which interpreters the page says that it is for.
            time: when the page says that it was uploaded.
            yanked: whether it is yanked, or why.
            entry: fields of the page's entry that are not what they should be (`url`).
            answer: what the file's path answers instead.
        """
        path = f"/files/{filename}"
        listed: dict[str, Any] = {
            "filename": filename,
            "url": self.url + quote(path),
            "hashes": (
                {"sha256": hashlib.sha256(content).hexdigest()} if hashes is None else dict(hashes)
            ),
            "yanked": yanked,
        }
        if requires_python:
            listed["requires-python"] = requires_python
        if time:
            listed["upload-time"] = time
        listed |= entry or {}
        self._projects.setdefault(canonicalize_name(project), []).append(listed)
        self._answers[path] = answer or answers.body(content)
        return path

    def answer(self, path: str, answer: Answer) -> None:
        """Put an answer in the place of a path: `/npm/name`, `/simple/name/`, `/npm/-/file.tgz`."""
        self._answers[path] = answer

    def asked(self, part: str) -> int:
        """Return how many requests had a path with this part."""
        return sum(part in request.path for request in self.requests)

    def _reply(self, exchange: Exchange) -> None:
        peer = exchange.handler.client_address[1]
        self.requests.append(Request(exchange.path, exchange.headers, peer))
        if found := self._answers.get(exchange.path):
            found(exchange)
        elif exchange.path.startswith("/npm/"):
            document = self._documents.get(exchange.path.removeprefix("/npm/"))
            (answers.json_body(document) if document else answers.status(404))(exchange)
        elif exchange.path.startswith("/simple/"):
            self._index(exchange)
        else:
            answers.status(404)(exchange)

    def _index(self, exchange: Exchange) -> None:
        project = exchange.path.removeprefix("/simple/")
        if not project.endswith("/"):
            answers.redirect(quote(exchange.path) + "/", 301)(exchange)
            return
        entries = self._projects.get(project[:-1])
        if entries is None:
            answers.status(404)(exchange)
        elif self.html or JSON_INDEX not in exchange.headers.get("Accept", ""):
            answers.body(_html(entries).encode(), "text/html; charset=utf-8")(exchange)
        else:
            page = {"meta": {"api-version": "1.1"}, "name": project[:-1], "files": entries}
            answers.body(json.dumps(page).encode(), JSON_INDEX)(exchange)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """Stay silent when a client hangs up: the bounds of this project make it do so."""


def _handler(
    reply: Callable[[Exchange], None], ending: threading.Event
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            path = unquote(self.path.partition("?")[0])
            reply(Exchange(path, dict(self.headers.items()), self, ending))

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Keep the tests' output clean."""

    return Handler


def _html(entries: Iterable[Mapping[str, Any]]) -> str:
    lines = ["<!DOCTYPE html><html><body>"]
    for entry in entries:
        digests = "".join(f"#{name}={digest}" for name, digest in entry["hashes"].items())
        attributes = f' href="{html.escape(entry["url"] + digests)}"'
        if entry["yanked"] is not False:
            reason = "" if entry["yanked"] is True else entry["yanked"]
            attributes += f' data-yanked="{html.escape(reason)}"'
        if requires := entry.get("requires-python"):
            attributes += f' data-requires-python="{html.escape(requires)}"'
        lines.append(f"<a{attributes}>{html.escape(entry['filename'])}</a><br>")
    return "\n".join([*lines, "</body></html>"])


def _module(project: str) -> str:
    return project.lower().replace("-", "_").replace(".", "_")
