"""A wire-level fake of Slack: the Web API, Socket Mode and files, with faults on demand.

    async with FakeSlack() as slack:
        ada = slack.person("ada")
        general = slack.world.channel("general", ada.user)
        ...  # start an app with slack.bot_token and slack.app_token at slack.url
        slack.faults.drop_after_commit("chat.postMessage")
        ada.says(general, "hello")
        await slack.until(lambda: slack.answers(general))

It is as strict as Slack about tokens, scopes, forms and JSON, blocks, lengths and memberships.
`python -m carrel.testing.slack` is a process, moved over HTTP as `control` tells.
"""

from carrel.testing.slack.people import Person
from carrel.testing.slack.server import FakeSlack

__all__ = ["FakeSlack", "Person"]
