"""The second step: a bot on each chat network, checked as its token is pasted."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import typer

from carrel.cli.wizard.asking import Asker
from carrel.cli.wizard.given import Given
from carrel.core.errors import CarrelError, ConfigError
from carrel.ports.guide import Guide, Secret
from carrel.ports.platform import PlatformKind
from carrel.setting_up import networks
from carrel.setting_up.draft import Draft, Network


def connect(asker: Asker, given: Given, draft: Draft) -> tuple[Network, ...]:
    """Set up those that are wanted, one after another."""
    guides, lacking = networks.guides(), networks.lacking()
    held = draft.settings.platforms
    wanted = given.platforms
    if wanted is None:
        asker.title("Chat networks")
        asker.say("The console in your browser is always there.")
        for missing in lacking.values():
            asker.say(str(missing))
        wanted = tuple(
            name for name, (_, guide) in guides.items()
            if asker.agrees(f"Connect {guide.title}?", default=name in held or not held)
        ) if asker.asks else tuple(name for name in held if name in guides)  # fmt: skip
    for name in wanted:
        if name in lacking:
            raise lacking[name]
        if name not in guides:
            known = ", ".join(guides) or "none"
            raise ConfigError(f"The wizard knows no platform {name!r}; it knows: {known}.")
    return tuple(_Connecting(asker, given, draft, name, *guides[name]).done() for name in wanted)


class _Connecting:
    """One network, from its portal to a look at what is there."""

    def __init__(
        self, asker: Asker, given: Given, draft: Draft, name: str, kind: PlatformKind, guide: Guide
    ) -> None:
        self._asker, self._given, self._draft = asker, given, draft
        self._name, self._kind, self._guide = name, kind, guide

    def done(self) -> Network:
        """The network, with its table and secrets in the draft."""
        self._asker.title(self._guide.title)
        network = self._as_it_is() if self._is_kept() else None
        if network is None:
            self._show_portal()
            network = self._with_new_secrets()
        survey = network.survey
        self._asker.finding(well=True, what=self._guide.title, said=f"the bot is {survey.bot}")
        while any(not one.well for one in survey.findings):
            for one in survey.findings:
                self._asker.shows(one)
            if self._asker.line("Enter looks again; s goes on", "" if self._asker.asks else "s"):
                break
            survey = asyncio.run(networks.look(self._guide, network.table, network.parts))
        self._draft.knows(*survey.places, *survey.people, *survey.groups)
        return replace(network, survey=survey)

    def _is_kept(self) -> bool:
        """Whether secrets are there already, and nobody gives others."""
        fresh = {*self._given.tokens, *self._given.commands}
        if any(one.partition(".")[0] == self._name for one in fresh):
            return False
        return networks.has_secrets(self._draft, self._name, self._guide)

    def _as_it_is(self) -> Network | None:
        """With the secrets that are set up; None where they do not serve and others can be had."""
        networks.begin(self._draft, self._name)
        try:
            network = self._seen({})
        except CarrelError as error:
            if not self._asker.asks:
                raise
            self._asker.finding(well=False, what="Token", said=str(error))
            return None
        renews = "Take another token than the one that is set up?"
        return None if self._asker.agrees(renews, default=False) else network

    def _show_portal(self) -> None:
        self._asker.say(f"Make a bot: {self._guide.portal}")
        for number, step in enumerate(self._guide.steps, 1):
            self._asker.say(f"  {number}. {step}")
        if self._asker.asks and self._asker.agrees("Open the page in your browser?", default=False):
            typer.launch(self._guide.portal)

    def _with_new_secrets(self) -> Network:
        """Ask until they are accepted."""
        networks.begin(self._draft, self._name)
        while True:
            values = {one: self._value(one) for one in self._guide.secrets}
            try:
                return self._seen(values)
            except CarrelError as error:
                if not self._asks_for_all([one for one, value in values.items() if value]):
                    raise
                self._asker.finding(well=False, what="Token", said=str(error))

    def _asks_for_all(self, secrets: Sequence[Secret]) -> bool:
        """Whether somebody is asked for each of them, so that another try can end otherwise."""
        given = self._given.tokens
        return (
            self._asker.asks and bool(secrets) and not any(self._told(s) in given for s in secrets)
        )

    def _seen(self, values: Mapping[Secret, str]) -> Network:
        """What is there. Raises CarrelError."""
        return asyncio.run(networks.seen(self._draft, self._name, self._kind, self._guide, values))

    def _value(self, secret: Secret) -> str:
        """A secret, and in the draft where it lies from now on; "" where a command prints it."""
        told = self._told(secret)
        if command := self._given.commands.get(told):
            self._draft.set({(self._name, f"{secret.key}_command"): command})
            return ""
        if told in self._given.tokens:
            value = read_secret(self._given.tokens[told])
        else:
            value = self._asker.secret(f"{secret.label} (it is not shown)", needed=True)
        if not value:
            raise ConfigError(
                f"There is no token: give --token {told}=FILE, --token {told}=- for standard "
                f"input, or --token-command '{told}=COMMAND', or set {secret.variable}."
            )
        networks.keep(self._draft, self._name, secret, value)
        return value

    def _told(self, secret: Secret) -> str:
        """What the secret is called on the command line."""
        first = secret is self._guide.secrets[0]
        return self._name if first else f"{self._name}.{secret.key}"


def read_secret(file: str) -> str:
    """What a file holds, or standard input for `-`. Raises ConfigError."""
    try:
        return (sys.stdin.readline() if file == "-" else Path(file).read_text("utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.") from error
