"""The console: a platform whose network is this process itself."""

from carrel.platforms.console.hub import (
    LOCAL,
    NAME,
    ConsolePlatform,
    conversation_id,
    place,
)
from carrel.platforms.console.spool import Caps, TooLarge, Upload
from carrel.platforms.console.subscription import Item, Subscription

__all__ = [
    "LOCAL",
    "NAME",
    "Caps",
    "ConsolePlatform",
    "Item",
    "Subscription",
    "TooLarge",
    "Upload",
    "conversation_id",
    "place",
]
