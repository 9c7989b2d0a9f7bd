"""The manifest to be pasted asks for what the doctor wants, and for nothing that is not used."""

from __future__ import annotations

import re

from pages import page

from carrel.platforms.slack.doctor import NEEDED


def test_the_manifest_asks_for_the_scopes_that_are_needed() -> None:
    manifest, assistant = page("docs/how-to/set-up-slack.md").blocks("yaml")
    asked = re.search(r"bot: \[(.*?)\]", manifest, re.DOTALL)
    scopes = {one.strip().strip('"') for one in asked[1].split(",")}
    assert scopes == NEEDED | {"app_mentions:read"}, "the event app_mention wants one more"
    assert "assistant_view" in assistant
