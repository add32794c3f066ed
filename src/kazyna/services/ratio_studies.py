"""Ratio studies of files: statistics, equity in space and among likes, and a page of plots."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna import valuation
from kazyna.core.errors import Finding, InputError
from kazyna.core.text import Language
from kazyna.documents.ratio_study import (
    Figure,
    RatioStudyDocument,
    figures,
    ratio_study_page,
)
from kazyna.services.context import Context, Role
from kazyna.services.tables import naming, require_columns
from kazyna.store import files
from kazyna.valuation import RatioStudy
from kazyna.valuation.evidence.column_reading import Reading, parse_column
from kazyna.valuation.ratios.horizontal_equity import HorizontalEquity
from kazyna.valuation.ratios.ratio_outliers import ROWS_NAMED_MAX, Trim
from kazyna.valuation.ratios.ratio_picture import ratio_picture
from kazyna.valuation.ratios.ratio_standards import PROPERTY_KINDS, PropertyKind, Verdict, kind_of
from kazyna.valuation.ratios.sales_chasing import (
    ChasingTest,
    change_of_value,
    joined,
    mass_appraisal,
    split_sample,
    value_per_unit,
)

__all__ = [
    "RatioStudy",
    "StudyColumns",
    "StudyOptions",
    "Trim",
    "UploadedStudy",
    "Verdict",
    "property_kinds",
    "study_file",
    "study_upload",
]

Floats = npt.NDArray[np.float64]
COORDINATE_MAX = {"lon": 180.0, "lat": 90.0}
HANDING_IN: tuple[Role, ...] = ("valuer", "officer", "auditor")
UPLOAD_BYTES_MAX = 32 * 1024 * 1024
UPLOAD_SALES_MAX = 200_000
"""More take longer than a page should be waited for; the command line studies a million."""
UPLOAD_KINDS = (".csv", ".tsv", ".txt", ".parquet")


@dataclass(frozen=True)
class StudyColumns:
    """Which columns of a file mean what."""

    estimate: str
    price: str
    by: tuple[str, ...] = ()
    """The study is repeated for each label or tenth of each of these."""
    sold_on: str | None = None
    lon: str | None = None
    lat: str | None = None
    area: str | None = None
    """With it, values per unit of area are compared among like properties."""
    like: tuple[str, ...] = ()
    """What makes properties alike, beside their places: numbers near, words the same."""
    before: str | None = None
    """Value at the last valuation, of the sold and of the unsold."""
    independent: str | None = None
    """Estimate of an independent model, of the sold and of the unsold."""


@dataclass(frozen=True)
class StudyOptions:
    """How a file is studied."""

    kinds: tuple[str, ...] = ()
    """Kind of property, which decides the accepted dispersion; `GROUP=KIND` for one group of `by`.
    Residential where nothing is told."""
    trim: Trim = "none"
    as_of: date | None = None
    """Day on which the values were set: later sales could not be chased."""
    unsold: Path | str | None = None
    """Table of properties that were not sold, with the same names of columns."""
    seed: int = 0


def study_file(
    source: Path | str,
    *,
    columns: StudyColumns,
    options: StudyOptions | None = None,
    plots: Path | None = None,
    language: Language = "en",
) -> RatioStudy:
    """Study the ratios of a file's values to its prices by the IAAO's standards.

    Parameters
    ----------
    source
        The table: a file, or the address of a table in PostgreSQL.
    columns
        Estimates and prices at least; each further column adds its part to the study.
    options
        The defaults when not given.
    plots
        Where a page with tables and plots is written.
    language
        Of that page.

    Raises
    ------
    InputError
        When the file or the call cannot be read, or a ratio cannot be made of a row.
    """
    options = options or StudyOptions()
    _check_call(columns, options)
    table, name = files.read_table(source), files.name_of(source)
    study, evidence = _studied(table, name, columns, options)
    if options.unsold is not None:
        found = _against_unsold(evidence, columns, options.unsold)
        study = replace(study, sales_chasing=joined(study.sales_chasing, *found))
    if plots is not None:
        path = files.path_of(source)
        document = _document(study, evidence, path.name if path else name, language)
        files.write_text(ratio_study_page(document), plots)
    return study


@dataclass(frozen=True)
class UploadedStudy:
    """The study of a file that was handed in. Nothing of the file is kept."""

    document: RatioStudyDocument

    @property
    def study(self) -> RatioStudy:
        """Every statistic."""
        return self.document.study

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The plots."""
        return tuple(figures(self.document))

    def page(self) -> str:
        """Write the page that needs no other file, to be kept or sent on."""
        return ratio_study_page(self.document)


def property_kinds() -> tuple[PropertyKind, ...]:
    """List the kinds of property that the standard has ranges of dispersion for."""
    return tuple(PROPERTY_KINDS.values())


def study_upload(
    ctx: Context,
    content: bytes,
    *,
    file: str,
    columns: StudyColumns,
    options: StudyOptions | None = None,
) -> UploadedStudy:
    """Study the ratios of a file that somebody hands in, as `study_file` does.

    Parameters
    ----------
    content, file
        What is in the file and what it is called: `.csv`, `.tsv`, `.txt` or `.parquet`, of at most
        32 MB and 200,000 sales.
    columns, options
        As `study_file` takes them.

    Raises
    ------
    InputError
        When the file cannot be read or is too large, or a ratio cannot be made of a row.
    """
    ctx.require(*HANDING_IN)
    options = options or StudyOptions()
    _check_call(columns, options)
    kind = PurePosixPath(file).suffix.lower()
    if kind not in UPLOAD_KINDS:
        raise InputError(Finding(file, f"unknown kind of file {kind!r}", ", ".join(UPLOAD_KINDS)))
    if len(content) > UPLOAD_BYTES_MAX:
        expected = f"at most {UPLOAD_BYTES_MAX // 2**20} MB; the command line takes larger files"
        raise InputError(Finding(file, "the file is too large", expected))
    with naming(file, {}):
        table = files.read_content(content, kind)
    if table.num_rows > UPLOAD_SALES_MAX:
        expected = f"at most {UPLOAD_SALES_MAX:,}; the command line takes more"
        raise InputError(Finding(file, f"sales: {table.num_rows:,}", expected))
    study, evidence = _studied(table, file, columns, options)
    return UploadedStudy(_document(study, evidence, file, ctx.language))


def _studied(
    table: pa.Table, name: str, columns: StudyColumns, options: StudyOptions
) -> tuple[RatioStudy, "_Evidence"]:
    require_columns(table, _named_columns(columns), name)
    table, unread = _with_amounts(table, (columns.estimate, columns.price), name)
    with _beside(unread), naming(name, {"estimate": columns.estimate, "price": columns.price}):
        study = valuation.ratio_study(
            table[columns.estimate],
            table[columns.price],
            by={name: table[name] for name in columns.by} if columns.by else None,
            kind=_kinds(options.kinds),
            trim=options.trim,
            seed=options.seed,
        )
    evidence = _Evidence.of(table, columns, name)
    return _with_what_is_known(study, evidence, options), evidence


def _with_amounts(
    table: pa.Table, columns: tuple[str, ...], source: str
) -> tuple[pa.Table, list[Finding]]:
    """Read amounts that are written as text, such as `$ 48 500`; also name those that cannot be.

    What cannot be read is missing in the table.
    """
    findings: list[Finding] = []
    for name in dict.fromkeys(columns):
        values = table[name]
        if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
            continue
        parsed = parse_column(name, values, Reading(name, "money"), source=source).columns[0][1]
        unread = np.flatnonzero(pc.and_(values.is_valid(), parsed.is_null()).to_numpy())
        findings += [
            Finding(source, f"{values[row].as_py()!r} is no amount", "a number greater than zero",
                    row=row + 1, column=name)
            for row in unread[:ROWS_NAMED_MAX].tolist()
        ]  # fmt: skip
        table = table.set_column(table.column_names.index(name), name, parsed)
    return table, findings


@contextmanager
def _beside(unread: Sequence[Finding]) -> Iterator[None]:
    """Tell what cannot be read together with what the engine refuses, a cell only once."""
    try:
        yield
    except InputError as error:
        named = {(finding.row, finding.column) for finding in unread}
        others = [found for found in error.findings if (found.row, found.column) not in named]
        raise InputError([*unread, *others]) from error


def _document(
    study: RatioStudy, evidence: "_Evidence", source: str, language: Language
) -> RatioStudyDocument:
    picture = ratio_picture(evidence.estimate, evidence.price, lon=evidence.lon, lat=evidence.lat)
    return RatioStudyDocument(language=language, source=source, study=study, picture=picture)


def _check_call(columns: StudyColumns, options: StudyOptions) -> None:
    for kind in _kinds(options.kinds).values():
        kind_of(kind)
    if (columns.lon is None) != (columns.lat is None):
        missing = "lon" if columns.lon is None else "lat"
        expected = "both coordinates or none"
        raise InputError(Finding("call", f"{missing} is missing", expected, column=missing))
    if options.as_of is not None and columns.sold_on is None:
        expected = "the days of sale, to tell which sales are later"
        raise InputError(Finding("call", "the column of days is missing", expected, column="date"))
    compared = (columns.area, columns.before, columns.independent)
    if options.unsold is not None and not any(compared):
        expected = "an area, the value before or an independent estimate to compare by"
        raise InputError(Finding("call", "nothing compares the unsold", expected, column="unsold"))


def _kinds(told: tuple[str, ...]) -> dict[str, str]:
    """Read `KIND` and `GROUP=KIND` as kinds by the label of their group."""
    parts = (each.rpartition("=") for each in told)
    return {label: kind for label, _, kind in parts}


@dataclass(frozen=True)
class _Evidence:
    """The columns of a checked table as arrays."""

    estimate: Floats
    price: Floats
    sold_on: npt.NDArray[np.datetime64] | None
    lon: Floats | None
    lat: Floats | None
    area: Floats | None
    before: Floats | None
    independent: Floats | None
    numbers: tuple[Floats, ...]
    words: tuple[list[str], ...]

    @classmethod
    def of(cls, table: pa.Table, columns: StudyColumns, source: str) -> "_Evidence":
        def numbers(name: str | None) -> Floats | None:
            return None if name is None else _numbers(table[name], name, source)

        like = [table[name] for name in columns.like]
        named = zip(columns.like, like, strict=True)
        return cls(
            estimate=_numbers(table[columns.estimate], columns.estimate, source),
            price=_numbers(table[columns.price], columns.price, source),
            sold_on=None if columns.sold_on is None else _days(table, columns.sold_on, source),
            lon=_degrees(table, columns.lon, "lon", source),
            lat=_degrees(table, columns.lat, "lat", source),
            area=numbers(columns.area),
            before=numbers(columns.before),
            independent=numbers(columns.independent),
            numbers=tuple(
                _numbers(each, name, source) for name, each in named if not _is_words(each)
            ),
            words=tuple(
                [str(item) for item in each.to_pylist()] for each in like if _is_words(each)
            ),
        )


def _with_what_is_known(
    study: RatioStudy, evidence: _Evidence, options: StudyOptions
) -> RatioStudy:
    ratios = evidence.estimate / evidence.price
    horizontal = spatial = trend = None
    chasing = study.sales_chasing
    if evidence.lon is not None and evidence.lat is not None:
        spatial = valuation.spatial_autocorrelation(ratios, evidence.lon, evidence.lat)
    if evidence.area is not None:
        horizontal = _horizontal(evidence, evidence.area)
    if evidence.sold_on is not None:
        trend = valuation.ratio_trend(ratios, evidence.sold_on)
        if options.as_of is not None:
            later = evidence.sold_on > np.datetime64(options.as_of)
            earlier = evidence.sold_on <= np.datetime64(options.as_of)
            chasing = joined(chasing, split_sample(ratios[earlier], ratios[later]))
    return replace(
        study,
        horizontal_equity=horizontal,
        spatial_autocorrelation=spatial,
        trend=trend,
        sales_chasing=chasing,
    )


def _against_unsold(
    sold: _Evidence, columns: StudyColumns, unsold: Path | str
) -> tuple[ChasingTest | None, ...]:
    """Compare the values of sold properties with those of properties that nobody bought."""
    table, source = files.read_table(unsold), files.name_of(unsold)
    techniques = (
        (columns.area, sold.area, value_per_unit),
        (columns.before, sold.before, change_of_value),
        (columns.independent, sold.independent, mass_appraisal),
    )
    named = [name for name, _, _ in techniques if name is not None]
    require_columns(table, [columns.estimate, *named], source)
    value = _numbers(table[columns.estimate], columns.estimate, source)
    return tuple(
        test(_rates(sold.estimate, base), _rates(value, _numbers(table[name], name, source)))
        for name, base, test in techniques
        if name is not None and base is not None
    )


def _rates(value: Floats, base: Floats) -> Floats:
    """Divide where both are known and above nought."""
    known = (value > 0) & (base > 0)
    return value[known] / base[known]


def _horizontal(evidence: _Evidence, area: Floats) -> HorizontalEquity | None:
    known = np.flatnonzero(np.isfinite(area) & (area > 0))
    if known.size == 0:
        return None
    places = [each for each in (evidence.lon, evidence.lat) if each is not None]
    found = valuation.horizontal_equity(
        evidence.estimate[known] / area[known],
        characteristics=[each[known] for each in (*places, area, *evidence.numbers)],
        keys=[[each[row] for row in known] for each in evidence.words],
    )
    if found is None:
        return None
    worst = (
        replace(cluster, rows=tuple(int(known[row - 1]) + 1 for row in cluster.rows))
        for cluster in found.worst
    )
    return replace(found, worst=tuple(worst))


def _named_columns(columns: StudyColumns) -> list[str]:
    one = (
        columns.estimate,
        columns.price,
        columns.sold_on,
        columns.lon,
        columns.lat,
        columns.area,
        columns.before,
        columns.independent,
    )
    return [name for name in (*one, *columns.by, *columns.like) if name is not None]


def _is_words(values: pa.ChunkedArray) -> bool:
    kind = values.type
    return not (
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _numbers(values: pa.ChunkedArray, name: str, source: str) -> Floats:
    """Read numbers; a missing one is NaN."""
    cast = _cast(values, pa.float64(), "a number", name, source)
    return np.asarray(cast.to_numpy(), dtype=np.float64)


def _degrees(table: pa.Table, name: str | None, axis: str, source: str) -> Floats | None:
    if name is None:
        return None
    degrees = _numbers(table[name], name, source)
    limit = COORDINATE_MAX[axis]
    wrong = np.flatnonzero(np.abs(degrees) > limit)
    if wrong.size:
        row = int(wrong[0])
        expected = f"degrees from {-limit:g} to {limit:g}"
        raise InputError(Finding(source, f"{degrees[row]:g} is no place", expected, row + 1, name))
    return degrees


def _days(table: pa.Table, name: str, source: str) -> npt.NDArray[np.datetime64]:
    days = _cast(table[name], pa.date32(), "a date such as 2015-05-31", name, source)
    return np.asarray(days.to_numpy(), dtype="datetime64[D]")


def _cast(
    values: pa.ChunkedArray, kind: pa.DataType, expected: str, name: str, source: str
) -> pa.ChunkedArray:
    try:
        return pc.cast(values, kind, safe=not pa.types.is_timestamp(values.type))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(Finding(source, str(error), expected, column=name)) from error
