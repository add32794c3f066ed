"""One search over the register: objects by their numbers, taxpayers by number or name."""

from dataclasses import dataclass

from kazyna.services.context import Context
from kazyna.services.objects import kind_of
from kazyna.store import objects, taxpayers
from kazyna.store.objects import FoundObject
from kazyna.store.taxpayers import FoundTaxpayer

SHOWN = 50


@dataclass(frozen=True)
class FoundInRegister:
    """What a search found, `SHOWN` of each at most."""

    objects: tuple[FoundObject, ...]
    taxpayers: tuple[FoundTaxpayer, ...]


def search_register(ctx: Context, text: str, *, kind: str | None = None) -> FoundInRegister:
    """Find objects and taxpayers; with a kind and no text, the first objects of the kind.

    Raises
    ------
    NotFound
        When the pack has no such kind.
    """
    ctx.require("officer", "auditor")
    text = text.strip()
    if kind is not None:
        kind_of(ctx, kind)
    if not text and kind is None:
        return FoundInRegister((), ())
    with ctx.transaction() as tx:
        found = objects.search(tx, text, kind=kind, limit=SHOWN)
        people = taxpayers.search(tx, text, limit=SHOWN) if text and kind is None else []
    return FoundInRegister(tuple(found), tuple(people))
