from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.importers.claudeclaw.transcripts import carry, find, slug, talks, without_prompts


def row(uuid, parent, kind="user", **more) -> bytes:
    held = {"type": kind, "uuid": uuid, "parentUuid": parent, **more}
    return json.dumps(held, separators=(",", ":")).encode() + b"\n"


def prompt(uuid, parent) -> bytes:
    return row(uuid, parent, "attachment", attachment={"type": "prompt_snapshot"})


def test_recorded_prompts_go_and_the_chain_holds() -> None:
    lines = [
        row("a", None), prompt("b", "a"), row("q", None, "api-request-shape", shape="old"),
        prompt("c", "b"), row("d", "c", "assistant"), row("e", "d"), b'{"type":"us',
    ]  # fmt: skip
    kept = list(without_prompts(lines))
    assert [(json.loads(one)["uuid"], json.loads(one)["parentUuid"]) for one in kept] == [
        ("a", None),
        ("d", "a"),
        ("e", "d"),
    ]
    assert kept[0] == lines[0]
    assert b'"type":"assistant"' in kept[1]


KEYS = st.sampled_from(["type", "uuid", "parentUuid", "attachment", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=8,
)


@given(st.lists(JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=30)))
def test_any_lines_are_read_without_an_error(lines) -> None:
    assert all(json.loads(line) is not None for line in without_prompts(lines))


def test_a_transcript_is_found_where_it_ran_and_else_anywhere(tmp_path) -> None:
    for folder in ("-a", "-p-x-y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "id.jsonl").touch()
    assert find(tmp_path, Path("/p/x.y"), "id") == tmp_path / "-p-x-y/id.jsonl"
    assert find(tmp_path, Path("/q"), "id") == tmp_path / "-a/id.jsonl"
    assert find(tmp_path, tmp_path, "other") is None
    assert find(tmp_path / "none", tmp_path, "id") is None
    assert slug(Path("/srv/p/.x_y")) == "-srv-p--x-y"


def test_it_is_copied_whole_and_for_its_owner_alone(tmp_path) -> None:
    source, target = tmp_path / "a.jsonl", tmp_path / "engine/projects/p/a.jsonl"
    source.write_bytes(row("a", None) + prompt("b", "a"))
    assert talks(source)
    carry(source, target)
    assert target.read_bytes() == row("a", None)
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["a.jsonl"]


def test_silence_cannot_be_resumed(tmp_path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_bytes(row("a", None, "summary") + b"\xff\n")
    assert not talks(source)


def test_what_is_no_file_leaves_nothing_behind(tmp_path) -> None:
    (tmp_path / "engine").mkdir()
    with pytest.raises(OSError, match=r"Is a directory|no regular file"):
        carry(tmp_path, tmp_path / "engine/a.jsonl")
    assert list((tmp_path / "engine").iterdir()) == []
