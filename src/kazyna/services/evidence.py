"""Market evidence from files: its columns guessed, mapped, and looked at before modelling."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.core.text import Language
from kazyna.documents.profile import profile_page
from kazyna.store import files, rasters
from kazyna.valuation.columns import ColumnMap
from kazyna.valuation.evidence.column_guess import guess_table_map
from kazyna.valuation.evidence.column_map import read_table_map
from kazyna.valuation.evidence.column_map_text import table_map_toml
from kazyna.valuation.evidence.mapping import MappedTable, MappingReport, Wanted, apply_table_map
from kazyna.valuation.evidence.places import (
    Grid,
    Layer,
    area_of,
    distance_features,
    measured_at,
    read_off,
)
from kazyna.valuation.evidence.profile import ColumnProfile, Profile, profile
from kazyna.valuation.evidence.table_map import Areas, Measured, TableMap

__all__ = [
    "ColumnProfile",
    "GuessedMap",
    "MappedTable",
    "MappingReport",
    "Profile",
    "ProfiledTable",
    "guess_columns",
    "made_clean",
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
    guessed = guess_table_map(table, source=files.name_of(source))
    text = table_map_toml(guessed)
    if out is not None:
        files.write_new_text(text, out)
    missing = tuple(part for part in ("price", "date") if getattr(guessed, part) is None)
    return GuessedMap(
        files.name_of(source), table.num_rows, text, missing, str(out) if out else None
    )


def read_map(path: Path) -> TableMap:
    """Read a table map from a file; files that it names are sought from its folder."""
    found = read_table_map(files.read_text(path), source=str(path))
    near = tuple(
        (name, replace(layer, file=str(path.parent / layer.file))) for name, layer in found.near
    )
    measured = tuple(
        (name, replace(points, file=str(path.parent / points.file)))
        for name, points in found.measured
    )
    areas = found.areas
    if isinstance(areas, Areas):
        areas = replace(areas, file=str(path.parent / areas.file))
    return replace(found, near=near, measured=measured, areas=areas)


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
    table_map = (
        read_map(map_path)
        if map_path is not None
        else guess_table_map(table, source=files.name_of(source))
    )
    return made_clean(table, table_map, source=files.name_of(source), today=today)


def read_properties(source: Source, table_map: TableMap) -> MappedTable:
    """Read the properties that are to be valued by the map that was learnt from the sales."""
    table = files.read_table(source)
    return made_clean(table, table_map, source=files.name_of(source), wanted="properties")


def made_clean(
    table: pa.Table,
    table_map: TableMap,
    *,
    source: str,
    wanted: Wanted = "sales",
    today: date | None = None,
) -> MappedTable:
    """Make a raw table clean by its map, with what its places are near to."""
    clean = apply_table_map(table, table_map, source=source, wanted=wanted, today=today)
    return _with_places(clean, all_rows=wanted == "sales")


def profile_table(
    source: Source,
    columns: Path | Mapping[str, str] | None = None,
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
    columns
        A table map; the clean table is then described, and how it was read. Without one the raw
        table is, its parts recognised by name unless they are named here: price, date, id, lon,
        lat.
    today
        Days after this one are mistakes.
    html
        Where a page for people is written.
    """
    reading: MappingReport | None = None
    table = files.read_table(source)
    if table.num_rows == 0:
        raise InputError(
            Finding(files.name_of(source), "the table has no rows", "at least one row")
        )
    if isinstance(columns, Path):
        mapped = made_clean(table, read_map(columns), source=files.name_of(source), today=today)
        table, parts, reading = mapped.table, mapped.columns, mapped.report
    else:
        parts = _parts_by_name(table, columns or {}, files.name_of(source))
    found = profile(
        table, source=files.name_of(source), today=today, columns=parts, progress=progress
    )
    if html is not None:
        files.write_text(profile_page(found, reading, language=language), html)
    return ProfiledTable(found, reading, str(html) if html else None)


def _parts_by_name(table: pa.Table, named: Mapping[str, str], source: str) -> ColumnMap:
    """Return the columns that play a part, or seem to; the profile passes over those left empty."""
    absent = [name for name in named.values() if name not in table.column_names]
    if absent:
        has = ", ".join(table.column_names)
        raise InputError(
            Finding(source, f"there is no such column; the table has {has}",
                    "a column by that name", column=name)
            for name in absent
        )  # fmt: skip
    guessed = guess_table_map(table, source=source)
    names = {role: reading.column for role, reading in guessed.roles().items()} | dict(named)
    return ColumnMap(
        id=names.get("id", ""),
        price=names.get("price", ""),
        date=names.get("date", ""),
        lon=names.get("lon"),
        lat=names.get("lat"),
    )


def _with_places(mapped: MappedTable, *, all_rows: bool) -> MappedTable:
    """Add what the places of the rows are near to, and which area they lie in.

    Where these are all rows, and no part of many, a file of another region is refused.
    """
    table, table_map = mapped.table, mapped.table_map
    if not table_map.near and not table_map.measured and table_map.area_name() is None:
        return mapped
    source = mapped.report.source
    if mapped.columns.lon is None:
        reason = "near, measured and areas need places"
        raise InputError(Finding(source, reason, "lon and lat in the map"))
    lonlat = np.column_stack([np.asarray(table[axis], dtype=float) for axis in ("lon", "lat")])
    columns: dict[str, pa.Array] = {}
    for name, near in table_map.near:
        layer, _ = _layer(near.file, name)
        if near.radius_m is not None and layer.kind != "points":
            reason = f"near.{name}: radius_m counts points, the layer is of {layer.kind}"
            raise InputError(Finding(near.file, reason, "points, or no radius_m"))
        found = distance_features(lonlat, name, layer, radius_m=near.radius_m)
        columns |= {key: pa.array(values, from_pandas=True) for key, values in found.items()}
    for name, measured in table_map.measured:
        read = _measured(lonlat, name, measured)
        if all_rows and np.isnan(read).all() and not np.isnan(lonlat).all():
            reason = f"measured.{name}: it tells nothing at any of the places of {source}"
            raise InputError(Finding(measured.file, reason, "a file of the same region"))
        columns[name] = pa.array(read, from_pandas=True)
    if isinstance(table_map.areas, Areas):
        columns[table_map.areas.name] = _area_names(lonlat, table_map.areas)
    for name, values in columns.items():
        if name in table.column_names:
            reason = f"the clean table would have two columns {name!r}"
            raise InputError(Finding(source, reason, "another name in near or areas", column=name))
        table = table.append_column(name, values)
    return replace(mapped, table=table)


def _measured(
    lonlat: npt.NDArray[np.float64], name: str, measured: Measured
) -> npt.NDArray[np.float64]:
    """Read off at each place what was measured at the points or the grid of a file."""
    path = Path(measured.file)
    if path.suffix.lower() in (*rasters.DRIVERS, *rasters.OTHER_RASTERS):
        raster, places = rasters.read_raster(path, lonlat)
        return read_off(places, Grid(raster.west, raster.north, raster.step, raster.values))
    if measured.column is None:
        reason = f"measured.{name}: the column that was measured is not named"
        raise InputError(
            Finding(measured.file, reason, "column = one of the columns of the points")
        )
    points = files.read_table(measured.file)
    lacking = [each for each in ("lon", "lat", measured.column) if each not in points.column_names]
    if lacking:
        has = ", ".join(points.column_names)
        raise InputError(
            Finding(measured.file, f"measured.{name}: there is no such column; it has {has}",
                    "points with lon, lat and what was measured", column=each)
            for each in lacking
        )  # fmt: skip
    read = {}
    for each in ("lon", "lat", measured.column):
        try:
            read[each] = np.asarray(points[each].cast(pa.float64()), dtype=np.float64)
        except pa.ArrowInvalid as error:
            finding = Finding(measured.file, str(error), "a number", column=each)
            raise InputError(finding) from error
    places = np.column_stack([read["lon"], read["lat"]])
    return measured_at(lonlat, places, read[measured.column])


def _area_names(lonlat: npt.NDArray[np.float64], areas: Areas) -> pa.Array:
    """Return the name of the polygon that each place lies in; none outside all."""
    layer, about = _layer(areas.file, "areas")
    if layer.kind != "polygons":
        finding = Finding(areas.file, f"the layer is of {layer.kind}", "a layer of polygons")
        raise InputError(finding)
    if areas.name not in about.column_names:
        has = ", ".join(about.column_names)
        reason = f"the polygons have no {areas.name!r}; they have {has}"
        raise InputError(Finding(areas.file, reason, "areas.name = one of these"))
    names = about[areas.name].combine_chunks().cast(pa.string())
    found = area_of(lonlat, layer)
    return names.take(pa.array(found, mask=found < 0))


def _layer(file: str, name: str) -> tuple[Layer, pa.Table]:
    """Read a layer that a map names."""
    try:
        shapes = files.read_layer(Path(file))
    except InputError as error:
        raise InputError(
            replace(finding, reason=f"{name}: {finding.reason}") for finding in error.findings
        ) from error
    return Layer(shapes.kind, shapes.lonlat, shapes.part, shapes.feature), shapes.table
