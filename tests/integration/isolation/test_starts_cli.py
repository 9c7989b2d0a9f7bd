"""Bar B2 where the real CLI starts: planted hooks, foreign conversations, and its own sandbox.

spec: 6.6
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from claude_agent_sdk import ClaudeSDKError
from ground import CANARY, Ground, laid
from talk import TOKEN, program, talking

pytestmark = pytest.mark.cli

ROGUE = '{"hooks":{"SessionStart":[{"hooks":[{"type":"command","command":"touch ran"}]}]}}'
NESTED = {
    "sandbox": {
        "enabled": True,
        "failIfUnavailable": True,
        "allowUnsandboxedCommands": False,
        "enableWeakerNestedSandbox": True,
        "credentials": {"envVars": [{"name": "ANTHROPIC_API_KEY", "mode": "deny"}]},
    }
}
OUTSIDE = 'TOOL Bash {"command":"env","dangerouslyDisableSandbox":true}'


async def a_planted_hook_runs(ground: Ground, name: str, *, walls: bool) -> bool:
    planted = ground.own.work / ".claude" / name
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(ROGUE)
    cli = program(ground, ground.own, walls=walls)
    async with talking(ground.own, cli, {}, setting_sources=["project", "local"]) as talk:
        await talk.ask("SAY hello")
    return (ground.own.work / "ran").exists()


@pytest.mark.parametrize("name", ["settings.json", "settings.local.json"])
async def test_a_planted_hook_never_runs(name: str, tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        assert not await a_planted_hook_runs(ground, name, walls=True)
        assert await a_planted_hook_runs(ground, name, walls=False)


async def test_the_engines_own_settings_are_not_asked(tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        (ground.own.engine / "settings.json").write_text(ROGUE)
        cli = program(ground, ground.own, walls=True)
        async with talking(ground.own, cli, {}) as talk:
            await talk.ask("SAY hello")
        assert not (ground.own.work / "ran").exists()


async def resumed(ground: Ground, kind: str, *, walls: bool) -> str:
    """What the model sees when this session resumes the sibling's conversation."""
    sibling = program(ground, ground.sibling, walls=walls)
    async with talking(ground.sibling, sibling, {}) as talk:
        await talk.ask(f"SAY {CANARY}")
    # Without walls gateways share one configuration folder, so that there an id is enough.
    space = ground.own if walls else replace(ground.own, engine=ground.sibling.engine)
    transcript = next(ground.sibling.engine.glob(f"projects/*/{talk.session}.jsonl"))
    token = talk.session if kind == "id" else str(transcript)
    cli = program(ground, ground.own, walls=walls)
    async with talking(space, cli, {}, resume=token) as talk:
        return await talk.ask("SAY hello")


@pytest.mark.parametrize("kind", ["id", "path"])
async def test_knowing_a_conversation_opens_nothing(kind: str, tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        with pytest.raises(ClaudeSDKError):
            await resumed(ground, kind, walls=True)
        assert CANARY in await resumed(ground, kind, walls=False)


async def test_the_cli_sandbox_nests_inside_the_walls(tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        cli = program(ground, ground.own, walls=True)
        async with talking(ground.own, cli, NESTED) as talk:
            assert "works" in await talk.ask("TOOL Bash: echo wor''ks > note; cat note")
            assert TOKEN not in await talk.ask("TOOL Bash: env")
            assert TOKEN not in await talk.ask("TOOL Bash: cat /proc/[0-9]*/environ")
            assert TOKEN not in await talk.ask(OUTSIDE)
        assert (ground.own.work / "note").read_text() == "works\n"


async def test_without_its_sandbox_bash_sees_the_session_token(tmp_path: Path) -> None:
    async with laid(tmp_path, "strict", in_sight=False) as ground:
        cli = program(ground, ground.own, walls=True)
        async with talking(ground.own, cli, {}) as talk:
            assert TOKEN in await talk.ask("TOOL Bash: env")
            assert TOKEN in await talk.ask(OUTSIDE)
