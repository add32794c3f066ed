"""Goods on the shelf of a shop, for tests that check and sell them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from kazyna.services import marking_fees, marking_orders
from kazyna.services.marking_keys import NewKey, Unlocking, make_key
from kazyna.services.marking_orders import NewOrder, OrderLine
from services.marking_world import PASSWORD, SHOES, TODAY, World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""Of the day on which the world stands."""
_orders = iter(range(1, 10**6))


@dataclass(frozen=True)
class Shelf:
    """Forty pairs of shoes: 30 in the shop, 5 with the maker, 5 only ordered."""

    world: World
    batch: int
    codes: list[str]

    @property
    def shop(self) -> list[str]:
        return self.codes[:30]

    @property
    def maker(self) -> list[str]:
        return self.codes[30:35]

    @property
    def unused(self) -> list[str]:
        return self.codes[35:]


def add_signature_key(world: World) -> None:
    """Add a key of signatures: it makes codes of 88 characters, and signs kits."""
    keys = world.installation.settings.keys
    assert keys is not None
    make_key(keys.path, NewKey("S001", "signature", "*", date(2020, 1, 1)), Unlocking(PASSWORD))


def stock(world: World, folder: Path, *, template: str | None = None) -> Shelf:
    """Order codes, put them on goods, bring them into circulation and to the shop."""
    number = next(_orders)
    placed = marking_orders.place_order(
        world.ctx("maker"), NewOrder(f"shelf-{number}", (OrderLine(SHOES, 40, template),))
    )
    marking_fees.pay_fees(
        world.ctx("officer"), "maker", amount=placed.fee, received_on=TODAY, key=f"shelf-{number}"
    )
    out = folder / f"shelf-{number}.txt"
    marking_orders.write_order_codes(world.ctx("maker"), placed.order_no, out)
    batch = placed.batches[0].batch
    world.send("maker", "apply", f"{batch}:0-34", lot=f"L{number}", expires_on=TODAY.isoformat())
    world.send("maker", "introduce", f"{batch}:0-34")
    world.send("maker", "ship", f"{batch}:0-29", counterparty="shop")
    world.send("shop", "accept", f"{batch}:0-29")
    return Shelf(world, batch, out.read_text().rstrip("\n").split("\n"))
