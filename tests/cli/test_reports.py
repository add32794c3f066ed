from pathlib import Path

from cli.conftest import Kazyna
from kazyna.services import cadastre
from kazyna.services.context import Installation


def test_the_report_of_the_latest_round_is_written(
    kazyna: Kazyna, on_demo: Installation, tmp_path: Path
) -> None:
    done = kazyna("report", "--out", tmp_path / "report.pdf", "--language", "ru", "--json")
    assert done.code == 0, done.err
    assert done.result["valuation_date"] == "2015-05-31"
    assert Path(done.result["file"]).read_bytes().startswith(b"%PDF")


def test_a_notice_is_shown_and_written(
    kazyna: Kazyna, on_demo: Installation, tmp_path: Path
) -> None:
    number = cadastre.search(on_demo.context(), "1", limit=1)[0].property_id
    shown = kazyna("notice", number, "--json")
    assert shown.code == 0, shown.err
    amounts = [float(reason["amount"]) for reason in shown.result["reasons"]]
    assert float(shown.result["base"]) + sum(amounts) == float(shown.result["value"])
    written = kazyna("notice", number, "--language", "ky", "--out", tmp_path / "notice.pdf")
    assert written.code == 0, written.err
    assert (tmp_path / "notice.pdf").read_bytes().startswith(b"%PDF")


def test_a_notice_of_nothing_fails(kazyna: Kazyna, on_demo: Installation) -> None:
    done = kazyna("notice", "nowhere", "--json")
    assert done.code == 1
    assert "nowhere" in done.failure["error"]
