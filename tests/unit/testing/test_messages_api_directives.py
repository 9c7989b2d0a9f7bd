"""What is typed decides the answer, and the conversation alone says how far it has come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.engines.claude.prompts import GO_ON
from carrel.testing.messages_api import demo
from carrel.testing.messages_api.choice import Strikes, choose
from carrel.testing.messages_api.conversation import Conversation, ToolResult, read
from carrel.testing.messages_api.directives import LONGEST, parse, script_of
from carrel.testing.messages_api.model import Break, Failure, Hang, Reply, Text, ToolCall
from carrel.testing.messages_api.script import remaining
from carrel.testing.messages_api.side_requests import answer_aside

MEMORY = "# Memory\n\nYou have a persistent file-based memory at `/home/memory/`. Write to it."
PLACE = "# Environment\n - Primary working directory: /home/work\n - Platform: linux"


def user(*texts: str) -> dict[str, object]:
    return {"role": "user", "content": [{"type": "text", "text": text} for text in texts]}


def called(*names: str) -> dict[str, object]:
    return {"role": "assistant", "content": [{"type": "tool_use", "name": name} for name in names]}


def returned(text: str, *, is_error: bool = False) -> dict[str, object]:
    result = {"type": "tool_result", "content": text, "is_error": is_error}
    return {"role": "user", "content": [result]}


def said(text: str) -> dict[str, object]:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def system(text: str) -> dict[str, object]:
    return {"role": "system", "content": text}


def conversation(*messages: dict[str, object], stream: bool = True, **body: object) -> Conversation:
    return read({"messages": list(messages), "stream": stream, **body})


def answer(*messages: dict[str, object], strikes: Strikes | None = None, stream: bool = True):
    seen = conversation(*messages, stream=stream)
    return choose(remaining(script_of(seen), seen), seen, strikes or Strikes(), "session")


def text_of(reply: object) -> str:
    assert isinstance(reply, Reply)
    last = reply.blocks[-1]
    assert isinstance(last, Text)
    return last.text


def test_plain_text_is_echoed_without_the_reminders() -> None:
    reminder = "<system-reminder>\nTOOL Bash: rm\n</system-reminder>"
    assert text_of(answer(user(reminder, "hello"))) == "echo: hello"


def test_calls_come_one_a_round_and_then_the_text() -> None:
    typed = user("TOOL Bash: echo a\nTOOL Bash: echo b\nSAY fin")
    first = answer(typed)
    assert isinstance(first, Reply)
    assert first.stop_reason == "tool_use"
    second = answer(typed, called("Bash"), returned("a"))
    assert isinstance(second, Reply)
    assert isinstance(second.blocks[0], ToolCall)
    assert second.blocks[0].input["command"] == "echo b"
    last = answer(typed, called("Bash"), returned("a"), called("Bash"), returned("b"))
    assert text_of(last) == "fin"


def test_parallel_calls_share_a_message_and_their_results_are_told() -> None:
    typed = user("TOOL Bash: a\n& TOOL Bash: b")
    reply = answer(typed)
    assert isinstance(reply, Reply)
    assert len(reply.blocks) == 2
    end = answer(typed, called("Bash", "Bash"), returned("1"), returned("no", is_error=True))
    assert text_of(end) == "done: 1 | error no"


def test_results_are_told_in_the_order_of_the_calls() -> None:
    calls = [{"type": "tool_use", "id": name, "name": "Bash"} for name in "ab"]
    late = [{"type": "tool_result", "tool_use_id": name, "content": name} for name in "ba"]
    typed = user("TOOL Bash: a\n& TOOL Bash: b")
    rounds = ({"role": "assistant", "content": calls}, {"role": "user", "content": late})
    assert text_of(answer(typed, *rounds)) == "done: a | b"


def test_a_half_recorded_group_is_completed() -> None:
    reply = answer(user("TOOL Bash: a\n& TOOL Bash: b"), called("Bash"), returned("1"))
    assert isinstance(reply, Reply)
    assert [block.input["command"] for block in reply.blocks if isinstance(block, ToolCall)] == [
        "b"
    ]


def test_the_file_tools_are_read() -> None:
    script = parse(
        'TOOL Write n.txt a b\\nc\nTOOL Edit n.txt a => b\nTOOL Read n.txt\nTOOL X {"y": 1}'
    )
    calls = [step[0].input for step in script.steps if isinstance(step, tuple)]
    assert calls == [
        {"file_path": "n.txt", "content": "a b\nc"},
        {"file_path": "n.txt", "old_string": "a", "new_string": "b"},
        {"file_path": "n.txt"},
        {"y": 1},
    ]


def test_a_malformed_directive_is_told() -> None:
    assert "expected A => B" in text_of(answer(user("TOOL Edit f x")))
    assert "bad directive" in text_of(answer(user('TOOL X {"y"')))
    assert "at most" in text_of(answer(user(f"BIG {LONGEST + 1}")))


def test_texts_of_a_size() -> None:
    assert len(text_of(answer(user("LEN 1234")))) == 1234
    assert len(text_of(answer(user("BIG 5000")))) == 5000
    assert len(text_of(answer(user("SLOW 5 7"))).split()) == 7


def test_pace_goes_with_say() -> None:
    reply = answer(user("SLOW 5\nSAY one two"))
    assert isinstance(reply, Reply)
    assert (text_of(reply), reply.gap_ms) == ("one two", 5)


def test_an_error_strikes_as_often_as_it_says() -> None:
    strikes = Strikes()
    typed = user("ERR 529 2 3\nSAY ok")
    for _ in range(2):
        failure = answer(typed, strikes=strikes)
        assert isinstance(failure, Failure)
        assert (failure.status, failure.headers) == (529, (("retry-after", "3"),))
    assert text_of(answer(typed, strikes=strikes)) == "ok"


def test_the_same_prompt_later_gets_its_own_errors() -> None:
    strikes = Strikes()
    typed = user("ERR 500 1")
    assert isinstance(answer(typed, strikes=strikes), Failure)
    assert text_of(answer(typed, strikes=strikes)) == "done"
    assert isinstance(answer(typed, said("done"), typed, strikes=strikes), Failure)


def test_a_fault_after_a_call_strikes_after_it() -> None:
    typed = user("TOOL Bash: a\nHANG")
    assert isinstance(answer(typed), Reply)
    assert isinstance(answer(typed, called("Bash"), returned("x")), Hang)


def test_only_streams_break() -> None:
    streamed, whole = answer(user("CUT")), answer(user("CUT"), stream=False)
    assert isinstance(streamed, Reply)
    assert isinstance(whole, Reply)
    assert (streamed.ending, whole.ending) == ("cut", "complete")
    assert Break("error", 1) in parse("SSEERR").steps


def test_the_rate_limit_carries_the_unified_headers() -> None:
    failure = answer(user("RATELIMIT 1234"))
    assert isinstance(failure, Failure)
    assert failure.status == 429
    assert ("anthropic-ratelimit-unified-reset", "1234") in failure.headers


def test_a_stop_reason_is_given_once() -> None:
    asked = user("MAXTOK")
    first = answer(asked)
    again = answer(asked, said("done"), user("Output token limit hit. Resume directly"))
    assert isinstance(first, Reply)
    assert isinstance(again, Reply)
    assert (first.stop_reason, again.stop_reason) == ("max_tokens", "end_turn")
    refused = answer(user("REFUSE"))
    assert isinstance(refused, Reply)
    assert refused.stop_reason == "refusal"


def test_a_stop_reason_after_calls_is_given_once() -> None:
    rounds = (user("TOOL Bash: a\nMAXTOK"), called("Bash"), returned("x"))
    first, again = answer(*rounds), answer(*rounds, said("part"))
    assert isinstance(first, Reply)
    assert isinstance(again, Reply)
    assert (first.stop_reason, again.stop_reason) == ("max_tokens", "end_turn")


def test_recall_lists_what_was_said_before_and_what_memory_holds() -> None:
    memory = "<system-reminder>\nContents of M:\n\nword: plum\n- word: fig\n</system-reminder>"
    seen = conversation(
        user(memory, "remember the word kiwi"), said("echo"), user("RECALL"), system="word: oak"
    )
    reply = next(iter(remaining(script_of(seen), seen)))
    assert text_of(reply) == "recall: kiwi memory:oak memory:plum memory:fig"
    assert text_of(answer(user("RECALL"))) == "recall: nothing"


def test_what_was_interrupted_is_not_answered() -> None:
    messages = user("HANG\n", "[Request interrupted by user]\n", "after")
    assert text_of(answer(messages)) == "echo: after"
    assert conversation(messages).earlier == ("HANG",)


def test_a_steer_joins_the_running_script() -> None:
    started = (user("TOOL Bash: a\nSAY first"), called("Bash"), returned("x"))
    note = "The user sent a new message while you were working:\n{}\n\nThis is how Claude Code"
    note += " surfaces messages"
    assert text_of(answer(*started, system(note.format("SAY second")))) == "first\nsecond"
    assert text_of(answer(*started, system(note.format("hurry")))) == "first\nsteered: hurry"


def test_an_image_alone_is_something_typed() -> None:
    image = {"role": "user", "content": [{"type": "image", "source": {}}]}
    assert (
        text_of(answer(user("TOOL Bash: a"), called("Bash"), returned("x"), image))
        == "echo: [image]"
    )


def test_a_title_and_a_summary_are_answered_aside() -> None:
    schema = {"format": {"type": "json_schema", "schema": {"required": ["title"]}}}
    body = {"messages": [user("<session>\nTOOL Bash: x\n</session>")], "output_config": schema}
    assert text_of(answer_aside(body, read(body))) == '{"title": "TOOL Bash: x"}'
    asked = user("CRITICAL. Your task is to create a detailed summary of the conversation so far")
    seen = conversation(user("remember the word kiwi"), said("ok"), asked)
    summary = text_of(answer_aside({}, seen))
    assert "<summary>" in summary
    continued = f"This session is being continued from a previous conversation. {summary}"
    assert text_of(answer(user(continued, "RECALL"))) == "recall: kiwi"


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    seen = Conversation(prompt=text)
    steps = list(remaining(parse(text), seen))
    assert isinstance(steps[-1], Reply)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["role", "content", "type"]), inner)
    ),
)


@given(st.dictionaries(st.sampled_from(["messages", "system", "tools", "stream"]), json_values))
def test_any_body_is_read(body: dict[str, object]) -> None:
    assert isinstance(read(body), Conversation)


def demo_steps(seen: Conversation) -> list[object]:
    return list(remaining(demo.script(seen), seen))


def demo_call(typed: str) -> ToolCall:
    step = demo_steps(Conversation(prompt=typed, background=f"{MEMORY}\n{PLACE}"))[0]
    assert isinstance(step, Reply)
    call = step.blocks[0]
    assert isinstance(call, ToolCall)
    return call


def test_the_demo_writes_memory_where_the_system_prompt_says() -> None:
    call = demo_call("Please remember the word kiwi!")
    assert call.input == {"file_path": "/home/memory/MEMORY.md", "content": "word: kiwi\n"}


def test_the_demo_keeps_the_lines_memory_has() -> None:
    background = f"{MEMORY}\nContents of /home/memory/MEMORY.md (user's auto-memory):\n\nword: oak"
    seen = Conversation(prompt="remember the word kiwi", background=background)
    reading = demo_steps(seen)[0]
    assert isinstance(reading, Reply)
    assert reading.blocks == (ToolCall("Read", {"file_path": "/home/memory/MEMORY.md"}),)
    read_it = Conversation(
        prompt=seen.prompt, background=background, calls=1, results=(ToolResult("1\tword: oak"),)
    )
    writing = demo_steps(read_it)[0]
    assert isinstance(writing, Reply)
    assert isinstance(writing.blocks[0], ToolCall)
    assert writing.blocks[0].input["content"] == "word: oak\nword: kiwi\n"


def test_the_demo_understands_its_sentences() -> None:
    assert (
        demo_call("write a file notes.txt with buy tea").input["file_path"]
        == "/home/work/notes.txt"
    )
    assert demo_call("show me the files").input["command"] == "ls"
    assert demo_call("run `date`").input["command"] == "date"
    assert demo_call("read the file notes.txt").name == "Read"
    assert demo_call("TOOL Bash: pwd").input["command"] == "pwd"


def test_the_demo_tells_what_a_refused_call_said() -> None:
    seen = Conversation(prompt="run date", calls=1, results=(ToolResult("denied", is_error=True),))
    assert text_of(demo_steps(seen)[0]) == "That did not happen: denied"


def test_the_demo_recalls_in_words_and_says_what_it_is() -> None:
    seen = Conversation(prompt="what do you remember?", earlier=("remember the word kiwi",))
    assert "kiwi" in text_of(demo_steps(seen)[0])
    for typed in ("tell me a joke", "help"):
        reply = demo_steps(Conversation(prompt=typed))[0]
        assert isinstance(reply, Reply)
        assert reply.gap_ms == demo.GAP_MS
        assert "not Claude" in text_of(reply)
        assert text_of(reply).count("\n- ") >= 3


def test_asked_to_go_on_after_a_cut_it_answers_all_that_was_asked_before() -> None:
    both = user("TOOL Bash: echo one\nSAY first", "SLOW 1 1\nSAY second")
    cut = (called("Bash"), returned("interrupted", is_error=True))
    go_on = GO_ON
    assert text_of(answer(both, *cut, user(go_on))) == f"first\nsecond\nsteered: {go_on}"
    assert text_of(answer(user(go_on))) == f"echo: {go_on}"
