"""`[discord]` in carrel.toml: nothing is needed, and a mistake is told at once."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from carrel.platforms.discord.settings import Discord


def test_an_empty_table_is_enough():
    table = Discord()
    assert (table.shards, table.rest_url, table.gateway_url) == ("auto", None, None)
    assert (table.token_file, table.token_command, table.renewable) == (None, None, False)


@pytest.mark.parametrize("shards", ["auto", 1, 16_384])
def test_shards_are_counted_by_discord_or_by_the_operator(shards):
    assert Discord(shards=shards).shards == shards


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/api/v10", "https://a.example", "ws://b:2/"])
@pytest.mark.parametrize("key", ["rest_url", "gateway_url"])
def test_an_address_has_a_scheme_and_no_slash_at_its_end(key, url):
    assert getattr(Discord(**{key: f"{url}/"}), key) == url.rstrip("/")


@pytest.mark.parametrize(
    "given",
    [
        {"shards": 0},
        {"shards": 16_385},
        {"shards": "many"},
        {"rest_url": "127.0.0.1:1/api/v10"},
        {"gateway_url": "discord.example"},
        {"gateway_url": ""},
        {"rest_url": "file:///etc/passwd"},
        {"token": "abc"},
        {"tokenfile": "x"},
    ],
)
def test_what_cannot_be_meant_is_refused(given):
    with pytest.raises(ValidationError) as refused:
        Discord(**given)
    (key,) = given
    assert key in {str(error["loc"][0]) for error in refused.value.errors()}


@pytest.mark.parametrize("key", ["token_file", "token_command"])
def test_a_token_that_is_read_anew_is_renewable(key):
    assert Discord(**{key: "x"}).renewable
