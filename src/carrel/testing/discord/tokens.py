"""Secrets of the fake: bot tokens that every library accepts, interaction tokens, signed links."""

from __future__ import annotations

import base64
import hashlib
import hmac


def bot_token(bot_id: str, generation: int = 0) -> str:
    """A token whose first part is the bot's id in base64, as libraries check."""
    first = base64.urlsafe_b64encode(bot_id.encode()).decode().rstrip("=")
    return f"{first}.Zm.{_digest(bot_id, f'bot{generation}')[:38]}"


def interaction_token(interaction_id: str) -> str:
    """The token that answers one interaction."""
    return f"aW50ZXJhY3Rpb24.{_digest(interaction_id, 'interaction')}"


def webhook_token(webhook_id: str) -> str:
    """The token that posts through one webhook."""
    return _digest(webhook_id, "webhook") + "w"


def link_signature(path: str, expires: str, generation: int) -> str:
    """The `hm` of a CDN link; links of an earlier generation are no longer good."""
    return _digest(f"{path}?{expires}", f"cdn{generation}")


def _digest(text: str, purpose: str) -> str:
    return hmac.new(purpose.encode(), text.encode(), hashlib.sha256).hexdigest()
