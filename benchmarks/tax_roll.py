"""The whole property roll of a country, Parquet to Parquet, exact, every step kept.

    python benchmarks/tax_roll.py [OBJECTS] [PACK]

Bars on two cores for the 10,000,000 objects of kg: 15 s and 6 GiB; the other pack is ru. Every roll
is checked by a sample through exact decimals. The limits in the same run: copying the same files
through DuckDB, and the amounts alone in binary floats, which gets some bills wrong by a tyiyn or
more.
"""

import resource
import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import duckdb
from invented_cadastre import write_cadastre

from kazyna.packs.pack import load_pack
from kazyna.services.studies import compute_roll
from kazyna.tax import compile_query

DAY = date(2026, 1, 1)


def copied(source: Path, target: Path) -> float:
    """Read and write the same rows, and nothing else."""
    start = perf_counter()
    with duckdb.connect() as computing:
        computing.read_parquet(str(source)).write_parquet(str(target))
    return perf_counter() - start


def in_floats(pack: str, tax: str, source: Path, exact: Path) -> tuple[int, Decimal]:
    """Compute the same formulas in 64-bit floats; count the bills that differ."""
    rules = load_pack(pack).taxes[tax].rules
    query = compile_query(rules, DAY, table="inputs", id_column="id")
    # Every decimal of the query becomes a float: what a script without exact numbers would do.
    words = query.split("DECIMAL(")
    loose = words[0] + "".join("DOUBLE" + rest.partition(")")[2] for rest in words[1:])
    with duckdb.connect() as computing:
        computing.read_parquet(str(source)).create_view("inputs")
        computing.read_parquet(str(exact)).create_view("exact")
        return computing.sql(
            f"""
            SELECT count_if(round(f.amount, 2)::DECIMAL(18, 2) <> e.amount),
                   sum(round(f.amount, 2)::DECIMAL(18, 2) - e.amount)
            FROM ({loose}) AS f JOIN exact AS e USING (id)
            """  # noqa: S608 (our own compiled query)
        ).fetchall()[0]


def main(objects: int, pack: str) -> None:
    whole, copying, bills, total = 0.0, 0.0, 0, Decimal(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for tax, source in write_cadastre(folder, objects, pack=pack).items():
            out = folder / "roll.parquet"
            start = perf_counter()
            roll = compute_roll(source, pack=pack, tax=tax, on=DAY, out=out, id_column="id")
            took = perf_counter() - start
            whole, bills, total = whole + took, bills + roll.bills, total + roll.total
            copying += copied(out, folder / "copy.parquet")
            wrong, drift = in_floats(pack, tax, source, out)
            print(f"{tax:26} {roll.bills:>11,} bills {took:6.2f} s  total {roll.total:>20,}  "
                  f"in floats {wrong:,} wrong ({drift or 0:+})")  # fmt: skip
            out.unlink()
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"the whole roll             {bills:>11,} bills {whole:6.2f} s  total {total:>20,}")
    print(f"10,000,000 at this rate    {whole * 1e7 / bills:6.1f} s (bar 15)")
    print(f"peak memory                {peak_gib:6.2f} GiB (bar 6)")
    print(
        f"copying the rolls alone    {copying:6.2f} s: the roll takes {whole / copying:.1f} times"
    )


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    main(size, sys.argv[2] if len(sys.argv) > 2 else "kg")
