"""What would be written is known whole, or it is said what is wrong."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest
from tests.unit.web.town import ADA, GOOD, SECRET

from carrel.core.errors import ConfigError
from carrel.ports.guide import Survey
from carrel.setting_up.draft import Draft, Network
from carrel.settings.live import LiveSettings
from carrel.settings.loading import load
from carrel.telemetry import Redactor
from carrel.web import setup_form
from carrel.web.setup_looks import Seen
from carrel.web.setup_sheet import Ground, Sheet, Unfit, drafted, version

PASSWORD = "hunter2hunter2"
SURVEY = Survey("bot", people=(ADA,), likely=(ADA.address,))
SEEN = Seen("discord", "Discord", Network("discord", None, None, None, SURVEY), {SECRET: GOOD})


class Home:
    """A home, what is taken over of its settings, and a form for it."""

    def __init__(self, folder) -> None:
        self.folder, self.taken = folder, []
        self.file = folder / "carrel.toml"
        self.live = LiveSettings(folder, {}, load(folder, {}))
        self.ground = Ground(folder, {}, self.live, self.take, Redactor((PASSWORD,)))

    def take(self) -> None:
        self.taken.append(self.live.current.people.owners)

    def sheet(self, **more: str) -> Sheet:
        draft = Draft(self.folder, {})
        filled = replace(setup_form.held(draft, SEEN), **more)
        return Sheet(SEEN, "h", filled, version(draft))


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path)


async def test_all_of_it_is_written_and_holds_at_once_as_far_as_it_can(home) -> None:
    draft = await drafted(home.ground, home.sheet(timezone="UTC"))
    assert not home.file.exists()
    change = await home.ground.write(draft)
    assert change.in_force == ("people",)
    assert change.after_restart == ("discord",)
    assert home.taken == [{ADA.address}]
    said = tomllib.loads(home.file.read_text())
    assert said["discord"] == {"token_file": "discord.token"}
    assert (home.folder / "discord.token").read_text() == f"{GOOD}\n"
    assert "# Ada (ada)" in home.file.read_text()


@pytest.mark.parametrize("before", [None, "# mine\n"])
async def test_a_form_for_another_file_is_refused_and_is_good_the_next_time(home, before) -> None:
    if before is not None:
        home.file.write_text(before)
    sheet = home.sheet(budget="3")
    home.file.write_text("# somebody else's\n")
    with pytest.raises(Unfit, match="nothing was written") as unfit:
        await drafted(home.ground, sheet)
    assert unfit.value.status == 409
    assert unfit.value.sheet.filled == sheet.filled
    await home.ground.write(await drafted(home.ground, unfit.value.sheet))
    assert home.file.read_text().startswith("# somebody else's\n")


async def test_an_edit_between_the_two_is_not_overwritten(home) -> None:
    draft = await drafted(home.ground, home.sheet())
    home.file.write_text("# mine\n")
    with pytest.raises(ConfigError, match="nothing was written"):
        await home.ground.write(draft)
    assert home.file.read_text() == "# mine\n"
    assert not (home.folder / "discord.token").exists()
    assert home.taken == []


async def test_every_field_that_is_wrong_is_named(home) -> None:
    with pytest.raises(Unfit) as unfit:
        await drafted(home.ground, home.sheet(timezone="x", budget="x"))
    assert list(unfit.value.faults) == ["timezone", "budget"]
    assert unfit.value.status == 400


async def test_a_file_with_a_fault_is_said_and_left_alone(home) -> None:
    sheet = home.sheet()
    home.file.write_text("[people]\nowner = 1\n")
    with pytest.raises(Unfit, match="owner"):
        await drafted(home.ground, sheet)
    assert home.file.read_text() == "[people]\nowner = 1\n"


async def test_what_changes_is_shown_and_a_secret_beside_it_is_not(home) -> None:
    url = f"postgresql://carrel:{PASSWORD}@127.0.0.1/x"
    home.file.write_text(f'[store]\nurl = "{url}"\n[budget]\n# so much\nday = 1.0\n')
    draft = await drafted(home.ground, home.sheet(budget="2", timezone="Asia/Tokyo"))
    shown = home.ground.difference(draft)
    assert "so much" in shown
    assert "Asia/Tokyo" in shown
    assert PASSWORD not in shown
    assert GOOD not in shown


async def test_where_nothing_changes_nothing_is_shown(home) -> None:
    home.file.write_text("# mine\n")
    assert home.ground.difference(await home.ground.draft()) == ""
