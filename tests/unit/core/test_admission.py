"""Who is heard: nobody, unless listed and spoken to.

spec: 5.1
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from carrel.core.admission import MAX_EXCHANGES, Admitted, NotAdmitted, People, admit
from carrel.core.messages import Inbound
from carrel.core.model import Attachment, Conversation, Material, Route, Sender
from carrel.core.routing import PlaceRule, Rules, resolve

ADA = Sender("fake", "ada", "Ada")
PEOPLE = People(owners=frozenset({"fake:ada"}), members=frozenset({"fake:mia"}))
HELLO = Inbound("fake", "m1", Conversation("fake", "a"), ADA, "hello")
FILE = Attachment("a.txt", "text/plain", 3, "ref")


def route(trigger: str = "all", guests: str | None = None) -> Route:
    place = PlaceRule(answer=trigger, guests=guests)
    return resolve(HELLO.conversation, Rules(places={"fake:a": place}))


def outcome(inbound: Inbound, people: People = PEOPLE, trigger: str = "all") -> str:
    verdict = admit(inbound, people, route(trigger), 100)
    return "admitted" if isinstance(verdict, Admitted) else verdict.outcome


@pytest.mark.parametrize("trigger", ["all", "mention", "never"])
def test_without_a_list_nobody_is_heard(trigger: str) -> None:
    """spec: 5.1"""
    addressed = replace(HELLO, addressed=True)
    assert outcome(addressed, People(), trigger) == "ignored"


def test_a_listed_person_is_heard_with_the_strongest_role() -> None:
    everywhere = frozenset({"fake:ada"})
    assert admit(HELLO, PEOPLE, route(), 100) == Admitted("owner")
    assert People(everywhere, everywhere, everywhere).role(ADA) == "owner"
    assert People(frozenset(), everywhere, everywhere).role(ADA) == "approver"
    assert People(members=everywhere).role(ADA) == "member"


@pytest.mark.parametrize(
    ("listed", "named", "role"),
    [
        (People(approvers=frozenset({"fake:ada"})), frozenset({"fake:mia"}), "member"),
        (People(approvers=frozenset({"fake:ada"})), frozenset(), "member"),
        (People(approvers=frozenset({"fake:ada"})), None, "approver"),
        (People(members=frozenset({"fake:ada"})), frozenset({"fake:ada"}), "approver"),
        (People(), frozenset({"fake:ada"}), "approver"),
        (People(guests=frozenset({"fake:ada"})), frozenset({"fake:ada"}), "approver"),
        (People(owners=frozenset({"fake:ada"})), frozenset({"fake:mia"}), "owner"),
        (People(), frozenset({"fake:mia"}), None),
    ],
)
def test_where_approvers_are_named_they_alone_approve_besides_owners(
    listed: People, named: frozenset[str] | None, role: str | None
) -> None:
    """spec: 5.11"""
    assert listed.role(ADA, named) == role
    route = resolve(HELLO.conversation, Rules(places={"fake:a": PlaceRule(approvers=named)}))
    verdict = admit(HELLO, listed, route, 100)
    assert (verdict.role if isinstance(verdict, Admitted) else None) == role


def test_who_is_called_is_who_may_approve_there() -> None:
    assert PEOPLE.approving() == ("fake:ada",)
    assert PEOPLE.approving(frozenset({"fake:mia", "fake:role:7"})) == ("fake:ada", "fake:mia")


def test_a_bot_is_no_approver_wherever_it_is_named() -> None:
    bot = replace(ADA, is_bot=True)
    assert People(bots=frozenset({"fake:ada"})).role(bot, frozenset({"fake:ada"})) == "member"
    assert People().role(bot, frozenset({"fake:ada"})) is None


@pytest.mark.parametrize(
    "stranger",
    [
        Sender("fake", "Ada", "Ada"),
        Sender("other", "ada", "Ada"),
        Sender("fake", "x", "fake:ada"),
        Sender("fake", "ada ", "Ada"),
        Sender("fake", "", "Ada"),
    ],
)
def test_a_stranger_is_ignored_whatever_they_call_themselves(stranger: Sender) -> None:
    """spec: 5.1"""
    assert outcome(replace(HELLO, sender=stranger)) == "ignored"


def test_roles_that_are_not_listed_open_nothing() -> None:
    admin = Sender("fake", "x", "X", roles=frozenset({"owner", "fake:ada", "role:ada"}))
    assert outcome(replace(HELLO, sender=admin)) == "ignored"


def test_a_listed_role_or_server_lets_in_whoever_has_it() -> None:
    people = People(
        approvers=frozenset({"fake:role:7"}), members=frozenset({"fake:server:1", "fake:ada"})
    )
    mia = Sender("fake", "mia", "Mia", roles=frozenset({"server:1", "role:8"}))
    assert people.role(mia) == "member"
    assert people.role(replace(mia, roles=frozenset({"server:1", "role:7"}))) == "approver"
    assert people.role(replace(mia, roles=frozenset({"server:2"}))) is None
    assert people.role(replace(mia, platform="other")) is None


class TestBots:
    """Only by its own id, only when it speaks to Carrel, and not without end. spec: 5.6"""

    people = People(members=frozenset({"fake:ada", "fake:server:1"}), bots=frozenset({"fake:r2"}))
    beep = replace(HELLO, sender=Sender("fake", "r2", "R2", is_bot=True), addressed=True)

    def outcome(self, inbound: Inbound, exchanges: int = 0) -> str:
        verdict = admit(inbound, self.people, route(), 100, exchanges)
        return "admitted" if isinstance(verdict, Admitted) else verdict.outcome

    def test_a_person_s_list_does_not_let_a_bot_in(self) -> None:
        roles = frozenset({"server:1"})
        assert self.outcome(replace(HELLO, sender=replace(ADA, is_bot=True))) == "ignored"
        stranger = Sender("fake", "c3", "C3", is_bot=True, roles=roles)
        assert self.outcome(replace(self.beep, sender=stranger)) == "ignored"

    def test_a_listed_bot_is_a_member_and_must_address_carrel(self) -> None:
        assert admit(self.beep, self.people, route(), 100) == Admitted("member")
        assert self.outcome(replace(self.beep, addressed=False)) == "ignored"

    def test_bots_do_not_talk_without_end(self) -> None:
        assert self.outcome(self.beep, MAX_EXCHANGES - 1) == "admitted"
        assert self.outcome(self.beep, MAX_EXCHANGES) == "ignored"
        assert self.outcome(HELLO, MAX_EXCHANGES) == "admitted"


@pytest.mark.parametrize(
    ("trigger", "addressed", "direct", "expected"),
    [
        ("all", False, False, "admitted"),
        ("mention", False, False, "ignored"),
        ("mention", True, False, "admitted"),
        ("mention", False, True, "admitted"),
        ("never", True, True, "ignored"),
    ],
)
def test_the_trigger_decides_who_is_spoken_to(
    trigger: str, *, addressed: bool, direct: bool, expected: str
) -> None:
    place = Conversation("fake", "a", direct=direct)
    inbound = replace(HELLO, addressed=addressed, conversation=place)
    assert outcome(inbound, trigger=trigger) == expected


def test_a_text_may_be_as_long_as_the_limit_and_no_longer() -> None:
    """spec: 8.5"""
    assert outcome(replace(HELLO, text="x" * 100)) == "admitted"
    verdict = admit(replace(HELLO, text="x" * 101), PEOPLE, route(), 100)
    assert verdict == NotAdmitted(
        "refused", "101 characters are more than the 100 allowed; send the text as a file."
    )


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_emptiness_is_refused_unless_a_file_comes_with_it(text: str) -> None:
    """spec: 8.5"""
    assert outcome(replace(HELLO, text=text)) == "refused"
    assert outcome(replace(HELLO, text=text, attachments=(FILE,))) == "admitted"
    forward = Material("forward", "Bob", "look")
    assert outcome(replace(HELLO, text=text, material=(forward,))) == "admitted"


def test_what_is_no_text_is_refused() -> None:
    """spec: 8.5"""
    assert outcome(replace(HELLO, text="half a pair \ud83d")) == "refused"
    assert outcome(replace(HELLO, text="a whole one 😀 and a NUL \0")) == "admitted"


def test_a_stranger_is_told_nothing_about_the_limits() -> None:
    stranger = replace(HELLO, sender=Sender("fake", "x", "X"), text="x" * 1000)
    assert outcome(stranger) == "ignored"


def test_only_people_who_are_listed_by_themselves_can_be_called_to_approve() -> None:
    """spec: 8.12"""
    people = People(
        owners=frozenset({"fake:ada"}),
        approvers=frozenset({"fake:bo", "fake:role:7", "fake:server:1"}),
        members=frozenset({"fake:mia"}),
    )
    assert people.approving() == ("fake:ada", "fake:bo")


class TestGuests:
    """spec: 5.2 5.8"""

    mia = Sender("fake", "gus", "Gus")
    asks = replace(HELLO, sender=mia, addressed=True)
    people = People(guests=frozenset({"fake:gus"}))

    def test_who_is_listed_as_a_guest_is_one_wherever_they_are_answered(self) -> None:
        assert admit(replace(self.asks, addressed=False), self.people, route(), 100) == Admitted(
            "guest"
        )
        quiet = admit(replace(self.asks, addressed=False), self.people, route("mention"), 100)
        assert isinstance(quiet, NotAdmitted)

    def test_a_stranger_may_ask_only_where_that_is_said_and_only_when_addressing(self) -> None:
        assert admit(self.asks, PEOPLE, route(guests="ask"), 100) == Admitted("guest")
        silent = replace(self.asks, addressed=False)
        for inbound, place in (
            (self.asks, route()),
            (self.asks, route(guests="never")),
            (silent, route(guests="ask")),
            (replace(self.asks, sender=replace(self.mia, is_bot=True)), route(guests="ask")),
            (self.asks, route("never", guests="ask")),
        ):
            verdict = admit(inbound, PEOPLE, place, 100)
            assert isinstance(verdict, NotAdmitted)
            assert verdict.outcome == "ignored"

    def test_the_nearest_place_says_whether_strangers_may_ask(self) -> None:
        thread = Conversation("fake", "t", within=("a", "s"))
        rules = Rules(
            places={"fake:s": PlaceRule(guests="ask"), "fake:a": PlaceRule(guests="never")}
        )
        assert not resolve(thread, rules).asking
        assert resolve(Conversation("fake", "b", within=("s",)), rules).asking

    def test_no_guest_is_heard_where_no_owner_can_see_it(self) -> None:
        direct = replace(self.asks, conversation=Conversation("fake", "a", direct=True))
        for people, place in ((self.people, route()), (PEOPLE, route(guests="ask"))):
            verdict = admit(direct, people, place, 100)
            assert isinstance(verdict, NotAdmitted)
            assert verdict.outcome == "ignored"

    def test_every_other_role_is_stronger(self) -> None:
        both = replace(self.people, members=frozenset({"fake:gus"}))
        assert both.role(self.mia) == "member"
        assert replace(self.people, invited=frozenset({"fake:gus"})).role(self.mia) == "member"


def test_a_code_of_somebody_who_needs_none_is_no_message() -> None:
    """spec: 5.10"""
    direct = Conversation("fake", "a", direct=True)
    code = replace(HELLO, conversation=direct, text="Carrel-2222-3333-4444 ")
    assert isinstance(admit(code, PEOPLE, route(), 100), NotAdmitted)
    assert admit(replace(code, conversation=HELLO.conversation), PEOPLE, route(), 100) == Admitted(
        "owner"
    )
