"""What is wanted of a conversation's schedules, by a person or by an engine."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

Asked = Literal["list", "make", "edit", "cancel"]
"""What an engine may want of schedules."""

Act = Asked | Literal["pause", "resume", "run"]
"""What a person may do with them."""

ASKED: tuple[Asked, ...] = get_args(Asked)
ACTS: tuple[Act, ...] = (*ASKED, "pause", "resume", "run")
LONGEST_TEXT, LONGEST_WHEN = 4_000, 100
_HALF_A_PAIR: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to be done with a conversation's schedules. `id`: of the one that is meant.

    With `edit`, an empty `when` or `text` leaves it as it was.
    """

    act: Act
    when: str = ""
    text: str = ""
    id: str = ""


def checked(wish: Wish) -> Wish:
    """The wish, if what it says can be meant. Raises ValueError with what is accepted."""
    if wish.act not in ACTS:
        raise ValueError(f"say what to do: one of {', '.join(ACTS)}")
    if len(wish.text) > LONGEST_TEXT or len(wish.when) > LONGEST_WHEN:
        raise ValueError(f"a schedule's words may have {LONGEST_TEXT:,} characters")
    if _HALF_A_PAIR.search(wish.when + wish.text + wish.id):
        raise ValueError("the words hold characters that are no text")
    if wish.act == "make" and not (wish.when.strip() and wish.text.strip()):
        raise ValueError("say `when`, and in `text` what is to be said then")
    if wish.act not in {"list", "make"} and not wish.id:
        raise ValueError("name the schedule by its `id`; `list` shows it")
    return wish


def name_of(origin: str, wish: Wish) -> str:
    """The id of the schedule that a wish makes: the same wish of the same origin makes one."""
    said = f"{origin}\n{wish.when}\n{wish.text}"
    return hashlib.sha256(said.encode()).hexdigest()[:12]
