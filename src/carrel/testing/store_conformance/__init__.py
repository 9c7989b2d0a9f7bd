"""What every store must keep: each sentence of `ports.store` as a test.

A store joins with a subclass of StoreConformance whose name begins with `Test` and whose fixture
`fresh` gives a function that opens an empty store for the length of an `async with`.
"""

from __future__ import annotations

from carrel.testing.store_conformance.catching_up import CatchingUpConformance
from carrel.testing.store_conformance.failing import FailingConformance
from carrel.testing.store_conformance.fallbacks import FallbackConformance
from carrel.testing.store_conformance.leaving import LeavingConformance
from carrel.testing.store_conformance.listings import ListingsConformance
from carrel.testing.store_conformance.messages import MessagesConformance
from carrel.testing.store_conformance.outbox import OutboxConformance
from carrel.testing.store_conformance.people import PeopleConformance
from carrel.testing.store_conformance.scheduling import SchedulingConformance
from carrel.testing.store_conformance.turns import TurnsConformance
from carrel.testing.store_conformance.values import Fresh
from carrel.testing.store_conformance.walk import WalkConformance

__all__ = ["Fresh", "StoreConformance"]


class StoreConformance(
    MessagesConformance,
    CatchingUpConformance,
    TurnsConformance,
    LeavingConformance,
    FailingConformance,
    FallbackConformance,
    OutboxConformance,
    ListingsConformance,
    SchedulingConformance,
    PeopleConformance,
    WalkConformance,
):
    """Every promise of the port."""
