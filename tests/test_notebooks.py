"""The notebooks run as they stand, on fewer sales, and use nothing but the public library."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "docs" / "notebooks").glob("*.ipynb"))
SAMPLE = "SAMPLE = 300"
BYTES_MAX = 200_000
LIBRARY = {"kazyna.valuation", "kazyna.services.invented", "kazyna.services.simulations"}
"""An engine, and the services that need no database."""


def code_of(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_runs(notebook: Path) -> None:
    names: dict[str, Any] = {}
    for source in code_of(notebook):
        program = SAMPLE if source.startswith("SAMPLE = ") else source
        exec(compile(program, str(notebook), "exec"), names)  # noqa: S102 (our own notebook)
    assert names["SAMPLE"] == 300, "the sample was not cut down"
    if notebook.stem == "simulation":
        assert names["whole"].losers > 0
        assert str(names["found"].neutral.value) == "75.00"
    else:
        assert names["sales"].num_rows == 300
        assert names["values"].num_rows > 0


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_only_the_public_library_is_imported(notebook: Path) -> None:
    for source in code_of(notebook):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                ours = [each.name for each in node.names if each.name.startswith("kazyna")]
                assert set(ours) <= LIBRARY
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kazyna"):
                assert {f"{node.module}.{each.name}" for each in node.names} <= LIBRARY


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stored_and_small(notebook: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert any(cell.get("outputs") for cell in cells)
    assert notebook.stat().st_size < BYTES_MAX


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS
