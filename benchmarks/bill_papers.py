"""Tax bills as paper in bulk, one PDF of many pages, beside one PDF a bill.

The same 500 bills, each with its steps, figures and articles, are set as one file and one by one.
The peer in the same run is one bill by itself: what setting many at once saves. The bytes of a file
do not depend on the day or the machine.

    python benchmarks/bill_papers.py [bills]
"""

import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from time import perf_counter, process_time

from kazyna.core.money import Currency
from kazyna.documents.bill import BillDocument, BillFigure, BillStep, render_bill, render_bills

ALONE = 20
"""So many are set one by one: enough for a rate."""


def bill(number: int) -> BillDocument:
    """Make a bill with five steps, as a home has them."""
    value = Decimal(1_000_000 + 137 * number)
    figures = (
        BillFigure("Assessed value", value, "KGS"),
        BillFigure("Rate", Decimal("0.0035"), "share", "Tax Code, art. 411", date(2025, 1, 1)),
    )
    steps = tuple(
        BillStep(f"Step {place}", value * place / 1000, "KGS", "Tax Code, art. 411", figures)
        for place in range(1, 6)
    )
    return BillDocument(
        language=("en", "ru", "ky")[number % 3],
        issuer="Tax office",
        tax="Property tax",
        year=2026,
        number=f"2026-{number:08d}",
        issued_on=date(2026, 6, 1),
        taxpayer=f"Taxpayer {number}",
        taxpayer_id=f"T{number:07d}",
        property_id=f"1-01-{number:06d}",
        property_facts=(("Area", f"{40 + number % 90} m²"), ("Council", "bishkek")),
        assessed_value=value,
        valuation_date=date(2026, 1, 1),
        share=Decimal(1),
        steps=steps,
        amount=value * 5 / 1000,
        currency=Currency("KGS", 2),
        due_on=date(2026, 9, 1),
        reference=f"RF96{number:012d}",
        notes=("The official text was not seen.",),
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    bills = [bill(number) for number in range(count)]
    render_bill(bills[0])
    start, busy = perf_counter(), process_time()
    many = render_bills(bills)
    together, worked = perf_counter() - start, process_time() - busy
    start = perf_counter()
    for each in bills[:ALONE]:
        render_bill(each)
    alone = (perf_counter() - start) / ALONE
    assert render_bills([replace(each) for each in bills[:3]]) == render_bills(bills[:3])
    print(f"{count:,} bills in one PDF   {count / together:8.1f} pages/s, {len(many):,} bytes")
    print(f"processor time            {count / worked:8.1f} pages/s")
    print(f"one PDF a bill            {1 / alone:8.1f} pages/s")
    print(f"ratio to one by one       {count / together * alone:8.1f}")


if __name__ == "__main__":
    main()
