"""Frozen rounds as folders: written once, checked, and computed again by anyone.

A frozen round is a folder of Parquet tables and a manifest with the fingerprint of each file. It
is named by its content, so that the same round frozen twice is one folder.
"""

import json
import platform
import sys
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter

from kazyna.core.errors import Conflict, NotFound
from kazyna.core.progress import Progress, silent
from kazyna.services import rounds
from kazyna.services.code_version import code_version
from kazyna.services.context import Context
from kazyna.services.drafts import HOLDOUT, content_hash, decisions_table, evidence, with_costs
from kazyna.services.rounds import RoundState
from kazyna.store import files, folders, round_market
from kazyna.store import rounds as register
from kazyna.store.copy import json_text
from kazyna.valuation import ColumnMap, Decision
from kazyna.valuation.rounds.round import (
    FileFault,
    FrozenFile,
    Manifest,
    ValueDifference,
    frozen_file,
    manifest_text,
    read_manifest,
    reproduce,
    value_differences,
    verify,
)

FOLDER = "rounds"
MANIFEST = "manifest.json"
PARAMETERS = "parameters.json"
SALES, PROPERTIES, VALUES = "sales.parquet", "properties.parquet", "values.parquet"
COSTS = "costs.toml"
"""The tables of costs, as they were given; what follows from them stands in the tables."""
DECISIONS = "decisions.parquet"
"""What valuers had decided about single sales, whatever screening says of them."""
LIBRARIES = ("numpy", "scipy", "scikit-learn", "lightgbm", "pyarrow", "duckdb")
"""Those that compute or write the values."""
DIFFERENCES_SHOWN = 20


@dataclass(frozen=True)
class FrozenRound:
    """A draft that was frozen; its folder holds all that its values follow from."""

    round_id: int
    valuation_date: date
    folder: str
    manifest_hash: str
    files: tuple[FrozenFile, ...]
    state: RoundState


@dataclass(frozen=True)
class VerifiedFolder:
    """What the check of a frozen folder found."""

    folder: str
    valuation_date: date
    manifest_hash: str
    files: int
    whole: bool
    faults: tuple[FileFault, ...]


@dataclass(frozen=True)
class ReproducedFolder:
    """What came out when a frozen round was computed again."""

    folder: str
    valuation_date: date
    properties: int
    identical: bool
    differing_figures: int
    differences: tuple[ValueDifference, ...]
    """The first of them."""
    surroundings_changed: tuple[str, ...]
    """What of code, libraries and machine is other than when the round was frozen."""


@dataclass(frozen=True)
class ExportedRound:
    """The values of a round as they count, written to a file."""

    round_id: int
    properties: int
    file: str


def freeze_round(
    ctx: Context, round_id: int, *, note: str = "", progress: Progress = silent
) -> FrozenRound:
    """Freeze a draft: write its folder with the manifest, and let nothing change it any more.

    Frozen again, the same folder is returned.

    Raises
    ------
    Conflict
        When the registers have changed since the draft was made, or the round is past freezing.
    """
    ctx.require("valuer")
    with ctx.transaction() as tx:
        row = rounds.found(tx, round_id)
        if row.status == "draft":
            study = register.study_table(tx, round_id)
            values = register.model_values(tx, round_id)
            by_parts = round_market.index_table(tx, round_id)
            stood = register.hold_properties(tx)
    if row.status != "draft":
        return _frozen_before(ctx, row)
    progress("read the registers")
    sales, houses, decided = evidence(ctx, row.valuation_date)
    costs: str | None = row.report.get("costs")
    if content_hash(sales, houses, decided, costs) != row.data_hash:
        raise Conflict(
            f"The registers have changed since draft {round_id} was made: make a new draft."
        )
    progress("write the folder")
    sales, houses, columns = with_costs(ctx.pack, sales, houses, costs=costs, on=row.valuation_date)
    tables = {
        SALES: sales,
        PROPERTIES: houses,
        VALUES: values,
        "study.parquet": study,
        "index.parquet": _index(row.report, by_parts),
        DECISIONS: decisions_table(decided),
    }
    parameters = _parameters(row, columns)
    texts = {PARAMETERS: _json(parameters), "report.json": _json(row.report)}
    if costs is not None:
        texts[COSTS] = costs
    folder, manifest = _write(ctx.data_folder / FOLDER, row, tables, texts, parameters)
    rounds.freeze(ctx, round_id, manifest.sha256, stood=stood, note=note)
    return FrozenRound(
        round_id,
        row.valuation_date,
        str(folder),
        manifest.sha256,
        manifest.files,
        rounds.state(ctx, round_id),
    )


def verify_folder(folder: Path) -> VerifiedFolder:
    """Check every file of a frozen round against its manifest. No database is needed."""
    manifest, content = _read(folder)
    faults = verify(manifest, content)
    return VerifiedFolder(
        str(folder),
        manifest.valuation_date,
        manifest.sha256,
        len(manifest.files),
        not faults,
        faults,
    )


def reproduce_folder(folder: Path, *, progress: Progress = silent) -> ReproducedFolder:
    """Compute the values of a frozen round again and compare to the last digit. No database.

    Raises
    ------
    Conflict
        When the files are not those of the manifest: then there is nothing to compare with.
    """
    manifest, content = _read(folder)
    faults = verify(manifest, content)
    if faults:
        names = ", ".join(f"{fault.name} ({fault.fault})" for fault in faults)
        raise Conflict(f"The folder is not the one that was frozen: {names}.")
    parameters = manifest.parameters
    columns = TypeAdapter(ColumnMap).validate_python(parameters["columns"])
    again = reproduce(
        files.read_table(folder / SALES),
        files.read_table(folder / PROPERTIES),
        columns=columns,
        as_of=manifest.valuation_date,
        screened=_decided(folder) if parameters["screened"] else False,
        seed=manifest.seed,
        progress=progress,
    )
    again = json_text(
        again.rename_columns(["property_id" if n == "id" else n for n in again.column_names])
    )
    progress("compare")
    differing = value_differences(files.read_table(folder / VALUES), again)
    first = tuple(islice(differing, DIFFERENCES_SHOWN))
    rest = sum(1 for _ in differing)
    return ReproducedFolder(
        str(folder),
        manifest.valuation_date,
        again.num_rows,
        not first,
        len(first) + rest,
        first,
        _changed(manifest),
    )


def _decided(folder: Path) -> tuple[Decision, ...]:
    """Read what was decided about single sales; rounds frozen earlier have no such file."""
    if not (folder / DECISIONS).is_file():
        return ()
    return tuple(Decision(**row) for row in files.read_table(folder / DECISIONS).to_pylist())


def export_round(ctx: Context, round_id: int, out: Path) -> ExportedRound:
    """Write the values of a round as they count, with those set by hand, to .parquet or .csv."""
    ctx.require("valuer", "officer", "auditor")
    with ctx.transaction() as tx:
        rounds.found(tx, round_id)
        values = register.effective_values(tx, round_id)
    written = json_text(values) if out.suffix.lower() == ".csv" else values
    files.write_table(written, out)
    return ExportedRound(round_id, values.num_rows, str(out))


def folder_of(ctx: Context, row: register.RoundRow) -> Path:
    """Return where the folder of a frozen round is kept."""
    if row.manifest_hash is None:
        raise NotFound(f"Round {row.round_id} is not frozen.")
    return ctx.data_folder / FOLDER / _name(row.valuation_date, row.manifest_hash)


def _name(valuation_date: date, manifest_hash: str) -> str:
    return f"{valuation_date}-{manifest_hash[:12]}"


def _frozen_before(ctx: Context, row: register.RoundRow) -> FrozenRound:
    """Return the folder of a round that was frozen already, as it stands."""
    if row.manifest_hash is None:
        raise Conflict(f"Round {row.round_id} is {row.status} and was never frozen.")
    folder = folder_of(ctx, row)
    manifest, _ = _read(folder)
    return FrozenRound(
        row.round_id,
        row.valuation_date,
        str(folder),
        row.manifest_hash,
        manifest.files,
        rounds.state(ctx, row.round_id),
    )


def _write(
    parent: Path,
    row: register.RoundRow,
    tables: dict[str, pa.Table],
    texts: dict[str, str],
    parameters: dict[str, Any],
) -> tuple[Path, Manifest]:
    """Write the folder beside its place and put it there whole, under the name of its content."""
    with folders.unfinished_folder(parent) as draft:
        for name, table in tables.items():
            files.write_table(table, draft / name)
        for name, text in texts.items():
            files.write_new_text(text, draft / name)
        rows = {name: table.num_rows for name, table in tables.items()}
        described = tuple(
            frozen_file(name, content, rows=rows.get(name))
            for name, content in sorted(folders.read_folder(draft).items())
        )
        manifest = _manifest(row, tables, parameters, described)
        files.write_new_text(manifest_text(manifest), draft / MANIFEST)
        place = parent / _name(row.valuation_date, manifest.sha256)
        folders.put_folder(draft, place)
    return place, manifest


def _json(facts: dict[str, Any]) -> str:
    """Write facts so that the same are the same bytes."""
    return json.dumps(facts, default=str, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _manifest(
    row: register.RoundRow,
    tables: dict[str, pa.Table],
    parameters: dict[str, Any],
    described: tuple[FrozenFile, ...],
) -> Manifest:
    return Manifest(
        valuation_date=row.valuation_date,
        seed=row.seed,
        pack=row.pack,
        pack_hash=row.pack_hash,
        data_hash=row.data_hash,
        code_version=row.code_version,
        libraries=_libraries(),
        platform=_platform(),
        parameters=parameters,
        properties=tables[VALUES].num_rows,
        sales=tables[SALES].num_rows,
        total_value=pc.sum(tables[VALUES]["value"]).as_py(),
        files=described,
    )


def _parameters(row: register.RoundRow, columns: ColumnMap) -> dict[str, Any]:
    """Write down everything that the fit was told."""
    return {
        "columns": asdict(columns),
        "as_of": str(row.valuation_date),
        "seed": row.seed,
        "screened": True,
        "holdout": str(HOLDOUT),
    }


def _index(report: dict[str, Any], by_parts: pa.Table) -> pa.Table:
    """Lay out the price index of the whole market, whose stratum has no name, and of its parts."""
    points = report["index"]
    columns = {name: [float(p[name]) for p in points] for name in ("level", "low", "high")}
    day = pa.array([date.fromisoformat(p["day"]) for p in points], pa.date32())
    whole = pa.table({"stratum": [""] * len(points), "day": day, **columns})
    return pa.concat_tables([whole, by_parts])


def _libraries() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}


def _platform() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "byte_order": sys.byteorder,
    }


def _changed(manifest: Manifest) -> tuple[str, ...]:
    """Say what of code, libraries and machine is other than in the manifest."""
    now = {**_libraries(), **_platform(), "kazyna": code_version()}
    then = {**manifest.libraries, **manifest.platform, "kazyna": manifest.code_version}
    return tuple(
        f"{name} {then.get(name, '–')} → {now.get(name, '–')}"
        for name in sorted(now.keys() | then.keys())
        if now.get(name) != then.get(name)
    )


def _read(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """Return the manifest and the content of every other file."""
    text = files.read_text(folder / MANIFEST)
    manifest = read_manifest(text, source=str(folder / MANIFEST))
    content = folders.read_folder(folder)
    del content[MANIFEST]
    return manifest, content
