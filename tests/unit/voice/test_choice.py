from __future__ import annotations

import pytest

from carrel.testing.clock import ManualClock
from carrel.voice import build
from carrel.voice.endpoint import EndpointTranscriber
from carrel.voice.local import LocalTranscriber


@pytest.mark.parametrize(
    ("engine", "kind"), [("local", LocalTranscriber), ("endpoint", EndpointTranscriber)]
)
async def test_what_is_asked_for_is_built_and_can_be_closed_unused(engine, kind) -> None:
    made = build(engine, "base", "http://127.0.0.1:1", "", ManualClock(), {})
    assert isinstance(made, kind)
    await made.close()
