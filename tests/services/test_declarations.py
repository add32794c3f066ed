"""Declarations: filed by the month, posted at once, corrected by the difference."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from conftest import AUDITOR, OFFICER, VALUER
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.packs.pack import load_pack
from kazyna.services import declarations, ledger, taxpayers
from kazyna.services.context import Actor, Context, Installation
from kazyna.services.settings import Settings
from kazyna.store.connection import Database

MARCH = date(2026, 3, 1)
OWN = Actor("akmal", "taxpayer", "T1")
OTHER = Actor("bermet", "taxpayer", "T2")
TAXPAYERS = pa.table(
    {
        "taxpayer_id": ["T1", "T2"],
        "name": ["Akmal", "Bermet"],
        "language": ["ky", "ru"],
        "synthetic": [True, True],
    }
)


@pytest.fixture
def office(database: Database) -> Installation:
    """Open a Kyrgyz office with two taxpayers, on 10 April 2026."""
    settings = Settings.read({"KAZYNA_PACK": "kg", "KAZYNA_TODAY": "2026-04-10"})
    installation = Installation(database, load_pack("kg"), settings)
    taxpayers.load_taxpayers(installation.context(OFFICER), TAXPAYERS)
    return installation


@pytest.fixture
def own(office: Installation) -> Context:
    return office.context(OWN)


def vat(supply: str, input_vat: str) -> pa.Table:
    return pa.table({"supply": [Decimal(supply)], "input_vat": [Decimal(input_vat)]})


def owed(office: Installation, tax: str, taxpayer_id: str = "T1") -> Decimal:
    """Return what stands on a tax account, less what is in credit."""
    found = ledger.statement(office.context(OFFICER), taxpayer_id=taxpayer_id)
    return sum(
        (each.balance for each in found if tax in each.account or "credit" in each.account),
        Decimal(0),
    )


def test_a_declaration_is_assessed_by_the_rules_and_posted(
    office: Installation, own: Context
) -> None:
    # 1,000,000 × 12 % = 120,000; less 45,000.50 paid on purchases
    filed = declarations.file(own, vat("1000000", "45000.5"), tax="vat", month=date(2026, 3, 31))
    assert (filed.declarations, filed.amount) == (1, Decimal("74999.50"))
    assert filed.due_on == date(2026, 4, 25)
    assert any("rounding" in each for each in filed.doubts)
    assert owed(office, "vat") == Decimal("74999.50")
    (stands,) = declarations.of_taxpayer(own, "T1")
    assert stands.lines[0].steps == {"output_vat": "120000", "vat_due": "74999.5"}
    assert (stands.version, stands.late, stands.filed_by) == (1, False, "akmal")


def test_the_same_again_changes_nothing_and_other_figures_are_refused(
    office: Installation, own: Context
) -> None:
    for _ in range(2):
        filed = declarations.file(own, vat("1000", "0"), tax="vat", month=MARCH)
    assert (filed.declarations, filed.unchanged, filed.amount) == (0, 1, Decimal(0))
    assert owed(office, "vat") == 120
    with pytest.raises(Conflict, match="T1 has filed vat for 2026-03 already, with other"):
        declarations.file(own, vat("2000", "0"), tax="vat", month=MARCH)
    assert owed(office, "vat") == 120


def test_a_correction_posts_the_difference(office: Installation, own: Context) -> None:
    with pytest.raises(Conflict, match="not filed yet"):
        declarations.correct(own, vat("1", "0"), tax="vat", month=MARCH, reason="wrong")
    declarations.file(own, vat("1000", "0"), tax="vat", month=MARCH)
    more = declarations.correct(own, vat("1500", "0"), tax="vat", month=MARCH, reason="forgot")
    assert (more.amount, owed(office, "vat")) == (Decimal(60), Decimal(180))
    # below nought: the debt of the month goes, and 20 become the taxpayer's credit
    less = declarations.correct(own, vat("1500", "200"), tax="vat", month=MARCH, reason="bills")
    assert (less.amount, owed(office, "vat")) == (Decimal(-200), Decimal(-20))
    (stands,) = declarations.of_taxpayer(own, "T1")
    assert (stands.version, stands.amount, stands.reason) == (3, Decimal(-20), "bills")
    with pytest.raises(InputError, match="no reason"):
        declarations.correct(own, vat("1", "0"), tax="vat", month=MARCH, reason=" ")


def test_many_are_filed_at_the_counter_line_by_line(office: Installation) -> None:
    officer = office.context(OFFICER)
    lines = pa.table(
        {
            "taxpayer_id": ["T2", "T1", "T2"],
            "excise_goods": ["cigarettes_filter", "cigarettes_filter", "beer_canned"],
            "excise_quantity": ["1.5", "2", "100"],
        }
    )
    goods = officer.pack.columns["excise_goods"].allowed or ()
    lines = lines.set_column(1, "excise_goods", pa.array([goods[0], goods[0], goods[1]]))
    filed = declarations.file(officer, lines, tax="excise", month=MARCH)
    assert filed.declarations == 2
    assert filed.due_on == date(2026, 4, 20)
    by_taxpayer = {each.taxpayer_id: each for each in declarations.filed(
        office.context(AUDITOR), tax="excise", month=MARCH)}  # fmt: skip
    assert [len(by_taxpayer[each].lines) for each in ("T1", "T2")] == [1, 2]
    assert by_taxpayer["T2"].amount == sum(line.amount for line in by_taxpayer["T2"].lines)
    assert owed(office, "excise", "T2") == by_taxpayer["T2"].amount
    with officer.transaction() as tx:
        declared = declarations.declared(officer, tx, tax="excise", month=MARCH)
    assert declared.column_names == [
        "taxpayer_id", "declaration_id", "line", "excise_goods", "excise_quantity", "amount",
    ]  # fmt: skip
    assert sum(declared["excise_quantity"].to_pylist()) == Decimal("103.5")


def test_only_ones_own_and_only_what_is_declared(office: Installation, own: Context) -> None:
    declarations.file(own, vat("1000", "0"), tax="vat", month=MARCH)
    other = office.context(OTHER)
    assert declarations.of_taxpayer(other, "T1") == ()
    in_anothers_name = vat("1000", "0").append_column("taxpayer_id", pa.array(["T1"]))
    with pytest.raises(Forbidden, match="only for itself"):
        declarations.file(other, in_anothers_name, tax="vat", month=MARCH)
    with pytest.raises(Forbidden):
        declarations.file(office.context(VALUER), in_anothers_name, tax="vat", month=MARCH)
    with pytest.raises(NotFound, match="'land' is no tax that is declared"):
        declarations.file(own, vat("1", "0"), tax="land", month=MARCH)
    unknown = vat("1000", "0").append_column("taxpayer_id", pa.array(["T9"]))
    with pytest.raises(NotFound, match="'T9'"):
        declarations.file(office.context(OFFICER), unknown, tax="vat", month=MARCH)


@pytest.mark.parametrize(
    ("lines", "month", "match"),
    [
        (vat("-5", "0"), MARCH, "row 1, column supply: -5.* is too small"),
        (pa.table({"supply": ["many"], "input_vat": ["0"]}), MARCH, "'many' cannot be read"),
        (pa.table({"supply": ["1"]}), MARCH, "column input_vat: the column is missing"),
        (vat("1", "0"), date(2026, 4, 1), "2026-04 is not over"),
        (vat("1.001", "0"), MARCH, "at most 2 decimal places"),
    ],
)
def test_bad_lines_are_refused_and_nothing_is_filed(
    own: Context, lines: pa.Table, month: date, match: str
) -> None:
    with pytest.raises(InputError, match=match):
        declarations.file(own, lines, tax="vat", month=month)
    assert declarations.of_taxpayer(own, "T1") == ()
