from __future__ import annotations

import json

import pytest

from carrel.importers.claudeclaw.prompts import (
    SETTINGS,
    front_matter,
    instructions,
    is_job,
    reference,
    references,
    resolved,
)

BLOCK = "<!-- claudeclaw:managed:start -->\n- **Name:** Claw\n<!-- claudeclaw:managed:end -->\n"


def test_settings_at_the_top_of_a_job() -> None:
    lines = ['schedule: "0 9 * * *"  # nine', "notify: error # loud", "model: 'a#b'", "odd"]
    text = "\n".join(["---", *lines, "---", "Say hi\n"])
    assert front_matter(text) == (
        {"schedule": "0 9 * * *", "notify": "error", "model": "a#b"},
        "Say hi",
    )


@pytest.mark.parametrize("text", ["", "Say hi", "---\na: b\n", "--- a\n---\n"])
def test_a_text_without_settings(text) -> None:
    assert front_matter(text) is None


@pytest.mark.parametrize(
    ("prompt", "path"),
    [
        (" prompts/a.md\n", "prompts/a.md"),
        ("a.prompt", "a.prompt"),
        ("/etc/a.md", None),
        ("../a.md", None),
        ("read a.md\nthen b.md", None),
        ("hello", None),
        ("x" * 400 + ".md", None),
        ("a\0.md", None),
        ("a\ud800.md", None),
    ],
)
def test_only_a_path_of_the_project_is_a_reference(prompt, path) -> None:
    assert reference(prompt) == path


def test_references_of_jobs_and_of_the_heartbeat() -> None:
    files = {
        "agents/a/jobs/x.md": b"---\nschedule: *\n---\np/x.txt",
        "CLAUDE.md": b"---\na: b\n---\nno.md",
        SETTINGS: json.dumps({"heartbeat": {"prompt": "beat.md"}}).encode(),
    }
    assert set(references(files)) == {"p/x.txt", "beat.md"}
    assert is_job("agents/a/jobs/x.md")
    assert resolved("p/x.txt", {"p/x.txt": b" do \r\n"}) == "do"
    assert resolved("p/x.txt", {}) == "p/x.txt"


def test_the_managed_block_is_left_out_and_said() -> None:
    text, findings = instructions({"CLAUDE.md": f"Be brief.\n\n{BLOCK}".encode()})
    assert text == "Be brief.\n"
    assert [one.standing for one in findings] == ["left"]


def test_a_file_with_the_block_alone_gives_nothing() -> None:
    assert instructions({".claude/CLAUDE.md": BLOCK.encode()})[0] == ""


def test_a_block_without_an_end_is_kept_and_said() -> None:
    text, findings = instructions({"CLAUDE.md": BLOCK.encode()[:50] + b"\nmine"})
    assert "mine" in text
    assert [one.standing for one in findings] == ["next"]


def test_the_same_words_twice_are_said_once() -> None:
    assert instructions({"CLAUDE.md": b"a\n", ".claude/CLAUDE.md": b"a"})[0] == "a\n"
