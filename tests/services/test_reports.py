from datetime import date
from pathlib import Path

import pytest

from kazyna.core.errors import NotFound
from kazyna.services import reports, rounds
from kazyna.services.context import Context, Installation


@pytest.fixture
def ctx(shared_demo: Installation) -> Context:
    return shared_demo.context()


@pytest.fixture
def round_id(ctx: Context) -> int:
    latest = rounds.latest(ctx)
    assert latest is not None
    return latest.round_id


def test_the_report_of_a_round_is_a_page_and_a_paper(ctx: Context, round_id: int) -> None:
    report = reports.round_report(ctx, round_id)
    assert report.valuation_date == date(2015, 5, 31)
    for part in ('id="weak"', 'id="again"', "<svg", "98103"):
        assert part in report.body
    assert reports.round_report_pdf(ctx, round_id, language="ky").startswith(b"%PDF")


def test_the_report_says_what_the_round_says(ctx: Context, round_id: int, tmp_path: Path) -> None:
    published = rounds.find_round(ctx, round_id)
    written = reports.write_round_report(ctx, round_id, tmp_path / "r.html", language="en")
    assert written.properties == published.properties
    assert written.total_value == published.total_value
    assert written.cod == pytest.approx(published.study.cod.value, abs=1e-4)
    assert written.coverage_90 == pytest.approx(100 * published.study.coverage_90)
    assert "<main>" in (tmp_path / "r.html").read_text()


def test_a_round_that_is_not_there_has_no_report(ctx: Context) -> None:
    with pytest.raises(NotFound):
        reports.round_report(ctx, 999)
