"""Market evidence from files: its columns guessed, mapped, and looked at before modelling."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kazyna.store import files
from kazyna.valuation.column_guess import guess_table_map
from kazyna.valuation.column_map import read_table_map
from kazyna.valuation.column_map_text import table_map_toml
from kazyna.valuation.mapping import MappedTable, MappingReport, apply_table_map
from kazyna.valuation.table_map import TableMap

__all__ = [
    "GuessedMap",
    "MappedTable",
    "MappingReport",
    "guess_columns",
    "read_evidence",
    "read_map",
    "read_properties",
]


@dataclass(frozen=True)
class GuessedMap:
    """A table map guessed from a file, to be corrected by a person."""

    table: str
    rows: int
    toml: str
    missing: tuple[str, ...]
    """Parts that a map of sales needs and no column plays."""
    file: str | None = None
    """Where the map was written."""


def guess_columns(path: Path, *, out: Path | None = None) -> GuessedMap:
    """Guess a file's table map and write it as TOML, each guess with its reason.

    Raises
    ------
    InputError
        When the file cannot be read, or there is already a file where the map is to be written:
        a map that a person has corrected is not overwritten.
    """
    table = files.read_table(path)
    guessed = guess_table_map(table)
    text = table_map_toml(guessed)
    if out is not None:
        files.write_new_text(text, out)
    missing = tuple(part for part in ("price", "date") if getattr(guessed, part) is None)
    return GuessedMap(str(path), table.num_rows, text, missing, str(out) if out else None)


def read_map(path: Path) -> TableMap:
    """Read a table map from a file."""
    return read_table_map(files.read_text(path), source=str(path))


def read_evidence(
    path: Path, map_path: Path | None = None, *, today: date | None = None
) -> MappedTable:
    """Read sales or offers from a file and make them a clean table.

    Parameters
    ----------
    path
        The raw table.
    map_path
        Its table map; without one the map is guessed, and the report says so.
    today
        Sales after this day are left out.

    Raises
    ------
    InputError
        With every mistake of the file or of the map.
    """
    table = files.read_table(path)
    table_map = read_map(map_path) if map_path is not None else guess_table_map(table)
    return apply_table_map(table, table_map, source=str(path), today=today)


def read_properties(path: Path, table_map: TableMap) -> MappedTable:
    """Read the properties that are to be valued by the map that was learnt from the sales."""
    table = files.read_table(path)
    return apply_table_map(table, table_map, source=str(path), wanted="properties")
