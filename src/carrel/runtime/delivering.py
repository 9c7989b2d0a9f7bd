"""A prompt as an engine takes it: attachments are in the session's inbox, voices are words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from carrel.core.errors import Refused
from carrel.core.model import Prompt, SessionKey
from carrel.ports.engine import Delivered

if TYPE_CHECKING:
    from carrel.runtime.tools import Tools

NO_EARS = (
    "I cannot listen to voice messages here: the operator can set [voice] in carrel.toml. "
    "Please write it."
)


async def delivered(prompt: Prompt, key: SessionKey, tools: Tools) -> Delivered:
    """The prompt with its files in place. Raises Refused for what cannot be had or heard."""
    if not prompt.attachments:
        return Delivered(prompt)
    workspace = await tools.workspaces.prepare(key)
    platform = tools.platforms[prompt.conversation.platform]
    files, said = [], [prompt.text] if prompt.text else []
    for attachment in prompt.attachments:
        path = await tools.workspaces.bring_in(workspace, attachment.name)
        await platform.fetch(attachment, path)
        if attachment.voice:
            said.append(await _heard(path, tools))
        else:
            files.append((attachment, path))
    return Delivered(replace(prompt, text="\n".join(said)), tuple(files))


async def _heard(recording: Path, tools: Tools) -> str:
    if tools.voice is None:
        raise Refused(NO_EARS)
    return await tools.voice.transcribe(recording)
