"""A ratio study of a million sales with 1,000-draw bootstrap intervals, beside assesspy.

Claims: the whole study within 5 seconds on 2 cores; over a hundred times as fast as assesspy,
whose bootstrap is measured in the same run at a size and a number of draws that end in reasonable
time, and is linear in both. Run: `python benchmarks/ratio_study.py [sales]`.
"""

import resource
import sys
import warnings
from collections.abc import Callable
from time import perf_counter

import assesspy
import numpy as np

from kazyna.valuation import ratio_study, spatial_autocorrelation
from kazyna.valuation.ratios.horizontal_equity import horizontal_equity
from kazyna.valuation.ratios.ratio_intervals import analytic, bootstrap
from kazyna.valuation.ratios.ratio_statistics import Floats, kakwani, statistics

SALES, DRAWS = 1_000_000, 1_000
THEIR_SALES, THEIR_DRAWS = 100_000, 20
SECONDS_MAX = 5.0
TIMES_MIN = 100


def market(sales: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(0)
    price = np.exp(random.normal(13, 0.5, sales))
    return price**0.97 * 1.5 * np.exp(random.normal(0, 0.15, sales)), price


def seconds(work: Callable[[], object], tries: int = 3) -> float:
    """Return the least of some measurements: what the work takes when nothing else runs."""
    taken = []
    for _ in range(tries):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return min(taken)


def main(sales: int) -> None:
    estimate, price = market(sales)
    ratio_study(*market(1000))  # NumPy and SciPy loaded
    found = ratio_study(estimate, price, draws=DRAWS)
    whole = seconds(lambda: ratio_study(estimate, price, draws=DRAWS))
    drawn = seconds(lambda: bootstrap(estimate, price, draws=DRAWS, seed=0))
    print(f"{sales:,} sales, {DRAWS:,} draws, every statistic with its interval:")
    print(f"  whole study            {whole:8.2f} s (bar: {SECONDS_MAX:g} s)")
    print(f"  bootstrap alone        {drawn:8.2f} s")
    print(f"  intervals by formula   {seconds(lambda: analytic(estimate, price)):8.2f} s")
    print(f"  COD, PRD, PRB          {seconds(lambda: statistics(estimate, price)):8.2f} s")
    print(f"  MKI, KI                {seconds(lambda: kakwani(estimate, price)):8.2f} s")
    random = np.random.default_rng(1)
    lon, lat = 74.6 + random.random(sales), 42.8 + random.random(sales)
    print(f"  Moran's I              {moran(estimate / price, lon, lat):8.2f} s")
    print(f"  horizontal equity      {alike(estimate, lon, lat):8.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  peak memory            {peak:8.2f} GB")

    theirs = their_bootstrap(*market(THEIR_SALES))
    scaled = theirs * sales / THEIR_SALES * DRAWS / THEIR_DRAWS
    print(
        f"assesspy's bootstrap of COD and PRD, {THEIR_SALES:,} sales, {THEIR_DRAWS} draws: "
        f"{theirs:.2f} s; scaled to the same work {scaled:,.0f} s; this is {scaled / drawn:,.0f}"
        " times as fast"
    )
    warnings.simplefilter("ignore")  # assesspy sorts in a way that pandas will not know
    ours = {**statistics(estimate, price)._asdict(), **kakwani(estimate, price)._asdict()}
    print("differences from assesspy's point values, relative:")
    for name, compute in (
        ("cod", assesspy.cod), ("prd", assesspy.prd), ("prb", assesspy.prb), ("mki", assesspy.mki)
    ):  # fmt: skip
        other = compute(estimate, price)
        print(f"  {name.upper()}  {abs(ours[name] / other - 1):.1e}")
        assert abs(ours[name] / other - 1) < 1e-8
    assert found.cod.low is not None
    assert whole <= SECONDS_MAX
    assert scaled / drawn >= TIMES_MIN


def moran(ratios: Floats, lon: Floats, lat: Floats) -> float:
    return seconds(lambda: spatial_autocorrelation(ratios, lon, lat), 1)


def alike(value: Floats, lon: Floats, lat: Floats) -> float:
    return seconds(lambda: horizontal_equity(value, characteristics=[lon, lat]), 1)


def their_bootstrap(estimate: Floats, price: Floats) -> float:
    return seconds(
        lambda: [
            interval(estimate, price, nboot=THEIR_DRAWS)
            for interval in (assesspy.cod_ci, assesspy.prd_ci)
        ],
        tries=2,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SALES)
