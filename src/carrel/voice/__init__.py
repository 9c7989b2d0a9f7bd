"""What listens to voice messages: a model on this machine, or a service that has one."""

from __future__ import annotations

from carrel.voice.choice import build

__all__ = ["build"]
