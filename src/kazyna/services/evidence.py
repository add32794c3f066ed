"""Market evidence from files: its columns guessed, mapped, and looked at before modelling."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kazyna.core.progress import Progress, silent
from kazyna.core.text import Language
from kazyna.documents.profile import profile_page
from kazyna.store import files
from kazyna.valuation.column_guess import guess_table_map
from kazyna.valuation.column_map import read_table_map
from kazyna.valuation.column_map_text import table_map_toml
from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.mapping import MappedTable, MappingReport, apply_table_map
from kazyna.valuation.profile import ColumnProfile, Profile, profile
from kazyna.valuation.table_map import TableMap

__all__ = [
    "ColumnProfile",
    "GuessedMap",
    "MappedTable",
    "MappingReport",
    "Profile",
    "ProfiledTable",
    "guess_columns",
    "profile_table",
    "read_evidence",
    "read_map",
    "read_properties",
]

Source = Path | str
"""A file, or as text the address of a table: `postgresql://user@host/db?table=schema.name`."""


@dataclass(frozen=True)
class ProfiledTable:
    """What a table holds, and how it was read if a map was applied."""

    profile: Profile
    reading: MappingReport | None
    file: str | None = None
    """Where the page was written."""


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


def guess_columns(source: Source, *, out: Path | None = None) -> GuessedMap:
    """Guess a file's table map and write it as TOML, each guess with its reason.

    Raises
    ------
    InputError
        When the file cannot be read, or there is already a file where the map is to be written:
        a map that a person has corrected is not overwritten.
    """
    table = files.read_table(source)
    guessed = guess_table_map(table)
    text = table_map_toml(guessed)
    if out is not None:
        files.write_new_text(text, out)
    missing = tuple(part for part in ("price", "date") if getattr(guessed, part) is None)
    return GuessedMap(
        files.name_of(source), table.num_rows, text, missing, str(out) if out else None
    )


def read_map(path: Path) -> TableMap:
    """Read a table map from a file."""
    return read_table_map(files.read_text(path), source=str(path))


def read_evidence(
    source: Source, map_path: Path | None = None, *, today: date | None = None
) -> MappedTable:
    """Read sales or offers from a file and make them a clean table.

    Parameters
    ----------
    source
        The raw table: a file, or the address of a table in PostgreSQL.
    map_path
        Its table map; without one the map is guessed, and the report says so.
    today
        Sales after this day are left out.

    Raises
    ------
    InputError
        With every mistake of the file or of the map.
    """
    table = files.read_table(source)
    table_map = read_map(map_path) if map_path is not None else guess_table_map(table)
    return apply_table_map(table, table_map, source=files.name_of(source), today=today)


def read_properties(source: Source, table_map: TableMap) -> MappedTable:
    """Read the properties that are to be valued by the map that was learnt from the sales."""
    table = files.read_table(source)
    return apply_table_map(table, table_map, source=files.name_of(source), wanted="properties")


def profile_table(
    source: Source,
    map_path: Path | None = None,
    *,
    today: date,
    html: Path | None = None,
    language: Language = "en",
    progress: Progress = silent,
) -> ProfiledTable:
    """Describe every column of a file before anything is modelled on it.

    Parameters
    ----------
    source
        The raw table: a file, or the address of a table in PostgreSQL.
    map_path
        A table map; the clean table is then described, and how it was read. Without one the raw
        table is, its parts recognised by name.
    today
        Days after this one are mistakes.
    html
        Where a page for people is written.
    """
    reading: MappingReport | None = None
    table = files.read_table(source)
    if map_path is not None:
        mapped = apply_table_map(
            table, read_map(map_path), source=files.name_of(source), today=today
        )
        table, columns, reading = mapped.table, mapped.columns, mapped.report
    else:
        columns = _parts_by_name(guess_table_map(table))
    found = profile(
        table, source=files.name_of(source), today=today, columns=columns, progress=progress
    )
    if html is not None:
        files.write_text(profile_page(found, reading, language=language), html)
    return ProfiledTable(found, reading, str(html) if html else None)


def _parts_by_name(guessed: TableMap) -> ColumnMap:
    """Return the columns that seem to play a part; the profile passes over those left empty."""
    names = {role: reading.column for role, reading in guessed.roles().items()}
    return ColumnMap(
        id=names.get("id", ""),
        price=names.get("price", ""),
        date=names.get("date", ""),
        lon=names.get("lon"),
        lat=names.get("lat"),
    )
