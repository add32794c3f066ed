"""Where units stand: blocks, facts of single units, names, packages. Statements name the bucket.

Everything is set-based: a document reads and writes the blocks of one bucket by one statement each.
Blocks are locked when they are read for a change, in the order of their keys, and written only
over the version that was read; the number of rows that changed is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from psycopg.errors import UniqueViolation

from kazyna.core.errors import Conflict
from kazyna.marking.code_blocks import (
    BLOCK_SHIFT,
    Blocks,
    block_keys,
    joined_blocks,
    read_blocks,
    write_blocks,
)
from kazyna.marking.serials import INDEX_BITS
from kazyna.marking.units import Longs, Units, distinct, name_bucket, spread, units_of
from kazyna.store.shards import Work

WANTED = """
    SELECT batch, block, version, statuses, slots, palette
    FROM unnest(%(batches)s::bigint[], %(blocks)s::integer[]) AS wanted (batch, block)
    JOIN code_blocks USING (batch, block)
    WHERE bucket = %(bucket)s
    """
READ_BLOCKS = WANTED + "ORDER BY batch, block"
LOCK_BLOCKS = READ_BLOCKS + " FOR UPDATE OF code_blocks"

CHILD = np.dtype([("batch", "<i8"), ("first", "<i4"), ("last", "<i4")])
"""A range of units in a package, as it is stored."""


@dataclass(frozen=True)
class Sales:
    """First or repeated sales of units, by one seller."""

    units: Units
    prices: Longs
    """In minor units; negative where none is said."""
    seller: int
    documents: Sequence[str]
    """The ids of the documents that report them."""
    sold_at: Sequence[datetime]
    """When, by each of the documents."""
    reported_by: Longs
    """Which of the documents reports each, from 0."""


def lock_blocks(work: Work, units: Units) -> Blocks:
    """Return the blocks of some units, which nobody else changes until the commit."""
    return _blocks(work, block_keys(units), LOCK_BLOCKS)


def find_blocks(work: Work, units: Units) -> Blocks:
    """Return the blocks of some units."""
    return _blocks(work, block_keys(units), READ_BLOCKS)


def insert_blocks(work: Work, blocks: Blocks, *, party: int | None) -> None:
    """Write the blocks of new batches."""
    columns = _columns(blocks, party)
    for bucket, tx, rows in work.by_bucket(blocks.batches):
        tx.connection.execute(
            """
            INSERT INTO code_blocks (bucket, batch, block, statuses, slots, palette, parties)
            SELECT %(bucket)s, batch, block, statuses, slots, palette, parties::integer[]
            FROM unnest(%(batches)b::bigint[], %(blocks)b::integer[], %(statuses)b::bytea[],
                        %(slots)b::bytea[], %(palettes)b::bytea[], %(parties)b::text[])
                AS made (batch, block, statuses, slots, palette, parties)
            """,
            {"bucket": bucket} | _chosen(columns, rows),
        )


def update_blocks(work: Work, blocks: Blocks, *, party: int | None) -> None:
    """Write blocks over the versions that were read.

    Parameters
    ----------
    work
        The unit of work.
    blocks
        As they are after the change.
    party
        Who writes: a row must be seen to be written.

    Raises
    ------
    Conflict
        When a block is not as it was read; it is locked, so this is a defect of the caller.
    """
    columns = _columns(blocks, party)
    for bucket, tx, rows in work.by_bucket(blocks.batches):
        done = tx.connection.execute(
            """
            UPDATE code_blocks SET version = code_blocks.version + 1, statuses = made.statuses,
                slots = made.slots, palette = made.palette, parties = made.parties::integer[]
            FROM unnest(%(batches)b::bigint[], %(blocks)b::integer[], %(versions)b::integer[],
                        %(statuses)b::bytea[], %(slots)b::bytea[], %(palettes)b::bytea[],
                        %(parties)b::text[])
                AS made (batch, block, version, statuses, slots, palette, parties)
            WHERE bucket = %(bucket)s AND code_blocks.batch = made.batch
              AND code_blocks.block = made.block AND code_blocks.version = made.version
            """,
            {"bucket": bucket} | _chosen(columns, rows),
        )
        if done.rowcount != len(rows):
            raise Conflict("Units were changed by somebody else at the same time; send again.")


def children_of(work: Work, packages: Units) -> tuple[Units, Longs]:
    """Return what was put into packages, and the package of each, as one number.

    What was taken out since is among it: only the unit itself says where it is.
    """
    found: list[tuple[int, int, bytes]] = []
    for bucket, tx, rows in work.by_bucket(packages.batches):
        with tx.connection.cursor(binary=True) as cursor:
            cursor.execute(
                """
                SELECT batch, index, children
                FROM unnest(%b::bigint[], %b::integer[]) AS wanted (batch, index)
                JOIN containers USING (batch, index) WHERE bucket = %s
                """,
                (packages.batches[rows], packages.indices[rows], bucket),
            )
            found += cursor.fetchall()
    sizes = np.array([len(children) // CHILD.itemsize for *_, children in found], dtype=np.int64)
    ranges = np.frombuffer(b"".join(children for *_, children in found), dtype=CHILD)
    parents = Units(
        np.array([batch for batch, *_ in found], dtype=np.int64),
        np.array([index for _, index, _ in found], dtype=np.int32),
    ).keys.repeat(sizes)
    counts = ranges["last"].astype(np.int64) - ranges["first"] + 1
    units = Units(ranges["batch"].repeat(counts), spread(ranges["first"], counts))
    return units, parents.repeat(counts)


def add_children(
    work: Work, packages: Units, names: Sequence[str], children: Sequence[bytes]
) -> None:
    """Put ranges of units into packages, beside what is in them."""
    for bucket, tx, rows in work.by_bucket(packages.batches):
        tx.connection.execute(
            """
            INSERT INTO containers (bucket, batch, index, name, children)
            SELECT %s, batch, index, name, children
            FROM unnest(%b::bigint[], %b::integer[], %b::text[], %b::bytea[])
                AS made (batch, index, name, children)
            ON CONFLICT (bucket, batch, index)
                DO UPDATE SET children = containers.children || excluded.children
            """,
            (
                bucket,
                packages.batches[rows],
                packages.indices[rows],
                [names[row] for row in rows.tolist()],
                [children[row] for row in rows.tolist()],
            ),
        )


def clear_children(work: Work, packages: Units) -> None:
    """Forget what was in packages that are taken apart."""
    for bucket, tx, rows in work.by_bucket(packages.batches):
        tx.connection.execute(
            """
            UPDATE containers SET children = ''
            FROM unnest(%b::bigint[], %b::integer[]) AS wanted (batch, index)
            WHERE bucket = %s AND containers.batch = wanted.batch
              AND containers.index = wanted.index
            """,
            (packages.batches[rows], packages.indices[rows], bucket),
        )


def find_names(work: Work, names: Sequence[str]) -> dict[str, int]:
    """Look names up in the directory; return the addresses of those that are known."""
    known: dict[str, int] = {}
    for bucket, group in _named_by_bucket(names).items():
        work.reach([bucket])
        rows = work.on(bucket).connection.execute(
            """
            SELECT name, batch, index FROM unnest(%s::text[]) AS name JOIN unit_names USING (name)
            WHERE bucket = %s
            """,
            (group, bucket),
        )
        for name, batch, index in rows:
            known[name] = _key(batch, index)
    return known


def insert_names(work: Work, names: Sequence[str], units: Units) -> None:
    """Enter names into the directory.

    Raises
    ------
    Conflict
        When one was entered at the same time.
    """
    addresses = dict(zip(names, units.keys.tolist(), strict=True))
    for bucket, group in _named_by_bucket(names).items():
        work.reach([bucket])
        entered = units_of(np.array([addresses[name] for name in group], dtype=np.int64))
        done = work.on(bucket).connection.execute(
            """
            INSERT INTO unit_names (bucket, name, batch, index)
            SELECT %s, name, batch, index
            FROM unnest(%s::text[], %b::bigint[], %b::integer[]) AS made (name, batch, index)
            ON CONFLICT DO NOTHING
            """,
            (bucket, group, entered.batches, entered.indices),
        )
        if done.rowcount != len(group):
            raise Conflict("Codes were registered by somebody else at the same time; send again.")


def package_names(work: Work, packages: Units) -> dict[int, str]:
    """Return the names of packages by their addresses."""
    known: dict[int, str] = {}
    for bucket, tx, rows in work.by_bucket(packages.batches):
        found = tx.connection.execute(
            """
            SELECT batch, index, name
            FROM unnest(%b::bigint[], %b::integer[]) AS wanted (batch, index)
            JOIN containers USING (batch, index) WHERE bucket = %s
            """,
            (packages.batches[rows], packages.indices[rows], bucket),
        )
        known |= {_key(batch, index): name for batch, index, name in found}
    return known


def insert_first_sales(work: Work, sales: Sales) -> None:
    """Record the first sales of units: the key lets each be sold for the first time once.

    Raises
    ------
    Conflict
        When one of them was sold before.
    """
    for bucket, tx, rows in work.by_bucket(sales.units.batches):
        # Without ON CONFLICT, which takes twice as long: who was first is decided all the same.
        try:
            tx.connection.execute(
                """
                INSERT INTO code_facts (bucket, batch, index, first_sold_at, first_seller,
                                        first_document, price, last_sold_at, sales)
                SELECT %(bucket)s, batch, index, sold_at, %(seller)s,
                       (%(documents)s::text[])[document], CASE WHEN price >= 0 THEN price END,
                       sold_at, 1
                FROM unnest(%(batches)b::bigint[], %(indices)b::integer[], %(prices)b::bigint[],
                            %(reported_by)b::bigint[]) AS sold (batch, index, price, document),
                     LATERAL (SELECT (%(sold_at)s::timestamptz[])[document] AS sold_at) AS told
                """,
                _sold(bucket, sales, rows),
            )
        except UniqueViolation as error:
            raise Conflict("A unit was sold for the first time before.") from error


def update_sales(work: Work, sales: Sales) -> None:
    """Record sales of units that had been sold before and came back."""
    for bucket, tx, rows in work.by_bucket(sales.units.batches):
        done = tx.connection.execute(
            """
            UPDATE code_facts SET last_sold_at = (%(sold_at)s::timestamptz[])[document],
                sales = sales + 1
            FROM unnest(%(batches)b::bigint[], %(indices)b::integer[], %(reported_by)b::bigint[])
                AS sold (batch, index, document)
            WHERE bucket = %(bucket)s AND code_facts.batch = sold.batch
              AND code_facts.index = sold.index
            """,
            _sold(bucket, sales, rows),
        )
        if done.rowcount != len(rows):
            raise Conflict("A unit that came back had not been sold.")


def sold_before(work: Work, units: Units) -> NDArray[np.bool_]:
    """Tell which units were sold before."""
    facts = find_facts(work, units)
    known = Units(facts["batch"].to_numpy(), facts["index"].to_numpy())
    return np.isin(units.keys, known.keys)


FACTS = pa.schema(
    [
        ("batch", pa.int64()),
        ("index", pa.int32()),
        ("first_sold_at", pa.timestamp("us", "UTC")),
        ("first_seller", pa.int32()),
        ("first_document", pa.string()),
        ("price", pa.int64()),
        ("last_sold_at", pa.timestamp("us", "UTC")),
        ("sales", pa.int32()),
    ]
)
"""What is known of single units."""


def find_facts(work: Work, units: Units) -> pa.Table:
    """Return what is known of single units; those of which nothing is known have no row."""
    rows: list[tuple[Any, ...]] = []
    for bucket, tx, which in work.by_bucket(units.batches):
        with tx.connection.cursor(binary=True) as cursor:
            cursor.execute(
                """
                SELECT batch, index, first_sold_at, first_seller, first_document, price,
                       last_sold_at, sales
                FROM unnest(%b::bigint[], %b::integer[]) AS wanted (batch, index)
                JOIN code_facts USING (batch, index) WHERE bucket = %s
                """,
                (units.batches[which], units.indices[which], bucket),
            )
            rows += cursor.fetchall()
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(FACTS)
    typed = [pa.array(values, field.type) for values, field in zip(columns, FACTS, strict=True)]
    return pa.table(typed, schema=FACTS)


def insert_replacements(work: Work, old: Units, new: Units) -> None:
    """Record which codes stand in the place of others."""
    for bucket, tx, rows in work.by_bucket(old.batches):
        tx.connection.execute(
            """
            INSERT INTO code_replacements (bucket, batch, index, new_batch, new_index)
            SELECT %s, * FROM unnest(%b::bigint[], %b::integer[], %b::bigint[], %b::integer[])
            """,
            (
                bucket,
                old.batches[rows],
                old.indices[rows],
                new.batches[rows],
                new.indices[rows],
            ),
        )


def _blocks(work: Work, keys: Longs, query: Any) -> Blocks:
    wanted = distinct(keys)
    batches = wanted >> BLOCK_SHIFT
    parts = []
    for bucket, tx, rows in work.by_bucket(batches):
        with tx.connection.cursor(binary=True) as cursor:
            cursor.execute(
                query,
                {
                    "bucket": bucket,
                    "batches": batches[rows],
                    "blocks": wanted[rows] & ((1 << BLOCK_SHIFT) - 1),
                },
            )
            parts.append(_read(cursor.fetchall()))
    return joined_blocks([part for part in parts if len(part)] or [_read([])])


def _read(rows: list[tuple[int, int, int, bytes, bytes, bytes]]) -> Blocks:
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
    batches, blocks, versions, statuses, slots, palettes = columns or [[]] * 6
    return read_blocks(
        (
            np.array(batches, dtype=np.int64),
            np.array(blocks, dtype=np.int32),
            np.array(versions, dtype=np.int32),
        ),
        statuses,
        slots,
        palettes,
    )


def _columns(blocks: Blocks, party: int | None) -> dict[str, list[Any]]:
    """Write blocks as the columns of a statement."""
    stored = write_blocks(blocks, party)
    return {
        "batches": blocks.batches.tolist(),
        "blocks": blocks.numbers.tolist(),
        "versions": blocks.versions.tolist(),
        "statuses": stored.statuses,
        "slots": stored.slots,
        "palettes": stored.palettes,
        "parties": stored.parties,
    }


def _chosen(columns: dict[str, list[Any]], rows: NDArray[np.intp]) -> dict[str, list[Any]]:
    """Take the rows of one bucket."""
    chosen = rows.tolist()
    return {
        name: values if len(chosen) == len(values) else [values[row] for row in chosen]
        for name, values in columns.items()
    }


def _sold(bucket: int, sales: Sales, rows: NDArray[np.intp]) -> dict[str, Any]:
    return {
        "bucket": bucket,
        "batches": sales.units.batches[rows],
        "indices": sales.units.indices[rows],
        "prices": sales.prices[rows],
        "seller": sales.seller,
        "documents": list(sales.documents),
        "sold_at": list(sales.sold_at),
        "reported_by": sales.reported_by[rows] + 1,
    }


def _named_by_bucket(names: Sequence[str]) -> dict[int, list[str]]:
    """Group names by their bucket, in the order in which buckets are locked."""
    groups: dict[int, list[str]] = {}
    for name in names:
        groups.setdefault(name_bucket(name), []).append(name)
    return dict(sorted(groups.items()))


def _key(batch: int, index: int) -> int:
    return (batch << INDEX_BITS) | index
