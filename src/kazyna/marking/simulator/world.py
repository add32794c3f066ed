"""Who makes, moves and sells in the simulated country, and where: drawn once from a seed."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

TOWNS = (
    ("Bishkek", 74.59, 42.87, 30), ("Osh", 72.80, 40.53, 12), ("Jalal-Abad", 73.00, 40.93, 7),
    ("Karakol", 78.39, 42.49, 5), ("Tokmok", 75.30, 42.84, 5), ("Uzgen", 73.30, 40.77, 3),
    ("Kara-Balta", 73.85, 42.81, 4), ("Balykchy", 76.19, 42.46, 3), ("Naryn", 75.99, 41.43, 3),
    ("Talas", 72.24, 42.52, 3), ("Batken", 70.82, 40.06, 2), ("Cholpon-Ata", 77.08, 42.65, 2),
)  # fmt: skip
"""Towns of the Kyrgyz Republic: longitude, latitude, and weight by their shops."""

GOODS = (
    ("cigarettes_and_heated_tobacco_sticks_1000", 0.35),
    ("beer", 0.25),
    ("vodka_liqueur_fortified", 0.15),
    (None, 0.25),
)
"""Kinds of excise goods and their share of products; of some, none."""
TOBACCO = 0
AUTHORITY = "A001"
TILLS, SCATTER_DEGREES = 3, 0.03
PRODUCTS, PHONES = 60, 4_000
BROKEN_CLOCKS = 0.005
"""Share of tills whose clock is up to 45 minutes wrong; of the others, by minutes."""
CODES_OF_A_SHOP = 2_500
"""Handled by a shop in the whole time, about."""


@dataclass(frozen=True)
class World:
    """The registers: a participant has one facility of the same number; tills by its number."""

    makers: int
    wholesalers: int
    shops: int
    town: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    maker_of: NDArray[np.int64]
    """The maker or importer of each product."""
    goods_of: NDArray[np.int64]
    """Of each product, its place in GOODS."""
    skew_us: NDArray[np.int64]
    """How far the clock of each till is wrong."""

    @property
    def parties(self) -> int:
        """All participants: makers, wholesalers, shops, and the authority as the last."""
        return self.makers + self.wholesalers + self.shops + 1

    @property
    def first_shop(self) -> int:
        """The number of the first shop."""
        return self.makers + self.wholesalers

    @property
    def authority(self) -> int:
        """The number of the authority."""
        return self.parties - 1

    def names(self) -> list[str]:
        """Return the names of the participants by number."""
        kinds = (("F", self.makers), ("W", self.wholesalers), ("S", self.shops))
        return [f"{kind}{n:05d}" for kind, count in kinds for n in range(1, count + 1)] + [
            AUTHORITY
        ]

    def facilities(self) -> list[str]:
        """Return the names of the facilities by number."""
        return [
            f"{name} {TOWNS[town][0]}" for name, town in zip(self.names(), self.town, strict=True)
        ]

    def devices(self) -> list[str]:
        """Return the names of tills and scanners by party, then of phones."""
        tills = [f"{name}/{n}" for name in self.names() for n in range(1, TILLS + 1)]
        return tills + [f"phone {n:05d}" for n in range(1, PHONES + 1)]

    def table(self) -> pa.Table:
        """Return the register of participants with their places."""
        kinds = ["manufacturer"] * self.makers + ["wholesaler"] * self.wholesalers
        kinds += ["retailer"] * self.shops + ["authority"]
        return pa.table(
            {
                "participant": self.names(),
                "kind": kinds,
                "facility": self.facilities(),
                "town": [TOWNS[town][0] for town in self.town],
                "lon": self.lon,
                "lat": self.lat,
            }
        )


def make_world(codes: int, seed: int) -> World:
    """Draw a country large enough to sell so many codes.

    Parameters
    ----------
    codes
        How many codes will be followed.
    seed
        The same seed draws the same country.
    """
    random = np.random.default_rng([seed, 0])
    shops = max(40, codes // CODES_OF_A_SHOP)
    makers, wholesalers = 12, max(6, shops // 25)
    parties = makers + wholesalers + shops + 1
    weights = np.array([town[3] for town in TOWNS], dtype=float)
    town = random.choice(len(TOWNS), parties, p=weights / weights.sum())
    scatter = random.uniform(-SCATTER_DEGREES, SCATTER_DEGREES, (2, parties))
    places = np.array([town[1:3] for town in TOWNS])[town]
    shares = np.array([share for _, share in GOODS])
    skew = random.normal(0, 120e6, parties * TILLS)
    broken = random.random(parties * TILLS) < BROKEN_CLOCKS
    skew[broken] = random.uniform(-45, 45, broken.sum()) * 60e6
    return World(
        makers=makers,
        wholesalers=wholesalers,
        shops=shops,
        town=town,
        lon=places[:, 0] + scatter[0],
        lat=places[:, 1] + scatter[1],
        maker_of=random.integers(0, makers, PRODUCTS),
        goods_of=random.choice(len(GOODS), PRODUCTS, p=shares),
        skew_us=skew.astype(np.int64),
    )
