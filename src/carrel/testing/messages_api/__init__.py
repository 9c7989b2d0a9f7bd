"""A wire-level fake of the Anthropic Messages API, driven by what is typed (see `directives`)."""

from carrel.testing.messages_api.ledger import Recorded
from carrel.testing.messages_api.server import FakeMessagesApi

__all__ = ["FakeMessagesApi", "Recorded"]
