"""`kazyna mark` on files: events validated and named, codes drawn and read back."""

import json
import re
from pathlib import Path

import pytest

from cli.conftest import Kazyna
from marking.epcis.epcis_events import document, object_event

HASH = "ni:///sha-256;"
CODES = [
    "0104601234567893215abc<GS>93dGVz",
    "(00)040123450000003338",
    "https://x.example/01/04601234567893",
]


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    path = tmp_path / "sent.jsonld"
    path.write_text(json.dumps(document(object_event(), object_event(bizStep="packing"))))
    return path


def test_valid_documents_are_counted(kazyna: Kazyna, sent: Path) -> None:
    done = kazyna("mark", "validate", sent, "--json")
    assert done.code == 0, done.err
    assert done.result["events"] == 2
    assert done.result["documents"][0]["types"] == {"ObjectEvent": 2}
    assert "2 valid events" in kazyna("mark", "validate", sent).out


def test_mistakes_in_all_documents_are_told(kazyna: Kazyna, sent: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonld"
    bad.write_text(json.dumps(document(object_event(), object_event(action="MOVE"))))
    bomb = tmp_path / "bomb.xml"
    bomb.write_text('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    done = kazyna("mark", "validate", sent, bad, bomb, tmp_path / "none.xml", "--json")
    assert (done.code, done.out) == (2, "")
    columns = [each["column"] for each in done.failure["findings"]]
    assert columns == ["eventList[1].action", None, None]
    assert "entities" in done.failure["findings"][1]["reason"]


def test_events_are_named_by_their_content(kazyna: Kazyna, sent: Path) -> None:
    first, second = kazyna("mark", "hash", sent, "--json").result["events"]
    assert first["hash_id"].startswith(HASH)
    assert first["hash_id"] != second["hash_id"]
    assert first["agrees"] is None
    draft = kazyna("mark", "hash", sent, "--version", "CBV2.1", "--json").result["events"]
    assert draft[0]["hash_id"].endswith("?ver=CBV2.1")


def test_an_identifier_that_is_another_hash_is_told(kazyna: Kazyna, tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonld"
    path.write_text(json.dumps(document(object_event(eventID=f"{HASH}{'0' * 64}?ver=CBV2.0"))))
    (event,) = kazyna("mark", "hash", path, "--json").result["events"]
    assert event["agrees"] is False


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    path = tmp_path / "codes.txt"
    path.write_text("\n".join(CODES) + "\n")
    return path


@pytest.mark.parametrize("label_format", ["svg", "png"])
def test_pictures(kazyna: Kazyna, codes: Path, tmp_path: Path, label_format: str) -> None:
    out = tmp_path / "pictures"
    done = kazyna("mark", "render", codes, "--as", label_format, "--out", out, "--json")
    assert done.code == 0, done.err
    assert done.result["kinds"] == ["datamatrix", "gs1-128", "qr"]
    names = sorted(path.name for path in out.iterdir())
    assert names == [f"{n:06}.{label_format}" for n in (1, 2, 3)]


def test_sheets_and_printer_labels(kazyna: Kazyna, codes: Path, tmp_path: Path) -> None:
    assert kazyna("mark", "render", codes, "--as", "pdf", "--out", tmp_path / "x.pdf").code == 0
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
    assert kazyna("mark", "render", codes, "--as", "zpl", "--out", tmp_path / "x.zpl").code == 0
    labels = (tmp_path / "x.zpl").read_text().splitlines()
    assert [bool(re.fullmatch(r"\^XA.*\^XZ", label)) for label in labels] == [True] * 3


def test_the_printers_own_encoder_takes_element_strings_alone(
    kazyna: Kazyna, codes: Path, tmp_path: Path
) -> None:
    out = tmp_path / "x.zpl"
    done = kazyna("mark", "render", codes, "--as", "zpl-native", "--out", out, "--json")
    assert done.code == 2
    assert [each["row"] for each in done.failure["findings"]] == [2, 3]
    assert not out.exists()
    codes.write_text(CODES[0])
    assert kazyna("mark", "render", codes, "--as", "zpl-native", "--out", out).code == 0
    assert "^FD_10104601234567893215abc_193dGVz^FS" in out.read_text()


@pytest.mark.parametrize(("content", "rows"), [("", [None]), ("10a\n(01)1\n10ё\n10b", [2, 3])])
def test_lines_that_are_no_codes_are_told(
    kazyna: Kazyna, tmp_path: Path, content: str, rows: list[int | None]
) -> None:
    path = tmp_path / "codes.txt"
    path.write_text(content)
    done = kazyna("mark", "render", path, "--as", "svg", "--out", tmp_path / "out", "--json")
    assert done.code == 2
    assert [each["row"] for each in done.failure["findings"]] == rows
    assert not (tmp_path / "out").exists()
