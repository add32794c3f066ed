"""Honest lives of codes: made, packed, shipped, accepted, sold; with the noise that life has.

Each batch of a thousand goes from its maker through a wholesaler, or straight, to four shops.
Reports come late, tills repeat themselves, clocks are wrong, scanners spoil what they read, shops
refuse deliveries and take goods back, families scan what they bought. None of it is fraud.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazyna.marking.simulator.layers import (
    BATCH,
    DAY,
    FIRST_BATCH,
    HOUR,
    MINUTE,
    NONE,
    PART_BATCHES,
    SPAN,
    START,
    Codes,
    Ints,
    Layer,
    package_number,
)
from kazyna.marking.simulator.world import (
    PHONES,
    PRODUCTS,
    SCATTER_DEGREES,
    TILLS,
    TOBACCO,
    World,
)

Flags = NDArray[np.bool_]
PARTS, PART = 4, BATCH // 4
"""A batch goes to four shops."""
PACK = 50
PACKAGES = BATCH // PACK
REPACKED = 2**55
"""Added to the number of a package, that of the one packed instead."""
GENUINE, REPAIRED, UNREADABLE, FORGED = 0, 1, 2, 3
"""Places in VERDICTS."""
SPEED_US_PER_DEGREE = int(100 / 60 * HOUR)
"""A degree is about 100 km, and a lorry goes 60 km in an hour."""


@dataclass(frozen=True)
class Shares:
    """How often things happen, honest all of them; shares of batches, deliveries or sales."""

    handled: float = 0.5
    """Batches that go through a wholesaler."""
    packed: float = 0.3
    exported: float = 0.01
    recalled: float = 0.004
    never_sold: float = 0.03
    late: float = 0.03
    """Batches whose papers come in days late."""
    refused: float = 0.01
    misdated: float = 0.01
    """Deliveries that are dated days too late."""
    repeated: float = 0.01
    """Sales that a till says twice."""
    checked: float = 0.05
    """Sales before which the till asks."""
    inspected: float = 0.003
    lost: float = 0.02
    """Inspectors' scans that name the place where the device was before."""
    shown: float = 0.03
    """Sales after which the shopper scans."""
    family: float = 0.02
    """Shoppers whose whole family scans."""
    returned: float = 0.005
    resold: float = 0.7
    """Returned goods that are sold again."""
    spoilt: float = 0.01
    """Scans that cannot be read, for each code."""


SHARES = Shares()
REPEATED_US = 8 * MINUTE
"""A till says a sale twice so long after, on average; some wait for the network for an hour."""


@dataclass(frozen=True)
class Lives:
    """Where and when each code is, which the frauds then spoil."""

    codes: Codes
    maker: Ints
    seller: Ints
    """The shop that holds it at the end."""
    made_at: Ints
    introduced_at: Ints
    arrived_at: Ints
    """At the shop."""
    sold_at: Ints
    sold: Flags
    exported: Flags
    exported_at: Ints
    recalled: Flags
    recalled_at: Ints
    packed: Flags
    package: Ints
    """The package it was packed into by its maker."""
    handler: Ints
    """The wholesaler."""


def make_lives(world: World, part: int, batches: int, random: np.random.Generator) -> Lives:
    """Draw the facts of the batches of one part.

    Parameters
    ----------
    world
        Who makes and sells.
    part
        The number of the part: batches of a part have numbers of their own.
    batches
        How many batches.
    random
        The part's own source of randomness.
    """
    serial = np.arange(batches, dtype=np.int64) + part * PART_BATCHES
    product = random.integers(0, PRODUCTS, batches)
    maker = world.maker_of[product]
    handler = world.makers + random.integers(0, world.wholesalers, batches)
    made = START + random.integers(0, SPAN - 60 * DAY, batches)
    shelf = random.integers(45, 500, batches) * DAY
    tobacco = world.goods_of[product] == TOBACCO
    printed = np.where(tobacco, random.integers(130, 190, batches) * 100, NONE)
    codes = Codes(
        number=(np.repeat(FIRST_BATCH + serial, BATCH) << 31) + np.tile(np.arange(BATCH), batches),
        batch=np.repeat(FIRST_BATCH + serial, BATCH),
        product=np.repeat(product, BATCH),
        expires=np.repeat((made + shelf) // DAY, BATCH),
        printed=np.repeat(printed, BATCH),
    )
    introduced = made + random.integers(6, 48, batches) * HOUR
    shop = world.first_shop + random.integers(0, world.shops, batches * PARTS)
    arrived = (
        np.repeat(introduced, PARTS) + random.integers(3 * 24, 12 * 24, batches * PARTS) * HOUR
    )
    arrived += _travel(world, np.repeat(maker, PARTS), shop)
    arrived_each = np.repeat(arrived, PART)
    sold_at = (
        arrived_each + 2 * HOUR + random.exponential(18 * DAY, batches * BATCH).astype(np.int64)
    )
    exported = np.repeat(random.random(batches) < SHARES.exported, BATCH)
    recalled = np.repeat(random.random(batches) < SHARES.recalled, BATCH) & ~exported
    recalled_at = np.repeat(introduced + random.integers(20, 40, batches) * DAY, BATCH)
    in_time = (sold_at < START + SPAN) & (sold_at // DAY < codes.expires)
    sold = in_time & ~exported & ~(recalled & (sold_at > recalled_at + 6 * HOUR))
    return Lives(
        codes=codes,
        maker=np.repeat(maker, BATCH),
        seller=np.repeat(shop, PART),
        made_at=np.repeat(made, BATCH) + np.tile(np.arange(BATCH), batches) * 100_000,
        introduced_at=np.repeat(introduced, BATCH),
        arrived_at=arrived_each,
        sold_at=sold_at,
        sold=sold & (random.random(len(sold)) >= SHARES.never_sold),
        exported=exported,
        exported_at=np.repeat(introduced, BATCH) + 9 * DAY,
        recalled=recalled,
        recalled_at=recalled_at,
        packed=np.repeat(random.random(batches) < SHARES.packed, BATCH),
        package=package_number(
            np.repeat(np.arange(batches * PACKAGES) + part * PART_BATCHES * PACKAGES, PACK)
        ),
        handler=np.repeat(np.where(random.random(batches) < SHARES.handled, handler, NONE), BATCH),
    )


def honest_layers(
    world: World, lives: Lives, random: np.random.Generator, *, left_out: dict[str, Flags]
) -> list[Layer]:
    """Tell of the honest events.

    Parameters
    ----------
    world
        Who makes and sells.
    lives
        The facts of the codes.
    random
        The part's own source of randomness.
    left_out
        The codes of which an honest event is not told, because a fraud tells another story: of
        `making` nothing at all, of `selling` no sale.
    """
    rows = np.arange(len(lives.seller))
    told = ~left_out["making"]
    moved = told & ~lives.exported
    return [
        *_making(lives, rows[told]),
        *_packing(lives, rows[told & lives.packed]),
        *_shipping(lives, rows[moved], random),
        *_ending(lives, told),
        *_selling(world, lives, rows[told & lives.sold & ~left_out["selling"]], random),
        *_spoilt_scans(lives, random),
    ]


def till_of(shop: Ints, random: np.random.Generator) -> Ints:
    """Choose one of the tills of each shop."""
    return shop * TILLS + random.integers(0, TILLS, len(shop))


def price_of(lives: Lives, rows: Ints, random: np.random.Generator) -> Ints:
    """Ask an honest price: a printed one at most, and no less than the law allows."""
    printed = lives.codes.printed[rows]
    asked = np.maximum(12_000, printed - random.integers(0, 1_000, len(rows)))
    return np.where(printed == NONE, random.integers(5_000, 90_000, len(rows)), asked)


def _making(lives: Lives, rows: Ints) -> list[Layer]:
    maker = lives.maker[rows]
    return [
        Layer("apply", rows, lives.made_at[rows], maker, device=maker * TILLS),
        Layer("introduce", rows, lives.introduced_at[rows], maker),
    ]


def _packing(lives: Lives, rows: Ints) -> list[Layer]:
    """Pack fifty together after they were made; the shop unpacks what arrives.

    Some wholesalers pack anew what they send on.
    """
    package, anew = lives.package[rows], lives.package[rows] + REPACKED
    unpacking = rows[~lives.exported[rows]]
    repacked = (lives.handler[rows] != NONE) & (lives.codes.batch[rows] % 10 == 0)
    again = rows[repacked & ~lives.exported[rows]]
    last = np.where(repacked, anew, package)[~lives.exported[rows]]
    return [
        Layer("aggregate", rows, lives.made_at[rows] + HOUR, lives.maker[rows], parent=package),
        Layer(
            "disaggregate", again, _middle(lives, again) + HOUR, lives.handler[again],
            parent=lives.package[again],
        ),
        Layer(
            "aggregate", again, _middle(lives, again) + 2 * HOUR, lives.handler[again],
            parent=lives.package[again] + REPACKED,
        ),
        Layer(
            "disaggregate", unpacking, lives.arrived_at[unpacking] + HOUR,
            lives.seller[unpacking], parent=last,
        ),
    ]  # fmt: skip


def _shipping(lives: Lives, rows: Ints, random: np.random.Generator) -> list[Layer]:
    """Ship and accept, through the wholesaler where there is one; packages are named too."""
    handled = lives.handler[rows] != NONE
    first, direct = rows[handled], rows[~handled]
    handler, middle = lives.handler[first], _middle(lives, first)
    late = _late(lives, random)
    layers = [
        Layer("ship", direct, lives.arrived_at[direct] - 40 * HOUR, lives.maker[direct],
              counterparty=lives.seller[direct], late=late[direct]),
        Layer("ship", first, lives.introduced_at[first] + 6 * HOUR, lives.maker[first],
              counterparty=handler, late=late[first]),
        Layer("accept", first, middle, handler, late=late[first]),
        Layer("ship", first, middle + 4 * HOUR, handler, counterparty=lives.seller[first]),
        *_arrival(lives, rows, random, late),
    ]  # fmt: skip
    whole = rows[lives.packed[rows] & (rows % PACK == 0)]
    layers.append(
        Layer("ship", whole, lives.introduced_at[whole] + 6 * HOUR, lives.maker[whole],
              package=lives.package[whole], counterparty=lives.seller[whole])
    )  # fmt: skip
    return layers


def _arrival(lives: Lives, rows: Ints, random: np.random.Generator, late: Ints) -> list[Layer]:
    """Let the shop accept; one in a hundred first refuses, and takes it when it is sent again.

    One delivery in a hundred is dated when it was reported, days after goods of it were sold.
    """
    part = rows // PART
    parts = len(lives.seller) // PART
    refused = random.random(parts) < SHARES.refused
    misdated = random.random(parts) < SHARES.misdated
    shop, arrived = lives.seller[rows], lives.arrived_at[rows].copy()
    arrived += np.where(misdated, random.integers(1, 5 * 24, parts) * HOUR, 0)[part]
    back = rows[refused[part]]
    sender = np.where(lives.handler[back] == NONE, lives.maker[back], lives.handler[back])
    again = lives.arrived_at[back] - 14 * HOUR
    return [
        Layer("refuse", back, again - 12 * HOUR, lives.seller[back]),
        Layer("ship", back, again, sender, counterparty=lives.seller[back]),
        Layer("accept", rows, arrived, shop, device=till_of(shop, random), late=late[rows]),
    ]


def _ending(lives: Lives, told: Flags) -> list[Layer]:
    """Export whole batches, recall others by their lot, write off what broke."""
    rows = np.arange(len(told))
    gone = rows[told & lives.exported]
    broken = rows[told & ~lives.sold & ~lives.exported & ~lives.recalled & (rows % 20 == 0)]
    lots = rows[lives.recalled & (rows % BATCH == 0)]
    nobody = np.full(len(lots), NONE)
    return [
        Layer("withdraw", gone, lives.exported_at[gone], lives.maker[gone], reason=0),
        Layer("scrap", broken, lives.arrived_at[broken] + 40 * DAY, lives.seller[broken], reason=1),
        Layer("recall", nobody, lives.recalled_at[lots], nobody, reason=2, lot_of=lots),
    ]


def _selling(world: World, lives: Lives, rows: Ints, random: np.random.Generator) -> list[Layer]:
    """Sell at a till with its own clock, and look at goods before and after."""
    shop, till = lives.seller[rows], till_of(lives.seller[rows], random)
    at = lives.sold_at[rows] + world.skew_us[till]
    price = price_of(lives, rows, random)
    again, looked, inspected, shown, back = (
        random.random(len(rows)) < share
        for share in (
            SHARES.repeated, SHARES.checked, SHARES.inspected, SHARES.shown, SHARES.returned,
        )
    )  # fmt: skip
    repeat = random.exponential(REPEATED_US, again.sum()).astype(np.int64) + 1_000_000
    seen_at = np.where(random.random(inspected.sum()) < SHARES.lost, shop[0], shop[inspected])
    kept = random.random(len(rows))
    bought_at = at + random.integers(1, 72, len(rows)) * HOUR
    came = at + (24 * HOUR + kept * 9 * DAY).astype(np.int64)
    good = (came + 2 * DAY < lives.codes.expires[rows] * DAY) & ~lives.recalled[rows]
    resold = back & good & (kept < SHARES.resold)
    return [
        Layer("sell", rows, at, shop, device=till, price=price),
        Layer("sell", rows[again], at[again] + repeat, shop[again], device=till[again],
              price=price[again]),
        Layer("scan", rows[looked], at[looked] - 30 * 1_000_000, shop[looked], device=till[looked],
              verdict=GENUINE),
        Layer("scan", rows[inspected], at[inspected] - 5 * HOUR,
              np.full(inspected.sum(), world.authority), device=_scanner(world, inspected),
              verdict=GENUINE, lon=world.lon[seen_at], lat=world.lat[seen_at]),
        *_families(world, rows[shown], shop[shown], bought_at[shown], random),
        Layer("return", rows[back], came[back], shop[back], device=till[back]),
        Layer("sell", rows[resold], came[resold] + 20 * HOUR, shop[resold], device=till[resold],
              price=price[resold]),
    ]  # fmt: skip


def _families(
    world: World, rows: Ints, shop: Ints, at: Ints, random: np.random.Generator
) -> list[Layer]:
    """Let shoppers scan what they bought; in some families everybody does."""
    times = np.where(random.random(len(rows)) < SHARES.family, random.integers(3, 6, len(rows)), 1)
    each, where = np.repeat(rows, times), np.repeat(shop, times)
    phone = world.parties * TILLS + random.integers(0, PHONES, len(each))
    drift = random.normal(0, 5 * SCATTER_DEGREES, (2, len(each)))
    return [
        Layer(
            "scan", each, np.repeat(at, times) + random.integers(0, 60, len(each)) * MINUTE,
            np.full(len(each), NONE), device=phone, verdict=GENUINE,
            lon=world.lon[where] + drift[0], lat=world.lat[where] + drift[1],
        )
    ]  # fmt: skip


def _spoilt_scans(lives: Lives, random: np.random.Generator) -> list[Layer]:
    """Spoil scans: most cannot be read, some look like a false code, some are mended."""
    count = len(lives.seller) * SHARES.spoilt
    layers = []
    for verdict, share in ((UNREADABLE, 1.0), (FORGED, 0.05), (REPAIRED, 0.3)):
        rows = random.integers(0, len(lives.seller), int(count * share))
        shop = lives.seller[rows]
        known = verdict == REPAIRED
        layers.append(
            Layer(
                "scan", rows if known else np.full(len(rows), NONE),
                lives.arrived_at[rows] + 3 * HOUR, shop, device=till_of(shop, random),
                verdict=verdict, text=None if known else random.integers(1, 2**62, len(rows)),
            )
        )  # fmt: skip
    return layers


def _travel(world: World, origin: Ints, target: Ints) -> Ints:
    degrees = np.hypot(world.lon[origin] - world.lon[target], world.lat[origin] - world.lat[target])
    return (degrees * SPEED_US_PER_DEGREE).astype(np.int64)


def _middle(lives: Lives, rows: Ints) -> Ints:
    """Reach the wholesaler half way in time."""
    return (lives.introduced_at[rows] + lives.arrived_at[rows]) // 2


def _late(lives: Lives, random: np.random.Generator) -> Ints:
    """Report most papers within an hour and three batches in a hundred days late."""
    batches = len(lives.seller) // BATCH
    days = np.where(
        random.random(batches) < SHARES.late, random.integers(1, 10, batches) * DAY, HOUR
    )
    return np.repeat(days, BATCH)


def _scanner(world: World, chosen: Flags) -> Ints:
    return np.full(chosen.sum(), world.authority * TILLS)
