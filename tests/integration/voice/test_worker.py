"""The real worker process, with a stand-in for the library that it loads."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import sys
from pathlib import Path

import pytest

from carrel.core.errors import Refused, Unavailable
from carrel.testing.clock import ManualClock, settle
from carrel.voice import build, local
from carrel.voice.process import MISSING
from carrel.voice.verdicts import SILENT, UNREADABLE

LIBRARY = """
import os, sys, threading, time
from pathlib import Path

print("a library that talks while it is loaded")

class Segment:
    def __init__(self, text):
        self.text = text

class WhisperModel:
    def __init__(self, model, device, compute_type):
        assert (device, compute_type) == ("cpu", "int8")
        os.write(1, b"and what is not Python talks too\\n")

    def transcribe(self, path, vad_filter):
        assert vad_filter
        return self._segments(Path(path)), None

    def _segments(self, path):
        journal = path.parent / "journal"
        with journal.open("a") as lines:
            lines.write(f"begin {path.name}\\n")
        yield from map(Segment, self._obey(path, path.read_text()))
        with journal.open("a") as lines:
            lines.write(f"end {path.name}\\n")

    def _obey(self, path, order):
        print("a library that talks", flush=True)
        match order:
            case "hang":
                threading.Event().wait()
            case "crash":
                os.abort()
            case "noise":
                raise ValueError("Invalid data found when processing input")
            case "raise":
                raise RuntimeError("no more memory")
            case "environment":
                return sorted(name + " " for name in os.environ)
            case "wait":
                while not path.with_suffix(".go").exists():
                    time.sleep(0.005)
                return [" waited"]
            case _:
                return [" " + word for word in order.split()]
"""


def workers(model: str) -> list[int]:
    """Every process that listens with this test's own model."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"carrel.voice.worker" in words and model.encode() in words:
            found.append(int(place.name))
    return found


async def until(condition) -> None:
    """Wait for something that real processes do, ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - no process can set an event here
            await asyncio.sleep(0.01)


class Desk:
    """A transcriber whose recordings are orders to the stand-in."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.model = str(place / "model")
        self.clock = ManualClock()
        (place / "library").mkdir()
        (place / "library" / "faster_whisper.py").write_text(LIBRARY)
        self.environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(place / "library")}
        self.ears = self.built()

    def built(self, **more: str):
        return build("local", self.model, "", "", self.clock, self.environ | more)

    def order(self, text: str, name: str = "voice.ogg") -> Path:
        path = self.place / name
        path.write_text(text)
        return path

    async def hear(self, text: str, name: str = "voice.ogg") -> str:
        return await self.ears.transcribe(self.order(text, name))

    @property
    def journal(self) -> list[str]:
        path = self.place / "journal"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def workers(self) -> list[int]:
        return workers(self.model)


@pytest.fixture
async def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    await made.ears.close()
    left = made.workers
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


async def test_recordings_become_words(desk) -> None:
    assert desk.workers == []
    assert await desk.hear("Guten Morgen, Frühstück 🥐") == "Guten Morgen, Frühstück 🥐"
    (first,) = desk.workers
    assert await desk.hear("long " * 100_000) == ("long " * 100_000).strip()
    assert desk.workers == [first]


async def test_two_at_once_are_heard_one_after_another(desk) -> None:
    first = asyncio.create_task(desk.hear("wait", "a.ogg"))
    await until(lambda: desk.journal == ["begin a.ogg"])
    second = asyncio.create_task(desk.hear("two", "b.ogg"))
    await asyncio.sleep(0)
    assert len(desk.workers) == 1
    (desk.place / "a.go").touch()
    assert await asyncio.gather(first, second) == ["waited", "two"]
    assert desk.journal == ["begin a.ogg", "end a.ogg", "begin b.ogg", "end b.ogg"]
    assert len(desk.workers) == 1


async def test_what_is_no_speech_is_told(desk) -> None:
    for order, kind, sentence in (
        ("", Refused, SILENT),
        ("noise", Refused, UNREADABLE),
        ("raise", Unavailable, "RuntimeError: no more memory"),
    ):
        with pytest.raises(kind) as told:
            await desk.hear(order)
        assert sentence in str(told.value)
    assert len(desk.workers) == 1


async def test_an_idle_worker_goes_and_comes_back(desk) -> None:
    await desk.hear("one")
    await settle()
    await desk.clock.advance(local.IDLE_S - 1)
    before = desk.workers
    assert len(before) == 1
    await desk.clock.advance(1)
    await until(lambda: not desk.workers)
    assert await desk.hear("two") == "two"
    assert len(desk.workers) == 1
    assert desk.workers != before


async def test_a_recording_that_takes_too_long_ends_the_worker(desk, monkeypatch) -> None:
    await desk.hear("one")
    monkeypatch.setattr(local, "LIMIT_S", 0.3)
    with pytest.raises(Unavailable, match="was not understood in"):
        await desk.hear("hang")
    assert desk.workers == []
    monkeypatch.setattr(local, "LIMIT_S", 60)
    assert await desk.hear("two") == "two"


async def test_a_crash_is_unavailable_and_the_next_is_heard(desk) -> None:
    with pytest.raises(Unavailable, match="has ended in the middle"):
        await desk.hear("crash")
    assert desk.workers == []
    assert await desk.hear("two") == "two"


async def test_a_worker_that_is_killed_while_idle_is_not_missed(desk) -> None:
    await desk.hear("one")
    (pid,) = desk.workers
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not desk.ears._worker.runs)
    assert await desk.hear("two") == "two"


async def test_a_caller_who_goes_away_leaves_no_answer_behind(desk) -> None:
    task = asyncio.create_task(desk.hear("hang", "a.ogg"))
    await until(lambda: desk.journal)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert desk.workers == []
    assert await desk.hear("two") == "two"


async def test_close_ends_what_hangs_and_is_idempotent(desk) -> None:
    task = asyncio.create_task(desk.hear("hang"))
    await until(lambda: desk.journal)
    await desk.ears.close()
    assert desk.workers == []
    with pytest.raises(Unavailable):
        await task
    await desk.ears.close()
    with pytest.raises(Unavailable, match="is stopping"):
        await desk.hear("two")
    assert desk.workers == []


async def test_the_worker_is_told_no_secret(desk) -> None:
    desk.ears = desk.built(OPENAI_API_KEY="sk", HF_TOKEN="hf", HF_HOME="/models", HOME="/h")
    told = set((await desk.hear("environment")).split())
    assert {"PATH", "PYTHONPATH", "HF_HOME", "HOME"} <= told
    assert not {name for name in told if "KEY" in name or "TOKEN" in name or "CARREL" in name}


async def test_a_library_that_is_missing_is_told_and_not_looked_for_in_the_folder(
    desk, monkeypatch
) -> None:
    if importlib.util.find_spec("faster_whisper") is not None:
        pytest.skip("the voice extra is installed")
    monkeypatch.chdir(desk.place / "library")
    desk.ears = desk.built(PYTHONPATH="")
    with pytest.raises(Refused) as told:
        await desk.hear("one")
    assert str(told.value) == MISSING


async def test_the_worker_ends_with_its_input_even_in_the_middle(desk) -> None:
    await desk.ears.transcribe(desk.order("one"))
    task = asyncio.create_task(desk.hear("hang", "a.ogg"))
    await until(lambda: "begin a.ogg" in desk.journal)
    desk.ears._worker._in.close()
    with pytest.raises(Unavailable):
        await task
    assert desk.workers == []


GATEWAY = """
import asyncio, os, sys
from pathlib import Path
from carrel.runtime.clock import SystemClock
from carrel.voice import build

ears = build("local", sys.argv[1], "", "", SystemClock(), os.environ)
asyncio.run(ears.transcribe(Path(sys.argv[2])))
"""


async def test_the_worker_dies_with_the_gateway(desk) -> None:
    recording = desk.order("hang")
    gateway = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", GATEWAY, desk.model, recording), env=desk.environ
    )
    try:
        await until(lambda: desk.journal)
        assert len(desk.workers) == 1
    finally:
        gateway.kill()
        await gateway.wait()
    await until(lambda: not desk.workers)
