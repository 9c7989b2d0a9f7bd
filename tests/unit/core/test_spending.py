"""spec: 15.1"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carrel.core.model import Conversation, MessageId, Prompt, Usage
from carrel.core.spending import Portion, shares

HERE = Conversation("console", "a")
NAMES = st.lists(st.sampled_from(["x:ada", "x:mia", "x:bo", "schedule:job"]), max_size=20)
COSTS = st.builds(
    Usage,
    st.floats(0, 1e4),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.floats(0, 1e4),
)


def asked(number: int, person: str, name: str = "") -> Prompt:
    return Prompt(MessageId(f"m/{number}"), HERE, name or person, "text", person=person)


@given(NAMES, COSTS)
def test_the_shares_are_all_of_it(names: list[str], cost: Usage) -> None:
    parts = shares(tuple(asked(n, name) for n, name in enumerate(names)), cost)
    assert len({part.person for part in parts}) == len(parts) == max(len(set(names)), 1)
    assert sum(part.usage.input_tokens for part in parts) == cost.input_tokens
    assert sum(part.usage.output_tokens for part in parts) == cost.output_tokens
    assert abs(sum(part.usage.cost for part in parts) - cost.cost) < 1e-6
    assert all(part.usage.input_tokens >= 0 and part.usage.cost >= -1e-9 for part in parts)


def test_two_messages_of_three_are_two_thirds() -> None:
    prompts = (asked(1, "x:ada", "Ada"), asked(2, "x:mia", "Mia"), asked(3, "x:ada", "Ada L."))
    cost = Usage(3.0, 100, 10, 0.9, 0.5, "m")
    ada, mia = shares(prompts, cost)
    assert mia == Portion("x:mia", "Mia", Usage(1.0, 33, 3, 0.9 / 3, 0.5, "m"))
    assert (ada.name, ada.usage.input_tokens, round(ada.usage.cost, 9)) == ("Ada L.", 67, 0.6)


def test_a_job_s_turn_is_the_job_s_own() -> None:
    place = Conversation("schedule", "report")
    prompt = Prompt(MessageId("m/1"), place, "the job report", "x", person="schedule:job")
    assert shares((prompt,), Usage())[0] == Portion("schedule:report", "the job report", Usage())


def test_where_nobody_asked_it_is_nobody_s() -> None:
    assert shares((), Usage(cost=1.0)) == (Portion("", "", Usage(cost=1.0)),)
