"""The roll of one tax beside OpenFisca, from the same Parquet file, every step kept by both.

    KAZYNA_OPENFISCA=PYTHON python benchmarks/tax_openfisca.py [OBJECTS]

PYTHON is one that has openfisca-core and pyarrow, in an environment of its own. The tax is that on
agricultural land: values by district and kind, reliefs by category, rank and council, months. Both
read and write Parquet. The bar is twice as fast as OpenFisca; its 32-bit floats get some bills
wrong by a tyiyn or more, and the share of these is printed.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kazyna.packs.invented.cadastre import batches
from kazyna.packs.pack import load_pack
from kazyna.services.studies import compute_roll
from kazyna.tax import RuleSet, Table
from kazyna.tax.table import Unanswered

TAX = "agricultural_land"
OBJECT_CLASS = "agricultural_land"
DAY = date(2026, 1, 1)
ROUNDS = 3
OPENFISCA = os.environ.get("KAZYNA_OPENFISCA")
PEER = Path(__file__).with_name("openfisca_peer.py")


def main(objects: int, python: str) -> None:
    rules = load_pack("kg").taxes[TAX].rules
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, law = folder / "inputs.parquet", folder / "law.json"
        exact, loose = folder / "exact.parquet", folder / "loose.parquet"
        plots = batches(load_pack("kg"), TAX, objects, seed=0, year=DAY.year)
        pq.write_table(pa.concat_tables(plots), source)
        law.write_text(json.dumps(spelled(rules)))
        ours, theirs, arithmetic = [], [], []
        for _ in range(ROUNDS):
            start = perf_counter()
            roll = compute_roll(source, pack="kg", tax=TAX, on=DAY, out=exact, id_column="id")
            ours.append(perf_counter() - start)
            command = [python, str(PEER), str(law), str(source), str(loose)]
            said = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            theirs.append(said["whole"])
            arithmetic.append(said["arithmetic"])
        wrong, drift = compared(exact, loose)
    print(f"{TAX}, {roll.bills:,} bills, {len(rules.rules)} steps, best of {ROUNDS}")
    print(f"ours       {min(ours):6.2f} s")
    print(f"OpenFisca  {min(theirs):6.2f} s, its arithmetic alone {min(arithmetic):.2f} s")
    print(f"OpenFisca takes {min(theirs) / min(ours):.1f} times as long (bar 2)")
    print(f"and gets {wrong:,} bills wrong ({100 * wrong / roll.bills:.1f} %), {drift:+,} in all")


def spelled(rules: RuleSet) -> dict[str, Any]:
    """Write the parameters of the day as OpenFisca reads them, a value for every word."""
    words = {column.name: column.allowed or () for column in rules.on(DAY).inputs}
    found: dict[str, Any] = {}
    for name, value in rules.on(DAY).held_on(DAY).items():
        if isinstance(value, Table):
            keys = [words.get(key.name, (OBJECT_CLASS,)) for key in value.keys]
            found[name] = nested(value, keys)
        elif isinstance(value, Decimal):
            found[name] = dated(value)
    return found


def nested(
    table: Table, keys: list[tuple[str, ...]], above: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Spell out a table, a level for each key that has several words."""
    if len(above) == len(keys):
        try:
            return dated(table.at(*above))
        except Unanswered:
            return dated(Decimal(0))  # no plot of the file asks for it: our roll would refuse it
    below = keys[len(above)]
    if len(below) == 1:
        return nested(table, keys, (*above, *below))
    return {word: nested(table, keys, (*above, word)) for word in below}


def dated(value: Decimal) -> dict[str, Any]:
    return {"values": {"2022-01-01": {"value": float(value)}}}


def compared(exact: Path, loose: Path) -> tuple[int, Decimal]:
    """Count the bills of floats that differ from the exact ones by a tyiyn or more."""
    with duckdb.connect() as computing:
        computing.read_parquet(str(exact)).create_view("exact")
        computing.read_parquet(str(loose)).create_view("loose")
        return computing.sql(
            """
            WITH differences AS (
                SELECT round(agricultural_land_tax::DOUBLE, 2)::DECIMAL(18, 2) - amount AS off
                FROM (SELECT id, agricultural_land_tax FROM loose)
                JOIN (SELECT id, amount FROM exact) USING (id)
            )
            SELECT count_if(off <> 0), sum(off) FROM differences
            """
        ).fetchall()[0]


if __name__ == "__main__":
    if OPENFISCA is None:
        print("OpenFisca is not installed: KAZYNA_OPENFISCA names no Python that has it")
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, OPENFISCA)
