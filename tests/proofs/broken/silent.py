"""A host that cannot renew its lease goes on: neither it nor the kernel's timer ends it."""

from __future__ import annotations

from carrel.runtime.fuse import Fuse
from carrel.stores.postgres.tenancy import Tenancy


def apply() -> None:
    Fuse.light = lambda *_: None
    Tenancy._end = lambda *_: None
