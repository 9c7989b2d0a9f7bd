"""`carrel init`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from carrel.core.errors import ConfigError
from carrel.settings import places

Many = list[str] | None


class Answer(StrEnum):
    """Which messages are answered."""

    ALL = "all"
    MENTION = "mention"
    NEVER = "never"


class Isolation(StrEnum):
    """What keeps sessions apart."""

    STRICT = "strict"
    FOLDER = "folder"


# The options, in the order in which the wizard asks.
Platform = Annotated[
    Many, typer.Option(help="A chat network to connect; `none` for the console alone.")
]
Token = Annotated[
    Many, typer.Option(help="`discord=FILE`: copy the token from there; `-` reads a line.")
]
TokenCommand = Annotated[
    Many, typer.Option(help="`discord=COMMAND`: it prints the token at every start.")
]
ApiKey = Annotated[
    str | None, typer.Option(help="A file with an Anthropic API key; `-` reads a line.")
]
Owner = Annotated[Many, typer.Option(help="May do everything; `discord:ID`.")]
Approver = Annotated[Many, typer.Option(help="May allow what the agent asks.")]
Member = Annotated[Many, typer.Option(help="May talk to the agent.")]
AnswerAs = Annotated[Answer | None, typer.Option(help="Which messages are answered.")]
AnswerIn = Annotated[Many, typer.Option(help="`discord:ID=WORD`: which are answered there.")]
Shared = Annotated[Many, typer.Option(help="A conversation that shares the session `default`.")]
Timezone = Annotated[str | None, typer.Option(help="As `Europe/Berlin`.")]
Budget = Annotated[
    float | None, typer.Option(help="US dollars a day for everything together; 0 for no bound.")
]
IsolationBy = Annotated[Isolation | None, typer.Option(help="What keeps sessions apart.")]
Hello = Annotated[str | None, typer.Option(help="A conversation to say hello in.")]
Service = Annotated[bool | None, typer.Option("--service/--no-service", help="Install it or not.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing.")]


def command(  # noqa: PLR0913, PLR0917 - an option for each question
    platform: Platform = None,
    token: Token = None,
    token_command: TokenCommand = None,
    api_key: ApiKey = None,
    owner: Owner = None,
    approver: Approver = None,
    member: Member = None,
    answer: AnswerAs = None,
    answer_in: AnswerIn = None,
    shared: Shared = None,
    timezone: Timezone = None,
    budget: Budget = None,
    isolation: IsolationBy = None,
    hello: Hello = None,
    *,
    service: Service = None,
    yes: Yes = False,
) -> None:
    """Set Carrel up, step by step: the machine, chat networks, who is heard, and where.

    What is given as an option is not asked. Options add to what `carrel.toml` says already;
    everything else in it stays as it is, comments included.
    """
    from carrel.cli.wizard import run
    from carrel.cli.wizard.given import Given
    from carrel.cli.wizard.networks import read_secret

    given = Given(
        platforms=None if platform is None else tuple(p for p in platform if p != "none"),
        tokens=_pairs(token),
        commands=_pairs(token_command),
        shared=tuple(shared or ()),
        answer=answer.value if answer else None,
        answers=_pairs(answer_in),
        owners=tuple(owner or ()),
        approvers=tuple(approver or ()),
        members=tuple(member or ()),
        timezone=timezone,
        budget=budget,
        isolation=isolation.value if isolation else None,
        api_key=None if api_key is None else read_secret(api_key),
        hello=hello,
        service=service,
    )
    environ = places.environment()
    run(given, places.home_of(environ), environ, asks=sys.stdin.isatty() and not yes)


def _pairs(given: Many) -> dict[str, str]:
    """`name=value`, each; a value may hold further `=`."""
    pairs = [one.partition("=") for one in given or ()]
    if bad := next((name for name, sign, value in pairs if not (sign and value)), None):
        raise ConfigError(f"{bad!r} must be written as name=value.")
    return {name: value for name, _, value in pairs}
