from __future__ import annotations

import asyncio
from dataclasses import replace

from carrel.core.messages import Answer, Inbound, Outbound, Progress
from carrel.core.model import TurnId
from carrel.platforms.console import LOCAL, place
from carrel.platforms.console.subscription import Subscription, name_of

DESK = place("desk")


def answer(nonce: str, text: str = "") -> Outbound:
    return Outbound(nonce, DESK, Answer(text))


async def test_what_is_put_comes_out_in_order() -> None:
    subscription = Subscription(10)
    for n in range(3):
        subscription.put(answer(f"{n}"))
    assert [(await subscription.next()).nonce for _ in range(3)] == ["0", "1", "2"]


async def test_of_two_bodies_under_one_nonce_the_newest_is_read() -> None:
    """A slow reader of a fast card holds one card. spec: 12.1."""
    subscription = Subscription(10)
    for n in range(1000):
        subscription.put(Outbound("card", DESK, Progress(TurnId("t"), step=n)))
    assert (await subscription.next()).body.step == 999


async def test_a_reader_that_is_too_far_behind_is_let_go() -> None:
    subscription = Subscription(3)
    for n in range(4):
        subscription.put(answer(f"{n}"))
    assert subscription.closed
    assert await subscription.next() is None
    subscription.put(answer("later"))
    assert await subscription.next() is None


async def test_closing_wakes_who_waits() -> None:
    subscription = Subscription(3)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        waiting = group.create_task(subscription.next())
        await asyncio.sleep(0)
        subscription.close()
    assert waiting.result() is None


async def test_a_wait_that_is_given_up_loses_nothing() -> None:
    subscription = Subscription(3)
    try:
        async with asyncio.timeout(0):
            await subscription.next()
    except TimeoutError:
        subscription.put(answer("kept"))
    assert (await subscription.next()).nonce == "kept"


async def test_it_iterates_until_it_is_closed() -> None:
    subscription = Subscription(3)
    subscription.put(answer("a"))
    seen = []
    async for item in subscription:
        seen.append(name_of(item))
        subscription.close()
    assert seen == ["a"]


def test_an_inbound_is_named_by_its_message_id() -> None:
    assert name_of(Inbound("console", "1", DESK, LOCAL, "hello")) == "console/1"


async def test_an_edit_takes_the_place_of_no_unread_message() -> None:
    subscription = Subscription(10)
    said = Inbound("console", "m1", DESK, LOCAL, "one")
    for item in (said, replace(said, text="two", edited=True)):
        subscription.put(item)
    assert [(await subscription.next()).text for _ in range(2)] == ["one", "two"]
