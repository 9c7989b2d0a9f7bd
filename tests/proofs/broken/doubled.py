"""Every turn is answered twice, in other words."""

from __future__ import annotations

from dataclasses import replace

from carrel.core import turns
from carrel.core.messages import Answer


def apply() -> None:
    real = turns._last_words

    def last_words(*given):
        said = real(*given)
        return (*said, *(_again(one) for one in said if isinstance(one.outbound.body, Answer)))

    turns._last_words = last_words


def _again(said):
    body = replace(said.outbound.body, text=f"Once more: {said.outbound.body.text}")
    return replace(
        said, outbound=replace(said.outbound, nonce=f"{said.outbound.nonce}.x", body=body)
    )
