"""Questions in the terminal. Where nobody can answer, each one's own answer holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import typer

from carrel.cli.boxes import clean, clean_lines
from carrel.ports.guide import Named
from carrel.ports.platform import Finding

Find = Callable[[str], Sequence[Named]]

TICKS = "Numbers to change, or Enter to go on"
TICKS_AND_NAMES = "Numbers to change, the beginning of somebody's name, or Enter to go on"


class Asker:
    """Asks a person, if there is one (`asks`)."""

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks

    def title(self, text: str) -> None:
        """A new step."""
        typer.secho(f"\n{text}", bold=True)

    def say(self, text: str) -> None:
        """Say something."""
        typer.echo(clean_lines(text))

    def finding(self, *, well: bool, what: str, said: str, mend: str = "") -> None:
        """Something that was looked at."""
        sign = "✓" if well else "✗"
        typer.secho(clean_lines(f"{sign} {what}: {said}"), fg=None if well else "yellow")
        if mend:
            self.say(f"  {mend}")

    def shows(self, found: Finding) -> None:
        """The same, as it was found."""
        self.finding(well=found.well, what=found.what, said=found.said, mend=found.mend)

    def agrees(self, question: str, *, default: bool) -> bool:
        """Yes or no."""
        return typer.confirm(question, default=default) if self.asks else default

    def line(self, question: str, default: str = "") -> str:
        """A line."""
        if not self.asks:
            return default
        given: str = typer.prompt(question, default=default, show_default=bool(default))
        return given.strip()

    def secret(self, question: str, *, needed: bool) -> str:
        """A line that is not shown; nothing where nobody answers. `needed`: asked until it is."""
        if not self.asks:
            return ""
        default = None if needed else ""
        given: str = typer.prompt(question, default=default, show_default=False, hide_input=True)
        return given.strip()

    def choose(self, question: str, options: Sequence[tuple[str, str]], default: str) -> str:
        """One of some words, each with what it means."""
        if not self.asks:
            return default
        typer.echo(question)
        for word, meaning in options:
            typer.echo(f"  {word:<10} {meaning}")
        words = [word for word, _ in options]
        while (given := self.line("Which", default)) not in words:
            typer.secho(f"One of: {', '.join(words)}.", fg="yellow")
        return given

    def pick(self, question: str, known: Sequence[Named], default: Named | None) -> Named | None:
        """One of a list, or none."""
        if not self.asks:
            return default
        typer.echo(question)
        for number, one in enumerate(known, 1):
            typer.echo(f"  {number} {clean(one.name)}")
        first = str(known.index(default) + 1) if default else "0"
        while True:
            given = self.line("A number; 0 for none", first)
            if given.isdecimal() and int(given) <= len(known):
                return known[int(given) - 1] if int(given) else None

    def tick(
        self,
        question: str,
        known: Sequence[Named],
        ticked: Sequence[str],
        find: Find | None = None,
    ) -> tuple[str, ...]:
        """The addresses of those that are chosen; what is chosen and not known stays chosen."""
        if not self.asks:
            return tuple(ticked)
        shown = {one.address: one for one in known}
        shown |= {one: Named(one, one) for one in ticked if one not in shown}
        chosen = list(dict.fromkeys(ticked))
        typer.echo(question)
        while True:
            for number, one in enumerate(shown.values(), 1):
                sign = "x" if one.address in chosen else " "
                typer.echo(f"  {number} [{sign}] {clean(one.name)}")
            given = self.line(TICKS_AND_NAMES if find else TICKS)
            if not given:
                return tuple(chosen)
            _change(given, shown, chosen, find)


def _change(given: str, shown: dict[str, Named], chosen: list[str], find: Find | None) -> None:
    words = given.replace(",", " ").split()
    if all(word.isdecimal() and 0 < int(word) <= len(shown) for word in words):
        for word in words:
            address = list(shown)[int(word) - 1]
            (chosen.remove if address in chosen else chosen.append)(address)
        return
    found = find(given) if find else ()
    if not found:
        typer.secho(f"There is no {given!r}.", fg="yellow")
    shown |= {one.address: one for one in found if one.address not in shown}
