"""Rolls of the register: drafted, issued, corrected by what changed since, withdrawn."""

import io
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from conftest import DRAFTER, OFFICER, issue_roll
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound, Refused
from kazyna.packs.archive import pack_archive
from kazyna.packs.pack import Pack
from kazyna.services import (
    confirmations,
    ledger,
    objects,
    recomputation,
    roll_lifecycle,
    rolls,
    taxpayers,
)
from kazyna.services.context import Context, Installation
from kazyna.services.taxpayers import Holder
from kazyna.store.connection import Database
from services.kyrgyz_office import OTHER, OWN, hold, homes, kyrgyz_pack, open_office, settle

TAX, YEAR = "residential_property", 2026
HALF = Decimal("0.5")
ISSUED, LATER = date(2026, 7, 20), date(2026, 10, 5)


@pytest.fixture
def office(database: Database) -> Installation:
    """Open an office with a shared flat, a free one and one whose owner is not known."""
    installation = open_office(database, ISSUED.isoformat())
    ctx = installation.context(OFFICER)
    settle(ctx, homes(area_m2=[120, 64, 100]))
    hold(ctx, ("H1", "T1", "0.5"), ("H1", "T2", "0.5"), ("H2", "T1", "1"))
    hold(ctx, ("H3", None, "1"), estate_of="T3")
    return installation


@pytest.fixture
def officer(office: Installation) -> Context:
    return office.context(OFFICER)


def confirm(ctx: Context, year: int = YEAR) -> None:
    doubts = [doubt.id for doubt in confirmations.doubts(ctx, tax=TAX, year=year)]
    confirmations.confirm(ctx, doubts, tax=TAX, year=year, document="Tax Code, official edition")


def issue(ctx: Context, year: int = YEAR) -> rolls.IssuedRoll:
    confirm(ctx, year)
    return issue_roll(ctx, tax=TAX, year=year)


def correct(ctx: Context, reason: str = "register") -> roll_lifecycle.CorrectedRoll:
    return roll_lifecycle.correct_roll(ctx, tax=TAX, year=YEAR, reason=reason)


def amounts(ctx: Context) -> dict[tuple[str, str], Decimal]:
    found = rolls.page(ctx, tax=TAX, year=YEAR)
    return {(bill.property_id, bill.taxpayer_id): bill.amount for bill in found}


def owed(ctx: Context, taxpayer_id: str) -> Decimal:
    """Return what a taxpayer owes less what is in credit."""
    found = ledger.statement(ctx, taxpayer_id=taxpayer_id)
    return sum((each.balance for each in found), Decimal(0))


@pytest.fixture
def drafter(officer: Context) -> Context:
    """Act as the officer who drafts what another issues."""
    return replace(officer, actor=DRAFTER)


def test_a_draft_warns_and_owes_nothing_before_its_values_are_confirmed(
    officer: Context, drafter: Context
) -> None:
    draft = roll_lifecycle.draft_roll(drafter, tax=TAX, year=YEAR)
    # (120 - 80) x 75 = 3,000 in two halves; 64 is below the free area; (100 - 80) x 75 = 1,500
    assert (draft.bills, draft.total) == (3, Decimal(3000))
    assert (draft.unassigned, draft.unassigned_amount) == (1, Decimal(1500))
    assert any("residential_rate" in doubt for doubt in draft.doubts)
    assert roll_lifecycle.drafted(officer, tax=TAX, year=YEAR) == draft
    assert rolls.issued(officer) == ()
    with pytest.raises(Conflict, match="doubtful and not confirmed"):
        rolls.issue_roll(officer, tax=TAX, year=YEAR)
    confirm(officer)
    with pytest.raises(Forbidden, match="another than the one who drafted"):
        rolls.issue_roll(drafter, tax=TAX, year=YEAR)
    issued = rolls.issue_roll(officer, tax=TAX, year=YEAR)
    assert (issued.roll_id, issued.bills, issued.total) == (draft.roll_id, 3, Decimal(3000))
    assert amounts(officer) == {
        ("H1", "T1"): Decimal(1500), ("H1", "T2"): Decimal(1500), ("H2", "T1"): Decimal(0),
    }  # fmt: skip
    assert owed(officer, "T1") == 1500


def test_a_draft_that_the_register_has_overtaken_is_not_issued(
    officer: Context, drafter: Context
) -> None:
    with pytest.raises(NotFound, match="one officer drafts, another issues"):
        rolls.issue_roll(officer, tax=TAX, year=YEAR)
    roll_lifecycle.draft_roll(drafter, tax=TAX, year=YEAR)
    confirm(officer)
    objects.change_object(
        officer, "H1", {"area_m2": "130"}, valid_from=date(2025, 1, 1), document="survey"
    )
    with pytest.raises(Conflict, match="changed since the draft"):
        rolls.issue_roll(officer, tax=TAX, year=YEAR)
    again = roll_lifecycle.draft_roll(officer, tax=TAX, year=YEAR)
    assert again.total == 3750
    roll_lifecycle.discard_roll(officer, tax=TAX, year=YEAR)
    with pytest.raises(NotFound, match="no draft"):
        roll_lifecycle.drafted(officer, tax=TAX, year=YEAR)
    events = roll_lifecycle.history(officer, tax=TAX, year=YEAR)
    assert [event.to_status for event in events] == ["discarded", "discarded"]


def test_a_correction_assesses_what_changed_and_posts_the_difference(officer: Context) -> None:
    issue(officer)
    (bill,) = (b for b in rolls.bills_of_taxpayer(officer, "T1") if b.property_id == "H1")
    ledger.record_payment(
        officer, reference=bill.reference, amount=Decimal(1500), received_on=ISSUED, key="p1"
    )
    later = replace(officer, today=LATER)
    objects.change_object(
        later, "H1", {"area_m2": "100"}, valid_from=date(2026, 1, 1), document="survey 7"
    )
    done = correct(later, "survey 7")
    assert (done.objects_assessed, done.bills_lowered, done.difference) == (1, 2, Decimal(-1500))
    assert amounts(later)["H1", "T1"] == 750
    # T1 had paid: half of it becomes credit; T2 had not: half of the debt goes
    assert (owed(later, "T1"), owed(later, "T2")) == (Decimal(-750), Decimal(750))
    again = correct(later, "survey 7")
    assert (again.objects_assessed, again.difference) == (0, Decimal(0))
    versions = rolls.bill_versions(later, reference=bill.reference)
    assert [(v.version, v.amount, v.cause, v.since) for v in versions] == [
        (1, Decimal(1500), "", ISSUED), (2, Decimal(750), "survey 7", LATER),
    ]  # fmt: skip
    assert ledger.trial_balance(later).debit == ledger.trial_balance(later).credit


def test_a_sale_within_the_year_is_shared_by_months(officer: Context) -> None:
    issue(officer)
    # from the first day of the month after: T1 to September, T3 from October
    taxpayers.transfer(
        officer, "H1", on=date(2026, 9, 10), document="deed 12",
        holders=[Holder("T2", HALF), Holder("T3", HALF)],
    )  # fmt: skip
    done = correct(officer, "deed 12")
    assert (done.bills_new, done.bills_lowered, done.difference) == (1, 1, Decimal(0))
    assert amounts(officer)["H1", "T1"] == 1125
    assert amounts(officer)["H1", "T3"] == 375
    assert owed(officer, "T3") == 375


def test_heirs_that_are_found_are_assessed_since_the_death(officer: Context) -> None:
    issue(officer)
    taxpayers.transfer(
        officer, "H3", on=date(2020, 1, 15), holders=[Holder("T2", Decimal(1))],
        document="certificate of heirs", kind="inheritance",
    )  # fmt: skip
    done = correct(officer, "certificate of heirs")
    assert (done.bills_new, done.difference) == (1, Decimal(1500))
    assert owed(officer, "T2") == 3000


def test_a_withdrawn_roll_asks_for_nothing_and_can_be_issued_again(officer: Context) -> None:
    first = issue(officer)
    with pytest.raises(Conflict, match="issued already"):
        issue(officer)
    with pytest.raises(Conflict, match="issued already"):
        roll_lifecycle.draft_roll(officer, tax=TAX, year=YEAR)
    roll_lifecycle.withdraw_roll(officer, tax=TAX, year=YEAR, reason="council decision annulled")
    assert owed(officer, "T1") == 0
    assert {bill.amount for bill in rolls.bills_of_taxpayer(officer, "T1")} == {Decimal(0)}
    second = issue(officer)
    assert second.roll_id != first.roll_id
    assert owed(officer, "T1") == 1500
    statuses = [(roll.roll_id, roll.status) for roll in rolls.issued(officer)]
    assert statuses == [(second.roll_id, "issued"), (first.roll_id, "withdrawn")]
    steps = [event.to_status for event in roll_lifecycle.history(officer, tax=TAX, year=YEAR)]
    assert steps == ["issued", "withdrawn", "issued"]
    with pytest.raises(InputError, match="no reason"):
        roll_lifecycle.withdraw_roll(officer, tax=TAX, year=YEAR, reason=" ")


def test_a_past_year_is_taxed_by_the_law_of_its_day(officer: Context) -> None:
    """To 2024 by coefficients: 2024 asks for the walls and the year of building as well."""
    settle(
        officer,
        homes(
            area_m2=[120, 64, 100], place=["bishkek"] * 3, zone=["none"] * 3,
            wall_material=["brick"] * 3, built_in=[2020] * 3,
        ),
    )  # fmt: skip
    draft = roll_lifecycle.draft_roll(officer, tax=TAX, year=2024)
    # 40 m2 x 15,000 x 1 x 0.35 % = 2,100
    assert draft.total == 2100
    assert roll_lifecycle.draft_roll(officer, tax=TAX, year=2025).total == 3000


def test_a_bill_is_the_same_to_the_letter_after_all_that_came_later(
    officer: Context, office: Installation, tmp_path: Path
) -> None:
    issue(officer)
    (bill,) = (b for b in rolls.bills_of_taxpayer(officer, "T2") if b.property_id == "H1")
    before = rolls.bill_pdf(officer, reference=bill.reference, language="ky")
    later = replace(officer, today=date(2031, 1, 1))
    settle(later, homes(area_m2=[300, 64, 100]), since=date(2027, 1, 1))
    with later.transaction() as tx:
        tx.execute("UPDATE taxpayers SET name = 'Other' WHERE taxpayer_id = 'T2'")
    assert rolls.bill_pdf(later, reference=bill.reference, language="ky") == before
    # another edition of the pack is in force: the bill says what was kept with it
    newer = replace(
        later, pack=replace(later.pack, content_hash="0" * 64, taxes={}), data_folder=tmp_path
    )
    assert rolls.bill_pdf(newer, reference=bill.reference, language="ky") == before
    again = recomputation.recompute_bill(newer, reference=bill.reference)
    assert again.same
    assert {step.rule for step in again.steps} >= {"taxed_area", "residential_tax"}
    with office.database.administration() as tx:
        tx.execute("ALTER TABLE bills DISABLE TRIGGER append_only")
        tx.execute("""UPDATE bills SET steps = jsonb_set(steps, '{taxed_area}', '"1"')""")
    again = recomputation.recompute_bill(later, reference=bill.reference)
    (shifted,) = (step for step in again.steps if not step.same)
    assert shifted == recomputation.RecomputedStep("taxed_area", Decimal(1), Decimal(40))
    assert not again.same


def test_a_bill_outlives_what_reads_the_files_of_its_law(
    officer: Context, office: Installation, tmp_path: Path
) -> None:
    issue(officer)
    bill = next(b for b in rolls.bills_of_taxpayer(officer, "T2") if b.property_id == "H1")
    paper = rolls.bill_pdf(officer, reference=bill.reference, language="ru")
    with office.database.administration() as tx:
        tx.execute("UPDATE laws SET content = %s", (of_another_format(kyrgyz_pack()),))
    newer = replace(
        officer, pack=replace(officer.pack, content_hash="0" * 64, taxes={}), data_folder=tmp_path
    )
    assert rolls.find_bill(newer, reference=bill.reference) == bill
    assert rolls.bill_pdf(newer, reference=bill.reference, language="ru") == paper
    with pytest.raises(Refused, match=r"stands as it was issued.*version 0\.1\.0 computed it"):
        recomputation.recompute_bill(newer, reference=bill.reference)


def test_a_bill_from_before_records_were_kept_is_told_from_the_files_of_its_law(
    officer: Context, office: Installation
) -> None:
    issue(officer)
    bill = next(b for b in rolls.bills_of_taxpayer(officer, "T2") if b.property_id == "H1")
    with office.database.administration() as tx:
        tx.execute("ALTER TABLE bills DISABLE TRIGGER append_only")
        tx.execute("UPDATE bills SET law_id = NULL, law_rows = NULL")
    assert rolls.find_bill(officer, reference=bill.reference) == bill
    assert recomputation.recompute_bill(officer, reference=bill.reference).issued_with is None


def of_another_format(pack: Pack) -> bytes:
    """Archive a pack with a key in a file that its reader does not know."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(pack_archive(pack))) as kept,
        zipfile.ZipFile(out, "w") as other,
    ):
        for name in kept.namelist():
            more = b"\nabolished = 1\n" if name == "columns.toml" else b""
            other.writestr(name, more + kept.read(name))
    return out.getvalue()


def test_everyone_sees_what_is_theirs(office: Installation, officer: Context) -> None:
    roll_lifecycle.draft_roll(officer, tax=TAX, year=YEAR)
    own, other = office.context(OWN), office.context(OTHER)
    assert rolls.my_bills(own) == ()
    issue(officer)
    assert {bill.property_id for bill in rolls.my_bills(own)} == {"H1", "H2"}
    (bill,) = rolls.my_bills(other)
    assert bill.inputs[0].label.en
    with pytest.raises(NotFound):
        rolls.bill_versions(own, reference=bill.reference)
    with pytest.raises(Forbidden):
        roll_lifecycle.draft_roll(own, tax=TAX, year=YEAR)
    with pytest.raises(NotFound, match="on no kind of object"):
        roll_lifecycle.draft_roll(officer, tax="vat", year=YEAR)
