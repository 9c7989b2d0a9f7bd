"""The way in: a message accepted, a session claimed. Each runs inside a transaction."""

from __future__ import annotations

from carrel.core.messages import Inbound
from carrel.core.model import (
    Conversation,
    Past,
    Prompt,
    ResumeToken,
    Route,
    Session,
    SessionKey,
    Turn,
    TurnId,
)
from carrel.core.renewing import MAX_PAST
from carrel.ports.store import Accepted, Fence, Loaded, MessageState
from carrel.stores import codec, ledger
from carrel.stores.prompts import LAST_CHARACTER, answer_prefix, answers_given
from carrel.stores.rows import Database, Row


def accept(
    database: Database, inbound: Inbound, route: Route, at: float, *, command: bool, held: bool
) -> Accepted:
    """Store the message once, behind everything that its session has."""
    known = database.row("known_message", source=inbound.source, ext_id=inbound.id)
    if known is not None:
        return Accepted(known["seq"], duplicate=True)
    place = inbound.conversation
    written = codec.write_conversation(place)
    (numbered,) = database.rows("next_seq", key=route.key, conversation=written, at=at)
    seq = int(numbered["next_seq"])
    state: MessageState = "held" if held else "command" if command else "queued"
    _add(database, inbound, route, (seq, at), state)
    database.write(
        "begin_cursor",
        source=inbound.source,
        address=place.address,
        conversation=written,
        ext_id=inbound.id,
        at=at,
    )
    return Accepted(seq)


def _add(
    database: Database,
    inbound: Inbound,
    route: Route,
    when: tuple[int, float],
    state: MessageState,
) -> None:
    seq, at = when
    database.write(
        "accept_message",
        id=database.next_place(),
        source=inbound.source,
        ext_id=inbound.id,
        message=inbound.message_id,
        key=route.key,
        seq=seq,
        command=int(state == "command"),
        waiting=route.waiting,
        state=state,
        address=inbound.conversation.address,
        body=codec.write_inbound(inbound),
        at=at,
    )


def beget(
    database: Database, session: Session, conversation: Conversation, host: str, at: float
) -> bool:
    """Make a session that sleeps, with its folders at `host`; False where there is one already."""
    resume = session.resume
    made = database.write(
        "beget",
        key=session.key,
        conversation=codec.write_conversation(conversation),
        home=host,
        engine=resume and resume.engine,
        value=resume and resume.value,
        directory=resume and resume.directory,
        topic=session.topic,
        chosen=codec.write_chosen(session.chosen),
        at=at,
    )
    return bool(made)


def claim(
    database: Database, key: SessionKey, host: str, *, moves: bool = False, mirrors: bool = True
) -> Loaded:
    """Raise the epoch and read the session as it stands.

    `moves`: its folders are everywhere. `mirrors`: they are mirrored; else what there is of that
    would soon be older than the folders.
    """
    (row,) = database.rows("claim_session", key=key, host=host, moves=moves)
    if row["home"] == host and not mirrors:
        database.write("drop_mirror", key=key)
    messages = [
        (stored["state"], stored["waiting"], codec.read_inbound(stored["body"]))
        for stored in database.rows("open_messages", key=key)
    ]
    running, waiting = (
        tuple(inbound.prompt(mode) for state, mode, inbound in messages if state == wanted)
        for wanted in ("running", "queued")
    )
    approvals, held = database.rows("open_approvals", key=key), _held(database, key)
    session = Session(
        key=key,
        turns=row["turns"],
        turn=_running_turn(database, key, running),
        waiting=waiting,
        missed=tuple(prompt for prompt in held if not prompt.guest),
        guests=tuple(prompt for prompt in held if prompt.guest),
        resume=_resume_token(row),
        topic=row["topic"],
        past=_past(database, key),
        approvals=tuple(codec.read_approval(stored["body"]) for stored in approvals),
        grants=tuple(codec.read_grant(r["body"]) for r in database.rows("granted", key=key)),
        chosen=codec.read_chosen(row["chosen"] or "{}"),
        paused_until=row["paused_until"],
        leaving=bool(row["leaving"]),
        terminal=codec.read_terminal(row["terminal"]) if row["terminal"] else None,
        freed_until=row["freed_until"],
        fallback=codec.read_fallback(row["fallback"]) if row["fallback"] else None,
        away="" if row["home"] == host else row["home"],
        context=ledger.context(database, key) if row["resume_value"] else 0.0,
    )
    commands = tuple(inbound for state, _, inbound in messages if state == "command")
    return Loaded(Fence(key, row["epoch"]), session, commands)


def _past(database: Database, key: SessionKey) -> tuple[Past, ...]:
    rows = database.rows("past", key=key, limit=MAX_PAST)
    tokens = (ResumeToken(row["engine"], row["value"], row["directory"]) for row in rows)
    return tuple(
        Past(token, row["topic"], row["at"]) for token, row in zip(tokens, rows, strict=True)
    )


def _held(database: Database, key: SessionKey) -> tuple[Prompt, ...]:
    rows = database.rows("held_messages", key=key)
    return tuple(codec.read_inbound(row["body"]).prompt(row["waiting"]) for row in rows)


def _running_turn(database: Database, key: SessionKey, prompts: tuple[Prompt, ...]) -> Turn | None:
    row = database.row("running_turn", key=key)
    if row is None:
        return None
    turn, low = TurnId(row["id"]), answer_prefix(row["id"])
    nonces = database.rows("nonces_between", low=low, high=low + LAST_CHARACTER)
    return Turn(
        id=turn,
        prompts=prompts,
        attempt=row["attempt"],
        parts=answers_given(turn, (stored["nonce"] for stored in nonces)),
        started_at=row["started_at"],
    )


def _resume_token(row: Row) -> ResumeToken | None:
    if row["resume_engine"] is None:
        return None
    return ResumeToken(row["resume_engine"], row["resume_value"], row["resume_directory"])


def prune(database: Database, before: float, limit: int) -> int:
    """Forget at most `limit` rows of each kind that ended and began before `before`."""
    kinds = (
        *("inbox", "outbox", "turns", "spending", "approvals", "sessions", "cursors"),
        *("fires", "reminders"),
    )
    pruned = sum(database.write(f"prune_{kind}", before=before, limit=limit) for kind in kinds)
    orphans = (database.write(f"prune_{kind}", limit=limit) for kind in ("past", "granted"))
    return pruned + sum(orphans)
