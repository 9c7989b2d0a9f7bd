from __future__ import annotations

import subprocess
import sys

import pytest
from tests.acceptance.gateway_process import STARTED
from tests.acceptance.spread import SPREAD, gateway_at


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """A test that failed tells the last words of its gateways: their homes are soon gone."""
    report = yield
    if report.failed:
        told = ((str(gateway.home), gateway.last_words()) for gateway in STARTED)
        report.sections += [section for section in told if section[1]]
    return report


def pytest_collection_modifyitems(config, items):
    """On three hosts the tests that have a gateway run; the others know how many they have."""
    if SPREAD:
        kept = [one for one in items if {"gateway", "seats"} & set(one.fixturenames)]
        config.hook.pytest_deselected(items=[one for one in items if one not in kept])
        items[:] = kept


@pytest.fixture(scope="session")
def model_log(tmp_path_factory):
    """Where the fake model writes down what it is asked, a JSON line each."""
    return tmp_path_factory.mktemp("model") / "asked.jsonl"


@pytest.fixture(scope="session")
def api_url(model_log):
    """The fake model's API, as a process of its own."""
    command = [sys.executable, "-m", "carrel.testing.messages_api", "--log", str(model_log)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture
def gateway(request, tmp_path, api_url):
    """A gateway's home; whatever still runs on it afterwards is ended."""
    house = gateway_at(request, tmp_path / "home", api_url)
    yield house
    house.close()
