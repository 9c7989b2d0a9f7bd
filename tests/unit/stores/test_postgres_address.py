from __future__ import annotations

import psycopg
import pytest

from carrel.core.errors import ConfigError, Full, Unavailable
from carrel.stores.postgres.address import address_of, connect, first_line, in_our_words, refusal

URL = "postgresql://ann:hunter2@db.example:5433/carrel"
HERE = address_of(URL)


def test_an_address_is_shown_without_its_password() -> None:
    assert HERE.url == URL
    assert HERE.shown == "carrel on db.example"
    assert address_of("postgres:///carrel").shown == "carrel on this machine"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:hunter2@db/carrel",
        "hunter2",
        "postgresql://ann:hunter2@[db/carrel",
        "postgresql://ann:hunter2@db:notaport:1/carrel?no=such",
        "postgresql://ann:hunter2@db",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError, match="Write it as `postgresql://") as refused:
        address_of(url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ('password authentication failed for user "ann"', "the right user and password"),
        ('role "ann" does not exist', "create the user"),
        ('database "carrel" does not exist', "create the database"),
        ('no pg_hba.conf entry for host "10.0.0.1"', "allow this machine"),
    ],
)
def test_a_refusal_names_the_mend(said: str, mend: str) -> None:
    error = psycopg.OperationalError(f'connection to server at "db" failed: FATAL:  {said}\n')
    refused = refusal(error, HERE)
    assert refused is not None
    assert said in str(refused)
    assert mend in str(refused)


def test_what_time_may_mend_is_no_refusal() -> None:
    for said in ("Connection refused", "FATAL:  the database system is starting up"):
        assert refusal(psycopg.OperationalError(said), HERE) is None


def test_errors_are_told_in_our_words() -> None:
    assert isinstance(in_our_words(psycopg.errors.DiskFull("no space"), HERE), Full)
    assert isinstance(in_our_words(psycopg.errors.UniqueViolation("twice"), HERE), ValueError)
    away = in_our_words(psycopg.OperationalError("server closed it\nDETAIL: words"), HERE)
    assert type(away) is Unavailable
    assert str(away) == "The database carrel on db.example does not answer: server closed it."


def test_the_last_line_tells_why_a_connection_failed() -> None:
    error = psycopg.OperationalError("connection failed: one\nat the other: FATAL:  no")
    assert first_line(error) == "at the other: FATAL:  no"
    assert first_line(psycopg.OperationalError("")) == "OperationalError"


def test_a_server_that_is_not_there_is_found_out_at_once(tmp_path) -> None:
    with pytest.raises(psycopg.OperationalError):
        connect(address_of(f"postgresql:///carrel?host={tmp_path}"))
