"""Records, in order, under the fence: what a step of a session leaves behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from carrel.core.admission import Invited
from carrel.core.effects import (
    Allow,
    Amend,
    Ask,
    Become,
    Choose,
    Close,
    Entitle,
    Fate,
    Finish,
    Free,
    Invite,
    Join,
    Leave,
    Left,
    Lend,
    Pause,
    Record,
    Rehome,
    Remember,
    Reopen,
    Revoke,
    Say,
    Settle,
    Share,
    Shelve,
    Spend,
    Switch,
    Take,
    Unshare,
    Unshelve,
)
from carrel.core.errors import Fenced
from carrel.core.messages import Gone, Outbound
from carrel.core.model import MessageId, Prompt, ResumeToken, SessionKey, Turn
from carrel.ports.store import Fence
from carrel.stores import codec, ledger
from carrel.stores.rows import Database


def save(database: Database, fence: Fence, records: tuple[Record, ...], at: float) -> None:
    """All records or, if another owner holds the session, none of them."""
    if not database.write("hold_fence", key=fence.key, epoch=fence.epoch, at=at):
        raise Fenced(f"Session {fence.key} has another owner since epoch {fence.epoch}.")
    for record in records:
        _record(database, fence, record, at)


def _record(database: Database, fence: Fence, record: Record, at: float) -> None:
    key = fence.key
    match record:
        case Take(turn):
            _take(database, fence, turn)
        case Join(turn_id, message):
            database.write("bind_message", key=key, turn=turn_id, message=message)
        case Settle(message, fate):
            _settle(database, key, message, fate, at)
        case Reopen(message, fate):
            database.write("reopen", key=key, message=message, fate=fate, at=at)
        case Amend(prompt):
            _amend(database, key, prompt)
        case Become(said):
            body = codec.write_inbound(said)
            database.write("become", key=key, message=said.message_id, body=body)
        case Leave(gone):
            database.write("leave", key=key, gone=int(gone), at=at)
        case Left():
            _left(database, key)
        case Spend():
            ledger.spend(database, key, record, at)
        case Finish():
            _finish(database, key, record, at)
        case Remember(resume):
            _remember(database, key, resume)
        case Shelve() | Unshelve() | Entitle():
            _shelf(database, key, record)
        case Allow() | Revoke() | Share() | Unshare():
            _grant(database, key, record, at)
        case Choose(chosen):
            database.write("choose", key=key, chosen=codec.write_chosen(chosen))
        case Lend(terminal):
            database.write("lend", key=key, terminal=codec.write_terminal(terminal))
        case Switch(fallback):
            database.write("switch", key=key, fallback=codec.write_fallback(fallback))
        case Pause(until):
            database.write("pause", key=key, until=until)
        case Rehome():
            database.write("rehome", key=key)
        case Free(until):
            database.write("free", key=key, until=until)
        case Ask() | Close():
            _approval(database, key, record, at)
        case Invite(person):
            invite(database, person)
        case Say(outbound):
            say(database, key, outbound, at)
        case _:
            assert_never(record)


def _left(database: Database, key: SessionKey) -> None:
    """Its folders are in the trash, and nobody else has them."""
    database.write("left", key=key)
    database.write("drop_mirror", key=key)


def _grant(
    database: Database, key: SessionKey, record: Allow | Revoke | Share | Unshare, at: float
) -> None:
    match record:
        case Allow(grant):
            body = codec.write_grant(grant)
            database.write("allow", key=key, id=grant.id, body=body, at=at)
        case Revoke(grant_id):
            database.write("revoke", key=key, id=grant_id)
        case Share(grant):
            body = codec.write_grant(grant)
            database.write("share", project=grant.project, id=grant.id, body=body, at=at)
        case Unshare(project, grant_id):
            database.write("unshare", project=project, id=grant_id)


def invite(database: Database, person: Invited) -> None:
    """The person is a member; who was one already is written anew."""
    name, by = person.name, person.by
    database.write("invite", address=person.address, called=name, by=by, at=person.at)


def _take(database: Database, fence: Fence, turn: Turn) -> None:
    database.write("count_turn", key=fence.key, turn=turn.id)
    taken = database.write(
        "take_turn",
        turn=turn.id,
        key=fence.key,
        place=database.next_place(),
        attempt=turn.attempt,
        epoch=fence.epoch,
        started_at=turn.started_at,
    )
    if not taken:
        raise ValueError(f"{turn.id} is no turn of {fence.key}")
    for prompt in turn.prompts:
        database.write("bind_message", key=fence.key, turn=turn.id, message=prompt.id)


def _settle(database: Database, key: SessionKey, message: MessageId, fate: Fate, at: float) -> None:
    if database.write("settle_held", key=key, message=message, fate=fate, at=at):
        return
    if fate == "queued":
        database.write("queue_message", key=key, message=message)
    else:
        database.write("settle_message", key=key, message=message, fate=fate, at=at)


def _amend(database: Database, key: SessionKey, prompt: Prompt) -> None:
    row = database.row("waiting_message", key=key, message=prompt.id)
    if row is None:
        return
    inbound = codec.read_inbound(row["body"])
    amended = replace(
        inbound,
        text=prompt.text,
        attachments=prompt.attachments,
        material=prompt.material,
        more=prompt.more,
        edited=inbound.edited or inbound.text != prompt.text,
    )
    body = codec.write_inbound(amended)
    database.write("amend_message", id=row["id"], body=body, waiting=prompt.waiting)


def _finish(database: Database, key: SessionKey, record: Finish, at: float) -> None:
    turn, where = record.turn, record.conversation
    database.write("finish_turn", key=key, turn=turn, fate=record.fate, conversation=where, at=at)
    database.write("queue_unsettled", key=key, turn=turn)


def _remember(database: Database, key: SessionKey, resume: ResumeToken | None) -> None:
    if resume is None:
        database.write("remember", key=key, engine=None, value=None, directory=None)
        return
    database.write(
        "remember",
        key=key,
        engine=resume.engine,
        value=resume.value,
        directory=resume.directory,
    )


def _shelf(database: Database, key: SessionKey, record: Shelve | Unshelve | Entitle) -> None:
    match record:
        case Shelve(past):
            token = past.resume
            database.write(
                "shelve",
                key=key,
                engine=token.engine,
                value=token.value,
                directory=token.directory,
                topic=past.topic,
                at=past.at,
            )
        case Unshelve(past) if past is not None:
            token = past.resume
            database.write("unshelve", key=key, engine=token.engine, value=token.value)
        case Unshelve():
            database.write("unshelve_all", key=key)
        case Entitle(topic):
            database.write("entitle", key=key, topic=topic)
        case _:
            assert_never(record)


def _approval(database: Database, key: SessionKey, record: Ask | Close, at: float) -> None:
    match record:
        case Ask(approval):
            body, place = codec.write_approval(approval), database.next_place()
            database.write("ask", key=key, id=approval.id, place=place, body=body, at=at)
        case Close(approval_id, state, by):
            database.write("close_approval", key=key, id=approval_id, state=state, by=by, at=at)
        case _:
            assert_never(record)


def say_all(database: Database, outbounds: Iterable[Outbound], at: float) -> None:
    """Show what no session's step says."""
    for outbound in outbounds:
        say(database, SessionKey(outbound.conversation.address), outbound, at)


def say(database: Database, key: SessionKey, outbound: Outbound, at: float) -> None:
    """Edit what the nonce names, or say it first; what nobody can have seen is just dropped."""
    nonce, body = outbound.nonce, outbound.body
    gone = isinstance(body, Gone)
    if gone and database.write("drop_unshown", nonce=nonce):
        return
    text, place = codec.write_body(body), database.next_place()
    if database.write("say_again", nonce=nonce, kind=body.kind, body=text, place=place) or gone:
        return
    database.write(
        "say",
        nonce=nonce,
        key=key,
        dest=outbound.lane,
        place=place,
        kind=body.kind,
        conversation=codec.write_conversation(outbound.conversation),
        body=text,
        at=at,
    )
