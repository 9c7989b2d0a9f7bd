from __future__ import annotations

from carrel.core.events import FileOffered, Thought, TurnEnded, Waited
from carrel.core.messages import File
from carrel.core.model import Conversation, MessageId, Prompt, SessionKey, Turn, TurnId
from carrel.engines.scripted import Note, ScriptedEngine, SendFile, Think
from carrel.ports.engine import Delivered, EngineSpec
from carrel.ports.workspace import Workspace
from carrel.testing.engine_conformance import Told


async def test_every_step_is_told_in_order(tmp_path):
    file = File("a.txt", "text/plain", 1, "/outbox/a.txt")
    engine = ScriptedEngine(lambda _text: (Think(), Note("busy"), SendFile(file)))
    space = Workspace(SessionKey("k"), *([tmp_path] * 7), "folder")
    told = Told()
    live = await engine.open(EngineSpec(space, None, "ask", None, ""), told)
    prompt = Prompt(MessageId("a/1"), Conversation("console", "1"), "ada", "go")
    await live.prompt(Turn(TurnId("k#1"), (prompt,)), (Delivered(prompt),))
    await told.ended()
    assert [type(event) for event in told.events] == [Thought, Waited, FileOffered, TurnEnded]


async def test_a_death_ends_the_turn_once(tmp_path):
    engine = ScriptedEngine()
    space = Workspace(SessionKey("k"), *([tmp_path] * 7), "folder")
    told = Told()
    live = await engine.open(EngineSpec(space, None, "ask", None, ""), told)
    prompt = Prompt(MessageId("a/1"), Conversation("console", "1"), "ada", "hang")
    await live.prompt(Turn(TurnId("k#1"), (prompt,)), (Delivered(prompt),))
    live.die()
    live.die()
    await live.close()
    assert [event.reason for event in told.all(TurnEnded)] == ["lost"]
