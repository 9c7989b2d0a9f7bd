"""Makes what the settings ask for, out of plain values, and loads nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, assert_never

from carrel.ports.clock import Clock
from carrel.ports.voice import Transcriber

Engine = Literal["local", "endpoint"]


def build(
    engine: Engine, model: str, url: str, key: str, clock: Clock, environ: Mapping[str, str]
) -> Transcriber:
    """What transcribes; nothing is started, loaded or reached before it is used.

    `url` and `key` (empty: none) are the endpoint's. `environ` is the gateway's environment, of
    which a local model is given what it needs.
    """
    match engine:
        case "endpoint":
            from carrel.voice.endpoint import EndpointTranscriber

            return EndpointTranscriber(model, url, key, clock)
        case "local":
            from carrel.voice.local import LocalTranscriber
            from carrel.voice.process import starter

            return LocalTranscriber(starter(model, environ), clock)
        case _:
            assert_never(engine)
