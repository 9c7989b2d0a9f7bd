"""A prompt on its way to the engine: its attachments in the inbox, what was spoken as words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from carrel.core.errors import Refused
from carrel.core.model import Prompt, SessionKey
from carrel.ports.engine import Delivered

if TYPE_CHECKING:
    from carrel.runtime.hands import Tools

NO_EARS = (
    "I cannot listen to voice messages here: the operator can set [voice] in carrel.toml. "
    "Please write it."
)


async def delivered(tools: Tools, key: SessionKey, prompt: Prompt) -> Delivered:
    """The prompt with its attachments fetched into the session's inbox."""
    if not prompt.attachments:
        return Delivered(prompt)
    workspace = await tools.workspaces.prepare(key)
    platform = tools.platforms[prompt.conversation.platform]
    files, said = [], [prompt.text] if prompt.text else []
    for attachment in prompt.attachments:
        path = await tools.workspaces.bring_in(workspace, attachment.name)
        await platform.fetch(attachment, path)
        if attachment.voice:
            said.append(await _heard(tools, path))
        else:
            files.append((attachment, path))
    return Delivered(replace(prompt, text="\n".join(said)), tuple(files))


async def _heard(tools: Tools, recording: Path) -> str:
    if tools.voice is None:
        raise Refused(NO_EARS)
    return await tools.voice.transcribe(recording)
