"""Where agents run for the leader, nobody is asked to prove who they are."""

from __future__ import annotations

from carrel.engines.elsewhere import lodging


def apply() -> None:
    lodging.proves = lambda *_: True
