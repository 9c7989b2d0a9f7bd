"""The promises of `ports/platform.py`, each as a test, for every platform.

A test module subclasses `PlatformConformance` and gives the fixture `bench`: an object like
`PlatformBench`, which plays the network's side.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from carrel.core.errors import CarrelError, Full, Refused, Unavailable
from carrel.core.messages import (
    Action,
    Answer,
    ApprovalCard,
    Body,
    File,
    Gone,
    Inbound,
    Mark,
    Notice,
    Outbound,
    Progress,
)
from carrel.core.model import Attachment, Conversation, Sender, TurnId
from carrel.ports.platform import Outcome, Platform, Receipt, Refusal, Verdict

CARD = ApprovalCard("ask-1", "Bash", "Run a command", "rm -r build", "/work")


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a person's message: whether it was acknowledged, and what they were told."""

    acknowledged: bool
    told: str = ""


class PlatformBench(Protocol):
    """The network's side of one platform."""

    platform: Platform
    place: Conversation
    """Where the person writes and reads."""

    async def ready(self) -> None:
        """Return once the platform listens."""
        ...

    async def write(self, message: str, text: str, files: tuple[bytes, ...] = ()) -> Written:
        """A person writes; `message` names it on the network, the same is the same again."""
        ...

    async def read(self) -> tuple[str, ...]:
        """What a person sees now that the bot showed, one text each, oldest first."""
        ...


@dataclass
class Gateway:
    """The way in: takes messages in as the real one does, and keeps everything."""

    outcome: Outcome | CarrelError = "accepted"
    heard: list[Inbound] = field(default_factory=list)
    amended: list[Inbound] = field(default_factory=list)
    retracted: list[tuple[str, str, Conversation]] = field(default_factory=list)
    vanished: list[Conversation] = field(default_factory=list)
    expected: list[tuple[Conversation, Sender]] = field(default_factory=list)
    caught_up: list[str] = field(default_factory=list)
    deaf: frozenset[str] = frozenset()

    async def accept(self, inbound: Inbound) -> Verdict:
        """Say what the test told it to say."""
        self.heard.append(inbound)
        if isinstance(self.outcome, CarrelError):
            raise self.outcome
        return Verdict(self.outcome, "Not today.")

    async def amend(self, inbound: Inbound) -> Verdict:
        """Everything waits."""
        self.amended.append(inbound)
        return Verdict("accepted")

    async def retract(self, source: str, message: str, conversation: Conversation) -> None:
        """Keep it."""
        self.retracted.append((source, message, conversation))

    async def vanish(self, conversation: Conversation) -> None:
        """Keep it."""
        self.vanished.append(conversation)

    async def expect(self, conversation: Conversation, sender: Sender) -> None:
        """Keep it."""
        self.expected.append((conversation, sender))

    async def catch_up(self, source: str, since: float | None = None) -> None:
        """Nothing was missed."""
        del since
        self.caught_up.append(source)

    async def complete(
        self, conversation: Conversation, sender: Sender, command: str, argument: str, typed: str
    ) -> tuple[tuple[str, str], ...]:
        """One, which says what was asked."""
        del conversation, sender
        return ((f"{command} {argument}", f"{typed}!"),)

    def answers(self, conversation: Conversation) -> bool:
        """Everywhere but where the test said not to."""
        return not self.deaf & {conversation.channel, *conversation.within}


@asynccontextmanager
async def running(bench: PlatformBench, gateway: Gateway) -> AsyncIterator[None]:
    """The platform listens while the block lasts."""
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(bench.platform.run(gateway))
        await bench.ready()
        try:
            yield
        finally:
            listening.cancel()


@dataclass
class Outbox:
    """Sends bodies and keeps what the platform said."""

    bench: PlatformBench
    refs: dict[str, str] = field(default_factory=dict)

    async def send(self, nonce: str, body: Body, *, again: bool = False) -> Receipt:
        """As the outbox does: with the last receipt of the same nonce."""
        outbound = Outbound(nonce, self.bench.place, body)
        receipt = await self.bench.platform.send(outbound, self.refs.get(nonce), again=again)
        self.refs[nonce] = receipt.ref
        return receipt


class Receiving:
    """What a platform does with what people write."""

    async def test_a_message_comes_in_normalised(self, bench: PlatformBench) -> None:
        """It names its place, its sender and its source."""
        async with running(bench, gateway := Gateway()):
            await bench.write("m1", "hello")
        [inbound] = gateway.heard
        assert (inbound.text, inbound.conversation) == ("hello", bench.place)
        assert inbound.sender.platform == inbound.conversation.platform == bench.platform.name
        assert inbound.source.startswith(bench.platform.name)
        assert inbound.at > 0

    async def test_the_same_message_again_has_the_same_id(self, bench: PlatformBench) -> None:
        """Ids never repeat for what is not the same."""
        async with running(bench, gateway := Gateway()):
            for message in ("m1", "m1", "m2"):
                await bench.write(message, "hello")
        first, again, other = [inbound.message_id for inbound in gateway.heard]
        assert first == again != other

    @pytest.mark.parametrize("outcome", ["accepted", "duplicate"])
    async def test_what_is_stored_is_acknowledged(
        self, bench: PlatformBench, outcome: Outcome
    ) -> None:
        """`accepted` and `duplicate` may be acknowledged. spec: 2.1."""
        async with running(bench, Gateway(outcome)):
            assert (await bench.write("m1", "hello")).acknowledged

    async def test_a_refusal_tells_the_sender_why(self, bench: PlatformBench) -> None:
        """The reason is one sentence for the sender. spec: 2.6."""
        async with running(bench, Gateway("refused")):
            written = await bench.write("m1", "hello")
        assert "Not today." in written.told

    @pytest.mark.parametrize("error", [Unavailable("The store is away."), Full("Full.")])
    async def test_what_is_not_stored_is_not_acknowledged(
        self, bench: PlatformBench, error: CarrelError
    ) -> None:
        """Unavailable means: give it again later. spec: 2.1 2.6."""
        async with running(bench, gateway := Gateway(error)):
            assert not (await bench.write("m1", "hello")).acknowledged
            gateway.outcome = "accepted"
            assert (await bench.write("m1", "hello")).acknowledged
        assert gateway.heard[-1].message_id == gateway.heard[0].message_id

    async def test_it_listens_until_cancelled_and_again_after(self, bench: PlatformBench) -> None:
        """Cancelling ends it; it can be run again."""
        async with running(bench, Gateway()):
            pass
        async with running(bench, gateway := Gateway()):
            await bench.write("m1", "hello")
        assert len(gateway.heard) == 1

    async def test_an_attachment_is_fetched_whole(
        self, bench: PlatformBench, tmp_path: Path
    ) -> None:
        """`fetch` writes the bytes; it may be asked twice."""
        content = bytes(range(256)) * 400
        async with running(bench, gateway := Gateway()):
            await bench.write("m1", "look", (content,))
            [attachment] = gateway.heard[0].attachments
            for n in range(2):
                await bench.platform.fetch(attachment, tmp_path / f"{n}")
        assert attachment.size == len(content)
        assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes() == content

    @pytest.mark.parametrize("ref", ["nobody/knows", "../../../etc/passwd", ""])
    async def test_what_cannot_be_had_is_refused(
        self, bench: PlatformBench, tmp_path: Path, ref: str
    ) -> None:
        """With a sentence for the chat, and without another file in its place."""
        unknown = Attachment("x.txt", "text/plain", 1, ref)
        with pytest.raises(Refused):
            await bench.platform.fetch(unknown, tmp_path / "got")


class Sending:
    """What a platform does with what is to be shown."""

    async def test_everything_can_be_shown(self, bench: PlatformBench, tmp_path: Path) -> None:
        """Every kind of body finds a form in which it is read."""
        (tmp_path / "plan.txt").write_text("the plan")
        bodies: dict[str, Body] = {
            "forty-two": Answer("forty-two", "8 s"),
            "Restarted": Notice("Restarted at noon.", "warning"),
            "pytest": Progress(TurnId("t"), "working", 1, (Action("1", "Bash", "pytest"),)),
            "Run a command": CARD,
            "plan.txt": File("plan.txt", "text/plain", 8, str(tmp_path / "plan.txt")),
        }
        async with running(bench, Gateway()):
            outbox = Outbox(bench)
            for word, body in bodies.items():
                assert (await outbox.send(word, body)).ref
            seen = await bench.read()
        assert all(any(word in text for text in seen) for word in bodies), seen

    async def test_order_is_kept(self, bench: PlatformBench) -> None:
        """What is sent first stands first. spec: 3.3."""
        words = [f"part {n}." for n in range(10)]
        async with running(bench, Gateway()):
            outbox = Outbox(bench)
            for word in words:
                await outbox.send(word, Answer(word))
            seen = [text for text in await bench.read() if "part" in text]
        assert len(seen) == len(words)
        assert all(word in text for word, text in zip(words, seen, strict=True))

    async def test_the_same_nonce_edits(self, bench: PlatformBench) -> None:
        """`send` changes to `outbound` what stands under `ref`. spec: 4.3."""
        async with running(bench, Gateway()):
            outbox = Outbox(bench)
            await outbox.send("ask", CARD)
            decided = ApprovalCard(
                CARD.approval, CARD.tool, CARD.title, CARD.detail, CARD.folder, "denied", "ada"
            )
            await outbox.send("ask", decided)
            seen = [text for text in await bench.read() if CARD.title in text]
        assert len(seen) == 1
        assert "ada" in seen[0]

    async def test_what_is_gone_is_not_seen(self, bench: PlatformBench) -> None:
        """Gone takes back what was shown; to take it back twice does no harm."""
        async with running(bench, Gateway()):
            outbox = Outbox(bench)
            await outbox.send("card", Progress(TurnId("t"), note="busy bee"))
            await outbox.send("card", Gone())
            await outbox.send("card", Gone())
            seen = await bench.read()
        assert not [text for text in seen if "busy bee" in text]

    async def test_a_second_try_is_not_a_second_copy(self, bench: PlatformBench) -> None:
        """Or, where the network cannot tell, the copy says that it may be one. spec: 4.4."""
        outbound = Outbound("once", bench.place, Answer("forty-two"))
        async with running(bench, Gateway()):
            await bench.platform.send(outbound, None, again=False)
            await bench.platform.send(outbound, None, again=True)
            seen = [text for text in await bench.read() if "forty-two" in text]
        if bench.platform.limits.idempotent:
            assert len(seen) == 1
        else:
            assert len(seen) == 1 or "duplicate" in seen[1]

    async def test_a_mark_needs_no_message_to_be_there(self, bench: PlatformBench) -> None:
        """The receipt of a message that is seen no more is no reason to fail."""
        async with running(bench, gateway := Gateway()):
            await bench.write("m1", "hello")
            outbox = Outbox(bench)
            for sign in ("stored", "working", "answered"):
                await outbox.send("mark", Mark(gateway.heard[0].message_id, sign))

    async def test_the_longest_text_is_shown_and_a_longer_one_refused(
        self, bench: PlatformBench
    ) -> None:
        """A Refusal means that trying again is useless. spec: 4.5."""
        longest = "x" * bench.platform.limits.text
        async with running(bench, Gateway()):
            outbox = Outbox(bench)
            await outbox.send("long", Answer(longest))
            with pytest.raises(Refusal):
                await outbox.send("longer", Answer(longest + "x"))
            seen = await bench.read()
        assert [text for text in seen if longest in text]

    async def test_a_strange_place_is_refused(self, bench: PlatformBench) -> None:
        """A conversation of another network can never be served here."""
        elsewhere = Outbound("n", Conversation("nowhere", "1"), Answer("hello"))
        async with running(bench, Gateway()):
            with pytest.raises(Refusal):
                await bench.platform.send(elsewhere, None, again=False)

    async def test_limits_are_limits(self, bench: PlatformBench) -> None:
        """Characters, seconds and bytes above nothing."""
        limits = bench.platform.limits
        assert min(limits.text, limits.edit_every, limits.file) > 0


class PlatformConformance(Receiving, Sending):
    """Every promise of the port."""
