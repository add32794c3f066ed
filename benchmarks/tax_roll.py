"""The roll of ten million objects, Parquet to Parquet, exact, every step kept.

Claims: not one wrong bill, and little dearer than a plain multiplication in binary floats, which
gets some bills wrong. Run: `python benchmarks/tax_roll.py [objects]`.
"""

import resource
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import duckdb
import pyarrow.parquet as pq

from kazyna.packs.pack import load_pack
from kazyna.tax import RuleSet, compute, explain, roll_total, run_roll, verify_sample

ON = date(2016, 1, 1)
OBJECTS = 10_000_000
BILLS = 50_000
SAMPLE = 100_000


def make_objects(path: Path, count: int) -> None:
    """Write objects whose values, in whole cents, are spread like house prices."""
    spread = "0.87 * (random() + random() + random() + random() - 2)"
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")  # with one thread the seed decides every value
        connection.execute("SELECT setseed(0.5)").fetchall()
        objects = connection.sql(
            "SELECT i AS id FROM range($count) AS o(i)", params={"count": count}
        )
        values = objects.project(f"id, CAST(exp(13 + {spread}) AS DECIMAL(15, 2)) AS value")
        values.write_parquet(str(path))


def float_roll(source: Path, target: Path) -> None:
    """Multiply in binary floats and round, as a quick script would."""
    with duckdb.connect() as connection:
        objects = connection.read_parquet(str(source))
        amounts = objects.project("id, value, round(CAST(value AS DOUBLE) * 0.01, 2) AS amount")
        amounts.write_parquet(str(target))


def exact_roll(rules: RuleSet, source: Path, target: Path) -> None:
    pq.write_table(run_roll(rules, source, on=ON, id_column="id"), target)


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def wrong_bills(exact: Path, other: Path) -> tuple[int, Decimal]:
    """Count the bills that differ by a cent or more, and how far the totals are apart."""
    compared = """
        SELECT count(*) FILTER (CAST(o.amount AS DECIMAL(18, 2)) <> e.amount),
               sum(CAST(o.amount AS DECIMAL(18, 2)) - e.amount)
        FROM read_parquet($exact) AS e JOIN read_parquet($other) AS o USING (id)
    """
    with duckdb.connect() as connection:
        files = {"exact": str(exact), "other": str(other)}
        [(wrong, drift)] = connection.execute(compared, files).fetchall()
    return int(wrong), drift


def report(rules: RuleSet, folder: Path, objects: int) -> None:
    source, exact, floats = (folder / f"{name}.parquet" for name in ("objects", "exact", "floats"))
    make_objects(source, 1000)
    exact_roll(rules, source, exact)  # once in little, so that no import is counted
    make_objects(source, objects)
    float_seconds = seconds(lambda: float_roll(source, floats))
    exact_seconds = seconds(lambda: exact_roll(rules, source, exact))
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    wrong, drift = wrong_bills(exact, floats)
    roll = pq.read_table(exact)
    checked = verify_sample(rules, roll, on=ON, size=SAMPLE, seed=1)
    rows = roll.slice(0, BILLS).to_pylist()
    single_seconds = seconds(lambda: [compute(rules, row, ON) for row in rows])
    explain_seconds = seconds(lambda: [explain(rules, row, ON, "en") for row in rows[:1000]])
    print(f"objects                          {objects:>14,}")
    print(f"exact roll, Parquet to Parquet   {exact_seconds:>14.2f} s")
    print(f"  rows a second                  {objects / exact_seconds:>14,.0f}")
    print(f"  peak memory                    {peak_gib:>14.2f} GiB")
    print(f"  total                          {roll_total(roll):>14,}")
    print(f"  bills checked by decimals      {checked:>14,} (0 wrong)")
    print(f"float multiplication, same files {float_seconds:>14.2f} s")
    print(f"  exact ÷ float time             {exact_seconds / float_seconds:>14.2f}")
    print(f"  bills wrong by a cent or more  {wrong:>14,} ({drift:+} in total)")
    print(f"one bill at a time, bills/s      {len(rows) / single_seconds:>14,.0f}")
    print(f"one explanation, ms              {explain_seconds:>14.3f}")


def main() -> None:
    objects = int(sys.argv[1]) if len(sys.argv) > 1 else OBJECTS
    rules = load_pack("us_wa").taxes["property_tax"].rules
    with tempfile.TemporaryDirectory() as folder:
        report(rules, Path(folder), objects)


if __name__ == "__main__":
    main()
