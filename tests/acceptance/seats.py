"""Where a person sits: the same few acts on every platform, for scenarios that know none."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from typing import Any, Protocol
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page
from tests.acceptance.discord_process import DiscordProcess
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.slack_process import SlackProcess
from tests.acceptance.telegram_process import TelegramProcess

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
        """Change one's newest message that says `old`; the console has no edits."""
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
    finds_lost = True

    def say(self, text: str) -> None:
        """A command is typed as a message: a slash command with words needs no other test."""
        self.discord.says(self.name, text)

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
            "person": self.discord.person("ada"),
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
        mine = [one for one in self.discord.messages(self.name) if one["content"] == old]
        given = {"channel": self.discord.channel(self.name), "message": mine[-1]["id"]}
        self.discord.ask("edits", person=self.discord.person("ada"), **given, text=new)

    def suggested(self, text: str) -> list[str]:
        name, _, typed = text.removeprefix("/").partition(" ")
        argument = find(f"/{name}").command.arguments[0].name
        asked = {"command": name, "options": {argument: typed}}
        who = {"person": self.discord.person("ada"), "channel": self.discord.channel(self.name)}
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


@dataclass
class TelegramSeat:
    """A group of the fake Telegram, as Ada uses it."""

    gateway: GatewayProcess
    telegram: TelegramProcess
    name: str
    finds_lost = False

    def say(self, text: str) -> None:
        self.telegram.does("says", self.name, text=text)

    def _pressable(self) -> list[tuple[str, str, str]]:
        """Label, message and data of everything that can be pressed."""
        return [
            (button["text"], message["name"], button["callback_data"])
            for message in self.telegram.messages(self.name)
            for row in message.get("reply_markup", {}).get("inline_keyboard", ())
            for button in row
        ]

    def labels(self) -> list[str]:
        return [label for label, *_ in self._pressable()]

    def press(self, label: str, words: str = "") -> None:
        offered(self, label)
        pressed: list[str] = []
        wait_for(lambda: self._press(label, pressed) or self._is_answered(pressed))
        if words:
            question = wait_for(self._question)
            self.telegram.does("says", self.name, text=words, message=question)

    def _press(self, label: str, pressed: list[str]) -> None:
        """Press, and once more every three seconds, as a person does whom nobody answers."""
        found = [one for one in self._pressable() if one[0] == label]
        for _, message, data in found[-1:]:
            told = self.telegram.does("presses", self.name, message=message, data=data)
            pressed.append(told["query"])

    def _is_answered(self, pressed: list[str]) -> bool:
        for _ in range(60):
            if any(self.telegram.ask("answered", query=one)["answered"] for one in pressed):
                return True
            time.sleep(0.05)
        return False

    def _question(self) -> str:
        """The newest message that asks for words."""
        asked = [
            m for m in self.telegram.messages(self.name) if "Reply to this" in m.get("text", "")
        ]
        return asked[-1]["name"] if asked else ""

    def edit(self, old: str, new: str) -> None:
        mine = [m for m in self.telegram.messages(self.name) if m.get("text") == old]
        self.telegram.does("edits", self.name, message=mine[-1]["name"], text=new)

    def seen(self) -> str:
        held = self.telegram.messages(self.name)
        return "\n".join(str(one.get("text") or one.get("caption") or "") for one in held)

    def answers(self) -> list[str]:
        """An answer ends in small print, which is in italics; a second copy says what it is."""
        held = [one["html"] for one in self.telegram.messages(self.name) if one["bot"]]
        said = [text for text in held if "may be a duplicate" not in text]
        return [unescape(text.split("\n\n<i>")[0]) for text in said if "\n\n<i>" in text]

    def side(self) -> TelegramSeat:
        """A topic of the group, which its announcement links to."""
        said = [one["html"] for one in self.telegram.messages(self.name) if one["bot"]]
        (topic,) = re.findall(r"t\.me/c/\d+/(\d+)", "\n".join(said))[-1:]
        return TelegramSeat(self.gateway, self.telegram, f"{self.name.split(':')[0]}:{topic}")


@dataclass
class SlackSeat:
    """A channel of the fake Slack, or a thread of it, as Ada uses it."""

    gateway: GatewayProcess
    slack: SlackProcess
    place: str
    finds_lost = True

    @property
    def name(self) -> str:
        """As folders are named after it."""
        return re.sub("[^a-z0-9]+", "-", self.place.lower())

    def say(self, text: str) -> None:
        """Slack keeps what begins with a stroke to itself, and knows no commands in threads."""
        if not text.startswith("/"):
            self.slack.does("says", self.place, text=text)
        elif ":" in self.place:
            self.slack.does("says", self.place, text=text, mention=True)
        else:
            wait_for(lambda: self._is_taken("slash", text=text[1:]))

    def _is_taken(self, what: str, **given: Any) -> bool:
        """Do it, and once more every three seconds, as a person does whom nobody answers."""
        name = self.slack.does(what, self.place, **given)["interaction"]
        for _ in range(60):
            made = self.slack.ask("interaction", interaction=name)
            if made["answered"]:
                return True
            if made["failed"]:
                break
            time.sleep(0.05)
        return False

    def _held(self) -> list[dict[str, Any]]:
        return self.slack.does("messages", self.place)

    def _pressable(self) -> list[tuple[str, str, str]]:
        """Label, message and value of everything that can be pressed."""
        return [
            (one["text"]["text"], message["name"], one["value"])
            for message in self._held()
            for block in message.get("blocks", ())
            for one in block.get("elements", ())
        ]

    def labels(self) -> list[str]:
        return [label for label, *_ in self._pressable()]

    def press(self, label: str, words: str = "") -> None:
        offered(self, label)
        if words:
            form = wait_for(lambda: self._form(label))
            wait_for(lambda: self._is_taken("submits", interaction=form, words=words))
        else:
            wait_for(lambda: self._press(label))

    def _press(self, label: str) -> bool:
        found = [one for one in self._pressable() if one[0] == label]
        return any(self._is_taken("presses", message=m, value=v) for _, m, v in found[-1:])

    def _form(self, label: str) -> str:
        """The press that has opened a form."""
        found = [one for one in self._pressable() if one[0] == label]
        for _, message, value in found[-1:]:
            name = self.slack.does("presses", self.place, message=message, value=value)[
                "interaction"
            ]
            for _ in range(60):
                if self.slack.ask("interaction", interaction=name)["view"]:
                    return str(name)
                time.sleep(0.05)
        return ""

    def edit(self, old: str, new: str) -> None:
        mine = [one for one in self._held() if unescape(str(one["read"])) == old]
        self.slack.does("edits", self.place, message=mine[-1]["name"], text=new)

    def seen(self) -> str:
        return "\n".join(unescape(str(one["read"])) for one in self._held())

    def answers(self) -> list[str]:
        """An answer ends in small print, which is in italics."""
        said = [str(one["read"]) for one in self._held() if one["bot"] and not one["only_for"]]
        return [unescape(text.split("\n\n_")[0]) for text in said if "\n\n_" in text]

    def side(self) -> SlackSeat:
        """The thread below the message that announces it."""
        channel = self.place.partition(":")[0]
        told = self.slack.does("messages", channel)
        begun = [one for one in told if one["bot"] and one["read"].startswith("🌿")]
        return SlackSeat(self.gateway, self.slack, f"{channel}:{begun[-1]['ts']}")
