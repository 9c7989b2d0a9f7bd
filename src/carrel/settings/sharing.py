"""What a host needs so that agents can run on another one than leads, and files be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from carrel.settings.freedom import Fault
from carrel.settings.tables import Settings

NO_DATABASE: Final = "`{}` is for hosts that share a database: say `url` in `[store]`"
NO_FOLDER: Final = (
    "`{}` needs the sessions' files on every host: say `folder` in `[store]`, a folder that all of "
    "them see at this path"
)
NO_ADDRESS: Final = (
    "`{}` must be reached by the host that leads: say `listen` in `[store]`, an address of this "
    "machine with a port, as `10.0.0.2:7333`"
)


ONE_OF_TWO: Final = (
    "with `folder` every host sees the sessions' files already: say `mirror` or `folder`, not both"
)


def faults(settings: Settings) -> Iterator[Fault]:
    """What is missing for the role or the mirror, or too much, with the mend."""
    role, store = settings.gateway.role, settings.store
    if store.mirror and store.url is None:
        yield ("store", "mirror"), NO_DATABASE.format("mirror")
    if store.mirror and store.folder is not None:
        yield ("store", "mirror"), ONE_OF_TWO
    where = ("gateway", "role")
    if role == "all":
        return
    if store.url is None:
        yield where, NO_DATABASE.format(role)
    if store.folder is None:
        yield where, NO_FOLDER.format(role)
    if role == "engines" and store.listen is None:
        yield where, NO_ADDRESS.format(role)
