"""Every golden case of every pack, built in or from published bills, by both paths of its rules."""

from pathlib import Path

import pyarrow as pa
import pytest

from kazyna.packs.cases import Case, read_cases
from kazyna.packs.pack import BUILT_IN, read_pack
from kazyna.packs.taxes import Tax
from kazyna.tax import compute, run_roll

DATA = Path(__file__).parent / "data"
PACKS = [path.parent for root in (BUILT_IN, DATA) for path in sorted(root.glob("*/pack.toml"))]


def _taxes() -> list[tuple[Path, Tax]]:
    return [(folder, tax) for folder in PACKS for tax in read_pack(folder).taxes.values()]


CASES = [(tax, case) for folder, tax in _taxes() for case in read_cases(folder, tax.name)]


def test_every_tax_has_golden_cases() -> None:
    assert len(_taxes()) >= 4
    assert all(read_cases(folder, tax.name) for folder, tax in _taxes())


@pytest.mark.parametrize(
    ("tax", "case"), CASES, ids=[f"{tax.rules.name}: {case.name}" for tax, case in CASES]
)
def test_the_published_figures_come_out(tax: Tax, case: Case) -> None:
    steps = compute(tax.rules, case.inputs, case.on).steps
    assert {name: steps[name] for name in case.expected} == case.expected
    row = {"id": [1], **{name: [value] for name, value in case.inputs.items()}}
    roll = run_roll(tax.rules, pa.table(row), on=case.on, id_column="id")
    assert {name: roll[name][0].as_py() for name in case.expected} == case.expected
