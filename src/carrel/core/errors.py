"""The errors of Carrel, sorted by who must act.

CarrelError
├── ConfigError     the operator: a file, a key, what is accepted
├── Refused         the sender: one sentence that the chat shows
├── Unavailable     the world: tried again, logged once when down and once when back
│   └── Full        the disk: nothing was written
└── Fenced          nobody: this host no longer owns the session, and must let go of it
"""

from __future__ import annotations


class CarrelError(Exception):
    """Anything that Carrel raises on purpose. Its text is one sentence with the mend."""


class ConfigError(CarrelError):
    """The operator must change something; the process exits with status 78."""


class Refused(CarrelError):
    """The sender asked for what cannot be; the sentence is shown in the chat."""


class Unavailable(CarrelError):
    """Something outside did not answer; the caller tries again later."""


class Full(Unavailable):
    """The disk is full; nothing was written and nothing was accepted."""


class Fenced(CarrelError):
    """Another owner holds the session now; whatever was about to be saved must be dropped."""
