from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from conftest import SOLD, VALUER
from kazyna.core.errors import NotFound
from kazyna.services import cadastre, overrides, reports, round_files, rounds
from kazyna.services.context import Actor, Context, Installation
from kazyna.valuation.report import valuation_report


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


def test_a_report_is_written_once_until_something_of_it_changes(
    town: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, written, write = town.context(VALUER), list[str](), valuation_report.report_of
    round_files.freeze_round(ctx, 1)

    def counted(*given: object, **named: object) -> object:
        written.append("once more")
        return write(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(reports, "report_of", counted)

    def said() -> tuple[int, str]:
        body = reports.round_report(ctx, 1).body
        return len(written), body

    first = said()
    assert said() == first
    assert reports.round_report_pdf(ctx, 1, language="en").startswith(b"%PDF")
    assert len(written) == 1
    reports.round_report(town.context(VALUER, "ru"), 1)
    assert len(written) == 2  # another language
    moved = pa.table({"property_id": ["h001"], "lon": [-122.31], "lat": [47.52],
                      "sqft_living": [901], "zipcode": [98101]})  # fmt: skip
    cadastre.load_cadastre(ctx, properties=moved, sales=SOLD.slice(1, 1))
    assert said() == (2, first[1])  # a frozen round is told from the register as it stood
    set_by_hand = overrides.propose_override(
        ctx, 1, "h002", value=Decimal(123_456), reason="burnt", evidence="deed"
    )
    assert said()[0] == 2  # a proposal counts for nothing
    overrides.confirm_override(town.context(Actor("head", "valuer")), set_by_hand.override_id)
    assert said()[0] == 3
