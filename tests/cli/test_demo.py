import json

import pytest

from conftest import part_of_county
from kazyna.cli import output
from kazyna.cli.demo import summary_tables
from kazyna.services.context import Installation
from kazyna.services.demo import run_demo


def test_the_summary_is_shown_as_tables_or_as_one_object(
    demo: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = run_demo(demo, sales_rows=part_of_county())
    output.show(summary, as_json=False, table=summary_tables)
    shown = capsys.readouterr().out
    for words in ("properties", "median ratio", "COD", "PRD", "PRB", "tax total", "paid"):
        assert words in shown
    assert f"{summary.tax_total:,} USD" in shown
    assert "kazyna-demo" in shown

    output.show(summary, as_json=True, table=summary_tables)
    told = json.loads(capsys.readouterr().out)
    assert told["tax_total"] == str(summary.tax_total)
    assert [step["name"] for step in told["steps"]] == [step.name for step in summary.steps]
