"""Where a platform's token comes from: a command, a file that only its owner reads, a variable."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import stat
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from carrel.core.errors import ConfigError, Unavailable
from carrel.ports.platform import PlatformParts

COMMAND_SECONDS = 30.0


class TokenTable(BaseModel):
    """The keys of a platform's table that say where its token is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_file: str | None = Field(
        None, description="A file with the token, mode 0600; below the home if relative."
    )
    token_command: str | None = Field(
        None, description="A command that prints the token, such as `op read op://bots/carrel`."
    )

    @property
    def renewable(self) -> bool:
        """Whether another token may be there without a restart."""
        return bool(self.token_file or self.token_command)


async def read_token(table: TokenTable, variable: str, parts: PlatformParts) -> str:
    """The token, from the command, else the file, else the environment's `variable`.

    From here on it is taken out of every log. Raises ConfigError when there is none, Unavailable
    when the command does not give it.
    """
    if table.token_command:
        token = await _from_command(table.token_command, variable, parts)
    elif table.token_file:
        token = await asyncio.to_thread(_from_file, parts.home, table.token_file)
    else:
        token = parts.environ.get(variable, "").strip()
    if not token:
        raise ConfigError(f"There is no token: set {variable}, token_file or token_command.")
    parts.hide(token)
    return token


def _from_file(home: Path, name: str) -> str:
    file = home / Path(name).expanduser()
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise ConfigError(f"{file} is open to others; close it with: chmod 600 {file}")
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The token file {file} cannot be read: {error}.") from None


async def _from_command(command: str, variable: str, parts: PlatformParts) -> str:
    """What it prints is the token; what it complains about is shown, as it may say the mend."""
    try:
        program, *arguments = shlex.split(command)
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=dict(parts.environ),
            start_new_session=True,
        )
    except FileNotFoundError:
        raise ConfigError(
            f"token_command cannot be run: there is no program {program!r} in the PATH."
        ) from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"token_command cannot be run: {error}.") from None
    parts.note("token command run", program=program, instead_of=variable)
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            said, complaint = await process.communicate()
    except TimeoutError:
        raise Unavailable(f"token_command said nothing for {COMMAND_SECONDS:.0f} s.") from None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        why = complaint.decode(errors="replace").strip()[-200:]
        raise Unavailable(f"token_command failed with status {process.returncode}: {why}")
    return said.decode(errors="replace").strip()
