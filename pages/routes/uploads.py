"""POST /uploads: the body of the request is the file, streamed to var/uploads in flat memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from urllib.parse import unquote

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from pages.frame.preferences import read_preferences
from pages.frame.ways import on_screen
from pages.routes.forms import comes_from_here
from pages.routes.gate import who_asks
from pages.routes.visitor import ask_again
from pipeline.access.allowed import Action, may
from pipeline.access.origin import origin
from pipeline.errors import PipelineError, RefusedFile
from pipeline.faults import known_fault, unexpected
from pipeline.journal import note
from pipeline.settings import get_settings
from pipeline.uploads import Arrival, Upload, begin_upload

# Bytes gathered before a thread writes them: fewer hops, still flat.
WRITE_BYTES = 1024**2
# Without a byte for so long nobody sends any more; the place is another file's.
STILL_SECONDS = 120
_STATUS = {"FILE_TOO_LARGE": 413, "TOO_MANY_UPLOADS": 429, "UPLOAD_STILL": 408}


async def receive(request: Request) -> Response:
    """Take one file in; answers 201 with its token, or why not, in the person's language.

    Headers: `X-File-Name` (percent-encoded), `Content-Length`. Nothing is kept of a file that is
    refused or does not arrive whole.
    """
    language = read_preferences(request.cookies, get_settings().language).language
    try:
        status, user = _checked(request)
        if status:
            return JSONResponse({"code": "NOT_ALLOWED"}, status)
        upload = await _stream(request, user, _length(request))
        if upload is None:
            return JSONResponse({"code": "SIGNED_OUT"}, 401)
    except ClientDisconnect:
        return Response(status_code=400)
    except RefusedFile as refused:
        return _refusal(refused, language, _STATUS.get(refused.code, 422))
    except Exception as error:
        known = known_fault(error)
        known = known or unexpected(error, "upload", get_settings().var_dir)
        return _refusal(known, language, 500)
    note(get_settings().var_dir, "upload", person=user, origin=origin() or None, file=upload.name,
         size=upload.size)  # fmt: skip
    return JSONResponse({"token": upload.token, "name": upload.name, "size": upload.size}, 201)


def _checked(request: Request) -> tuple[int, str]:
    """The status that refuses this request, or 0 and the user's name."""
    who = who_asks(request.scope)
    if who is None:
        return 401, ""
    if not may(who, Action.UPLOAD_FILE) or not comes_from_here(request):
        return 403, ""
    return (0, who.name) if request.headers.get("content-length", "").isdecimal() else (411, "")


def _length(request: Request) -> int:
    return int(request.headers["content-length"])


async def _stream(request: Request, user: str, size: int) -> Upload | None:
    """The file that came; None when its person may send none any more by the time it is here."""
    name = unquote(request.headers.get("x-file-name", ""))
    arrival = await anyio.to_thread.run_sync(begin_upload, get_settings(), name, user, size)
    try:
        await _write(request, arrival)
        session = await ask_again(request.scope, touch=True)
        if session is None or not may(session.person, Action.UPLOAD_FILE):
            arrival.discard()
            return None
        return await anyio.to_thread.run_sync(arrival.finish, size)
    except BaseException:
        # Also when the server is told to stop: half a file is no file.
        arrival.discard()
        raise


async def _write(request: Request, arrival: Arrival) -> None:
    waiting = bytearray()
    async for chunk in _in_time(request.stream()):
        waiting += chunk
        if len(waiting) >= WRITE_BYTES:
            await anyio.to_thread.run_sync(arrival.write, bytes(waiting))
            waiting.clear()
    await anyio.to_thread.run_sync(arrival.write, bytes(waiting))


async def _in_time(chunks: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """The chunks as they come; RefusedFile when the next one does not."""
    while True:
        with anyio.move_on_after(STILL_SECONDS) as time:
            chunk = await anext(chunks, None)
        if time.cancelled_caught:
            raise _still()
        if chunk is None:
            return
        yield chunk


def _still() -> RefusedFile:
    return RefusedFile(
        "UPLOAD_STILL",
        fa="{seconds} ثانیه چیزی از این فایل نرسید. چیزی نگه داشته نشد؛ دوباره بفرستید.",
        en="Nothing of this file came for {seconds} seconds. Nothing was kept; send it again.",
        seconds=STILL_SECONDS,
    )


def _refusal(error: PipelineError, language: str, status: int) -> Response:
    return JSONResponse({"code": error.code, "message": on_screen(error, language)}, status)
