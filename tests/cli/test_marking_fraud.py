"""`kazyna mark simulate | detect | rules`: from nothing to alerts with their evidence."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cli.conftest import Kazyna

CODES = 3_000
DAY = "2026-07-01"


def test_simulated_frauds_are_found(kazyna: Kazyna, tmp_path: Path) -> None:
    folder, alerts = tmp_path / "events", tmp_path / "alerts.parquet"
    told = kazyna("mark", "simulate", "--codes", str(CODES), "--out", str(folder), "--json").result
    assert (told["codes"], told["events"] > 10_000) == (CODES, True)
    found = kazyna("mark", "detect", str(folder), "--on", DAY, "--out", str(alerts), "--json")
    detected = found.result
    assert detected["events"] == told["events"]
    assert detected["alerts"] == pq.read_metadata(alerts).num_rows
    scores = [rule["score"] for rule in detected["rules"]]
    assert sum(score["expected"] for score in scores) > 0
    assert sum(score["found"] for score in scores) > 0
    assert all(alert["evidence"] for alert in detected["first"])
    again = kazyna("mark", "simulate", "--codes", str(CODES), "--out", str(folder))
    assert (again.code, "already" in again.err) == (1, True)


def test_one_rule_over_honest_events(kazyna: Kazyna, tmp_path: Path) -> None:
    folder = tmp_path / "honest"
    kazyna("mark", "simulate", "--codes", "1000", "--out", str(folder), "--honest")
    found = kazyna("mark", "detect", str(folder), "--rule", "wrong_owner", "--on", DAY)
    assert (found.code, "wrong_owner" in found.out) == (0, True)
    unknown = kazyna("mark", "detect", str(folder), "--rule", "nothing", "--on", DAY)
    assert (unknown.code, "known are" in unknown.err) == (1, True)


def test_a_file_that_is_none_is_told_by_column(kazyna: Kazyna, tmp_path: Path) -> None:
    missing = kazyna("mark", "detect", str(tmp_path))
    assert (missing.code, "does not exist" in missing.err) == (2, True)
    pq.write_table(pa.table({"event_id": ["one"], "kind": ["sell"]}), tmp_path / "events.parquet")
    wrong = kazyna("mark", "detect", str(tmp_path))
    assert wrong.code == 2
    assert "column event_id: the column holds string" in wrong.err
    assert "column happened_at: the column is missing" in wrong.err


def test_rules_are_listed_with_what_decides(kazyna: Kazyna) -> None:
    shown = kazyna("mark", "rules", "--on", DAY, "--json").result
    speed = next(each for each in shown["limits"] if each["limit"] == "speed_kmh_max")
    assert (speed["value"], speed["by_pack"]) == ("160", True)
