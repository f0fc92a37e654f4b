"""A plain static server on loopback, in a process of its own, which counts what it sends.

`python -m benchmarks.updates.serving FOLDER` prints its address; `/sent` answers how many bytes of
bodies and headers it has sent, and how many answers, since it was asked last.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from aiohttp import web


def application(folder: Path) -> web.Application:
    counted = {"bytes": 0, "answers": 0}

    async def give(request: web.Request) -> web.Response:
        if request.path == "/sent":
            told = dict(counted)
            counted.update(bytes=0, answers=0)
            return web.json_response(told)
        path = folder / request.path.lstrip("/")
        if not path.is_file():
            answer = web.Response(status=404)
        else:
            answer = web.Response(body=path.read_bytes(), content_type="application/json")
        counted["bytes"] += _size(answer)
        counted["answers"] += 1
        return answer

    app = web.Application()
    app.router.add_get("/{path:.*}", give)
    return app


def _size(answer: web.Response) -> int:
    """Body, and about what the header takes: status, type, length, date, server."""
    body: Any = answer.body
    return 180 + len(body or b"")


def main() -> None:
    app = application(Path(sys.argv[1]))

    async def serve() -> None:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        sys.stdout.write(f"http://127.0.0.1:{port}/\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
