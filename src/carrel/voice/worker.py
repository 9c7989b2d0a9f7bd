"""Listens to recordings in a process of its own: `python -m carrel.voice.worker MODEL`.

Each line in is `{"recording": PATH}` and gets one line out: `{"text": WORDS}`, or what went wrong,
`{"missing": WHY}`, `{"unreadable": WHY}` or `{"failed": WHY}`. It ends with its input, even in the
middle of a recording, so that it never outlives the gateway.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from importlib import import_module
from queue import SimpleQueue
from typing import Any, TextIO

Answer = dict[str, str]
LIBRARY = "faster_whisper"
# What the decoder raises for a file that holds no sound: its own errors are of these kinds too.
NO_SOUND = (ValueError, EOFError, IndexError)


class Ear:
    """The model, loaded when the first recording comes."""

    def __init__(self, model: str) -> None:
        self._name = model
        self._model: Any = None

    def answer(self, recording: str) -> Answer:
        """What is to be said about one recording; nothing is raised."""
        try:
            self._load()
        except Exception as error:  # noqa: BLE001 - whatever a library raises is an answer
            if isinstance(error, ModuleNotFoundError) and error.name == LIBRARY:
                return {"missing": LIBRARY}
            return {"failed": f"the model {self._name} cannot be loaded: {_why(error)}"}
        try:
            return {"text": self._listen(recording)}
        except NO_SOUND as error:
            return {"unreadable": _why(error)}
        except Exception as error:  # noqa: BLE001 - as above
            return {"failed": _why(error)}

    def _load(self) -> None:
        if self._model is None:
            library = import_module(LIBRARY)
            self._model = library.WhisperModel(self._name, device="cpu", compute_type="int8")

    def _listen(self, recording: str) -> str:
        segments, _ = self._model.transcribe(recording, vad_filter=True)
        return "".join(segment.text for segment in segments)


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def main(arguments: list[str]) -> None:
    """Answer until the input ends. Never returns."""
    ear, answers = Ear(arguments[0]), _own_output()
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    while True:
        answer = ear.answer(json.loads(requests.get())["recording"])
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _own_output() -> TextIO:
    """Standard output for the answers alone: whatever libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _read(requests: SimpleQueue[bytes]) -> None:
    with open(0, "rb", buffering=0) as lines:
        for line in lines:
            requests.put(line)
    # The other thread may be deep inside a library and would not hear a kinder word.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
