"""`kazyna mark` on codes: keys made, codes issued, parsed and verified, all in files."""

import io
import json
import sys
from pathlib import Path

import pytest

from cli.conftest import Kazyna

GTIN = "04601234567893"
TODAY = "2026-11-27"


@pytest.fixture
def keys(kazyna: Kazyna, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAZYNA_KEYS_PASSWORD", "a long password")
    monkeypatch.setenv("KAZYNA_TODAY", TODAY)
    path = tmp_path / "codes.keys"
    for key_id, tail in (("K001", "tag"), ("S001", "signature")):
        done = kazyna(
            "mark", "keygen", path, "--id", key_id, "--tail", tail, "--from", "2026-01-01"
        )
        assert done.code == 0, done.err
    return path


def issue(kazyna: Kazyna, keys: Path, out: Path, *more: object, template: str = "eaeu_44") -> Path:
    done = kazyna("mark", "issue", "--template", template, "--gtin", GTIN, "--batch", 1,
                  "--count", 50, "--keys", keys, "--out", out, "--json", *more)  # fmt: skip
    assert done.code == 0, done.err
    assert done.result["codes"] == 50
    return out


def test_keys_are_listed_and_revoked(kazyna: Kazyna, keys: Path) -> None:
    listed = kazyna("mark", "keys", keys, "--json").result["keys"]
    assert [each["key_id"] for each in listed] == ["K001", "S001"]
    assert "a long password" not in keys.read_text()
    done = kazyna("mark", "revoke", keys, "--id", "K001", "--reason", "stolen", "--json")
    assert done.result["keys"][0]["revoked_on"] == TODAY
    assert kazyna("mark", "revoke", keys, "--id", "K001", "--reason", "again").code == 1


@pytest.mark.parametrize("template", ["eaeu_44", "eaeu_88"])
def test_issued_codes_are_genuine(
    kazyna: Kazyna, keys: Path, tmp_path: Path, template: str
) -> None:
    codes = issue(kazyna, keys, tmp_path / "codes.txt", template=template)
    lines = codes.read_text().rstrip("\n").split("\n")
    assert len(set(lines)) == 50
    assert issue(kazyna, keys, tmp_path / "again.txt", template=template).read_text() == (
        codes.read_text()
    )
    out = tmp_path / "verdicts.jsonl"
    done = kazyna("mark", "verify", codes, "--keys", keys, "--out", out, "--json")
    assert done.code == 0, done.err
    assert (done.result["codes"], done.result["genuine"]) == (50, 50)
    verdicts = [json.loads(line) for line in out.read_text().splitlines()]
    assert [each["index"] for each in verdicts] == list(range(50))


def test_a_false_code_is_told_by_line_and_exit_code(
    kazyna: Kazyna, keys: Path, tmp_path: Path
) -> None:
    codes = issue(kazyna, keys, tmp_path / "codes.txt")
    lines = codes.read_text().rstrip("\n").split("\n")
    lines[3] = lines[3][:-6] + "AAAAA="
    lines[5] = lines[5].replace("\x1d", "<GS>")
    codes.write_text("\n".join(lines))
    done = kazyna("mark", "verify", codes, "--keys", keys, "--json")
    assert done.code == 1
    assert (done.result["genuine"], done.result["repaired"]) == (49, 1)
    assert [(each["line"], each["verdict"]) for each in done.result["refused"]] == [
        (4, "wrong_tail")
    ]
    assert "wrong tail" in kazyna("mark", "verify", codes, "--keys", keys).out


def test_parse_writes_a_line_of_json_for_each_code(
    kazyna: Kazyna, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        f"(01){GTIN}(21)4abc",
        f"]d201{GTIN}214abc\x1d91K001",
        f"https://id.gs1.org/01/{GTIN}/21/4abc?17=271231",
        "0104601234567890",
    ]
    text = "\n".join(lines) + "\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    done = kazyna("mark", "parse")
    assert done.code == 0, done.err
    read = [json.loads(line) for line in done.out.splitlines()]
    assert [each["form"] for each in read] == ["bracketed", "scan", "digital_link", None]
    assert [each["valid"] for each in read] == [True, True, True, False]
    assert (read[3]["line"], read[3]["position"]) == (4, 16)
    path = tmp_path / "codes.txt"
    path.write_text(text)
    counted = kazyna("mark", "parse", path, "--json").result
    assert (counted["codes"], counted["valid"], counted["invalid"]) == (4, 3, 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("--gtin", GTIN[:-1] + "4"), "check digit"),
        (("--template", "tobacco_block"), "codes of tobacco_block need this value"),
        (("--template", "logistic_unit"), "no serial or no tail to be made"),
        (("--template", "nothing"), "known are"),
        (("--count", 2**24 + 1), "at most"),
        (("--on", "2018-01-01"), "not issued on"),
        (("--on", "2025-12-31"), "No open key"),
    ],
)
def test_orders_that_cannot_be_filled_leave_no_file(
    kazyna: Kazyna, keys: Path, tmp_path: Path, change: tuple[str, object], reason: str
) -> None:
    out = tmp_path / "codes.txt"
    given: dict[str, object] = {
        "--template": "eaeu_44", "--gtin": GTIN, "--batch": 1, "--count": 5, "--keys": keys,
        "--out": out,
    }  # fmt: skip
    given |= dict([change])
    done = kazyna("mark", "issue", *[part for pair in given.items() for part in pair], "--json")
    assert done.code in (1, 2)
    assert reason in done.failure["error"] + str(done.failure["findings"])
    assert not out.exists()


def test_a_wrong_password_opens_nothing(
    kazyna: Kazyna, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = issue(kazyna, keys, tmp_path / "codes.txt", template="eaeu_88")
    monkeypatch.setenv("KAZYNA_KEYS_PASSWORD", "another password")
    assert kazyna("mark", "verify", codes, "--keys", keys).code == 1
    assert kazyna("mark", "verify", codes, "--keys", keys, "--public-only").code == 0
