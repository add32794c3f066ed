"""Frauds, and the truth about them: which rule should find which code, device or package.

Some stay below what the rules' limits let pass: a sale hours after a recall, a till that tries a
few serials, a resale that looks like a repeat. A rule that never missed would be tuned to its own
simulator.

Each kind of fraud takes codes of its own by one draw a code, so that no two meet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from kazyna.marking.detection.events import unit_text
from kazyna.marking.detection.scoring import TRUTH
from kazyna.marking.simulator.layers import (
    DAY,
    HOUR,
    MINUTE,
    NONE,
    SPAN,
    START,
    Ints,
    Layer,
    package_number,
)
from kazyna.marking.simulator.lives import FORGED, Flags, Lives, price_of, till_of
from kazyna.marking.simulator.world import TILLS, World

END = START + SPAN
FAR_KM = 290
"""Two sales ten minutes apart and so far away are faster than any lorry, whatever the clocks."""
FAKE_PACKAGES = 900_000_000


@dataclass
class Told:
    """What the frauds of one part tell, and what the honest part leaves out for them."""

    making: Flags
    selling: Flags
    layers: list[Layer] = field(default_factory=list)
    truth: list[tuple[str, str | None, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """One part of the simulation, in which frauds happen."""

    number: int
    world: World
    lives: Lives
    random: np.random.Generator

    def other_shop(self, rows: Ints) -> Ints:
        """Choose for each code a shop that is not its own."""
        own = self.lives.seller[rows] - self.world.first_shop
        step = self.random.integers(1, self.world.shops, len(rows))
        return self.world.first_shop + (own + step) % self.world.shops

    def sale(self, rows: Ints, at: Ints, shop: Ints, price: Ints | None = None) -> Layer:
        """Tell of sales at honest prices."""
        asked = price_of(self.lives, rows, self.random) if price is None else price
        return Layer("sell", rows, at, shop, device=till_of(shop, self.random), price=asked)

    def days(self, rows: Ints, least: int, most: int) -> Ints:
        """Draw a number of days, in microseconds, for each code."""
        return self.random.integers(least * DAY, most * DAY, len(rows))


Teller = Callable[[Part, Told, Ints], Iterator[tuple[str, Ints]]]
"""Tells of a fraud with some codes; yields the rules that should find them, and which codes."""


def _clone_burst(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Print one code on many packs, which shops sell on the same day."""
    copies = part.random.integers(3, 7, len(rows))
    each = np.repeat(rows, copies)
    turn = np.arange(len(each)) - np.repeat(np.cumsum(copies) - copies, copies)
    own = part.lives.seller[each] - part.world.first_shop
    step = 1 + turn * max(1, (part.world.shops - 1) // 7)
    shop = part.world.first_shop + (own + step) % part.world.shops
    at = part.lives.sold_at[each] + part.random.integers(MINUTE, 10 * HOUR, len(each))
    told.layers.append(part.sale(each, at, shop))
    yield "duplicate_sale", rows
    yield "scan_burst", rows


def _clone_far(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Sell a copy in another part of the country at the same time."""
    own, best = part.lives.seller[rows], part.other_shop(rows)
    for _ in range(8):
        shop = part.other_shop(rows)
        best = np.where(_km(part.world, own, shop) > _km(part.world, own, best), shop, best)
    at = part.lives.sold_at[rows] + part.random.integers(31 * MINUTE, 41 * MINUTE, len(rows))
    told.layers.append(part.sale(rows, at, best))
    yield "duplicate_sale", rows
    yield "impossible_speed", rows[_km(part.world, own, best) > FAR_KM * 1.25]


def _clone_slow(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Sell a copy elsewhere weeks later."""
    at = part.lives.sold_at[rows] + part.days(rows, 3, 30)
    told.layers.append(part.sale(rows, at, part.other_shop(rows)))
    yield "duplicate_sale", rows


def _resold(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Sell other goods under codes that the same shop has sold."""
    at = part.lives.sold_at[rows] + part.random.integers(5 * MINUTE, 20 * DAY, len(rows))
    told.layers.append(part.sale(rows, at, part.lives.seller[rows]))
    yield "duplicate_sale", rows


def _ghost(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Sell unmarked goods under codes that were ordered and never introduced."""
    told.making[rows] = True
    told.layers.append(part.sale(rows, part.lives.sold_at[rows], part.lives.seller[rows]))
    yield "sale_before_introduction", rows


def _smuggled(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Sell in a shop what another shop holds."""
    told.selling[rows] = True
    told.layers.append(part.sale(rows, part.lives.sold_at[rows], part.other_shop(rows)))
    yield "wrong_owner", rows


def _reimported(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Sell at home what was withdrawn as exported."""
    at = part.lives.exported_at[rows] + part.random.integers(5 * HOUR, 40 * DAY, len(rows))
    told.layers.append(part.sale(rows, at, part.other_shop(rows)))
    yield "sale_after_withdrawal", rows


def _recalled(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Sell what was recalled."""
    at = part.lives.recalled_at[rows] + part.random.integers(8 * HOUR, 20 * DAY, len(rows))
    told.layers.append(part.sale(rows, at, part.lives.seller[rows]))
    yield "sale_after_recall", rows


def _expired(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Sell what is past its date."""
    at = part.lives.codes.expires[rows] * DAY + part.days(rows, 3, 30)
    told.layers.append(part.sale(rows, at, part.lives.seller[rows]))
    yield "sale_after_expiry", rows


def _two_parents(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Report codes as packed a second time."""
    parent = package_number(FAKE_PACKAGES + part.number * 100_000 + np.arange(len(rows)))
    at = part.lives.made_at[rows] + 3 * HOUR
    told.layers.append(Layer("aggregate", rows, at, part.lives.maker[rows], parent=parent))
    yield "two_parents", rows


def _uncommissioned(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Report codes as packed that were never put on goods."""
    told.making[rows] = True
    told.layers.append(
        Layer(
            "aggregate", rows, part.lives.made_at[rows] + HOUR, part.lives.maker[rows],
            parent=part.lives.package[rows],
        )
    )  # fmt: skip
    yield "uncommissioned_child", rows


def _prices(part: Part, told: Told, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Sell cigarettes below the law's price or above the printed one."""
    told.selling[rows] = True
    price = np.where(rows % 2 == 0, 8_000, part.lives.codes.printed[rows] + 1_500)
    at, shop = part.lives.sold_at[rows], part.lives.seller[rows]
    told.layers.append(part.sale(rows, at, shop, price))
    yield "price_out_of_bounds", rows


Where = Callable[[Lives], Flags]


def _sold(lives: Lives) -> Flags:
    return lives.sold & (lives.sold_at < END - 35 * DAY)


def _exported(lives: Lives) -> Flags:
    return lives.exported & (lives.exported_at < END - 45 * DAY)


def _recalled_stock(lives: Lives) -> Flags:
    return lives.recalled & ~lives.sold & (lives.arrived_at < lives.recalled_at)


def _old_stock(lives: Lives) -> Flags:
    unsold = ~lives.sold & ~lives.exported & ~lives.recalled
    last_day = lives.codes.expires * DAY
    return np.asarray(unsold & (lives.arrived_at < last_day) & (last_day < END - 40 * DAY))


def _packed(lives: Lives) -> Flags:
    return lives.packed & ~lives.exported


def _packed_and_kept(lives: Lives) -> Flags:
    return _packed(lives) & ~lives.sold


def _priced(lives: Lives) -> Flags:
    return np.asarray(_sold(lives) & (lives.codes.printed != NONE))


FRAUDS: tuple[tuple[str, float, Where, Teller], ...] = (
    ("clone_burst", 0.0002, _sold, _clone_burst),
    ("clone_far", 0.0002, _sold, _clone_far),
    ("clone_slow", 0.0003, _sold, _clone_slow),
    ("resold", 0.0003, _sold, _resold),
    ("ghost", 0.0002, _sold, _ghost),
    ("smuggled", 0.0003, _sold, _smuggled),
    ("reimported", 0.01, _exported, _reimported),
    ("recalled", 0.03, _recalled_stock, _recalled),
    ("expired", 0.01, _old_stock, _expired),
    ("two_parents", 0.0004, _packed, _two_parents),
    ("uncommissioned", 0.0004, _packed_and_kept, _uncommissioned),
    ("price", 0.0005, _priced, _prices),
)
"""Each fraud with its share of the codes with which it can happen."""


def tell_frauds(part: Part) -> tuple[Told, pa.Table]:
    """Tell of the frauds of one part; return them and the truth about them."""
    size = len(part.lives.seller)
    told = Told(np.zeros(size, dtype=bool), np.zeros(size, dtype=bool))
    draw, floor = part.random.random(size), 0.0
    numbers = part.lives.codes.number
    for name, share, where, teller in FRAUDS:
        rows = np.flatnonzero(where(part.lives) & (draw >= floor) & (draw < floor + share))
        floor += share
        told.truth += [(name, None, unit_text(number)) for number in numbers[rows].tolist()]
        for rule, found in teller(part, told, rows):
            told.truth += [(name, rule, unit_text(number)) for number in numbers[found].tolist()]
    _guess_serials(part, told)
    _ship_nothing(part, told)
    named = [dict(zip(TRUTH.names, row, strict=True)) for row in told.truth]
    return told, pa.Table.from_pylist(named, schema=TRUTH)


def _guess_serials(part: Part, told: Told) -> None:
    """Let a few tills try out serials in the night; some try only a few."""
    devices, names = part.random.poisson(2), part.world.devices()
    for _ in range(devices):
        shop = part.world.first_shop + int(part.random.integers(part.world.shops))
        tries = int(part.random.integers(5, 60))
        at = START + int(part.random.integers(20, 150)) * DAY + 2 * HOUR
        nobody = np.full(tries, NONE)
        device = shop * TILLS + int(part.random.integers(TILLS))
        told.layers.append(
            Layer(
                "scan", nobody, at + np.sort(part.random.integers(0, 3 * HOUR, tries)),
                np.full(tries, shop), device=np.full(tries, device), verdict=FORGED,
                text=part.random.integers(1, 2**62, tries),
            )
        )  # fmt: skip
        told.truth.append(("guessed_serials", "serial_guessing", names[device]))


def _ship_nothing(part: Part, told: Told) -> None:
    """Ship packages in which nothing is packed."""
    count = int(part.random.poisson(3))
    rows = part.random.integers(0, len(part.lives.seller), count)
    package = package_number(FAKE_PACKAGES + part.number * 100_000 + 50_000 + np.arange(count))
    told.layers.append(
        Layer(
            "ship", rows, part.lives.introduced_at[rows] + 7 * HOUR, part.lives.maker[rows],
            package=package, counterparty=part.lives.seller[rows],
        )
    )  # fmt: skip
    told.truth += [
        ("empty_package", "empty_package_shipped", unit_text(number)) for number in package.tolist()
    ]


def _km(world: World, one: Ints, other: Ints) -> np.ndarray:
    """Return the distance of the facilities of two parties, by the haversine formula."""
    lat, other_lat = np.radians(world.lat[one]), np.radians(world.lat[other])
    lon = np.radians(world.lon[other] - world.lon[one])
    half = np.sin((other_lat - lat) / 2) ** 2
    half += np.cos(lat) * np.cos(other_lat) * np.sin(lon / 2) ** 2
    return np.asarray(12742 * np.arcsin(np.sqrt(half)))
