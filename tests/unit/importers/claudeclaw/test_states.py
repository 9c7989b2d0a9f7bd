"""Every shape of state file that is known, of both projects and every age."""

from __future__ import annotations

import json

import pytest

from carrel.importers.claudeclaw.states import key_of, plain, read

ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"
DATA = ".claude/claudeclaw"
MAP = f"{DATA}/sessions.json"


def entry(identity: object, used: str = "2026-01-02T00:00:00Z", **more) -> dict:
    return {"sessionId": identity, "createdAt": "2026-01-01T00:00:00Z", "lastUsedAt": used, **more}


def files(**named) -> dict[str, bytes]:
    """By the name below the data folder, without its ending."""
    return {f"{DATA}/{name}.json": json.dumps(value).encode() for name, value in named.items()}


def threads(**entries) -> dict[str, bytes]:
    """Upstream's map."""
    return files(sessions={"threads": entries})


def keys(found) -> dict[str, str]:
    return {old.key: old.id for old in found.conversations}


@pytest.mark.parametrize(
    ("held", "expected", "forked"),
    [
        (files(session=entry(ONE)), {"default": ONE}, False),
        (files(session=entry(ONE, messageCount=3, turnCount=3)), {"default": ONE}, False),
        (threads(**{"123": entry(ONE, threadId="123")}), {"discord:123": ONE}, False),
        (threads(default=entry(ONE)), {"default": ONE}, True),
        (files(sessions={"sessions": {"default": entry(ONE, key="default")}}),
         {"default": ONE}, True),
        (files(sessions={"threads": {"1": entry(ONE)}, "sessions": {"2": entry(TWO)}}),
         {"discord:1": ONE, "discord:2": TWO}, True),
        (threads(**{"slk:C1:17.5": entry(ONE)}), {"slack:C1:17.5": ONE}, False),
        (threads(**{"slk:C1": entry(ONE)}), {"slack:C1": ONE}, False),
        (threads(**{"agent:mike": entry(ONE)}), {"console:agent-mike": ONE}, False),
        (threads(news=entry(ONE)), {"console:job-news": ONE}, False),
        ({"agents/mike/session.json": json.dumps(entry(ONE)).encode()},
         {"console:agent-mike": ONE}, False),
        (files(sessions={}), {}, False),
        (files(session={}), {}, False),
        (files(**{"jobs-state": {"lastFiredAt": {}}}), {}, True),
        (files(**{"permission-mode": {"mode": "plan"}}), {}, True),
        ({}, {}, False),
    ],
)  # fmt: skip
def test_every_shape_is_read(held, expected, forked) -> None:
    found = read(held)
    assert keys(found) == expected
    assert found.forked is forked


def test_a_session_folder_is_a_sign_of_the_fork() -> None:
    assert read({}, ["123"]).forked


def test_each_ran_where_its_project_ran_it() -> None:
    forked = read(files(sessions={"sessions": {"5": entry(ONE)}}))
    assert forked.conversations[0].folder == f"{DATA}/sessions/5"
    agent = read(threads(**{"agent:mike": entry(ONE)}))
    assert agent.conversations[0].folder == "agents/mike"
    upstream = read(threads(**{"5": entry(ONE)}))
    assert upstream.conversations[0].folder == ""


def test_of_two_conversations_of_a_place_the_newer_goes_on_and_the_older_is_named() -> None:
    held = files(
        session=entry(ONE, "2026-01-01T00:00:00Z"),
        sessions={"sessions": {"default": entry(TWO, "2026-06-01T00:00:00Z")}},
    )
    found = read(held)
    assert keys(found) == {"default": TWO}
    assert any(ONE in one.said for one in found.findings)


def test_one_conversation_goes_on_in_one_place() -> None:
    found = read(threads(**{"1": entry(ONE, "2026-02"), "2": entry(ONE, "2026-01")}))
    assert keys(found) == {"discord:1": ONE}
    assert [one.what for one in found.findings] == ["conversation 2"]


@pytest.mark.parametrize("identity", ["", None, 5, "../../etc/passwd", {"a": 1}, "x" * 5000])
def test_an_id_that_is_none_is_named(identity) -> None:
    found = read(threads(**{"77": entry(identity)}))
    assert not found.conversations
    assert [(one.standing, one.what) for one in found.findings] == [("failed", "conversation 77")]


@pytest.mark.parametrize("data", [b'{"threads": {"1": {"sess', b"[]", b"\xff", b""])
def test_a_damaged_map_is_a_failure(data) -> None:
    found = read({MAP: data})
    assert [(one.standing, one.what) for one in found.findings] == [("failed", MAP)]


def test_a_damaged_part_leaves_the_other_whole() -> None:
    found = read(files(sessions={"threads": [1], "sessions": {"1": entry(ONE), "2": 7}}))
    assert keys(found) == {"discord:1": ONE}
    assert [one.standing for one in found.findings] == ["failed", "failed"]


def test_what_is_not_carried_is_named() -> None:
    held = {
        f"{DATA}/session_1.backup": json.dumps(entry(ONE)).encode(),
        f"{DATA}/session_fallback.json": json.dumps(entry(TWO)).encode(),
        f"{DATA}/fallback-sessions/a%3Ab.json": b"{",
        f"{DATA}/state.json": b"{}",
        f"{DATA}/daemon.pid": b"12\n",
        ".claude/settings.json": b'{"statusLine": {"command": "node .claude/statusline.cjs"}}',
    }
    found = read(held)
    assert {one.what for one in found.findings} == held.keys()
    assert any(ONE in one.said for one in found.findings)


def test_no_two_names_share_a_session() -> None:
    names = ["a b", "a-b", "a/b", "", ".", "x" * 90, "x" * 91, "agent:a", "news"]
    assert len({key_of(name) for name in names}) == len(names)
    assert plain("news") == "news"
