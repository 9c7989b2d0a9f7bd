"""What guests say: it waits for an owner's tap, and reaches the agent as material only.

Its words are never a Prompt's text, so that nothing further on can take them for an instruction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from carrel.core import queueing, turns, view
from carrel.core.admission import Invited
from carrel.core.approvals import visible
from carrel.core.effects import Effects, Invite, Say, Settle, Step
from carrel.core.events import GuestChoice, GuestSettled, Told
from carrel.core.fences import fenced
from carrel.core.material import one_line
from carrel.core.messages import Gone, Inbound, Menu, Notice
from carrel.core.model import Material, MessageId, Prompt, Session

MAX_GUESTS = 10
"""So many messages of guests wait in a session."""
MAX_OF_ONE = 3
LONGEST = 1_200
"""Characters of a guest's message as the card shows them: what is let through was all seen."""

_CHOICES = (("Allow once", "once"), ("Invite", "invite"), ("Refuse", "refuse"))
_FULL = f"{MAX_GUESTS} messages of guests wait already; this one was not taken."
_OF_ONE = f"{MAX_OF_ONE} messages of yours wait for an owner already; this one was not taken."
_LONG = "A guest's message must be short enough for a card; this one was not taken."
_GONE = "That message does not wait for an owner any more."
_USAGE = "Write /guest once|invite|refuse MESSAGE."


def refusal(inbound: Inbound, session: Session) -> str:
    """Why a guest's message is not taken, in a sentence; empty if it may wait."""
    if inbound.message_id in {prompt.id for prompt in session.guests}:
        return ""
    if sum(prompt.person == inbound.sender.address for prompt in session.guests) >= MAX_OF_ONE:
        return _OF_ONE
    if len(session.guests) >= MAX_GUESTS:
        return _FULL
    return _LONG if len(_shown(inbound.text)) > LONGEST else ""


def as_material(inbound: Inbound) -> Inbound:
    """The message with its words as material. What it quotes is left out: no card shows it."""
    words = Material("guest", inbound.sender.name, inbound.text)
    return replace(inbound, text="", material=(words,), more=False)


def decision(inbound: Inbound, choice: str, message: str) -> GuestSettled | Told:
    """The event of an owner's press."""
    place, command = inbound.conversation, inbound.message_id
    chosen: GuestChoice | None = next((c for c in get_args(GuestChoice) if c == choice), None)
    if chosen is None:
        return Told(command, place, _USAGE)
    by = one_line(inbound.sender.name)
    return GuestSettled(command, place, MessageId(message), chosen, by, inbound.at)


def came(session: Session, prompt: Prompt) -> Step:
    """Kept until an owner decides, who is asked by a card."""
    if prompt.id in {p.id for p in session.guests}:
        return session, ()
    if len(session.guests) >= MAX_GUESTS:
        return session, (*turns.settle((prompt,), "failed"), _card(prompt, Notice(_FULL)))
    kept = replace(session, guests=(*session.guests, prompt))
    return kept, (view.mark(prompt, "waiting"), _asking(prompt))


def settled(session: Session, event: GuestSettled) -> Step:
    """Let through, it goes like any other message, but never into a turn or in place of one."""
    said = next((p for p in session.guests if p.id == event.message), None)
    obeyed = Settle(event.command, "done")
    if said is None:
        return session, (obeyed, view.notice(event.command, event.conversation, _GONE))
    if event.choice != "invite":
        return _decided(session, (said,), event, (obeyed,))
    person = Invited(said.person, said.sender, event.by, event.at)
    theirs = tuple(p for p in session.guests if p.person == said.person)
    return _decided(session, theirs, event, (obeyed, Invite(person)))


def _decided(
    session: Session, prompts: tuple[Prompt, ...], event: GuestSettled, effects: Effects
) -> Step:
    left = tuple(p for p in session.guests if p not in prompts)
    session, shown = replace(session, guests=left), Notice(_decision(prompts[0], event))
    effects = (*effects, *(_card(p, shown) for p in prompts))
    if event.choice == "refuse":
        return session, (*effects, *turns.settle(prompts, "stopped"))
    effects = (*effects, *turns.settle(prompts, "queued"))
    for prompt in prompts:
        session, more = queueing.prompted(session, replace(prompt, at=event.at))
        effects = (*effects, *more)
    return session, effects


def retracted(session: Session, message: MessageId) -> Step:
    """The guest took it back: nothing is left to be decided."""
    left = tuple(p for p in session.guests if p.id != message)
    gone = (_card(p, Gone()) for p in session.guests if p.id == message)
    return replace(session, guests=left), (Settle(message, "stopped"), *gone)


def cards(session: Session) -> Effects:
    """The cards that ask, as they must be seen; to say one again shows no second."""
    return tuple(map(_asking, session.guests))


def _asking(prompt: Prompt) -> Say:
    options = tuple((label, f"/guest {choice} {prompt.id}") for label, choice in _CHOICES)
    name, words = one_line(prompt.sender), "".join(one.text for one in prompt.material)
    files = ", ".join(one_line(file.name) for file in prompt.attachments)
    told = [f"{name} is a guest; an owner decides whether the agent hears this."]
    told += [_shown(words)] if words.strip() else []
    told += [f"Files: {files}"] if files else []
    return _card(prompt, Menu("\n".join(told), options))


def _shown(words: str) -> str:
    return fenced(visible(words))


def _decision(prompt: Prompt, event: GuestSettled) -> str:
    name = one_line(prompt.sender)
    match event.choice:
        case "once":
            return f"{event.by} let {name}'s message through."
        case "invite":
            return f"{event.by} invited {name}, who is a member from now on."
        case _:
            return f"{event.by} refused {name}'s message."


def _card(prompt: Prompt, body: Menu | Notice | Gone) -> Say:
    return view.say(f"{prompt.id}.guest", prompt.conversation, body)
