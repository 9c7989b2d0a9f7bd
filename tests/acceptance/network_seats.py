"""Seats on Telegram and on Slack."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from html import unescape
from typing import Any

from tests.acceptance.fake_process import SlackProcess, TelegramProcess
from tests.acceptance.gateway_process import GatewayProcess, wait_for
from tests.acceptance.seats import offered


@dataclass
class TelegramSeat:
    """A group of the fake Telegram, as Ada uses it."""

    gateway: GatewayProcess
    telegram: TelegramProcess
    name: str
    finds_lost = False

    def say(self, text: str) -> None:
        self.telegram.does("says", self.name, text=text)

    def _held(self) -> list[dict[str, Any]]:
        return self.telegram.ask("messages", channel=self.name)

    def _pressable(self) -> list[tuple[str, str, str]]:
        """Label, message and data of everything that can be pressed."""
        return [
            (button["text"], message["name"], button["callback_data"])
            for message in self._held()
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
        asked = [m for m in self._held() if "Reply to this" in m.get("text", "")]
        return asked[-1]["name"] if asked else ""

    def edit(self, old: str, new: str) -> None:
        mine = [m for m in self._held() if m.get("text") == old]
        self.telegram.does("edits", self.name, message=mine[-1]["name"], text=new)

    def delete(self, text: str) -> None:
        raise NotImplementedError("a bot is not told of it")

    def seen(self) -> str:
        return "\n".join(str(one.get("text") or one.get("caption") or "") for one in self._held())

    def answers(self) -> list[str]:
        """An answer ends in small print, which is in italics; a second copy says what it is."""
        held = [one["html"] for one in self._held() if one["bot"]]
        said = [text for text in held if "may be a duplicate" not in text]
        return [unescape(text.split("\n\n<i>")[0]) for text in said if "\n\n<i>" in text]

    def side(self) -> TelegramSeat:
        """A topic of the group, which its announcement links to."""
        said = [one["html"] for one in self._held() if one["bot"]]
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

    def delete(self, text: str) -> None:
        mine = [one for one in self._held() if unescape(str(one["read"])) == text]
        self.slack.does("deletes", self.place, message=mine[-1]["name"])

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
