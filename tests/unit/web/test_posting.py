from __future__ import annotations

import pytest

from carrel.core.errors import Full, Refused, Unavailable
from carrel.ports.platform import Verdict
from carrel.web.posting import status_of

ADDRESS = "http://127.0.0.1:4711"
OURS = {"Origin": ADDRESS, "HX-Request": "true"}


def form(name: str = "a.txt", content: bytes = b"hello", number: int = 1) -> list:
    return [("files", (name, content, "text/plain")) for _ in range(number)]


async def test_a_message_is_taken_as_it_was_written(opening, house) -> None:
    async with opening() as person:
        assert (await person.say("one\r\ntwo ☕", "m1")).status_code == 204
    assert (house.heard[0].id, house.heard[0].text) == ("m1", "one\ntwo ☕")
    assert house.heard[0].addressed


async def test_the_same_again_is_as_good(opening) -> None:
    """spec: 2.2."""
    async with opening() as person:
        assert [(await person.say()).status_code for _ in range(2)] == [204, 204]


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (Verdict("refused", "Not <today>."), 403, "Not &lt;today&gt;."),
        (Verdict("ignored", "a stranger is not heard"), 409, "a stranger is not heard"),
        (Refused("No."), 400, "No."),
        (Unavailable("The store is away."), 503, "The store is away."),
        (Full("The disk is full."), 507, "The disk is full."),
        (OSError(28, "No space left on device"), 507, "The disk is full"),
    ],
)
async def test_a_refusal_is_one_sentence(opening, house, answer, status: int, words: str) -> None:
    """spec: 2.6 8.5."""
    house.answer = answer
    async with opening() as person:
        got = await person.say(headers=OURS)
    assert got.status_code == status
    assert words in got.text
    assert got.text.startswith("<p>")


async def test_files_come_along(opening, house) -> None:
    async with opening() as person:
        got = await person.say("", files=form("../a\nb.txt"))
    assert got.status_code == 204
    [attachment] = house.heard[0].attachments
    assert "/" not in attachment.name
    assert "\n" not in attachment.name


@pytest.mark.parametrize(
    "files", [form(content=b"x" * 1001), form(number=3), form(number=9), form(number=1500)]
)
async def test_too_much_is_too_much(opening, house, files: list) -> None:
    """spec: 8.5."""
    async with opening() as person:
        assert (await person.say(files=files)).status_code == 413
    assert not house.heard
    assert not [path for path in house.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("length", [100_001, 3_000_000])
async def test_a_text_that_is_too_long_is_refused(opening, house, length: int) -> None:
    """spec: 8.5."""
    async with opening() as person:
        for files in ({}, {"files": form()}):
            assert (await person.say("x" * length, **files)).status_code == 413
    assert not house.heard


@pytest.mark.parametrize("text", ["", " \n\t"])
async def test_nothing_is_no_message(opening, house, text: str) -> None:
    """spec: 8.5."""
    async with opening() as person:
        assert (await person.say(text)).status_code == 400
    assert not house.heard


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data; boundary=b", b"\xff\xfe\x00 rubbish"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: x\r\n\r\nhalf"),
        ("application/x-www-form-urlencoded", b"\xff\xfe\x00"),
        ("application/json", b'{"id": "m1", "text": "hello"}'),
        ("", b"hello"),
        ("multipart/form-data; boundary=\xff", b"--"),
    ],
)
async def test_rubbish_is_refused_and_the_next_is_heard(
    opening, house, kind: str, content: bytes
) -> None:
    """spec: 8.5."""
    headers = [(b"Origin", ADDRESS.encode()), (b"Content-Type", kind.encode("latin-1"))]
    async with opening() as person:
        got = await person.client.post("/c/desk/messages", headers=headers, content=content)
        assert got.status_code == 400
        assert (await person.say()).status_code == 204
    assert len(house.heard) == 1


def test_what_is_stored_needs_no_words() -> None:
    assert status_of(Verdict("accepted")) == status_of(Verdict("duplicate")) == (204, "")


async def test_an_edit_says_other_words_and_keeps_the_files(opening, house) -> None:
    async with opening() as person:
        await person.say("one", files=form())
        assert (await person.edit("two\r\nlines")).status_code == 204
        assert (await person.edit("")).status_code == 204, "its file is left of it"
    assert [one.text for one in house.edits] == ["two\nlines", ""]
    assert house.edits[0].attachments == house.heard[0].attachments != ()
    assert house.edits[0].message_id == house.heard[0].message_id


@pytest.mark.parametrize(
    ("message", "name", "text", "status", "words"),
    [
        ("m1", "other", "two", 400, "not kept here"),
        ("m9", "desk", "two", 400, "not kept here"),
        ("edited.0", "desk", "two", 400, "not kept here"),
        ("m1", "desk", "  ", 400, "take it back"),
        ("m1", "desk", "/stop", 400, "A command is obeyed at once"),
        ("m1", "desk", "x" * 100_001, 413, "as a file"),
    ],
)
async def test_what_cannot_be_edited_stays_as_it_is(
    opening, house, message: str, name: str, text: str, status: int, words: str
) -> None:
    async with opening() as person:
        await person.say("one")
        got = await person.edit(text, message, name)
    assert (got.status_code, house.edits) == (status, [])
    assert words in got.text


@pytest.mark.parametrize(
    ("verdict", "status", "words"),
    [
        (Verdict("ignored", "the agent has it"), 409, "It stays as it is: the agent has it."),
        (Verdict("refused", "Not today."), 403, "Not today."),
        (Verdict("duplicate"), 204, ""),
    ],
)
async def test_an_edit_that_comes_too_late_is_told_so(
    opening, house, verdict: Verdict, status: int, words: str
) -> None:
    async with opening() as person:
        await person.say("one")
        house.answer = verdict
        got = await person.edit("two")
    assert got.status_code == status
    assert words in got.text


async def test_another_page_edits_nothing(opening, house) -> None:
    """spec: 10.1"""
    async with opening() as person:
        await person.say("one")
        for headers in ({}, {"Origin": "http://evil.example"}):
            options = {"data": {"text": "two"}, "headers": headers}
            got = await person.client.post("/c/desk/messages/m1", **options)
            assert got.status_code == 403
        person.client.cookies.clear()
        assert (await person.edit("two")).status_code == 401
    assert house.edits == []
