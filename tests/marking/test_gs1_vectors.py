"""Every vector that GS1 publishes for its syntax engine: linters, forms, associations, links.

The files are not part of this project: github.com/gs1/gs1-syntax-engine and gs1-syntax-dictionary,
laid beside it under `shared/`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kazyna.marking.gs1 import (
    CARRIERS,
    Carrier,
    Fault,
    Message,
    application_identifiers,
    association_flaws,
    read,
    read_caret,
    write,
    write_bracketed,
    write_link,
    write_scan,
)
from kazyna.marking.gs1.coupons import coupon_code
from kazyna.marking.gs1.element_string import CARET, COMPOSITE, write_row
from kazyna.marking.gs1.flaw import Flaw, company_prefix
from kazyna.marking.gs1.linters import LINTERS

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "marking" / "gs1-syntax"
if not VECTORS.exists():
    pytest.skip("the published vectors are not here", allow_module_level=True)

CARRIER_OF: dict[str, Carrier] = {
    "DM": "DataMatrix",
    "DotCode": "DotCode",
    "DataBarExpanded": "DataBar",
    "DataBarOmni": "DataBar",
    "GS1_128_CCC": "GS1-128",
    "UPCA": "UPC-A",
    "EAN8": "EAN-8",
    "EAN13": "EAN-13",
}
RULES = {
    "validateAIrepeats": "repeats",
    "validateAImutex": "excludes",
    "validateAIrequisites": "requires",
    "validateDigSigRequiresSerialisedKey": "requires",
}
NO_SUCH_PREFIX = {"GS1_LINTER_INVALID_GCP_PREFIX", "GS1_LINTER_GCP_DATASOURCE_OFFLINE"}
"""Errors of an engine that has GS1's list of prefixes beside it, and does not find one there."""
WITH_PREFIXES: dict[str, Callable[..., Flaw | None]] = {
    "gcppos1": company_prefix,
    "couponcode": coupon_code,
}


def vectors(name: str) -> list[dict[str, Any]]:
    lines = (VECTORS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def in_carets(message: Message) -> str:
    """Write what the engine of GS1 shows of a code: elements behind carets, or plain data."""
    linear = message.plain
    if message.elements and not message.plain:
        linear = CARET + write_row(
            message.elements, separator=CARET, extra=message.extra_separators
        )
    if not message.composite:
        return linear
    return f"{linear}{COMPOSITE}{CARET}{write_row(message.composite, separator=CARET)}"


def test_every_linter_of_the_dictionary_has_vectors() -> None:
    tried = {vector["linter"] for vector in vectors("lint_vectors")}
    used = {
        name
        for identifier in application_identifiers().values()
        for component in identifier.components
        for name in component.names
    }
    assert used - tried == {"gcppos2"}  # the same check, one character later
    assert tried <= LINTERS.keys()


@pytest.mark.parametrize("linter", sorted(LINTERS))
def test_linters_judge_as_gs1_does(linter: str) -> None:
    """The verdict is the same, and the fault lies where the vector marks it."""
    for vector in vectors("lint_vectors"):
        if vector["linter"] != linter:
            continue
        if vector.get("error") in NO_SUCH_PREFIX:
            flaw = WITH_PREFIXES[linter](vector["input"], known=lambda _: False)
        else:
            flaw = LINTERS[linter](vector["input"])
        assert (flaw is None) == vector["valid"], (vector, flaw)
        if flaw is not None:
            first, last = vector["markup"].index("*"), vector["markup"].rindex("*") - 1
            assert first <= flaw.offset <= max(first, last), (vector, flaw)


@pytest.mark.parametrize("vector", vectors("parse_ai_bracketed"), ids=lambda v: v["ai_data"])
def test_bracketed(vector: dict[str, Any]) -> None:
    found = read(vector["ai_data"], associations=False)
    assert isinstance(found, Message) == vector["valid"], found
    if isinstance(found, Message):
        assert in_carets(found) == vector["expect_data"]
        assert write(found) == vector["ai_data"] == write_bracketed(found.elements)


@pytest.mark.parametrize("vector", vectors("process_ai_unbracketed"), ids=lambda v: v["data"])
def test_elements_behind_carets(vector: dict[str, Any]) -> None:
    found = read_caret(vector["data"])
    assert isinstance(found, Message) == vector["valid"], found
    if isinstance(found, Message):
        assert write(found) == vector["data"]


@pytest.mark.parametrize("vector", vectors("parse_digital_link"), ids=lambda v: v["uri"])
def test_digital_links_read(vector: dict[str, Any]) -> None:
    found = read(vector["uri"], associations=False)
    assert isinstance(found, Message) == vector["valid"], found
    if isinstance(found, Message):
        assert in_carets(found) == vector["expect_data"]


@pytest.mark.parametrize("vector", vectors("process_scan_data"), ids=lambda v: v["scan_data"])
def test_scans(vector: dict[str, Any]) -> None:
    found = read(vector["scan_data"], associations=False)
    assert isinstance(found, Message) == vector["valid"], found
    if isinstance(found, Message):
        assert in_carets(found) == vector["expect_data"]
        assert write(found) == vector["scan_data"]


@pytest.mark.parametrize("vector", vectors("validate_ai_associations"), ids=lambda v: v["ai_data"])
def test_associations(vector: dict[str, Any]) -> None:
    found = read(vector["ai_data"], associations=False, unknown=True)
    assert isinstance(found, Message), found
    flaws = list(association_flaws(found.elements, rules=(RULES[vector["validation"]],)))
    assert (not flaws) == vector["valid"], flaws


@pytest.mark.parametrize("vector", vectors("generate_digital_link"), ids=lambda v: v["ai_data"])
def test_digital_links_written(vector: dict[str, Any]) -> None:
    """An identifier that the dictionary does not have is written only when that is allowed."""
    found = read(vector["ai_data"], associations=False, unknown=True)
    assert isinstance(found, Message), found
    written = write_link(found.elements, vector["stem"], unknown=vector["valid"])
    assert isinstance(written, Fault) or written == vector["expect_uri"]
    assert isinstance(written, str) == vector["valid"]


@pytest.mark.parametrize("vector", vectors("generate_scan_data"), ids=lambda v: v["data"])
def test_scans_written(vector: dict[str, Any]) -> None:
    carrier = CARRIER_OF[vector["symbology"]]
    assert carrier in CARRIERS
    found = read_caret(vector["data"])
    assert isinstance(found, Message), found
    written = write_scan(found, carrier)
    assert isinstance(written, str) == vector["valid"]
    if vector["valid"]:
        assert written == vector["expect"]
