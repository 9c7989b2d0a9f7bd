"""Requests the engine makes on its own account: a title, a summary to compact the session."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from carrel.testing.messages_api.conversation import Conversation
from carrel.testing.messages_api.model import Reply, Text

TITLE = '"required": ["title"]'
SESSION = re.compile(r"<session>\s*(.*?)\s*</session>", re.DOTALL)
SUMMARY = re.compile(r"create a (?:detailed )?summary of the conversation")
TITLE_WORDS = 5


def answer_aside(body: Mapping[str, object], conversation: Conversation) -> Reply | None:
    """The answer to a side request, or None if this is part of a conversation."""
    if TITLE in json.dumps(body.get("output_config")):
        return Reply((Text(json.dumps({"title": _title(conversation.prompt)})),))
    if SUMMARY.search(conversation.prompt):
        return Reply((Text(_summary(conversation)),))
    return None


def _title(prompt: str) -> str:
    found = SESSION.search(prompt)
    return " ".join((found.group(1) if found else prompt).split()[:TITLE_WORDS])


def _summary(conversation: Conversation) -> str:
    typed = "\n".join(f"- {line}" for text in conversation.earlier for line in text.splitlines())
    return f"<analysis>Nothing is left out.</analysis>\n<summary>The user wrote:\n{typed}</summary>"
