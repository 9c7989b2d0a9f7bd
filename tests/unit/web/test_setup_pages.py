"""Setting up page by page: what is asked, what is refused, what is never shown."""

from __future__ import annotations

import stat
import tomllib
from dataclasses import replace

import pytest
from tests.unit.web.town import ADA, EVE, GOOD, HALL, KITCHEN, LACKS
from tests.unit.web.visitor import ORIGIN, Setup, Visitor

from carrel.core.errors import ConfigError
from carrel.settings import plugins
from carrel.web.setup_looks import LIFE


@pytest.fixture
def setup(tmp_path, house, monkeypatch) -> Setup:
    made = Setup(tmp_path / "home", house)
    kind = made.town.kind()
    monkeypatch.setattr(plugins, "names", lambda _: ("discord",))
    monkeypatch.setattr(plugins, "platform", lambda _: kind)
    return made


@pytest.fixture
def visiting(setup, opening):
    """Opens the pages with somebody before them."""
    return lambda **more: opening(setup.pages, **more)


async def test_the_way_in_names_the_machine_and_each_network(setup, visiting) -> None:
    async with visiting() as person:
        form = await Visitor(person).open("/setup")
    for word in ("Python", "Walls", "Claude", "Discord", "not set up yet", "/setup/console"):
        assert word in form.text


async def test_a_network_that_lacks_a_package_is_named_with_it(visiting, monkeypatch) -> None:
    def guide() -> None:
        raise ConfigError("Pigeons need a loft.")

    kind = replace(plugins.platform("pigeon"), guide=guide)
    monkeypatch.setattr(plugins, "platform", lambda _: kind)
    async with visiting() as person:
        form = await Visitor(person).open("/setup")
    assert "Pigeons need a loft." in form.text
    assert "/setup/discord" not in form.text


async def test_strangers_and_other_pages_reach_nothing(setup, visiting) -> None:
    """spec: 5.5"""
    paths = ("/setup", "/setup/discord", "/setup/console")
    steps = [f"/setup/discord/{one}" for one in ("look", "review", "write", "hello", "find")]
    async with visiting(known=False) as person:
        assert {(await person.client.get(path)).status_code for path in paths} == {401}
        sent = [await person.client.post(path, headers=ORIGIN) for path in steps]
        assert {one.status_code for one in sent} == {401}
    async with visiting() as person:
        for headers in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            sent = [await person.client.post(path, headers=headers) for path in steps]
            assert {one.status_code for one in sent} == {403}
        rebound = {"Host": "evil.example:4711", "Origin": "http://evil.example:4711"}
        assert (await person.client.post(steps[0], headers=rebound)).status_code == 403
        assert (await person.client.get(steps[0])).status_code == 405
    assert setup.town.looks == 0


async def test_what_is_no_network_is_not_there(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        for path in ("/setup/pigeon", "/setup/../x", "/setup/discord/explode"):
            assert (await visitor.open(path)).status in {404, 405}
        for path in ("/setup/pigeon/look", "/setup/console/look", "/setup/console/hello"):
            assert (await visitor.send(path, {})).status == 404


async def test_a_network_is_set_up_from_nothing(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        begun = await visitor.open("/setup/discord")
        assert 'href="https://portal.example/"' in begun.text
        assert "Press New Application." in begun.text
        seen = await visitor.looks()
        assert "carrel-bot" in seen.text
        assert ("owners", ADA.address) in seen.fields
        sent = seen.with_(**{
            "members": [EVE.address], "answer": "mention", f"at__{KITCHEN.address}": "all",
            "shared": [KITCHEN.address], "timezone": "Europe/Lisbon", "budget": "7.50",
        })  # fmt: skip
        sent[f"at:{KITCHEN.address}"] = ["all"]
        review = await visitor.send("/setup/discord/review", sent)
        assert "discord.token" in review.text
        assert "Europe/Lisbon" in review.text
        assert not setup.file.exists()
        done = await visitor.send("/setup/discord/write", review.with_())
    assert "carrel service install" in done.text
    said = tomllib.loads(setup.file.read_text())
    assert said["discord"] == {"token_file": "discord.token"}
    assert said["people"] == {"owners": [ADA.address], "approvers": [], "members": [EVE.address]}
    assert said["shared"] == [KITCHEN.address]
    assert said["conversations"] == {KITCHEN.address: {"answer": "all"}}
    assert said["defaults"]["answer"] == "mention"
    assert said["budget"] == {"day": 7.5}
    assert "# home #kitchen" in setup.file.read_text()
    token = setup.home / "discord.token"
    assert (token.read_text(), stat.S_IMODE(token.stat().st_mode)) == (f"{GOOD}\n", 0o600)
    assert setup.taken == [{ADA.address}]
    pages = [begun, seen, review, done]
    assert not [page for page in pages if GOOD in page.text]
    assert GOOD not in setup.file.read_text()


async def test_a_secret_is_taken_out_of_every_log_before_it_is_used(setup, visiting) -> None:
    """spec: 11.1"""
    async with visiting() as person:
        refused = await Visitor(person).looks("another-token-98765")
    assert refused.status == 400
    assert "does not accept this token" in refused.text
    assert "another-token-98765" not in refused.text
    assert setup.redactor.text("x another-token-98765") == "x [secret]"
    assert list(setup.home.iterdir()) == []


@pytest.mark.parametrize("token", ["", "two words", "tokén", "a\x00b", "a\nb"])
async def test_what_cannot_be_a_token_is_said_at_its_field(setup, visiting, token) -> None:
    async with visiting() as person:
        form = await Visitor(person).looks(token)
    assert form.status == 400
    assert 'id="no-token"' in form.text
    assert setup.town.looks == 0


async def test_where_a_token_lies_is_not_the_pages_to_say(setup, visiting) -> None:
    """A command would be run by the gateway, and a path would be read by it."""
    async with visiting() as person:
        visitor = Visitor(person)
        odd = {"token_command": "touch /tmp/x", "token_file": "/etc/passwd", "path": "/etc"}
        seen = await visitor.looks(**odd)
        review = await visitor.send("/setup/discord/review", seen.with_(**odd))
        assert review.status == 200
        await visitor.send("/setup/discord/write", review.with_(**odd))
    said = tomllib.loads(setup.file.read_text())
    assert said["discord"] == {"token_file": "discord.token"}
    assert "/etc" not in setup.file.read_text()


async def test_names_that_others_chose_are_only_names(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        seen = await visitor.looks()
        found = await visitor.send("/setup/discord/find", seen.with_(find="eve"))
        sent = found.with_(members=[EVE.address], shared=[HALL.address])
        review = await visitor.send("/setup/discord/review", sent)
        done = await visitor.send("/setup/discord/write", review.with_())
    for page in (seen, found, review, done):
        assert "<script" not in page.text
        assert "<b>Eve" not in page.text
    assert "&lt;b&gt;Eve" in found.text


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        sent = (await visitor.looks()).with_(
            timezone="Mars", budget="lots", answer="never", members=[ADA.address]
        )
        form = await visitor.send("/setup/discord/review", sent)
        wrote = await visitor.send("/setup/discord/write", sent)
    assert (form.status, wrote.status) == (400, 400)
    for name in ("timezone", "budget"):
        assert f'id="no-{name}"' in form.text
        assert f'aria-describedby="no-{name}"' in form.text
    again = form.with_()
    assert again == sent
    assert list(setup.home.iterdir()) == []


async def test_what_must_be_mended_on_the_portal_is_looked_at_again(setup, visiting) -> None:
    setup.town.findings = (LACKS,)
    async with visiting() as person:
        visitor = Visitor(person)
        form = await visitor.looks()
        assert 'href="https://a.example/x"' in form.text
        sent = form.with_(budget="3")
        setup.town.findings = ()
        mended = await visitor.send("/setup/discord/again", sent)
    assert "messages are blank" not in mended.text
    assert mended.with_()["budget"] == ["3"]


async def test_people_are_looked_for_by_their_name(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        seen = await visitor.looks()
        assert EVE.address not in seen.text
        found = await visitor.send("/setup/discord/review", seen.with_(find="eve", budget="3"))
        assert EVE.address in found.text
        assert found.with_()["budget"] == ["3"]
        whole = await visitor.send("/setup/discord/find", seen.with_(find="discord:77"))
        assert ("members", "discord:77") in whole.boxes
        for odd in ("discord:", "slack:77"):
            form = await visitor.send("/setup/discord/find", seen.with_(find=odd))
            assert "There is no" in form.text
        for name, why in (("zoe", "There is no"), ("boom", "the bot is banned"), ("", "There is")):
            form = await visitor.send("/setup/discord/find", seen.with_(find=name))
            assert why in form.text


async def test_two_tabs_do_not_overwrite_one_another(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        one, other = await visitor.looks(), await visitor.looks()
        reviews = [
            await visitor.send("/setup/discord/review", form.with_(budget=budget))
            for form, budget in ((one, "1"), (other, "2"))
        ]
        await visitor.send("/setup/discord/write", reviews[0].with_())
        late = await visitor.send("/setup/discord/write", reviews[1].with_())
        assert late.status == 409
        assert "nothing was written" in late.text
        assert tomllib.loads(setup.file.read_text())["budget"] == {"day": 1}
        review = await visitor.send("/setup/discord/review", late.with_())
        assert (await visitor.send("/setup/discord/write", review.with_())).status == 200
    assert tomllib.loads(setup.file.read_text())["budget"] == {"day": 2}


async def test_once_more_shows_what_holds_and_keeps_every_comment(setup, visiting) -> None:
    mine = (
        '# mine\n[discord]\ntoken_file = "discord.token" # there\n'
        f'[people]\nowners = ["{EVE.address}"] # Eve\n[budget]\nday = 5.0 # enough\n'
    )
    setup.file.write_text(mine)
    (setup.home / "discord.token").write_text(GOOD)
    async with visiting() as person:
        visitor = Visitor(person)
        assert "Look with the token that is set up" in (await visitor.open("/setup/discord")).text
        seen = await visitor.send("/setup/discord/look", {"held": "yes"})
        assert seen.with_()["budget"] == ["5"]
        assert seen.with_()["owners"] == [EVE.address]
        same = await visitor.send("/setup/discord/review", seen.with_())
        assert "Nothing changes" in same.text
        assert "Write it" not in same.text
        sent = seen.with_(answer="mention")
        review = await visitor.send("/setup/discord/review", sent)
        await visitor.send("/setup/discord/write", review.with_())
    assert setup.file.read_text().startswith(mine)
    assert tomllib.loads(setup.file.read_text())["defaults"] == {"answer": "mention"}
    assert (setup.home / "discord.token").read_text() == GOOD


async def test_the_console_alone_has_walls_a_zone_and_a_budget(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        form = await visitor.open("/setup/console")
        assert "Who is heard" not in form.text
        sent = form.with_(isolation="folder", budget="2")
        review = await visitor.send("/setup/console/review", sent)
        back = await visitor.send("/setup/console/change", review.with_())
        assert back.with_()["budget"] == ["2"]
        await visitor.send("/setup/console/write", review.with_())
    said = tomllib.loads(setup.file.read_text())
    assert (said["walls"], said["budget"]) == ({"isolation": "folder"}, {"day": 2.0})
    assert "discord" not in said


async def test_what_is_kept_no_longer_is_asked_for_and_the_rest_is_kept(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        sent = (await visitor.looks()).with_(budget="3", members=[ADA.address])
        await setup.house.clock.advance(LIFE)
        for step in ("review", "write", "find", "again", "change"):
            lost = await visitor.send(f"/setup/discord/{step}", sent)
            assert lost.status == 400
            assert "is not kept any more" in lost.text
        seen = await visitor.send("/setup/discord/look", lost.with_(secret__token=GOOD))
    assert (seen.with_()["budget"], seen.with_()["members"]) == (["3"], [ADA.address])
    assert list(setup.home.iterdir()) == []


async def test_a_hello_is_said_where_the_bot_is_and_nowhere_else(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        review = await visitor.send("/setup/discord/review", (await visitor.looks()).with_())
        done = await visitor.send("/setup/discord/write", review.with_())
        said = await visitor.send("/setup/discord/hello", done.with_(place=KITCHEN.address))
        assert "said hello in home #kitchen" in said.text
        assert "need a restart" in said.text
        unable = await visitor.send("/setup/discord/hello", done.with_(place=HALL.address))
        assert "may not write there" in unable.text
        odd = await visitor.send("/setup/discord/hello", done.with_(place="discord:99"))
        assert odd.status == 400
    assert [where for where, _ in setup.town.said] == [KITCHEN.address]


async def test_without_an_owner_it_is_said_before_it_is_written(setup, visiting) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        sent = (await visitor.looks()).with_(owners=[])
        review = await visitor.send("/setup/discord/review", sent)
    assert "there is no owner" in review.text


async def test_a_file_with_a_fault_is_said_on_each_page(setup, visiting) -> None:
    setup.file.write_text("[people]\nowner = 1\n")
    async with visiting() as person:
        for path in ("/setup", "/setup/discord", "/setup/console"):
            form = await Visitor(person).open(path)
            assert form.status == 409
            assert "people.owner" in form.text


async def test_what_is_written_is_one_line_of_the_audit_log(setup, visiting, monkeypatch) -> None:
    """spec: 18.6"""
    noted = []
    monkeypatch.setattr(
        "carrel.web.setup_pages.audit",
        type("Audit", (), {"info": lambda _self, *told, **more: noted.append((told, more))})(),
    )
    async with visiting() as person:
        visitor = Visitor(person)
        review = await visitor.send("/setup/discord/review", (await visitor.looks()).with_())
        await visitor.send("/setup/discord/write", review.with_())
    (((event,), more),) = noted
    assert (event, more["by"], more["platform"]) == ("settings written", "console:local", "discord")
    assert {"people", "discord"} <= set(more["keys"])
    assert GOOD not in str(noted)


@pytest.mark.parametrize("step", ["review", "write", "find", "again", "change", "hello"])
async def test_rubbish_is_refused_in_a_sentence(setup, visiting, step) -> None:
    async with visiting() as person:
        visitor = Visitor(person)
        for name in ("discord", "console"):
            for data in ({}, {"handle": "x"}, {"answer": "all", "people": "x"}):
                got = await visitor.send(f"/setup/{name}/{step}", data)
                assert got.status in {200, 400, 404, 409}
        broken = await person.client.post(
            f"/setup/discord/{step}", content=b"\xff" * 9,
            headers={**ORIGIN, "Content-Type": "multipart/form-data; boundary=x"},
        )  # fmt: skip
        assert broken.status_code == 400
    assert list(setup.home.iterdir()) == []
