"""Who was let in while Carrel ran, from the first word to the last: presses and codes.

spec: 5.9 5.10
"""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from carrel.core import pairing
from carrel.core.admission import Invited
from carrel.core.errors import Refused
from carrel.core.messages import Inbound, Menu, Notice
from carrel.core.model import Conversation, Sender
from carrel.core.routing import PlaceRule, Rules
from carrel.ports.platform import Verdict
from carrel.runtime.guestbook import WELCOME
from carrel.stores.memory import MemoryStore
from carrel.testing.clock import settle
from carrel.testing.house import House

GUS = Sender("fake", "gus", "Gus")
MIA = Sender("fake", "mia", "Mia")
DIRECT = Conversation("fake", "d", direct=True)
ASKING = Rules(waiting="queue", places={"fake:a": PlaceRule(guests="ask")})


async def whisper(house: House, text: str, who: Sender = GUS) -> Verdict:
    """A direct message to the bot."""
    house.number += 1
    return await house.intake.accept(
        Inbound("fake", f"m{house.number}", DIRECT, who, text, addressed=True, at=1.0)
    )


def notices(house: House) -> list[str]:
    return [one.body.text for one in house.platform.sent if isinstance(one.body, Notice)]


def cards(house: House) -> list[Menu]:
    return [one.body for one in house.platform.sent if isinstance(one.body, Menu)]


async def test_a_guest_waits_for_the_owner_and_then_has_an_answer(tmp_path) -> None:
    """spec: 5.8"""
    async with House(tmp_path, rules=ASKING) as house:
        assert await house.say("hello", sender=GUS) == Verdict("accepted")
        await house.platform.until(lambda: bool(cards(house)))
        await settle()
        assert not house.engine.heard.prompts
        _, invite, _ = cards(house)[0].options
        once = cards(house)[0].options[0][1]
        await house.say(once, sender=MIA)
        await house.say(once, sender=GUS)
        await settle()
        assert not house.engine.heard.prompts, "only an owner's press counts"
        await house.say(once)
        await house.platform.until(lambda: bool(house.platform.answers()))
        (prompt,) = house.engine.heard.prompts
        assert prompt.text == ""
        assert prompt.material[0].text == "hello"
        await house.say(invite[1])
        await settle()
        assert await house.guestbook.listing() == (), "what is decided is not decided again"


async def test_who_is_invited_is_a_member_at_once_and_after_a_restart(tmp_path) -> None:
    store = MemoryStore()
    async with House(tmp_path, rules=ASKING, store=store) as house:
        await house.say("hello", sender=GUS)
        await house.platform.until(lambda: bool(cards(house)))
        await house.say(cards(house)[0].options[1][1])
        await house.platform.until(lambda: len(house.platform.answers()) == 1)
        await house.say("again", "b", sender=GUS)
        await house.platform.until(lambda: house.platform.answers("b") == ["echo: again"])
        assert house.engine.heard.prompts[-1].text == "again"
        (person,) = await house.guestbook.listing()
        assert (person.address, person.name, person.by) == ("fake:gus", "Gus", "Ada")
    async with House(tmp_path, store=store) as second:
        assert (await second.say("once more", "c", GUS, "r1")).outcome == "accepted"
        await second.guestbook.remove("fake:gus")
        assert (await second.say("and now", "c", GUS, "r2")).outcome == "ignored"
        with pytest.raises(Refused, match="was not let in"):
            await second.guestbook.remove("fake:gus")
    async with House(tmp_path, store=store) as third:
        assert (await third.say("still", "c", GUS, "r3")).outcome == "ignored"


async def test_what_waits_outlives_a_restart_and_is_asked_again(tmp_path) -> None:
    """spec: 5.8"""
    store = MemoryStore()
    async with House(tmp_path, rules=ASKING, store=store) as first:
        await first.say("hello", sender=GUS, identity="g")
        await first.platform.until(lambda: bool(cards(first)))
    async with House(tmp_path, rules=ASKING, store=store) as second:
        assert (await second.say("hello", sender=GUS, identity="g")).outcome == "duplicate"
        await second.say("/guest once fake/g", identity="press")
        await second.platform.until(lambda: bool(second.platform.answers()))
        assert (await second.say("hello", sender=GUS, identity="g")).outcome == "duplicate"
        await settle()
        assert len(second.engine.heard.prompts) == 1


async def test_a_guest_has_two_commands_and_nothing_more_is_stored(tmp_path) -> None:
    """spec: 5.3 5.8"""
    async with House(tmp_path, rules=ASKING) as house:
        assert (await house.say("/status", sender=GUS)).outcome == "accepted"
        assert (await house.say("/help", sender=GUS)).outcome == "accepted"
        for text in ("/stop", "/forget yes", "/guest invite fake/m1", "/compact my secret"):
            verdict = await house.say(text, sender=GUS)
            assert verdict.outcome == "refused"
            assert "not for guests" in verdict.reason
        await settle()
        assert not house.engine.heard.prompts
        assert "my secret" not in repr(house.store._tables)


async def test_no_more_guests_wait_than_are_bearable(tmp_path) -> None:
    """spec: 5.8"""
    async with House(tmp_path, rules=ASKING) as house:
        for _ in range(3):
            assert (await house.say("hello", sender=GUS)).outcome == "accepted"
            await settle()
        verdict = await house.say("my secret", sender=GUS)
        assert verdict.outcome == "refused"
        assert "my secret" not in repr(house.store._tables)


async def test_an_edit_by_a_guest_changes_nothing_that_an_owner_saw(tmp_path) -> None:
    async with House(tmp_path, rules=ASKING) as house:
        await house.say("hello", sender=GUS, identity="g")
        await settle()
        place = Conversation("fake", "a")
        edited = Inbound("fake", "g", place, GUS, "evil", addressed=True, at=1.0)
        assert (await house.intake.amend(edited)).outcome == "ignored"
        await house.say("/guest once fake/g")
        await house.platform.until(lambda: bool(house.platform.answers()))
        assert house.engine.heard.prompts[0].material[0].text == "hello"


async def test_a_guest_s_late_message_waits_like_any(tmp_path) -> None:
    async with House(tmp_path, rules=ASKING) as house:
        late = Inbound("fake", "g", Conversation("fake", "a"), GUS, "hello", addressed=True, at=1.0)
        assert (await house.intake.hold(late)).outcome == "accepted"
        await house.platform.until(lambda: bool(cards(house)))
        assert "Gus is a guest" in cards(house)[0].text


async def test_a_guest_who_types_wakes_no_engine(tmp_path) -> None:
    async with House(tmp_path, rules=ASKING) as house:
        house.guestbook.listed = house.guestbook.listed.__class__(guests=frozenset({"fake:gus"}))
        await house.intake.expect(Conversation("fake", "a"), GUS)
        await settle()
        assert house.registry.awake == 0


async def test_a_code_in_a_direct_message_makes_a_member(tmp_path) -> None:
    async with House(tmp_path) as house:
        code = await house.guestbook.mint()
        assert code not in repr(house.store._tables)
        with capture_logs() as logs:
            assert (await whisper(house, code.upper())).outcome == "ignored"
        assert code not in repr(logs).lower()
        assert logs[-1]["event"] == "paired"
        await house.platform.until(lambda: notices(house) == [WELCOME])
        assert (await whisper(house, "hello")).outcome == "accepted"
        await house.platform.until(lambda: house.platform.answers("d") == ["echo: hello"])
        assert (await house.guestbook.listing())[0].by == "a pairing code"
        assert (await whisper(house, code)).outcome == "ignored", "it is no message for the agent"
        other = Sender("fake", "eve", "Eve")
        assert (await whisper(house, code, other)).outcome == "ignored"
        assert (await whisper(house, "hello", other)).outcome == "ignored", "it works once"
        assert code not in repr(house.store._tables).lower()


async def test_a_code_works_in_direct_messages_only_and_for_people(tmp_path) -> None:
    async with House(tmp_path) as house:
        code = await house.guestbook.mint()
        await house.say(code, sender=GUS)
        await whisper(house, f"here it is: {code}")
        await whisper(house, code, Sender("fake", "gus", "Gus", is_bot=True))
        assert await house.guestbook.listing() == ()
        assert "here it is" not in repr(house.store._tables)
        await whisper(house, code)
        assert [one.address for one in await house.guestbook.listing()] == ["fake:gus"]


async def test_a_code_is_good_for_ten_minutes(tmp_path) -> None:
    async with House(tmp_path) as house:
        code = await house.guestbook.mint()
        await house.clock.advance(pairing.LIFE)
        await whisper(house, code)
        assert await house.guestbook.listing() == ()


async def test_wrong_codes_lock_out_silently(tmp_path) -> None:
    async with House(tmp_path) as house:
        code = await house.guestbook.mint()
        with capture_logs() as logs:
            for _ in range(pairing.PERSON_TRIES):
                assert house.guestbook.notices == ()
                verdict = await whisper(house, "carrel-2222-2222-2222")
                assert verdict.outcome == "ignored"
            await whisper(house, code)
        assert await house.guestbook.listing() == ()
        events = [line["event"] for line in logs]
        assert events[-3:] == ["wrong pairing code", "wrong pairing code", "pairing locked"]
        assert house.platform.sent == []
        assert "wrong pairing codes" in house.guestbook.notices[0]
        assert "2222" not in repr(house.store._tables)
        await whisper(house, code, Sender("fake", "eve", "Eve"))
        assert [one.address for one in await house.guestbook.listing()] == ["fake:eve"]


async def test_names_are_one_harmless_line(tmp_path) -> None:
    async with House(tmp_path) as house:
        code = await house.guestbook.mint()
        await whisper(house, code, Sender("fake", "gus", "G\x1b[2Ju\ns"))
        assert (await house.guestbook.listing())[0].name == "G 2Ju s"


async def test_the_book_is_of_what_was_added(tmp_path) -> None:
    async with House(tmp_path) as house:
        house.guestbook.add(Invited("fake:gus", "Gus", "Ada", 1.0))
        assert house.guestbook.people.role(GUS) == "member"
