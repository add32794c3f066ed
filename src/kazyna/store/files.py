"""Tables in files: CSV of any dialect, Parquet, GeoPackage and GeoJSON, to Arrow and back."""

import codecs
import csv
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pyogrio

from kazyna.core.errors import Finding, InputError
from kazyna.store.foreign_tables import is_address, read_foreign_table, without_password
from kazyna.store.shapes import Shapes, read_features, read_shapes

CYRILLIC_PAGES = ("cp1251", "koi8-r")
"""A file in one of these is hardly ever valid UTF-8; which of the two, its letters tell."""
FREQUENT_LETTERS = frozenset("оеаинтсрвл")
"""Two thirds of the letters of a Russian text; decoded by the wrong page, far fewer."""
LETTERS_MIN, LEAD_MIN = 20, 0.1
"""Fewer letters, or a smaller lead in frequent ones, do not speak against Windows-1251."""
BESIDE_WORDS = re.compile(rb"[\x00-\x7f]+")
WORDS_MAX = 5_000
SEPARATORS = ",;\t|"
SNIFFED_BYTES = 65_536
WORKBOOK = "the sheet saved as CSV: in Excel, File, Save As, CSV UTF-8 (comma delimited)"
OTHER_LAYER = "GeoPackage or GeoJSON: ogr2ogr layer.gpkg"
OTHER_KINDS = {
    ".xlsx": WORKBOOK, ".xls": WORKBOOK, ".xlsm": WORKBOOK, ".ods": WORKBOOK,
    ".shp": f"{OTHER_LAYER} layer.shp", ".kml": f"{OTHER_LAYER} layer.kml",
    ".tab": f"{OTHER_LAYER} layer.tab", ".gml": f"{OTHER_LAYER} layer.gml",
}  # fmt: skip
"""What to make of files that people have and that are not read."""
WRITERS = {".parquet": pq.ParquetWriter, ".csv": arrow_csv.CSVWriter}
NUMBERS_AS_TEXT = r"^(0\d+|\d{19,})$"
"""Digits that are a name, not a quantity: zeros before them, or too many for a whole number."""


def read_table(source: Path | str) -> pa.Table:
    """Read a table of any known format.

    Parameters
    ----------
    source
        A file `.csv`, `.tsv` or `.txt` (any separator, decimal point or comma; UTF-8, UTF-16,
        Windows-1251 or KOI8-R), `.parquet`, `.gpkg` or `.geojson` (points become columns lon and
        lat; polygons those of their centroids and their measures); or as text the address of a
        table in PostgreSQL, `postgresql://user@host/database?table=schema.name`.

    Raises
    ------
    InputError
        When the file is missing, broken, empty or of an unknown kind; the row is named where the
        format has rows.
    Unavailable
        When a database does not answer.
    """
    if isinstance(source, str) and is_address(source):
        return read_foreign_table(source)
    path = Path(source)
    kind = path.suffix.lower()
    reader = READERS.get(kind)
    if reader is None:
        known = OTHER_KINDS.get(kind, ", ".join(sorted(READERS)))
        raise InputError(Finding(str(path), f"unknown kind of file {path.suffix!r}", known))
    with _readable(path):
        return reader(path)


def read_content(content: bytes, suffix: str) -> pa.Table:
    """Read a table that was handed in, of a kind that its suffix names.

    Raises
    ------
    InputError
        As `read_table` does; the file is called by a passing name.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(content)
        return read_table(path)


def read_layer(path: Path) -> Shapes:
    """Read a layer of points, lines or polygons from GeoJSON or GeoPackage.

    Raises
    ------
    InputError
        When the file is missing, broken, of another kind, or mixes kinds of shapes.
    """
    if READERS.get(path.suffix.lower()) is not read_features:
        reason = f"{path.suffix!r} is no kind of layer"
        raise InputError(Finding(str(path), reason, ".geojson, .gpkg"))
    with _readable(path):
        return read_shapes(path)


def name_of(source: Path | str) -> str:
    """Return a source as it may be shown: an address without its password."""
    text = str(source)
    return without_password(text) if is_address(text) else text


def path_of(source: Path | str) -> Path | None:
    """Return the file of a source; None for the address of a table."""
    return None if isinstance(source, str) and is_address(source) else Path(source)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say which file it is that cannot be read."""
    if not path.is_file():
        raise InputError(Finding(str(path), "the file does not exist", "a file that can be read"))
    try:
        yield
    except (
        pa.ArrowInvalid, OSError, UnicodeError, pyogrio.errors.DataSourceError,
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
    write_whole(path, lambda unfinished: writer(table, unfinished))


def batches(path: Path, *, rows: int) -> Iterator[pa.Table]:
    """Read a Parquet file some rows at a time, however large it is."""
    with _readable(path), pq.ParquetFile(path) as file:
        if file.metadata.num_rows == 0:
            raise InputError(Finding(str(path), "the table has no rows", "at least one row"))
        for batch in file.iter_batches(rows):
            yield pa.Table.from_batches([batch])


def rows_of(path: Path) -> int:
    """Count the rows of a Parquet file without reading them."""
    with _readable(path):
        return int(pq.read_metadata(path).num_rows)


def require_unique(path: Path, column: str) -> None:
    """Refuse a Parquet file in which a value of a column stands twice, without reading it whole."""
    named = '"' + column.replace('"', '""') + '"'
    with _readable(path), duckdb.connect() as computing:
        if column not in pq.read_schema(path).names:
            return
        twice = computing.execute(
            f"""
            SELECT {named}::VARCHAR, count(*), max(file_row_number) + 1
            FROM read_parquet(?, file_row_number = true)
            GROUP BY 1 HAVING count(*) > 1 ORDER BY 3 LIMIT 1
            """,  # noqa: S608 (the name is quoted)
            [str(path)],
        ).fetchone()
    if twice is not None:
        reason = f"{twice[0]!r} stands {twice[1]} times in the table"
        raise InputError(
            Finding(str(path), reason, "every value once", row=twice[2], column=column)
        )


def write_tables(
    tables: Iterable[pa.Table], outputs: Mapping[Path, Callable[[pa.Table], pa.Table]]
) -> None:
    """Write tables one after another into files; all appear whole, or none.

    Parameters
    ----------
    tables
        Tables of one schema, at least one.
    outputs
        Each file, .parquet or .csv, and what is written to it of a table.
    """
    rest = iter(tables)
    first = next(rest)  # what fails at once leaves not even a folder

    def write(unfinished: Mapping[Path, str]) -> None:
        with ExitStack() as stack:
            writers: dict[Path, pq.ParquetWriter | arrow_csv.CSVWriter] = {}
            for table in chain([first], rest):
                for path, part in outputs.items():
                    chosen = part(table)
                    if path not in writers:
                        writer = WRITERS[path.suffix](unfinished[path], chosen.schema)
                        writers[path] = stack.enter_context(writer)
                    writers[path].write_table(chosen)

    _write_all(list(outputs), write)


def write_new_text(text: str, path: Path) -> None:
    """Write a text where no file is yet; a file that is there is never overwritten."""
    if path.exists():
        raise InputError(Finding(str(path), "the file is already there", "the name of a new file"))
    write_text(text, path)


def write_text(text: str, path: Path) -> None:
    """Write a text in UTF-8; the file appears whole or not at all."""
    write_whole(path, lambda unfinished: Path(unfinished).write_text(text, encoding="utf-8"))


def write_bytes(content: bytes, path: Path) -> None:
    """Write a document; the file appears whole or not at all."""
    write_whole(path, lambda unfinished: Path(unfinished).write_bytes(content))


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


def write_whole(path: Path, write: Callable[[str], object]) -> None:
    """Write a file through a function; it appears whole or not at all."""
    _write_all([path], lambda unfinished: write(unfinished[path]))


def _write_all(paths: list[Path], write: Callable[[Mapping[Path, str]], object]) -> None:
    """Write beside the files and put them in place at the end."""
    unfinished: dict[Path, str] = {}
    try:
        try:
            for path in paths:
                path.parent.mkdir(parents=True, exist_ok=True)
                handle, unfinished[path] = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
                os.close(handle)
            write(unfinished)
            for path, name in unfinished.items():
                Path(name).chmod(0o644)
                Path(name).replace(path)
        finally:
            for name in unfinished.values():
                Path(name).unlink(missing_ok=True)
    except OSError as error:
        reason = f"the file cannot be written: {error.strerror or error}"
        where = ", ".join(map(str, paths))
        raise InputError(Finding(where, reason, "a folder that can be written to")) from error


def _read_csv(path: Path) -> pa.Table:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        sample = file.read(SNIFFED_BYTES)
    if not sample.strip():
        raise InputError(Finding(str(path), "the file is empty", "a header and at least one row"))
    first = sample.splitlines()[0].strip()
    told = first.removeprefix("sep=") if len(first) == len("sep=;") else ""  # as Excel writes
    skipped = int(told in SEPARATORS and told != "")
    separator = told if skipped else _separator(first)
    faulty: list[Finding] = []

    def collect(row: arrow_csv.InvalidRow) -> str:
        reason = f"the row has {row.actual_columns} fields: {row.text[:80]!r}"
        expected = f"{row.expected_columns} fields separated by {separator!r}"
        # Arrow counts lines with the header as the first.
        faulty.append(
            Finding(str(path), reason, expected, row=row.number and row.number - 1 - skipped)
        )
        return "skip"

    read_options = arrow_csv.ReadOptions(
        encoding="utf8" if encoding == "utf-8-sig" else encoding,
        use_threads=False,
        skip_rows=skipped,
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
    words: set[bytes] = set()  # a word that a column repeats tells no more than once
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        utf8 = True
        while chunk := file.read(SNIFFED_BYTES):
            if len(words) < WORDS_MAX:
                words.update(BESIDE_WORDS.split(chunk))
            utf8 = utf8 and _decodes(decoder, chunk)
        if utf8 and _decodes(decoder, b"", final=True):
            return "utf-8-sig"
    return _cyrillic_page(b"".join(words))


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _cyrillic_page(letters: bytes) -> str:
    """Decide between the Cyrillic code pages by the letters that are frequent in Russian."""
    windows, koi8 = (
        sum(letter in FREQUENT_LETTERS for letter in letters.decode(page, "ignore").casefold())
        / max(len(letters), 1)
        for page in CYRILLIC_PAGES
    )
    told = len(letters) >= LETTERS_MIN and koi8 > windows + LEAD_MIN
    return CYRILLIC_PAGES[1 if told else 0]


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


READERS: dict[str, Callable[[Path], pa.Table]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".txt": _read_csv,
    ".parquet": _read_parquet,
    ".gpkg": read_features,
    ".geojson": read_features,
}
