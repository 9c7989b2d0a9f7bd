"""A wire-level fake of Telegram: the Bot API and its files, with faults on demand.

    async with FakeTelegram() as telegram:
        ada = telegram.person("ada")
        family = telegram.world.group("family", ada.user, forum=True)
        ...  # start a bot with telegram.token at telegram.url
        telegram.faults.drop_after_commit("sendMessage")
        ada.says(family, "hello")
        await telegram.until(lambda: telegram.answers(family))

It is as strict as Telegram about HTML, lengths, buttons, reactions, topics and updates.
`python -m carrel.testing.telegram` is a process, moved over HTTP as `control` tells.
"""

from carrel.testing.telegram.people import Person
from carrel.testing.telegram.server import FakeTelegram

__all__ = ["FakeTelegram", "Person"]
