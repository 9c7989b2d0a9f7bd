from __future__ import annotations

import asyncio
import logging
import traceback

import pytest
from aiohttp import web

from carrel.core.errors import Refused, Unavailable
from carrel.testing.clock import ManualClock, settle
from carrel.voice import endpoint
from carrel.voice.endpoint import PAUSE_S, EndpointTranscriber
from carrel.voice.verdicts import SILENT

KEY = "sk-invented-key-of-the-endpoint"
OK = web.json_response, {"text": " Good morning. "}


class QuickClock(ManualClock):
    """Sleeps are over at once, and are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept += [seconds] if seconds else []


class Service:
    """A transcription service that answers what the test says, the last for ever."""

    def __init__(self) -> None:
        self.answers: list = [OK]
        self.asked: list[dict] = []
        self.reached = asyncio.Event()
        self.hung_up = asyncio.Event()
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        with form["file"].file as content:
            sound = content.read()
        name = form["file"].filename
        self.asked.append(
            {"headers": request.headers, "model": form["model"], "name": name, "sound": sound}
        )
        self.reached.set()
        make, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if make is not None:
            return make(body)
        try:
            await asyncio.Event().wait()
        finally:
            self.hung_up.set()

    def says(self, *statuses: int) -> None:
        self.answers = [(lambda s: web.Response(status=s, headers=ELSEWHERE), s) for s in statuses]


ELSEWHERE = {"location": "/elsewhere"}
HANGS = (None, None)


@pytest.fixture
async def service():
    made = Service()
    app = web.Application()
    app.router.add_post("/v1/audio/transcriptions", made.answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "voice-message ü.ogg"
    path.write_bytes(b"OggS\0sound")
    return path


@pytest.fixture
def clock():
    return QuickClock()


def ears(url, clock, key=KEY):
    return EndpointTranscriber("whisper-1", url, key, clock)


async def refusal(service, clock, recording, kind=Refused) -> str:
    with pytest.raises(kind) as told:
        await ears(service.url, clock).transcribe(recording)
    return str(told.value)


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
async def test_the_words_come_back(service, clock, recording, ending) -> None:
    assert await ears(service.url + ending, clock).transcribe(recording) == "Good morning."
    (asked,) = service.asked
    assert asked["headers"]["authorization"] == f"Bearer {KEY}"
    assert (asked["model"], asked["name"]) == ("whisper-1", "recording.ogg")
    assert asked["sound"] == b"OggS\0sound"
    assert clock.slept == []


async def test_without_a_key_none_is_sent(service, clock, recording) -> None:
    await ears(service.url, clock, key="").transcribe(recording)
    assert "authorization" not in service.asked[0]["headers"]


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_service_in_trouble_is_asked_once_more(service, clock, recording, status) -> None:
    service.says(status)
    service.answers.append(OK)
    assert await ears(service.url, clock).transcribe(recording) == "Good morning."
    assert (len(service.asked), clock.slept) == (2, [PAUSE_S])
    assert service.asked[1]["sound"] == b"OggS\0sound"


async def test_a_service_that_stays_in_trouble_is_unavailable(service, clock, recording) -> None:
    service.says(500, 503)
    said = await refusal(service, clock, recording, Unavailable)
    assert said == "The voice endpoint cannot be reached (status 503)."
    assert len(service.asked) == 2


async def test_a_refused_connection_is_unavailable(unused_tcp_port, clock, recording) -> None:
    with pytest.raises(Unavailable, match="cannot be reached \\(ConnectError\\)"):
        await ears(f"http://127.0.0.1:{unused_tcp_port}", clock).transcribe(recording)
    assert clock.slept == [PAUSE_S]


@pytest.fixture
def unused_tcp_port(unused_tcp_port_factory):
    return unused_tcp_port_factory()


@pytest.mark.parametrize(
    ("status", "part"),
    [
        (400, "is no recording that can be read"),
        (415, "is no recording that can be read"),
        (401, "key_variable of [voice]"),
        (403, "key_variable of [voice]"),
        (404, "(status 404): the operator can set url and model of [voice]"),
        (413, "too long"),
        (302, "(status 302)"),
    ],
)
async def test_a_refusal_is_one_sentence_and_final(service, clock, recording, status, part) -> None:
    service.says(status)
    said = await refusal(service, clock, recording)
    assert part in said
    assert said.endswith(".")
    assert "\n" not in said
    assert len(service.asked) == 1


async def test_a_page_is_no_transcription(service, clock, recording) -> None:
    for body in ("<html>", '{"words": 1}', '{"text": null}', "[]"):
        service.answers = [(lambda text: web.Response(text=text), body)]
        assert "gave no transcription" in await refusal(service, clock, recording)


async def test_silence_is_told(service, clock, recording) -> None:
    service.answers = [(web.json_response, {"text": "  "})]
    assert await refusal(service, clock, recording) == SILENT


async def test_a_slow_service_is_unavailable_and_not_asked_again(
    service, clock, recording, monkeypatch
) -> None:
    monkeypatch.setattr(endpoint, "LIMIT_S", 0.2)
    service.answers = [HANGS]
    assert "did not answer" in await refusal(service, clock, recording, Unavailable)
    assert clock.slept == []


async def test_a_caller_who_goes_away_hangs_up(service, clock, recording) -> None:
    service.answers = [HANGS]
    task = asyncio.create_task(ears(service.url, clock).transcribe(recording))
    await asyncio.wait_for(service.reached.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(service.hung_up.wait(), 5)


async def test_a_recording_that_is_gone_is_unavailable(service, clock, tmp_path) -> None:
    said = await refusal(service, clock, tmp_path / "gone.ogg", Unavailable)
    assert said == "The voice message cannot be read: No such file or directory."


@pytest.mark.parametrize("key", [KEY, f"{KEY}\nx", f"{KEY} ü"])
@pytest.mark.parametrize("status", [0, 401, 500])
async def test_the_key_is_told_to_nobody(service, clock, recording, caplog, key, status) -> None:
    caplog.set_level(logging.DEBUG)
    service.says(*[status or 200])
    url = service.url if status else "http://127.0.0.1:bad port"
    with pytest.raises((Refused, Unavailable)) as told:
        await ears(url, clock, key).transcribe(recording)
    shown = "".join(traceback.format_exception(told.value)) + caplog.text
    linked = (told.value.__cause__, told.value.__context__)
    assert KEY not in shown + repr(linked)


async def test_two_recordings_do_not_wait_for_each_other(service, clock, recording) -> None:
    service.answers = [HANGS, OK]
    listener = ears(service.url, clock)
    first = asyncio.create_task(listener.transcribe(recording))
    await asyncio.wait_for(service.reached.wait(), 5)
    assert await listener.transcribe(recording) == "Good morning."
    first.cancel()
    await asyncio.wait({first})


async def test_to_close_twice_is_no_fault(service, clock, recording) -> None:
    listener = ears(service.url, clock)
    await listener.transcribe(recording)
    await listener.close()
    await listener.close()
    await settle()
