"""`kazyna mark check` and `kit`: against the register, and by a file without it."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cli.conftest import Kazyna
from services.marking_world import SHOES
from services.shelf import Shelf

pytestmark = pytest.mark.usefixtures("on_world")


def test_codes_are_checked_against_the_register(kazyna: Kazyna, shelf: Shelf) -> None:
    shown = shelf.codes[0].replace("\x1d", "<GS>")
    done = kazyna("mark", "check", shown, "--json")
    assert done.code == 0, done.err
    assert [each["reason"] for each in done.result["answers"]] == ["genuine"]
    refused = kazyna("mark", "check", shown, shelf.unused[0])
    assert refused.code == 1
    assert "attention" in refused.out


def test_a_kit_is_written_and_believed_by_its_key(
    kazyna: Kazyna, shelf: Shelf, tmp_path: Path
) -> None:
    out = tmp_path / "shop.kit"
    made = kazyna("mark", "kit", "--gtin", SHOES, "--out", out, "--json")
    assert made.code == 0, made.err
    key, code = made.result["public_key"], shelf.codes[0]
    untrusted = kazyna("mark", "check", code, "--kit", out, "--json")
    assert (untrusted.code, untrusted.failure["error"][:7]) == (2, "--trust")
    # The kit was made on the day of the world; the clock of this machine is beyond its 72 hours.
    late = kazyna("mark", "check", code, "--kit", out, "--trust", key, "--json")
    assert late.code == 1
    ((_, answer),) = late.result["answers"]
    assert answer["reason"] in ("kit_expired", "clock_wrong")
    out.write_bytes(out.read_bytes()[:-1])
    spoilt = kazyna("mark", "check", code, "--kit", out, "--trust", key, "--json")
    assert spoilt.code == 2
    assert "signature is wrong" in spoilt.failure["error"]


def test_units_are_counted_and_written_by_where_they_stand(
    kazyna: Kazyna, shelf: Shelf, tmp_path: Path
) -> None:
    out = tmp_path / "units.parquet"
    shown = [code.replace("\x1d", "<GS>") for code in shelf.codes[:3]]
    counted = kazyna("mark", "state", *shown, "17000:0-4", "--out", out, "--json")
    assert counted.code == 0, counted.err
    assert counted.result["statuses"]["in_circulation"] == 3
    assert counted.result["units"] == pq.read_table(out).num_rows
