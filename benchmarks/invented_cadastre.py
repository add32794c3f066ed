"""An invented cadastre of any size for the benchmarks: one Parquet file a tax."""

from pathlib import Path

from kazyna.services.invented import invent_cadastre

YEAR = 2026


def write_cadastre(
    folder: Path, objects: int, *, pack: str = "kg", seed: int = 0
) -> dict[str, Path]:
    """Write one Parquet file a tax, with so many objects in all."""
    cadastre = invent_cadastre(pack, objects=objects, out=folder, seed=seed, year=YEAR)
    return {each.content: Path(each.file) for each in cadastre.files}
