"""The console's pages for setting Carrel up: the machine, a network's secrets, who, where, how far.

Nothing is written before the last button, and then only in place of what was shown. A secret is
never shown again, and stands in no address, log or carrel.toml.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from jinja2 import Environment
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from carrel.core.errors import CarrelError, ConfigError
from carrel.ports.clock import Clock
from carrel.ports.guide import Guide, Named, Secret
from carrel.ports.platform import Finding
from carrel.runtime.audit import audit
from carrel.setting_up import choices, machine, networks
from carrel.setting_up.draft import Network
from carrel.web import setup_form
from carrel.web.fragments import environment
from carrel.web.posting import whole_form
from carrel.web.setup_form import Filled
from carrel.web.setup_looks import Looks, Seen
from carrel.web.setup_sheet import Ground, Sheet, Unfit, drafted, version

Step = Callable[[Sheet, FormData], Awaitable[Response]]
CONSOLE = "console"
TITLE = "The console"
HEADERS = {"Referrer-Policy": "same-origin"}
"""With the console's own policy a browser would not say that a form came from here."""

NOT_KEPT = "What was seen of {} is not kept any more. Nothing that you filled in is lost."
NO_SECRET = "That is none: it is one word, as the portal shows it."  # noqa: S105 - a sentence


@dataclass(frozen=True, slots=True)
class SetupPages:
    """Answers below `/setup`."""

    ground: Ground
    looks: Looks
    env: Environment
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def overview(self, _request: Request) -> Response:
        """What the machine has, and what is set up already."""
        draft = await self.ground.draft()
        findings = (machine.python(), await machine.walls(), machine.login(draft.environ))
        kinds = await asyncio.to_thread(networks.guides)
        guides = {
            name: (guide, networks.has_secrets(draft, name, guide))
            for name, (_, guide) in kinds.items()
        }
        lacking = networks.lacking().values()
        return self._page("setup.html", findings=findings, guides=guides, lacking=lacking)

    async def begin(self, request: Request) -> Response:
        """A network's portal and its secrets; of the console at once what can be chosen."""
        name = await _name(request)
        if name != CONSOLE:
            return await self._secrets(name, None)
        seen, draft = Seen(CONSOLE, TITLE), await self.ground.draft()
        return self._form(Sheet(seen, "", setup_form.held(draft, seen), version(draft)))

    async def look(self, request: Request) -> Response:
        """What the network says to the secrets that are given, or to those that are set up."""
        name, form = await _name(request), await whole_form(request)
        if name == CONSOLE:
            raise HTTPException(404)
        filled, (kind, guide) = setup_form.read(form), networks.guides()[name]
        values = {} if "held" in form else _values(form, guide)
        odd = {one.key: NO_SECRET for one, value in values.items() if not _is_word(value)}
        if odd:
            return await self._secrets(name, filled, odd)
        for value in values.values():
            self.ground.redactor.hide(value)
        draft = await self.ground.draft()
        networks.begin(draft, name)
        try:
            network = await networks.seen(draft, name, kind, guide, values)
        except CarrelError as error:
            first = next((one.key for one in values), "")
            return await self._secrets(name, filled, {first: str(error)})
        seen = Seen(name, guide.title, network, values)
        filled = filled or setup_form.held(draft, seen)
        return self._form(Sheet(seen, self.looks.keep(seen), filled, version(draft)))

    async def again(self, sheet: Sheet, _form: FormData) -> Response:
        """Another look at the network with the same secrets."""
        network = _network(sheet)
        try:
            survey = await networks.look(network.guide, network.table, network.parts)
        except CarrelError as error:
            return self._form(sheet, {"": str(error)})
        return self._form(self._renewed(sheet, replace(network, survey=survey)))

    async def find(self, sheet: Sheet, form: FormData) -> Response:
        """People by the beginning of their name, added to those that can be ticked."""
        network, wanted = _network(sheet), _wanted(form)
        try:
            found = await _found(network, wanted)
        except CarrelError as error:
            return self._form(sheet, {"find": str(error)}, wanted)
        if not found:
            return self._form(sheet, {"find": f"There is no {wanted!r}."}, wanted)
        known = {one.address: one for one in (*found, *network.survey.people)}
        survey = replace(network.survey, people=tuple(known.values()))
        return self._form(self._renewed(sheet, replace(network, survey=survey)), found=len(found))

    async def change(self, sheet: Sheet, _form: FormData) -> Response:
        """Back to the form, as it was filled in."""
        return self._form(sheet)

    async def review(self, sheet: Sheet, form: FormData) -> Response:
        """What will be written, nothing of it yet; Enter in the field of a name looks for it."""
        if sheet.seen.network is not None and _wanted(form):
            return await self.find(sheet, form)
        draft = await drafted(self.ground, sheet)
        notes = (setup_form.unheard(draft, sheet.seen), draft.overruled)
        diff = self.ground.difference(draft)
        return self._page("setup_review.html", sheet=sheet, diff=diff, notes=notes)

    async def write(self, sheet: Sheet, _form: FormData) -> Response:
        """Write it, and say what holds at once."""
        seen = sheet.seen
        async with self.writing:
            draft = await drafted(self.ground, sheet)
            try:
                change = await self.ground.write(draft)
            except ConfigError as error:
                raise Unfit(sheet, {"": str(error)}, 409) from error
        keys = (*change.in_force, *change.after_restart)
        audit.info("settings written", by="console:local", platform=seen.name, keys=keys)
        if seen.network is not None:
            self.looks.renew(sheet.handle, replace(seen, values={}))
        likely = choices.likely_hello(draft, seen.survey.places)
        return self._page(
            "setup_done.html", sheet=sheet, change=change, fresh=bool(seen.values), likely=likely
        )

    async def hello(self, sheet: Sheet, form: FormData) -> Response:
        """Say hello in a conversation."""
        network, title = _network(sheet), sheet.seen.title
        places = {one.address: one for one in network.survey.places}
        place = places.get(str(form.get("place", "")))
        if place is None:
            raise HTTPException(400, "The bot sees no such conversation.")
        try:
            await networks.hello(network, place.address)
            told = Finding(title, well=True, said=f"said hello in {place.name}")
        except CarrelError as error:
            mend = "`carrel doctor` names what the bot may not do there."
            told = Finding(title, well=False, said=str(error), mend=mend)
        return self._page("setup_done.html", sheet=sheet, told=told, likely=place)

    async def step(self, request: Request, take: Step) -> Response:
        """A step from a form that is under way."""
        name, form = await _name(request), await whole_form(request)
        sheet = self._sheet(name, form)
        if sheet is None:
            return await self._lost(name, form)
        try:
            return await take(sheet, form)
        except Unfit as unfit:
            return self._form(unfit.sheet, unfit.faults, status=unfit.status)

    async def _secrets(
        self, name: str, filled: Filled | None, faults: Mapping[str, str] | None = None
    ) -> Response:
        """The page of a network's portal and secrets."""
        guide = networks.guides()[name][1]
        held = networks.has_secrets(await self.ground.draft(), name, guide)
        carried = filled.pairs if filled is not None else ()
        values = {"guide": guide, "name": name, "held": held, "carried": carried}
        status = 400 if faults else 200
        return self._page("setup_secrets.html", status, **values, faults=faults or {})

    async def _lost(self, name: str, form: FormData) -> Response:
        """The handle is good no more: the secrets are asked for, and everything else is kept."""
        title = networks.guides()[name][1].title
        return await self._secrets(name, setup_form.read(form), {"": NOT_KEPT.format(title)})

    def _sheet(self, name: str, form: FormData) -> Sheet | None:
        """The form under way; None where it is not kept."""
        handle = str(form.get("handle", ""))
        seen = Seen(CONSOLE, TITLE) if name == CONSOLE else self.looks.of(handle, name)
        filled = setup_form.read(form) or Filled()
        version_ = str(form.get("version", ""))
        return None if seen is None else Sheet(seen, handle, filled, version_)

    def _renewed(self, sheet: Sheet, network: Network) -> Sheet:
        # its secrets may have been written since, and are not kept any longer then
        kept = self.looks.of(sheet.handle, sheet.seen.name) or sheet.seen
        seen = replace(kept, network=network)
        self.looks.renew(sheet.handle, seen)
        return replace(sheet, seen=seen)

    def _form(
        self,
        sheet: Sheet,
        faults: Mapping[str, str] | None = None,
        wanted: str = "",
        status: int = 200,
        found: int = 0,
    ) -> Response:
        people = setup_form.people(sheet.seen, sheet.filled)
        places = setup_form.places(sheet.seen, sheet.filled)
        values = {"sheet": sheet, "people": people, "places": places}
        more = {"faults": faults or {}, "wanted": wanted, "found": found}
        return self._page("setup_form.html", status, **values, **more)

    def _page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        more = {"notices": self.ground.live.notices, "choices": choices}
        html = self.env.get_template(template).render(values, **more)
        return HTMLResponse(html, status, HEADERS)


def setup_routes(ground: Ground, clock: Clock) -> list[Route]:
    """The routes at `/setup`."""
    pages = SetupPages(ground, Looks(clock), environment())
    steps = (pages.again, pages.find, pages.change, pages.review, pages.write, pages.hello)
    return [
        Route("/setup", pages.overview),
        Route("/setup/{name}", pages.begin),
        Route("/setup/{name}/look", pages.look, methods=["POST"]),
        *(
            Route(
                f"/setup/{{name}}/{take.__name__}", partial(pages.step, take=take), methods=["POST"]
            )
            for take in steps
        ),
    ]


async def _name(request: Request) -> str:
    name = str(request.path_params["name"])
    # the first to ask has the libraries of all networks loaded
    if name != CONSOLE and name not in await asyncio.to_thread(networks.guides):
        raise HTTPException(404)
    return name


def _network(sheet: Sheet) -> Network:
    if sheet.seen.network is None:
        raise HTTPException(404)
    return sheet.seen.network


async def _found(network: Network, wanted: str) -> tuple[Named, ...]:
    """People by the beginning of their name, or by a whole address of this network."""
    if wanted.startswith(f"{network.name}:"):
        return choices.by_address(wanted)
    return await networks.find(network, wanted) if wanted else ()


def _values(form: FormData, guide: Guide) -> dict[Secret, str]:
    return {one: str(form.get(f"secret:{one.key}", "")).strip() for one in guide.secrets}


def _is_word(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable() and " " not in value


def _wanted(form: FormData) -> str:
    return str(form.get("find", "")).strip()
