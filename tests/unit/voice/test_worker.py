from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from carrel.voice.worker import LIBRARY, Ear


class Model:
    """A stand-in: `recording` is what happens."""

    made: tuple = ()

    def __init__(self, name: str, device: str, compute_type: str) -> None:
        type(self).made += ((name, device, compute_type),)
        if name == "unknown":
            raise ValueError("no such model")

    def transcribe(self, recording, vad_filter):
        assert vad_filter is True
        if isinstance(recording, Exception):
            raise recording
        return (SimpleNamespace(text=part) for part in recording), None


@pytest.fixture(autouse=True)
def library(monkeypatch):
    module = ModuleType(LIBRARY)
    module.WhisperModel = type("Model", (Model,), {})
    monkeypatch.setitem(sys.modules, LIBRARY, module)
    return module


def test_the_segments_are_joined_and_the_model_is_loaded_once(library) -> None:
    ear = Ear("base")
    assert library.WhisperModel.made == ()
    assert ear.answer([" Good", " morning."]) == {"text": " Good morning."}
    assert ear.answer([]) == {"text": ""}
    assert library.WhisperModel.made == (("base", "cpu", "int8"),)


@pytest.mark.parametrize("error", [ValueError("x"), EOFError("x"), IndexError("x")])
def test_what_holds_no_sound_is_unreadable(error) -> None:
    assert Ear("base").answer(error) == {"unreadable": f"{type(error).__name__}: x"}


@pytest.mark.parametrize("error", [RuntimeError("x"), MemoryError("x"), FileNotFoundError("x")])
def test_whatever_else_goes_wrong_has_failed(error) -> None:
    assert Ear("base").answer(error) == {"failed": f"{type(error).__name__}: x"}


def test_a_reason_is_short() -> None:
    assert len(Ear("base").answer(RuntimeError("x" * 10_000))["failed"]) == 300


def test_a_model_that_cannot_be_loaded_is_tried_again(library) -> None:
    ear = Ear("unknown")
    failed = {"failed": "the model unknown cannot be loaded: ValueError: no such model"}
    assert [ear.answer([]), ear.answer([])] == [failed, failed]
    assert len(library.WhisperModel.made) == 2


def test_a_library_that_is_not_there_is_missing(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, LIBRARY, None)
    assert Ear("base").answer([]) == {"missing": LIBRARY}


def test_a_library_that_lacks_another_has_failed(monkeypatch, tmp_path) -> None:
    monkeypatch.delitem(sys.modules, LIBRARY)
    (tmp_path / f"{LIBRARY}.py").write_text("import a_library_it_stands_on")
    monkeypatch.syspath_prepend(tmp_path)
    assert "a_library_it_stands_on" in Ear("base").answer([])["failed"]
