"""Nothing in the repository belongs to one machine or one person: secrets, paths, mirrors."""

from __future__ import annotations

import re

from house import ROOT, complaint, repository, text_files

SECRETS = re.compile(
    r"sk-ant-[\w-]{40,}|gh[pousr]_\w{30,}|github_pat_\w{30,}|xox[abprs]-\w+-\w{20,}|AKIA[0-9A-Z]{16}"
    r"|[MN][\w-]{23}\.[\w-]{6}\.[\w-]{27,}|-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\w+/]{40}"
)
PLACES = re.compile(
    rf"(?<![\w.~/])(?:/root/|/Users/\w|/home/(?!you/|work/|memory/)\w+/)|{re.escape(str(ROOT))}/"
)
MIRRORS = re.compile(
    "|".join(("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npm", "--" + "index-url"))
    + "|--"
    + "extra-index-url|--"
    + "find-links|https?://[^/\\s]+:[^/\\s]+@"
)
LARGEST = 1_000_000


def found(pattern: re.Pattern[str], path: str, text: str) -> list[str]:
    """Every line of a text that the pattern finds, shortened."""
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1} {match.group()[:30]}"
        for match in pattern.finditer(text)
    ]


def everywhere(pattern: re.Pattern[str]) -> list[str]:
    texts = [(path, text) for path, text in text_files() if not path.endswith("test_hygiene.py")]
    return [fault for path, text in texts for fault in found(pattern, path, text)]


def test_no_secret_is_committed() -> None:
    faults = everywhere(SECRETS)
    assert not faults, complaint("this looks like a secret:", faults)


def test_no_place_of_one_machine_is_named() -> None:
    faults = everywhere(PLACES)
    assert not faults, complaint("this path exists on one machine only:", faults)


def test_no_package_index_is_named() -> None:
    faults = everywhere(MIRRORS)
    assert not faults, complaint("which index serves the packages is the machine's affair:", faults)


def test_no_file_is_huge() -> None:
    faults = [f"{p.relative_to(ROOT)}" for p in repository() if p.stat().st_size > LARGEST]
    assert not faults, complaint("larger than a megabyte:", faults)


def test_what_does_not_belong_is_found() -> None:
    assert found(SECRETS, "x", "key = sk-ant-api03-" + "a" * 50)
    assert found(SECRETS, "x", "ghp_" + "a" * 36)
    assert not found(SECRETS, "x", "ANTHROPIC_API_KEY=sk-ant-invented")
    assert found(PLACES, "x", "see /home/ada/notes.txt")
    assert found(PLACES, "x", 'Path("/root/.claude")')
    assert not found(PLACES, "x", "~/.carrel and docs/root/x and $HOME/x")
    assert found(MIRRORS, "x", "--index" + "-url http://mirror")
    assert found(MIRRORS, "x", "https://" + "pypi" + ".org/simple")
    assert not found(MIRRORS, "x", "https://docs.python.org")
