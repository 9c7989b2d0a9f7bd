"""What is shown stays within Discord's bounds, pings nobody, and says what it says."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carrel.core.choices import Choice
from carrel.core.messages import (
    Action,
    Answer,
    ApprovalCard,
    Body,
    File,
    Menu,
    MissedCard,
    Notice,
    Outbound,
    Progress,
)
from carrel.core.model import Conversation, TurnId
from carrel.core.view import FOOTER_ROOM, present
from carrel.platforms.cards import is_silent
from carrel.platforms.discord.showing import (
    EMBED,
    TEXT,
    components,
    fenced,
    message,
    modal,
    nonce,
    uploads,
)

MARKUP = set("*_~`|<>[]#@")
ZERO_WIDTH = "\u200b"

LONG = st.builds(lambda text, times: text * times, st.text(max_size=9), st.integers(0, 1500))
HOSTILE = st.lists(
    st.sampled_from(["<@1>", "<@&2>", "@everyone", "**", "__", "||", "`", "\\", "~~", "[a](b)",
                     "<t:1:R>", "<#3>", "\n", "\r\n", "\u2028", "\x0b", "# ", "> ", " ", "a"])
    | st.text(max_size=4),
    max_size=20,
).map("".join)  # fmt: skip
TIMES = st.floats(min_value=0, max_value=4e9)


def approvals(texts=LONG) -> st.SearchStrategy[ApprovalCard]:
    state = st.sampled_from(["open", "allowed", "denied", "withdrawn"])
    tool = st.sampled_from(["Bash", "Edit", "Task"])
    detail = texts | texts.map("--- a/x\n{}".format)
    names = st.text("0123456789abcdef", min_size=1, max_size=16)
    return st.builds(ApprovalCard, names, tool, texts, detail, texts, state, texts)


def cards(texts=LONG) -> st.SearchStrategy[Progress]:
    actions = st.lists(st.builds(Action, st.just("1"), texts, texts), max_size=6).map(tuple)
    state = st.sampled_from(["starting", "working", "asking", "retrying"])
    turn, steps = st.just(TurnId("t")), st.integers(0, 10**9)
    return st.builds(Progress, turn, state, steps, actions, texts, texts, TIMES)


SETTLED = st.sampled_from(["open", "answered", "ignored"])
MISSED = st.builds(MissedCard, st.integers(1, 10**9), TIMES, SETTLED, st.text(max_size=100))
NOTICES = st.builds(Notice, LONG, st.sampled_from(["info", "warning", "error"]))
FILES = st.builds(File, LONG, st.just("a/b"), st.just(1), st.just("/x"), LONG)


def approval(title: str = "Run a command", detail: str = "ls", **more) -> ApprovalCard:
    return replace(ApprovalCard("a1", "Bash", title, detail, "/work"), **more)


def description(body: Body) -> str:
    return message(body)["embeds"][0]["description"]


@given(st.one_of(approvals(), cards(), MISSED, NOTICES, FILES))
def test_nothing_is_longer_than_discord_takes(body: Body):
    shown = json.loads(json.dumps(message(body)))
    assert len(shown["content"]) <= 2000
    sizes = [
        (len(one["description"]), len(one.get("footer", {}).get("text", "")))
        for one in shown["embeds"]
    ]
    assert all(text <= 4096 and foot <= 2048 for text, foot in sizes)
    assert sum(text + foot for text, foot in sizes) <= 6000
    buttons = [button for row in shown["components"] for button in row["components"]]
    assert all(1 <= len(button["custom_id"]) <= 100 for button in buttons)
    assert all(1 <= len(button["label"]) <= 80 for button in buttons)
    assert len({button["custom_id"] for button in buttons}) == len(buttons)


def test_those_who_are_called_are_named_and_nobody_else_is_pinged() -> None:
    shown = message(Menu("@everyone <@3> Nobody answered.", calls=("1", "2")))
    assert shown["content"].startswith("<@1> <@2> ")
    assert shown["allowed_mentions"] == {"parse": [], "replied_user": False, "users": ["1", "2"]}


@given(st.one_of(approvals(HOSTILE), cards(HOSTILE), MISSED, NOTICES, FILES))
@example(Answer("@everyone <@1> <@&2>"))
def test_no_mention_ever_pings(body: Body):
    assert message(body)["allowed_mentions"] == {"parse": [], "replied_user": False}


@given(LONG, st.text(max_size=FOOTER_ROOM - len("\n-# ")))
def test_every_part_of_an_answer_is_one_message(text: str, footer: str):
    parts = present(Outbound("n", Conversation("discord", "1"), Answer(text, footer)), TEXT, 8_000)
    assert all(len(message(part.body)["content"]) <= 2000 for part in parts)


def test_a_long_name_costs_no_card():
    assert len(message(MissedCard(1, state="answered", by="x" * TEXT))["content"]) <= 2000


def test_a_long_footer_costs_no_answer():
    assert len(message(Answer("x" * (TEXT - FOOTER_ROOM), "y" * FOOTER_ROOM))["content"]) <= 2000


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (Answer("a **b**"), "a **b**"),
        (Answer("a", "3 s · 5 % context"), "a\n-# 3 s · 5 % context"),
        (Notice("Stopped."), "Stopped."),
        (Notice("Careful.", "warning"), "⚠️ Careful."),
        (Notice("Broken.", "error"), "❌ Broken."),
        (File("a.png", "image/png", 1, "/a"), "a.png"),
        (File("a.png", "image/png", 1, "/a", "Look: **a**"), "Look: **a**"),
        (MissedCard(1), "1 message came while nobody listened."),
        (MissedCard(2, 7.9), "2 messages came while nobody listened, the first <t:7:R>."),
        (
            MissedCard(2, 7.9, "answered", "Ada_L"),
            "✅ Being answered by Ada\\_L: 2 messages missed while nobody listened.",
        ),
        (MissedCard(1, state="ignored"), "🚫 Ignored: 1 message missed while nobody listened."),
        (approval("Edit *a*"), "🔐 **Edit \\*a\\***"),
        (approval(state="allowed", by="Ada"), "✅ Allowed by Ada: Run a command"),
        (approval(state="denied", by="Ada"), "❌ Denied by Ada: Run a command"),
        (approval(state="withdrawn"), "🚫 Withdrawn: Run a command"),
    ],
)
def test_contents_by_example(body, content):
    assert message(body)["content"] == content


def test_a_progress_card_by_example():
    actions = (
        Action("1", "Bash", "make *", "done"),
        Action("2", "Read", "a.py", "failed"),
        Action("3", "Edit", "b.py"),
    )
    card = Progress(TurnId("t"), "working", 3, actions, "text", "try 2 of 3", 7.9)
    assert description(card).splitlines() == [
        "**working** · <t:7:R> · step 3",
        "✓ **Bash** make \\*",
        "✗ **Read** a.py",
        "▸ **Edit** b.py",
        "*try 2 of 3*",
    ]
    assert message(card)["content"] == ""


@pytest.mark.parametrize(
    ("state", "head"),
    [("starting", "**starting**\n*n*"), ("retrying", "**waiting**\n*n*"),
     ("asking", "**waiting for you**")],
)  # fmt: skip
def test_a_card_says_what_it_waits_for_once(state, head):
    assert description(Progress(TurnId("t"), state, note="n")) == head


@pytest.mark.parametrize(
    ("detail", "tool", "kind"),
    [("--- a/x\n+++ b/x", "Edit", "diff"), ("ls", "Bash", "bash"), ("text", "Write", "")],
)
def test_a_detail_is_fenced_as_what_it_is(detail, tool, kind):
    card = approval(detail=detail, tool=tool)
    assert description(card) == f"```{kind}\n{detail}\n```"
    assert message(card)["embeds"][0]["footer"] == {"text": "in /work"}


def test_a_decision_takes_the_buttons_away_and_changes_the_colour():
    states = ("open", "allowed", "denied", "withdrawn")
    shown = [message(approval(state=one)) for one in states]
    assert [len(one["components"]) for one in shown] == [1, 0, 0, 0]
    assert len({one["embeds"][0]["color"] for one in shown}) == 4


# Fences.


def inside(shown: str) -> str:
    assert shown.startswith("```")
    assert shown.endswith("\n```")
    return shown.removeprefix("```").removesuffix("```")


@pytest.mark.parametrize("ticks", [1, 2, 3, 4, 6, 7, 9])
def test_backticks_do_not_end_the_fence_they_stand_in(ticks):
    text = f"a{'`' * ticks}\nb\n{'`' * ticks}"
    shown = fenced(text, "diff", 100)
    assert "```" not in inside(shown)
    assert shown.replace(ZERO_WIDTH, "") == f"```diff\n{text}\n```"


@given(st.text(st.sampled_from("`a\n"), max_size=12), st.integers(20, 60))
@example("`````\n**✅ Allowed**", 100)
def test_no_text_ends_the_fence_it_stands_in(text: str, longest: int):
    assert "```" not in inside(fenced(text, "", longest))


@given(LONG, st.sampled_from(["", "diff", "bash"]), st.integers(30, 5000))
def test_a_fence_is_as_long_as_it_may_be(text: str, kind: str, longest: int):
    shown = fenced(text, kind, longest)
    assert len(shown) <= longest
    if len(text) > longest:
        assert shown.endswith("…\n```")


# What others wrote: names, titles, summaries.


def bare(text: str) -> set[str]:
    """The markup in `text` that is not written out."""
    return set(re.sub(r"\\.", "", text, flags=re.DOTALL)) & MARKUP


@given(HOSTILE, HOSTILE)
@example("x" * 1919 + "*" * 200, "a")
@example("<@1>\n@everyone", "[a](b)\u2028||c||")
def test_titles_and_names_are_one_line_without_markup(title: str, by: str):
    decided = message(approval(title, state="allowed", by=by))["content"]
    missed = message(MissedCard(2, state="ignored", by=by))["content"]
    asked = message(approval(title))["content"].removeprefix("🔐 **").removesuffix("**")
    for shown in (decided, missed, asked):
        assert not bare(shown)
        assert len(shown.splitlines()) <= 1


@given(HOSTILE, HOSTILE)
def test_summaries_and_notes_are_one_line_each_without_markup(summary: str, note: str):
    card = Progress(TurnId("t"), "working", 1, (Action("1", "Bash", summary),), note=f"n{note}")
    _, action, last = description(card).split("\n")
    assert not bare(action.removeprefix("▸ **Bash** "))
    assert (last[0], last[-1]) == ("*", "*")
    assert not bare(last[1:-1])
    assert len(description(card).splitlines()) == 3


def test_the_name_of_a_tool_is_no_markup():
    card = Progress(TurnId("t"), actions=(Action("1", "mcp__github__create_issue", "x"),))
    assert "**mcp\\_\\_github\\_\\_create\\_issue**" in description(card)


def test_the_name_of_a_file_is_no_markup():
    shown = message(File("__init__.py", "text/x-python", 1, "/a"))["content"]
    assert shown == "\\_\\_init\\_\\_.py"


def test_an_address_in_a_title_is_no_link():
    shown = message(approval("Fetch https://a.example/?key=1"))["content"]
    assert shown == "🔐 **Fetch https\\://a.example/?key=1**"


@pytest.mark.parametrize("state", ["open", "allowed"])
def test_a_title_that_is_cut_says_so(state):
    assert "…" in message(approval("x" * 2000, state=state))["content"]


# What goes along.


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (Answer("a"), []),
        (Answer("a", whole="all of it"), ["answer.md"]),
        (approval(detail="x" * 3000), []),
        (approval(detail="x" * (EMBED + 1)), ["request.txt"]),
        (approval(detail="x" * (EMBED + 1), state="allowed"), []),
        (Notice("x" * 3000), []),
    ],
)
def test_what_is_too_long_goes_along_as_a_file(body, names):
    assert [upload.name for upload in uploads(body)] == names


def test_a_file_that_goes_along_is_whole():
    assert uploads(Answer("a", whole="ä" * 9000))[0].data == ("ä" * 9000).encode()
    assert uploads(approval(detail="ä" * 9000))[0].data == ("ä" * 9000).encode()


@pytest.mark.parametrize("detail", ["x" * 3995, "x" * EMBED, "```" * 1000])
def test_the_whole_of_a_request_can_always_be_seen(detail):
    card = approval(detail=detail)
    assert uploads(card) or detail in description(card).replace(ZERO_WIDTH, "")


@pytest.mark.parametrize(
    ("body", "silent"),
    [
        (Answer("a"), False),
        (approval(), False),
        (approval(state="allowed"), True),
        (approval(state="denied"), True),
        (approval(state="withdrawn"), True),
        (MissedCard(1), False),
        (MissedCard(1, state="answered"), True),
        (MissedCard(1, state="ignored"), True),
        (Progress(TurnId("t"), "asking"), True),
        (Notice("a", "error"), True),
        (File("a", "b", 1, "/c"), True),
    ],
)
def test_only_what_a_person_waits_for_rings(body, silent):
    assert is_silent(body) is silent


# Buttons.


def offered(count: int, length: int = 1) -> list[Choice]:
    return [Choice(f"{n}".rjust(length, "l"), f"/c {n}".ljust(length, "c")) for n in range(count)]


@pytest.mark.parametrize("count", [1, 5])
def test_a_few_choices_are_buttons_that_hold_their_command(count):
    (row,) = components(offered(count))
    assert [one["custom_id"] for one in row["components"]] == [f"/c {n}" for n in range(count)]
    assert (row["type"], {one["type"] for one in row["components"]}) == (1, {2})


@pytest.mark.parametrize(("count", "shown"), [(6, 6), (25, 25), (40, 25)])
def test_many_choices_are_one_select(count, shown):
    (row,) = components(offered(count))
    (select,) = row["components"]
    assert select["type"] == 3
    assert [one["value"] for one in select["options"]] == [f"/c {n}" for n in range(shown)]


def test_without_a_choice_there_are_no_buttons():
    assert components([]) == []


@pytest.mark.parametrize("count", [3, 9])
def test_labels_and_commands_have_a_longest_length(count):
    (row,) = components(offered(count, 300))
    buttons = row["components"]
    options = buttons[0].get("options", buttons)
    assert all(len(one["label"]) == 80 for one in options)
    assert all(len(one.get("value") or one["custom_id"]) == 100 for one in options)


def test_a_button_that_asks_says_so_and_weights_are_colours():
    weights = [Choice("a", "/a"), Choice("b", "/b", "good"), Choice("c", "/c", "bad")]
    (row,) = components([*weights, Choice("d", "/d", ask="Why?")])
    assert [one["style"] for one in row["components"]] == [2, 3, 4, 2]
    assert [one["custom_id"] for one in row["components"]] == ["/a", "/b", "/c", "ask /d"]


def test_a_request_can_be_allowed_denied_and_denied_with_a_reason():
    (row,) = message(approval())["components"]
    assert [one["custom_id"] for one in row["components"]] == [
        "/allow a1", "/allow a1 session", "/deny a1", "ask /deny a1",
    ]  # fmt: skip


@given(LONG)
def test_the_form_sends_the_command_that_opened_it(command: str):
    form = modal(command)
    assert form["custom_id"] == command[:100]
    (field,) = form["components"][0]["components"]
    assert (field["type"], field["required"]) == (4, False)
    assert max(len(form["title"]), len(field["label"])) <= 45


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(max_size=50))
def test_a_nonce_is_short_and_the_outbounds_own(name: str, other: str):
    assert len(nonce(name)) <= 25
    assert nonce(name).isascii()
    assert (nonce(name) == nonce(other)) == (name == other)
