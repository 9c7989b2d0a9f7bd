"""Listens through a service that speaks OpenAI's transcription API.

The key goes into one header and nowhere else: errors of the HTTP library, which may quote a
header, are named by their kind and never chained.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from carrel.core.errors import Refused, Unavailable
from carrel.ports.clock import Clock
from carrel.voice.verdicts import UNREADABLE, spoken

if TYPE_CHECKING:
    import httpx2

LIMIT_S = 120.0
CONNECT_S = 10.0
TRIES = 2
PAUSE_S = 1.0
TOO_LARGE = "The voice message is too long for what listens here; please send it in parts."
KEY = (
    "The voice endpoint does not accept the key: the operator can set key_variable of [voice] in "
    "carrel.toml to the environment variable that holds it."
)
PLACE = (
    "The voice endpoint gave no transcription (status {}): the operator can set url and model of "
    "[voice] in carrel.toml."
)


class EndpointTranscriber:
    """Sends each recording to `url`; `key` may be empty. It keeps nothing between two."""

    def __init__(self, model: str, url: str, key: str, clock: Clock) -> None:
        # People write the address with and without the version.
        self._url = f"{url.rstrip('/').removesuffix('/v1')}/v1/audio/transcriptions"
        self._model = model
        self._key = key
        self._clock = clock

    async def transcribe(self, recording: Path) -> str:
        """The words of the recording; errors as the port says."""
        try:
            async with asyncio.timeout(LIMIT_S):
                text = await self._heard(recording)
        except TimeoutError:
            raise Unavailable(f"The voice endpoint did not answer in {LIMIT_S:.0f} s.") from None
        return spoken(text)

    async def close(self) -> None:
        """Nothing is held between two recordings."""

    async def _heard(self, recording: Path) -> str:
        # The HTTP library would put a key that is no header into its error and its log.
        if not (self._key.isascii() and self._key.isprintable()):
            raise Refused(KEY)
        # The name is the sender's affair; its ending tells the service the format.
        part = (f"recording{recording.suffix}", await _content(recording))
        why = ""
        async with await asyncio.to_thread(_client) as client:
            for tried in range(TRIES):
                await self._clock.sleep(PAUSE_S if tried else 0)
                answer = await self._try(client, part)
                if not isinstance(answer, str):
                    return _text(answer)
                why = answer
        raise Unavailable(f"The voice endpoint cannot be reached ({why}).")

    async def _try(
        self, client: httpx2.AsyncClient, part: tuple[str, bytes]
    ) -> httpx2.Response | str:
        """The answer, or why there is none that counts and another try may get one."""
        import httpx2

        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        data, files = {"model": self._model}, {"file": part}
        try:
            answer = await client.post(self._url, headers=headers, data=data, files=files)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return type(error).__name__
        busy = answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
        return f"status {answer.status_code}" if busy or answer.is_server_error else answer


def _client() -> httpx2.AsyncClient:
    """Made on a thread: to load the library and the certificates takes a while."""
    import httpx2

    limits = httpx2.Timeout(None, connect=CONNECT_S)
    return httpx2.AsyncClient(timeout=limits, follow_redirects=False)


async def _content(recording: Path) -> bytes:
    try:
        return await asyncio.to_thread(recording.read_bytes)
    except OSError as error:
        raise Unavailable(f"The voice message cannot be read: {error.strerror}.") from None


def _text(answer: httpx2.Response) -> str:
    if not answer.is_success:
        raise Refused(_refusal(answer.status_code))
    try:
        body = answer.json()
    except ValueError:
        body = None
    match body:
        case {"text": str(text)}:
            return text
        case _:
            raise Refused(PLACE.format(answer.status_code))


def _refusal(status: int) -> str:
    match status:
        case HTTPStatus.BAD_REQUEST | HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
            return UNREADABLE
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return KEY
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return TOO_LARGE
        case _:
            return PLACE.format(status)
