"""Tables in files: CSV of any dialect, Parquet, GeoPackage and GeoJSON, to Arrow and back."""

import codecs
import csv
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pyogrio
import shapely

from kazyna.core.errors import Finding, InputError

ENCODINGS = ("utf-8-sig", "cp1251")
"""Tried in this order: a file in the Cyrillic code page is hardly ever valid UTF-8."""
SEPARATORS = ",;\t|"
SNIFFED_BYTES = 65_536
NUMBERS_AS_TEXT = r"^(0\d+|\d{19,})$"
"""Digits that are a name, not a quantity: zeros before them, or too many for a whole number."""


def read_table(path: Path) -> pa.Table:
    """Read a table of any known format.

    Parameters
    ----------
    path
        `.csv`, `.tsv` or `.txt` (any separator, decimal point or comma, UTF-8 or Windows-1251),
        `.parquet`, `.gpkg` or `.geojson`; points of the last two become columns lon and lat.

    Raises
    ------
    InputError
        When the file is missing, broken, empty or of an unknown kind; the row is named where the
        format has rows.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise InputError(Finding(str(path), f"unknown kind of file {path.suffix!r}", known))
    if not path.is_file():
        raise InputError(Finding(str(path), "the file does not exist", "a file that can be read"))
    try:
        return reader(path)
    except (
        pa.ArrowInvalid, OSError, UnicodeDecodeError, pyogrio.errors.DataSourceError,
    ) as error:  # fmt: skip
        reason = f"the file is broken: {str(error).splitlines()[0]}"
        raise InputError(Finding(str(path), reason, f"a whole {path.suffix} file")) from error


def write_table(table: pa.Table, path: Path) -> None:
    """Write Parquet or CSV by the file's ending; the file appears whole or not at all."""
    writers: dict[str, Callable[[pa.Table, str], None]] = {
        ".parquet": pq.write_table,
        ".csv": arrow_csv.write_csv,
    }
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise InputError(
            Finding(str(path), f"unknown kind of file {path.suffix!r}", " or ".join(writers))
        )
    _write_whole(path, lambda unfinished: writer(table, unfinished))


def write_new_text(text: str, path: Path) -> None:
    """Write a text where no file is yet; a file that is there is never overwritten."""
    if path.exists():
        raise InputError(Finding(str(path), "the file is already there", "the name of a new file"))
    write_text(text, path)


def write_text(text: str, path: Path) -> None:
    """Write a text in UTF-8; the file appears whole or not at all."""
    _write_whole(path, lambda unfinished: Path(unfinished).write_text(text, encoding="utf-8"))


def read_text(path: Path) -> str:
    """Read a text in UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        finding = Finding(str(path), "the file does not exist", "a file that can be read")
        raise InputError(finding) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = f"the file cannot be read: {str(error).splitlines()[0]}"
        raise InputError(Finding(str(path), reason, "a text in UTF-8")) from error


def _write_whole(path: Path, write: Callable[[str], object]) -> None:
    """Write beside the file and put it in place at the end."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
        os.close(handle)
        try:
            write(unfinished)
            Path(unfinished).chmod(0o644)
            Path(unfinished).replace(path)
        finally:
            Path(unfinished).unlink(missing_ok=True)
    except OSError as error:
        reason = f"the file cannot be written: {error.strerror or error}"
        raise InputError(Finding(str(path), reason, "a folder that can be written to")) from error


def _read_csv(path: Path) -> pa.Table:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        sample = file.read(SNIFFED_BYTES)
    if not sample.strip():
        raise InputError(Finding(str(path), "the file is empty", "a header and at least one row"))
    separator = _separator(sample.splitlines()[0])
    faulty: list[Finding] = []

    def collect(row: arrow_csv.InvalidRow) -> str:
        reason = f"the row has {row.actual_columns} fields: {row.text[:80]!r}"
        expected = f"{row.expected_columns} fields separated by {separator!r}"
        # Arrow counts lines with the header as the first.
        faulty.append(Finding(str(path), reason, expected, row=row.number and row.number - 1))
        return "skip"

    read_options = arrow_csv.ReadOptions(
        encoding="utf8" if encoding == "utf-8-sig" else encoding, use_threads=False
    )
    parse_options = arrow_csv.ParseOptions(
        delimiter=separator, newlines_in_values=True, invalid_row_handler=collect
    )

    def read(types: dict[str, pa.DataType]) -> pa.Table:
        options = arrow_csv.ConvertOptions(
            strings_can_be_null=True, column_types=types, include_columns=list(types)
        )
        return arrow_csv.read_csv(path, read_options, parse_options, options)

    table = read({})
    faulty += _repeated_columns(path, table.column_names)
    if faulty:
        raise InputError(faulty)
    numbers = [f.name for f in table.schema if pa.types.is_integer(f.type) or f.type == "double"]
    written = read(dict.fromkeys(numbers, pa.string())) if numbers else table
    table = _with_decimal_points(table) if separator != "," else table
    return _with_names_as_text(table, written.select(numbers))


def _repeated_columns(path: Path, names: list[str]) -> list[Finding]:
    return [
        Finding(str(path), f"the column stands {count} times", "names that differ", column=name)
        for name, count in Counter(names).items()
        if count > 1
    ]


def _with_names_as_text(table: pa.Table, written: pa.Table) -> pa.Table:
    """Keep what was written where digits are a name, such as the cadastral number 0012."""
    for name in written.column_names:
        if pc.any(pc.match_substring_regex(written[name], NUMBERS_AS_TEXT)).as_py():
            table = table.set_column(table.column_names.index(name), name, written[name])
    return table


def _encoding(path: Path) -> str:
    """Read the whole file, for its only letter may be the last."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(SNIFFED_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return ENCODINGS[1]
    return ENCODINGS[0]


def _separator(header: str) -> str:
    """Find the separator that splits the header into most fields."""
    counts = {mark: len(next(csv.reader([header], delimiter=mark))) for mark in SEPARATORS}
    return max(counts, key=lambda mark: counts[mark])


def _with_decimal_points(table: pa.Table) -> pa.Table:
    """Read text such as `12,5` as a number where a whole column is written so."""
    for index, field in enumerate(table.schema):
        if not pa.types.is_string(field.type):
            continue
        given = table[index].drop_null()
        if len(given) and pc.all(pc.match_substring_regex(given, r"^-?\d+(,\d+)?$")).as_py():
            pointed = pc.replace_substring(table[index], ",", ".")
            table = table.set_column(index, field.name, pc.cast(pointed, pa.float64()))
    return table


def _read_parquet(path: Path) -> pa.Table:
    return pq.read_table(path)


def _read_features(path: Path) -> pa.Table:
    """Read a layer of features in WGS 84; only points have one longitude and latitude."""
    meta, table = pyogrio.read_arrow(path)
    geometry = meta["geometry_name"] or "wkb_geometry"
    if geometry not in table.column_names:
        return table
    points = shapely.from_wkb(table[geometry].to_numpy(zero_copy_only=False))
    if not (shapely.get_type_id(points[points != None]) == 0).all():  # noqa: E711
        raise InputError(
            Finding(str(path), "the layer holds other shapes than points", "a layer of points")
        )
    if meta["crs"] not in (None, "EPSG:4326", "OGC:CRS84"):
        raise InputError(
            Finding(str(path), f"the coordinates are in {meta['crs']}", "WGS 84 (EPSG:4326)")
        )
    table = table.drop_columns([geometry])
    for name, values in (("lon", shapely.get_x(points)), ("lat", shapely.get_y(points))):
        if name not in table.column_names:
            table = table.append_column(name, pa.array(values, from_pandas=True))
    return table


READERS: dict[str, Callable[[Path], pa.Table]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".txt": _read_csv,
    ".parquet": _read_parquet,
    ".gpkg": _read_features,
    ".geojson": _read_features,
}
