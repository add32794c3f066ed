from pathlib import Path

import pytest

from cli.conftest import Kazyna
from conftest import OFFICER
from kazyna.services import taxpayers
from kazyna.services.context import Installation
from services.test_declarations import TAXPAYERS


def test_declarations_are_filed_corrected_and_listed(
    kazyna: Kazyna,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("KAZYNA_DATABASE_URL", installation.settings.database_url)
    monkeypatch.setenv("KAZYNA_PACK", "kg")
    monkeypatch.setenv("KAZYNA_TODAY", "2026-04-10")
    taxpayers.load_taxpayers(installation.context(OFFICER), TAXPAYERS)
    table, of_march = tmp_path / "vat.csv", ("--tax", "vat", "--of", "2026-03")
    table.write_text("taxpayer_id,supply,input_vat\nT1,1000,20\nT2,500,0\n")
    filed = kazyna("declaration", "file", table, *of_march, "--json").result
    assert (filed["declarations"], filed["amount"]) == (2, "160.00")
    table.write_text("taxpayer_id,supply,input_vat\nT2,600,0\n")
    again = kazyna("declaration", "file", table, *of_march)
    assert again.code == 1
    assert "correct the declaration" in " ".join(again.err.split())
    mended = kazyna("declaration", "correct", table, *of_march, "--reason", "late invoice")
    assert "12.00" in mended.out
    listed = kazyna("declaration", "list", *of_march)
    assert "Bermet" in listed.out
    assert "72.00" in listed.out
    table.write_text("taxpayer_id,supply,input_vat\nT2,-1,0\n")
    refused = kazyna("declaration", "file", table, *of_march)
    assert (refused.code, "row 1, column supply" in refused.err) == (2, True)
    assert kazyna("declaration", "list", "--tax", "vat", "--of", "March").code == 2
