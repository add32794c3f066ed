"""Sales with known faults, for the tests of ratio studies."""

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

Floats = npt.NDArray[np.float64]


def market(sales: int, seed: int = 0, *, slope: float = 0.97) -> tuple[Floats, Floats]:
    """Estimates and prices; estimates grow with the price to the power of `slope`."""
    random = np.random.default_rng(seed)
    price = np.exp(random.normal(13, 0.5, sales))
    return price**slope * 1.5 * np.exp(random.normal(0, 0.15, sales)), price


pairs = st.lists(st.tuples(st.floats(1e3, 1e7), st.floats(0.3, 3.0)), min_size=2, max_size=40)


def arrays(sales: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    """Estimates and prices from pairs of price and ratio."""
    price = np.array([price for price, _ in sales])
    return price * np.array([ratio for _, ratio in sales]), price
