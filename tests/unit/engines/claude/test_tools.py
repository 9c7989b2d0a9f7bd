from __future__ import annotations

from claude_agent_sdk import create_sdk_mcp_server

from carrel.core.errors import Refused
from carrel.core.messages import File
from carrel.engines.claude import tools


class Spaces:
    async def send_out(self, _workspace, path, caption):
        if "secret" in str(path):
            raise Refused("That file is not yours.")
        return File("a.txt", "text/plain", 1, str(path), caption)


async def called(space, monkeypatch, number=0, **arguments):
    made = []

    def keep(name, tools):
        made.extend(tools)
        return create_sdk_mcp_server(name, tools=tools)

    class Serving:
        async def offer(self, file):
            return f"Sent {file.path} {file.caption}"

        async def wish(self, arguments):
            raise Refused(f"No {arguments['action']}.")

        async def nothing(self):
            return "Noted."

    monkeypatch.setattr("claude_agent_sdk.create_sdk_mcp_server", keep)
    assert tools.server(Spaces(), space, Serving())["name"] == "carrel"
    return await made[number].handler(arguments)


async def test_a_file_is_offered_from_the_working_directory(space, monkeypatch):
    said = await called(space, monkeypatch, path="a.txt", caption="look")
    assert said["content"][0]["text"] == f"Sent {space.work}/a.txt look"


async def test_a_refusal_is_one_sentence(space, monkeypatch):
    said = await called(space, monkeypatch, path="secret")
    assert (said["is_error"], said["content"][0]["text"]) == (True, "That file is not yours.")


async def test_schedules_and_silence_are_carrel_s_own(space, monkeypatch):
    refused = await called(space, monkeypatch, 1, action="list")
    assert (refused["is_error"], refused["content"][0]["text"]) == (True, "No list.")
    said = await called(space, monkeypatch, 2)
    assert said == {"content": [{"type": "text", "text": "Noted."}]}
