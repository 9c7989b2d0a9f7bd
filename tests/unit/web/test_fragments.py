from __future__ import annotations

from dataclasses import replace

import pytest

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
from carrel.core.model import Attachment, MessageId, TurnId
from carrel.platforms.console import LOCAL, place
from carrel.ports.store import Shown
from carrel.testing.clock import ManualClock
from carrel.web.fragments import Fragments, appended, dom_id, environment, size

DESK = place("desk")
EVIL = "<script>x</script>\"'&"
CARD = ApprovalCard("ask1", "Bash", "Run a command", "git push", "/work")
RUNNING = Progress(
    TurnId("t"), "working", 3, (Action("1", "Bash", "pytest", "done"),), "so far", "", 999_992.0
)


@pytest.fixture
def fragments() -> Fragments:
    return Fragments(environment(), ManualClock())


def html(fragments: Fragments, body: Body, nonce: str = "n") -> str:
    return fragments.of(Outbound(nonce, DESK, body)).html


def said(text: str, **more) -> Inbound:
    return Inbound("console", "m1", DESK, LOCAL, text, **more)


@pytest.mark.parametrize(
    "body",
    [
        Answer(EVIL, EVIL),
        Notice(EVIL, "error"),
        Progress(TurnId("t"), "working", 1, (Action(EVIL, EVIL, EVIL),), EVIL, EVIL),
        ApprovalCard(EVIL, EVIL, EVIL, EVIL, EVIL),
        ApprovalCard(EVIL, EVIL, EVIL, EVIL, EVIL, "denied", EVIL),
        File(EVIL, EVIL, 1, EVIL, EVIL),
        File(EVIL, "image/png", 1, EVIL, EVIL),
    ],
)
def test_nothing_that_others_wrote_is_html(fragments: Fragments, body: Body) -> None:
    """D4. spec: 8.5."""
    shown = html(fragments, body)
    assert "<script" not in shown
    assert EVIL not in shown


def test_what_a_person_wrote_stays_text(fragments: Fragments) -> None:
    files = (Attachment(EVIL, EVIL, 1, EVIL),)
    shown = fragments.of(said(EVIL + "\n**not bold**", attachments=files)).html
    assert "<script" not in shown
    assert "\n**not bold**" in shown


def test_ids_come_from_nonces_and_hold_nothing_else(fragments: Fragments) -> None:
    """spec: 4.3."""
    first = fragments.of(Outbound("console:a b#1.0", DESK, Answer("one")))
    again = fragments.of(Outbound("console:a b#1.0", DESK, Answer("two")))
    assert first.id == again.id == dom_id("console:a b#1.0")
    assert first.id.isalnum()
    assert f'id="{first.id}"' in first.html


def test_a_mark_finds_the_message_it_is_for(fragments: Fragments) -> None:
    message = fragments.of(said("hello")).html
    mark = fragments.of(Outbound("x", DESK, Mark(MessageId("console/m1"), "working")))
    assert f'id="{mark.id}"' in message
    assert "stored" in message
    assert "working" in mark.html
    assert not mark.new


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("queued", "waiting"),
        ("running", "working"),
        ("done", "answered"),
        ("failed", "failed"),
        ("stopped", "stopped"),
        ("superseded", "stopped"),
    ],
)
def test_history_shows_how_a_message_stands(fragments: Fragments, state, word: str) -> None:
    """spec: 8.1."""
    log = fragments.log((Shown(1.0, said("hello"), None, state),), ())
    assert f'class="receipt {word}"' in log


@pytest.mark.parametrize("text", ["/stop", "/allow ask1"])
def test_a_command_is_a_quiet_line(fragments: Fragments, text: str) -> None:
    shown = fragments.of(said(text)).html
    assert "receipt" not in shown
    assert text.split(" ", maxsplit=1)[0] in shown
    assert "ask1" not in shown


def test_a_reason_is_seen(fragments: Fragments) -> None:
    assert "/deny not on a Friday" in fragments.of(said("/deny ask1 not on a Friday")).html


def test_the_card_says_what_goes_on(fragments: Fragments) -> None:
    shown = html(fragments, RUNNING)
    for words in ("working", "8 s", "step 3", "✓", "pytest", "so far", "Stop"):
        assert words in shown


def test_a_card_stands_below_everything_and_once(fragments: Fragments) -> None:
    """A card that the store knows and that runs now is one card."""
    stored = Shown(1.0, outbound=Outbound("card", DESK, Progress(TurnId("t"))))
    later = Shown(2.0, outbound=Outbound("n2", DESK, Answer("later")))
    log = fragments.log((stored, later), (Outbound("card", DESK, RUNNING),))
    assert log.count(dom_id("card")) == 1
    assert log.index("later") < log.index("so far")


def test_an_open_approval_has_its_buttons_and_a_closed_one_its_decision(
    fragments: Fragments,
) -> None:
    shown = html(fragments, CARD)
    assert 'data-text="/allow ask1"' in shown
    assert "git push" in shown
    closed = html(fragments, replace(CARD, state="denied", by="ada"))
    assert "Denied by ada" in closed
    assert "/allow" not in closed
    assert "<form" not in closed


@pytest.mark.parametrize(
    ("folder", "seen"),
    [
        ("/srv/ada/.carrel/sessions/desk-1f/work", False),
        ("/srv/ada/.carrel/sessions/desk-1f/work/api", True),
        ("/srv/ada/work", True),
        ("/etc", True),
        ("", False),
    ],
)
def test_an_approval_names_the_folder_if_it_is_another(
    fragments: Fragments, folder: str, *, seen: bool
) -> None:
    assert ('class="folder"' in html(fragments, replace(CARD, folder=folder))) is seen


def test_a_diff_is_coloured(fragments: Fragments) -> None:
    shown = html(fragments, replace(CARD, detail="@@ -1 +1 @@\n-old\n+new"))
    assert 'class="gd"' in shown
    assert 'class="gi"' in shown


def test_a_file_is_named_by_what_was_shown(fragments: Fragments) -> None:
    shown = html(fragments, File("a.png", "image/png", 2000, "/secret/outbox/1"))
    assert f"/c/desk/files/{dom_id('n')}?view=1" in shown
    assert "/secret" not in shown
    assert "2 kB" in shown


def test_what_is_gone_has_no_html(fragments: Fragments) -> None:
    assert not html(fragments, Gone())


def test_a_long_answer_is_rendered_and_not_remembered(fragments: Fragments) -> None:
    """spec: 12.1."""
    html(fragments, Answer("x" * 30_000))
    html(fragments, Answer("short"))
    assert fragments._remembered.cache_info().currsize == 1


def test_only_what_was_added_is_sent() -> None:
    grown = replace(RUNNING, text="so far and on")
    assert appended(RUNNING, grown) == " and on"
    assert appended(RUNNING, RUNNING) == ""
    assert appended(None, RUNNING) is None
    assert appended(grown, RUNNING) is None
    assert appended(RUNNING, replace(grown, step=4)) is None


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (812, "812 B"), (4200, "4.2 kB"), (25_000_000, "25 MB"), (3 * 10**9, "3 GB")],
)
def test_sizes_read_well(count: int, words: str) -> None:
    assert size(count) == words


def test_only_ones_own_messages_can_be_edited_and_say_so(fragments: Fragments) -> None:
    own = said("hello", edited=True)
    history = (Shown(5.0, own, state="done"), Shown(6.0, replace(own, source="job", id="j")))
    html = str(fragments.log(history, ()))
    assert html.count('data-do="edit"') == 1
    assert 'data-text="/waiting drop console/m1"' in html
    assert 'class="bubble edited"' in html
