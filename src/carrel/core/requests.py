"""What becomes of an engine's requests: asked, merged, answered, or kept over a restart."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Literal

from carrel.core import grants, view
from carrel.core.effects import (
    Allow,
    AnswerEngine,
    Ask,
    Choose,
    Close,
    Effects,
    Remind,
    Revoke,
    Settle,
    Share,
    Step,
    Unshare,
)
from carrel.core.events import ApprovalAnswered, GrantsAsked, QuestionAnswered, Unanswered
from carrel.core.material import one_line
from carrel.core.messages import Menu
from carrel.core.model import (
    Approval,
    Conversation,
    Grant,
    Question,
    Session,
    Turn,
    Verdict,
)

REMIND_AFTER, ESCALATE_AFTER = 300.0, 900.0
"""Seconds after which who was asked is reminded, and then those who may answer are called."""

CALLED = 5
"""So many people are called at the most."""

_NO_GRANTS = "Nothing is allowed without being asked."
_NO_GRANT = "That is not allowed any more; /grants lists what is."
_CLOSED = "That request is not open any more; it was answered or withdrawn."
_A_QUESTION = "That is a question: choose one of its answers, or write your own."
_NO_PROJECT = "That cannot be allowed for a project: allow it once, or for this session."
_NO_QUESTION = "That request is no question: allow or deny it."


def asked(session: Session, turn: Turn, approval: Approval) -> Step:
    """The engine stands still. What is asked already is not asked twice, and one answer does."""
    if _granted(session, approval):
        return session, (AnswerEngine(approval.calls, Verdict("allow")),)
    same = next((a for a in session.approvals if a.digest == approval.digest), None)
    if same is None:
        open_ = replace(session, approvals=(*session.approvals, approval))
        card = view.request_card(approval, turn.conversation)
        return open_, (Ask(approval), card, _reminder(approval, REMIND_AFTER))
    if same.verdict is not None:
        return _without(session, same), (
            Close(same.id, _state(same.verdict)),
            AnswerEngine(approval.calls, same.verdict),
        )
    joined = replace(same, calls=(*same.calls, *approval.calls))
    return _with(session, joined), (Ask(joined), view.request_card(joined, turn.conversation))


def settled(session: Session, event: ApprovalAnswered | QuestionAnswered) -> Step:
    """A person allows or denies, or chooses an answer."""
    if isinstance(event, QuestionAnswered):
        return _question_answered(session, event)
    return _answered(session, event)


def _answered(session: Session, event: ApprovalAnswered) -> Step:
    """The first answer counts. With no engine to hear it, it is kept until one asks again."""
    approval = _open(session, event.approval)
    if approval is None:
        return session, view.obeyed(event.command, event.conversation, _CLOSED)
    if approval.kind == "question" and event.verdict.decision == "allow":
        return session, view.obeyed(event.command, event.conversation, _A_QUESTION)
    if event.verdict.scope == "project" and not _may_be_shared(approval):
        return session, view.obeyed(event.command, event.conversation, _NO_PROJECT)
    return _decided(session, approval, event.verdict, event)


def _may_be_shared(approval: Approval) -> bool:
    return bool(approval.project) and grants.proposal(approval.wanted) is not None


def _question_answered(session: Session, event: QuestionAnswered) -> Step:
    """One step of a request's questions; with the last one the engine has its answer."""
    approval = _open(session, event.approval)
    if approval is None:
        return session, view.obeyed(event.command, event.conversation, _CLOSED)
    question = approval.question
    if question is None:
        return session, view.obeyed(event.command, event.conversation, _NO_QUESTION)
    after = _stepped(approval, question, event)
    if after.question is None:
        verdict = Verdict("allow", answers=after.answers)
        return _decided(session, after, verdict, event)
    card = view.request_card(after, _place(session, event.conversation))
    return _with(session, after), (Ask(after), Settle(event.command, "done"), card)


def _stepped(approval: Approval, question: Question, event: QuestionAnswered) -> Approval:
    """The request after one press; a press on a question that has passed changes nothing."""
    if event.words:
        return _next(approval, (event.words,))
    if event.pick == "back":
        return replace(approval, answers=approval.answers[:-1], picked=())
    step, _, which = event.pick.partition(".")
    if step != str(len(approval.answers) + 1):
        return approval
    if which == "done":
        return _next(approval, approval.picked) if approval.picked else approval
    labels = {str(n): option.label for n, option in enumerate(question.options, 1)}
    if which not in labels:
        return approval
    if not question.many:
        return _next(approval, (labels[which],))
    chosen = {*approval.picked} ^ {labels[which]}
    return replace(approval, picked=tuple(one for one in labels.values() if one in chosen))


def _next(approval: Approval, answer: tuple[str, ...]) -> Approval:
    return replace(approval, answers=(*approval.answers, answer), picked=())


def _decided(
    session: Session,
    approval: Approval,
    verdict: Verdict,
    event: ApprovalAnswered | QuestionAnswered,
) -> Step:
    state, place = _state(verdict), _place(session, event.conversation)
    session, chosen = _with_mode(session, approval, verdict)
    session, granted = _with_grant(session, approval, verdict, event.by)
    kept = replace(approval, verdict=verdict)
    shown: Effects = (
        Settle(event.command, "done"),
        *view.request_over(kept, place, state, event.by),
    )
    if not approval.calls:
        return _with(session, kept), (*chosen, *granted, Ask(kept), *shown)
    left = _without(session, approval)
    left, others = _also_granted(left, place, event.by) if granted else (left, ())
    return left, (
        *chosen,
        *granted,
        Close(approval.id, state, event.by),
        *shown,
        AnswerEngine(approval.calls, verdict),
        *others,
    )


def _reminder(approval: Approval, after: float) -> Remind:
    return Remind(approval.id, approval.asked_at + after, after)


def reminders(session: Session, at: float) -> Effects:
    """After a restart, who was to be reminded still is."""
    open_ = (a for a in session.approvals if a.verdict is None)
    due = ((a, REMIND_AFTER if at < a.asked_at + REMIND_AFTER else ESCALATE_AFTER) for a in open_)
    return tuple(_reminder(approval, after) for approval, after in due)


def unanswered(session: Session, event: Unanswered) -> Step:
    """Remind who was asked, then call those who may answer; nothing is decided by time."""
    approval, turn = _open(session, event.approval), session.turn
    if approval is None or turn is None:
        return session, ()
    last = event.after >= ESCALATE_AFTER
    nonce, number = view.reminder_nonce(approval, int(last)), int(last) + 1
    reminded = replace(approval, reminded=number)
    menu = Menu(f"Still waiting for an answer: {approval.title}")
    if last:
        menu = _nobody(approval, _called(event.approvers, turn.conversation.platform))
    further = () if last else (_reminder(approval, ESCALATE_AFTER),)
    told = (Ask(reminded), view.say(nonce, turn.conversation, menu), *further)
    return _with(session, reminded), told


def _called(approvers: tuple[str, ...], platform: str) -> tuple[str, ...]:
    """The ids of those approvers who can be called on the platform."""
    whole = f"{platform}:"
    return tuple(one.removeprefix(whole) for one in approvers if one.startswith(whole))[:CALLED]


def _nobody(approval: Approval, calls: tuple[str, ...]) -> Menu:
    text = f"Nobody has answered for 15 minutes; who may approve here can: {approval.title}"
    away = f"/deny {approval.id} Nobody is there now; go on without it, and ask again later."
    return Menu(text, (("Tell the agent that nobody is there", away),), calls=calls)


def _granted(session: Session, approval: Approval) -> bool:
    """Whether an earlier answer holds for this request too."""
    if approval.kind != "tool":
        return False
    shared = (one for one in session.shared if one.project == approval.project != "")
    patterns = [grant.pattern for grant in (*session.grants, *shared) if grant.pattern is not None]
    alike = any(grant.digest == approval.digest for grant in session.grants)
    return alike or grants.covered(patterns, approval.wanted)


def _with_grant(
    session: Session, approval: Approval, verdict: Verdict, by: str
) -> tuple[Session, Effects]:
    """An answer for longer: of the request's pattern if it has one, else just like it."""
    if verdict.scope == "once" or verdict.decision == "deny" or approval.kind != "tool":
        return session, ()
    pattern = grants.proposal(approval.wanted)
    text = str(pattern) if pattern is not None else one_line(approval.detail or approval.title)
    project = approval.project if verdict.scope == "project" else ""
    lasting = verdict.scope in ("always", "project") and pattern is not None
    grant = Grant(
        _grant_id(f"{f'in {project}' if project else lasting} {pattern or approval.digest}"),
        text,
        by,
        approval.asked_at,
        pattern,
        approval.digest if pattern is None else "",
        lasting,
        project,
    )
    if project:
        others = tuple(one for one in session.shared if one.id != grant.id)
        return replace(session, shared=(*others, grant)), (Share(grant),)
    others = tuple(one for one in session.grants if one.id != grant.id)
    return replace(session, grants=(*others, grant)), (Allow(grant),)


def _grant_id(what: str) -> str:
    """The same for the same, so that a grant takes the place of its like."""
    return hashlib.sha256(what.encode()).hexdigest()[:8]


def _also_granted(session: Session, place: Conversation, by: str) -> Step:
    """What is open already and is allowed by the new grant need not be asked any more."""
    covered = tuple(a for a in session.approvals if a.verdict is None and _granted(session, a))
    effects: Effects = ()
    for approval in covered:
        if approval.calls:
            session = _without(session, approval)
            cards = view.request_over(approval, place, "allowed", by)
            answer = AnswerEngine(approval.calls, Verdict("allow"))
            effects = (*effects, Close(approval.id, "allowed", by), *cards, answer)
    return session, effects


def listed(session: Session, event: GrantsAsked) -> Step:
    """Say what is allowed without being asked, or take one of it back."""
    obeyed, place = Settle(event.command, "done"), event.conversation
    shared = tuple(one for one in session.shared if one.project == event.project != "")
    found = (*session.grants, *shared)
    if event.revoke:
        grant = next((one for one in found if one.id == event.revoke), None)
        if grant is None:
            return session, (obeyed, view.notice(event.command, place, _NO_GRANT))
        left, revoked = _revoked(session, grant)
        told = view.notice(event.command, place, f"From now on it is asked again: {grant.text}")
        return left, (obeyed, revoked, told)
    if not found:
        return session, (obeyed, view.notice(event.command, place, _NO_GRANTS))
    lines = [f"* `{g.text}`, by {g.by}, {_holds(g)}" for g in found]
    options = tuple((f"Revoke {g.text}", f"/grants {g.id}") for g in found)
    menu = Menu("\n".join(["Allowed without being asked:", *lines]), options, event.command)
    return session, (obeyed, view.say(f"{event.command}.notice", place, menu))


def _revoked(session: Session, grant: Grant) -> tuple[Session, Revoke | Unshare]:
    if grant.project:
        shared = tuple(one for one in session.shared if one != grant)
        return replace(session, shared=shared), Unshare(grant.project, grant.id)
    left = tuple(one for one in session.grants if one != grant)
    return replace(session, grants=left), Revoke(grant.id)


def _holds(grant: Grant) -> str:
    if grant.project:
        return f"in every session of project {grant.project}"
    return "for good" if grant.lasting else "until /new"


def _with_mode(session: Session, approval: Approval, verdict: Verdict) -> tuple[Session, Effects]:
    """With its plan accepted, the session goes on in the mode that was accepted with it."""
    if approval.kind != "plan" or verdict.mode is None or verdict.decision == "deny":
        return session, ()
    chosen = replace(session.chosen, mode=verdict.mode)
    return replace(session, chosen=chosen), (Choose(chosen),)


def _open(session: Session, name: str) -> Approval | None:
    return next((a for a in session.approvals if a.id == name and a.verdict is None), None)


def _with(session: Session, changed: Approval) -> Session:
    approvals = (changed if a.id == changed.id else a for a in session.approvals)
    return replace(session, approvals=tuple(approvals))


def _without(session: Session, gone: Approval) -> Session:
    return replace(session, approvals=tuple(a for a in session.approvals if a.id != gone.id))


def _state(verdict: Verdict) -> Literal["allowed", "denied"]:
    return "allowed" if verdict.decision == "allow" else "denied"


def _place(session: Session, otherwise: Conversation) -> Conversation:
    return session.turn.conversation if session.turn is not None else otherwise
