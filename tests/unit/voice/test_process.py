from __future__ import annotations

import pytest

from carrel.core.errors import Refused, Unavailable
from carrel.voice.process import needed, words
from carrel.voice.verdicts import SILENT, UNREADABLE

NOT_INSTALLED = (
    "I cannot listen to voice messages here: install the voice extra, pip install "
    "'carrel[voice]', or set [voice] to an endpoint."
)


def test_the_worker_gets_what_it_needs_and_no_secret() -> None:
    wanted = {"PATH": "/bin", "HOME": "/h", "LANG": "C", "LC_ALL": "C", "HF_HOME": "/models"}
    secrets = dict.fromkeys(
        ("OPENAI_API_KEY", "DISCORD_TOKEN", "HF_TOKEN", "CARREL_HOME", "HTTPS_PROXY", "LCX"), "s"
    )
    given = needed(wanted | secrets)
    assert wanted.items() <= given.items()
    assert not secrets.keys() & given.keys()


def test_words_are_words() -> None:
    assert words({"text": " Good morning."}) == "Good morning."


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        ({"text": " "}, Refused, SILENT),
        ({"unreadable": "ValueError"}, Refused, UNREADABLE),
        ({"failed": "no memory"}, Unavailable, "The voice message was not understood: no memory"),
        ({"missing": "faster_whisper"}, Refused, NOT_INSTALLED),
    ],
)
def test_everything_else_is_a_sentence(answer, kind, sentence) -> None:
    with pytest.raises(kind) as told:
        words(answer)
    assert str(told.value) == sentence
