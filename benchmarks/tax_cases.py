"""Bills one at a time in exact decimals, and one bill explained.

    python benchmarks/tax_cases.py [BILLS]

Bars on one core: 50,000 bills a second; one bill explained in 5 ms. A roll is long: of 200,000
bills the first, for which the tables of the law are looked up, weigh as little as they do there.
Two limits in the same run: the steps alone, without the checks of the inputs; and the bare
arithmetic of one formula in decimals.
"""

import sys
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from statistics import median
from time import process_time
from typing import Any

from kazyna.packs.invented.cadastre import batches
from kazyna.packs.pack import load_pack
from kazyna.tax import PreparedRules, RuleSet, explain
from kazyna.tax.exact import NOTHING_LOST

DAY = date(2026, 1, 1)
EXPLAINED = 200
TAXES = ("vehicle", "agricultural_land", "nonresidential_property", "residential_property")


def main(bills: int) -> None:
    pack = load_pack("kg")
    for tax in TAXES:
        rules = pack.taxes[tax].rules
        cases = next(iter(batches(pack, tax, bills, seed=0, year=DAY.year))).to_pylist()
        first, *explained = [explained_ms(rules, case) for case in cases[:EXPLAINED]]
        prepared = PreparedRules.of(rules, DAY)
        start = process_time()
        total = sum(prepared.compute(case).amount for case in cases)
        rate = len(cases) / (process_time() - start)
        steps = len(prepared.rules.rules)
        alone = steps_alone(prepared, cases)
        print(f"{tax:26} {rate:9,.0f} bills/s in {steps} steps (bar 50,000), these alone "
              f"{alone:,.0f}, explained in {median(explained):.2f} ms, at most "
              f"{max(explained):.2f}, the first {first:.2f} (bar 5), total {total:,}")  # fmt: skip
    print(f"{'bare decimal arithmetic':26} {bare(bills):9,.0f} bills/s: the limit of one formula")


def explained_ms(rules: RuleSet, case: dict[str, Any]) -> float:
    """Explain one bill, as its page does; return the milliseconds."""
    start = process_time()
    explain(rules, case, DAY, "en")
    return 1000 * (process_time() - start)


def steps_alone(prepared: PreparedRules, cases: list[dict[str, Any]]) -> float:
    """Compute the steps of checked inputs and nothing else; return the bills in a second."""
    checked = [tuple(prepared.compute(case).inputs.values()) for case in cases]
    with localcontext(NOTHING_LOST):
        start = process_time()
        for inputs in checked:
            prepared.bill(*inputs)
        return len(checked) / (process_time() - start)


def bare(bills: int) -> float:
    """Multiply five decimals and round, as one formula does."""
    area, base, place, use, rate = map(Decimal, ("120.5", "15000", "0.8", "1.1", "0.008"))
    cent = Decimal("0.01")
    start = process_time()
    for _ in range(bills):
        (area * base * place * use * rate).quantize(cent, ROUND_HALF_UP)
    return bills / (process_time() - start)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
