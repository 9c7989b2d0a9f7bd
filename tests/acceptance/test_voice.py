"""A voice message on each network, from the recording to the answer."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.acceptance.discord_process import DiscordProcess, discord_process
from tests.acceptance.fake_process import FakeProcess, SlackProcess, TelegramProcess
from tests.acceptance.gateway_process import GatewayProcess, wait_for

RECORDING = b"OggS" + bytes(range(256)) * 20

pytestmark = pytest.mark.cli


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[DiscordProcess]:
    with discord_process(tmp_path, "one") as one:
        yield one


class Service(ThreadingHTTPServer):
    """A transcription service that hears the same words in every recording."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hears)
        self.heard: list[bytes] = []
        self.keys: list[str | None] = []

    @property
    def table(self) -> str:
        return (
            f'[voice]\nengine = "endpoint"\nurl = "http://127.0.0.1:{self.server_port}"\n'
            'key_variable = "EARS_KEY"\n'
        )


class Hears(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.server.heard.append(self.rfile.read(int(self.headers["content-length"])))
        self.server.keys.append(self.headers["authorization"])
        body = json.dumps({"text": "SAY what was said"}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No lines among those of the tests."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as one:
        serving = threading.Thread(target=one.serve_forever)
        serving.start()
        yield one
        one.shutdown()
        serving.join()


def speaks(discord: DiscordProcess) -> None:
    recording = b64encode(RECORDING).decode()
    person, channel = discord.person("ada"), discord.channel("one")
    discord.ask("speaks", person=person, channel=channel, recording=recording)


def test_what_is_said_in_a_voice_message_is_answered(
    gateway: GatewayProcess, discord: DiscordProcess, service: Service
) -> None:
    """spec: 8.1"""
    discord.furnish(gateway, service.table)
    gateway.extra["EARS_KEY"] = "key-of-the-service"
    gateway.start()
    speaks(discord)
    wait_for(lambda: discord.answers("one") == ["what was said"])
    assert RECORDING in service.heard[0]
    assert service.keys == ["Bearer key-of-the-service"]
    assert "key-of-the-service" not in (gateway.home / "logs" / "carrel.log").read_text()


@pytest.mark.parametrize(
    ("network", "name"), [(TelegramProcess, "voice.ogg"), (SlackProcess, "message.m4a")]
)
def test_it_is_heard_on_further_networks_too(
    gateway: GatewayProcess, service: Service, tmp_path: Path,
    network: type[FakeProcess], name: str,
) -> None:  # fmt: skip
    """spec: 8.1"""
    with network.run(tmp_path, "one") as fake:
        fake.furnish(gateway, service.table)
        gateway.extra["EARS_KEY"] = "key-of-the-service"
        gateway.start()
        fake.does("says", one(fake), text="", files={name: b64encode(RECORDING).decode()})
        wait_for(lambda: "what was said" in str(fake.does("messages", one(fake))))
        assert RECORDING in service.heard[0]


def one(fake: FakeProcess) -> str:
    """The only place there is."""
    (place,) = fake.told["channels"].values()
    return place


def test_without_ears_it_says_so(gateway: GatewayProcess, discord: DiscordProcess) -> None:
    """spec: 8.1"""
    discord.furnish(gateway)
    gateway.start()
    speaks(discord)
    told = "I cannot listen to voice messages here"
    wait_for(lambda: any(told in one["content"] for one in discord.messages("one")))
    discord.says("one", "SAY words still work")
    wait_for(lambda: discord.answers("one") == ["words still work"])
