"""What is told of the house. spec: 16.12 16.13"""

from __future__ import annotations

from carrel.core.model import Conversation
from carrel.core.routing import Binding, PlaceRule, Rules, resolve
from carrel.ports.platform import Finding
from carrel.runtime.disclosing import CUT, ELSEWHERE, MOST, NONE, SHARED, examined, project

HERE, THREAD = Conversation("fake", "a"), Conversation("fake", "t", within=("a", "server"))
RULES = Rules(
    shared=frozenset({"fake:all"}),
    places={
        "fake:a": PlaceRule(bound=Binding("shop", "project")),
        "fake:server": PlaceRule(bound=Binding("site", "worktree")),
        "fake:all": PlaceRule(bound=Binding("shop", "project")),
    },
)
LISTED = ("shop", "site")


def test_the_project_is_told_with_the_rule_that_gave_it() -> None:
    told = project(resolve(THREAD, RULES), LISTED)
    assert "the project shop, in its own folder" in told.text
    assert "The rule for fake:a in carrel.toml" in told.text
    assert "Listed: shop, site." in told.text
    assert [word for _, word in told.options] == ["/diff"]


def test_a_copy_can_be_looked_at() -> None:
    told = project(resolve(Conversation("fake", "b", within=("server",)), RULES), LISTED)
    assert "the project site, in a copy of its own" in told.text
    assert "The rule for fake:server" in told.text
    assert [word for _, word in told.options] == ["/diff", "/worktree"]


def test_a_session_without_one_says_so() -> None:
    assert NONE in project(resolve(Conversation("fake", "c"), RULES), LISTED).text
    assert SHARED in project(resolve(Conversation("fake", "all"), RULES), LISTED).text
    assert "has listed no project" in project(resolve(HERE, Rules()), ()).text


def test_what_is_not_well_is_told_first_each_with_its_mend() -> None:
    found = [
        Finding("disk", well=True, said="ok"),
        Finding("login", well=False, said="key sk-1 refused", mend="Log in."),
    ]
    told = examined(found, lambda text: text.replace("sk-1", "[secret]"))
    assert told.text.splitlines() == [
        "✗ login: key [secret] refused",
        "  Log in.",
        "Well: disk.",
        ELSEWHERE,
    ]
    assert told.tone == "warning"
    assert examined(found[:1], str).text.startswith("All is well.\n")


def test_however_much_is_found_a_chat_shows_it() -> None:
    told = examined([Finding("job", well=False, said="x" * 400)] * 20, str)
    assert CUT in told.text
    assert len(told.text) < MOST + 400
