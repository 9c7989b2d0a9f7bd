"""Where a person sits: the same few acts on every platform, for scenarios that know none."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page
from tests.acceptance.discord_process import DiscordProcess
from tests.acceptance.gateway_process import GatewayProcess, wait_for

from carrel.core.commands import find


class Seat(Protocol):
    """One conversation of one person's. Everything waits until it can be done."""

    gateway: GatewayProcess
    name: str
    finds_lost: bool
    """Whether a bot can find what it sent when it was killed before it heard of it."""

    def say(self, text: str) -> None:
        """Write a message, or a command."""
        ...

    def labels(self) -> list[str]:
        """The labels of everything that can be pressed now."""
        ...

    def press(self, label: str, words: str = "") -> None:
        """Press what was offered last under the label; `words` where it asks for some."""
        ...

    def seen(self) -> str:
        """Everything that is to be read in the conversation now, as text."""
        ...

    def edit(self, old: str, new: str) -> None:
        """Change one's newest message that says `old`."""
        ...

    def delete(self, text: str) -> None:
        """Delete one's newest message that says `text`, or take it back."""
        ...

    def suggested(self, text: str) -> list[str]:
        """What is offered to follow, where the network can offer it; nothing is said."""
        ...

    def answers(self) -> list[str]:
        """The agent's answers, in order, without their footers."""
        ...

    def side(self) -> Seat:
        """A seat in the side thread that was begun here last."""
        ...


def work(seat: Seat) -> Any:
    """The folder in which the agent of this seat works."""
    return next(seat.gateway.home.glob(f"sessions/*{seat.name}*/work"))


def sees(seat: Seat, *words: str) -> str:
    """Wait until all of it is to be read; everything there is then."""
    wait_for(lambda: all(word in seat.seen() for word in words))
    return seat.seen()


def answered(seat: Seat, count: int) -> list[str]:
    """Wait for so many answers."""
    wait_for(lambda: len(seat.answers()) >= count)
    return seat.answers()


def offered(seat: Seat, *labels: str) -> list[str]:
    """Wait until all of these can be pressed."""
    wait_for(lambda: set(labels) <= set(seat.labels()))
    return seat.labels()


@dataclass
class DiscordSeat:
    """A channel of the fake Discord, as Ada uses it."""

    gateway: GatewayProcess
    discord: DiscordProcess
    name: str
    who: str = "ada"
    finds_lost = True

    def say(self, text: str) -> None:
        """A command is typed as a message: a slash command with words needs no other test."""
        self.discord.says(self.name, text, self.who)

    def _pressable(self) -> list[tuple[str, str, str, str]]:
        """Label, message, custom id and value of everything that can be pressed."""
        found = []
        for message in self.discord.messages(self.name):
            for row in message["components"]:
                for one in row["components"]:
                    mine = [(one.get("label", ""), message["id"], one["custom_id"], "")]
                    options = [
                        (o["label"], message["id"], one["custom_id"], o["value"])
                        for o in one.get("options", ())
                    ]
                    found += options or mine
        return found

    def labels(self) -> list[str]:
        return [label for label, *_ in self._pressable()]

    def press(self, label: str, words: str = "") -> None:
        offered(self, label)
        found = [one for one in self._pressable() if one[0] == label]
        _, message, custom_id, value = found[-1]
        given = {
            "person": self.discord.person(self.who),
            "channel": self.discord.channel(self.name),
            "message": message,
            "custom_id": custom_id,
        }
        if value:
            self.discord.ask("chooses", **given, values=[value])
            return
        pressed: list[str] = []
        wait_for(lambda: self._press(given, pressed) or self._is_answered(given, pressed, words))

    def _press(self, given: dict[str, Any], pressed: list[str]) -> None:
        """Press, and once more every three seconds, as a person does whom nobody answers."""
        with suppress(AssertionError):
            pressed.append(self.discord.ask("presses", **given)["interaction"])

    def _is_answered(self, given: dict[str, Any], pressed: list[str], words: str) -> bool:
        for _ in range(60):
            for name in pressed:
                made = self.discord.ask("interaction", interaction=name)
                if made["modal"]:
                    form = {"interaction": name, "answers": {"words": words}}
                    self.discord.ask("submits", **given, **form)
                if made["answered"]:
                    return True
            time.sleep(0.05)
        return False

    def seen(self) -> str:
        said = []
        for one in self.discord.messages(self.name):
            shown = [one["content"], *(e.get("description", "") for e in one["embeds"])]
            said += [text.replace("\\", "") for text in shown]
        return "\n".join(said)

    def edit(self, old: str, new: str) -> None:
        self.discord.ask("edits", **self._mine(old), text=new)

    def delete(self, text: str) -> None:
        self.discord.ask("deletes", **self._mine(text))

    def _mine(self, text: str) -> dict[str, Any]:
        mine = [one for one in self.discord.messages(self.name) if one["content"] == text]
        where = {"channel": self.discord.channel(self.name), "message": mine[-1]["id"]}
        return {"person": self.discord.person(self.who), **where}

    def suggested(self, text: str) -> list[str]:
        name, _, typed = text.removeprefix("/").partition(" ")
        argument = find(f"/{name}").command.arguments[0].name
        asked = {"command": name, "options": {argument: typed}}
        who = {"person": self.discord.person(self.who), "channel": self.discord.channel(self.name)}
        made = self.discord.ask("completes", **who, **asked)["interaction"]
        wait_for(lambda: self.discord.ask("interaction", interaction=made)["answered"])
        choices = self.discord.ask("interaction", interaction=made)["choices"]
        return [one["name"] for one in choices]

    def answers(self) -> list[str]:
        return self.discord.answers(self.name)

    def side(self) -> DiscordSeat:
        """Discord gives a thread the number of the message on which it stands."""
        begun = [one for one in self.discord.messages(self.name) if "🌿" in one["content"]]
        return DiscordSeat(self.gateway, self.discord, begun[-1]["id"])


@dataclass
class ConsoleSeat:
    """A conversation of the console in Chromium."""

    gateway: GatewayProcess
    page: Page
    name: str
    finds_lost = True

    def __post_init__(self) -> None:
        origin = f"http://{urlsplit(self.gateway.link).netloc}"
        self.page.goto(f"{origin}/c/{self.name}")

    @property
    def _pane(self) -> Locator:
        return self.page.locator(f'.pane[data-c="{self.name}"]')

    def say(self, text: str) -> None:
        box = self.page.locator(f"#text-{self.name}")
        box.fill(text)
        box.press("Enter")
        self.page.wait_for_function("box => box.value === ''", arg=box.element_handle())

    def labels(self) -> list[str]:
        return self._pane.locator(".log .choices button").all_inner_texts()

    def press(self, label: str, words: str = "") -> None:
        label = label.removesuffix(" and say why…")
        labels = offered(self, label)
        place = len(labels) - 1 - labels[::-1].index(label)
        button = self._pane.locator(".log .choices button").nth(place)
        if words:
            button.locator("xpath=..").locator("input").fill(words)
        button.click()

    def edit(self, old: str, new: str) -> None:
        self._on_mine(old, "Edit")
        self.say(new)

    def delete(self, text: str) -> None:
        self._on_mine(text, "Take back")

    def _on_mine(self, text: str, act: str) -> None:
        said = self._pane.locator(".said").filter(has=self.page.get_by_text(text, exact=True))
        said.last.hover()
        said.last.get_by_role("button", name=act).click()

    def seen(self) -> str:
        return self._pane.locator(".log").inner_text()

    def suggested(self, text: str) -> list[str]:
        box = self.page.locator(f"#text-{self.name}")
        with self.page.expect_response("**/complete?*"):
            box.fill(text)
        self.page.wait_for_timeout(50)
        found = self._pane.locator(".completions button").all_inner_texts()
        box.fill("")
        return found

    def answers(self) -> list[str]:
        return self._pane.locator(".answer .prose").all_inner_texts()

    def side(self) -> ConsoleSeat:
        """The console has no threads, but conversations."""
        (name,) = re.findall(rf"from here: ({self.name}-\w+)", self.seen())
        return ConsoleSeat(self.gateway, self.page, name)
