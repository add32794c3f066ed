"""The demonstration's Kyrgyz taxes: an invented register, two years of rolls, and what followed.

Homes, buildings, plots, farm land, vehicles and stalls are drawn from a seed, with their holders;
some are shared, of some the heirs are not known. Rolls are drafted by one officer and issued by
another, bills are paid or not, a relief is granted, an objection upheld. All objects and people are
invented and say so; the law is the pack's, and its doubtful values are confirmed for show only.

Each step looks at what is recorded already, so a demonstration that was stopped goes on.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.progress import Progress, silent
from kazyna.packs.invented.cadastre import batches
from kazyna.packs.pack import Pack
from kazyna.services import (
    bill_objections,
    confirmations,
    ledger,
    objects,
    reliefs,
    roll_desk,
    roll_lifecycle,
    rolls,
    taxpayers,
    users,
)
from kazyna.services.context import Actor, Context, Installation
from kazyna.services.demo_steps import (
    DEMONSTRATION,
    PASSWORD,
    DemoStep,
    DemoUser,
    Steps,
    make_account,
)
from kazyna.services.invented import holders_of, objects_of_kind

SEED = 2025
KINDS = (
    ("home", "residential_property", 240),
    ("building", "nonresidential_property", 60),
    ("plot", "land", 60),
    ("farm_land", "agricultural_land", 60),
    ("vehicle", "vehicle", 120),
    ("market_object", "market_object", 20),
)
"""Kinds of object, the tax by which they are drawn, and how many."""
PEOPLE = 360

REGISTERED_ON = date(2025, 2, 3)
DRAFTED_2025, ISSUED_2025 = date(2025, 5, 12), date(2025, 5, 20)
SURVEYED_ON = date(2026, 3, 2)
DRAFTED_2026, ISSUED_2026 = date(2026, 6, 8), date(2026, 6, 15)
OBJECTED_ON, DECIDED_ON = date(2026, 7, 3), date(2026, 7, 24)
SOLD_ON, CORRECTED_ON = date(2026, 8, 14), date(2026, 9, 21)
HOMES, VEHICLES, BUILDINGS = "residential_property", "vehicle", "nonresidential_property"
PAID_2025, PAID_2026 = 0.94, 0.78
"""Shares of the bills that are paid."""

GIVEN = (
    "Айбек", "Айгуль", "Бакыт", "Бегимай", "Гульнара", "Данияр", "Жылдыз", "Кубат", "Мээрим",
    "Нурбек", "Салтанат", "Тилек", "Улан", "Чолпон", "Эльмира", "Сергей", "Наталья", "Рустам",
)  # fmt: skip
FAMILY = (
    "Абдыкадыров", "Асанбеков", "Байтемиров", "Жээнбеков", "Исаков", "Кадыров", "Маматов",
    "Нурматов", "Осмонов", "Сыдыков", "Токтосунов", "Чокоев", "Эсенбаев", "Петренко", "Каримов",
)  # fmt: skip


@dataclass(frozen=True)
class TownSummary:
    """The state in which the chapter ends, whether told once, twice or after a crash."""

    objects: int
    taxpayers: int
    without_holder: int
    bills: int
    charged: Decimal
    paid: Decimal
    overdue: Decimal
    draft_waits: bool
    """Whether a roll is drafted and waits for its doubts to be confirmed."""
    objections: int
    reliefs: int
    currency: str
    steps: tuple[DemoStep, ...]
    users: tuple[DemoUser, ...]


def run_town(installation: Installation, *, progress: Progress = silent) -> TownSummary:
    """Tell the chapter: from the register to bills, payments, a relief and objections.

    Parameters
    ----------
    installation
        One with the Kyrgyz pack.
    progress
        Told of each step.
    """
    officer = installation.context(Actor("demo-officer", "officer"))
    head = installation.context(Actor("demo-head", "officer"))
    told = Steps(progress)
    step = told.take
    step("register of objects (invented)", lambda: _register(officer))
    step("roll of 2025", lambda: _roll(officer, head, HOMES, 2025))
    step("payments of 2025 (invented)", lambda: _pay(officer, HOMES, 2025, PAID_2025))
    step("a survey and a relief", lambda: _learn(officer))
    for tax in (HOMES, VEHICLES):
        step(f"roll of 2026: {tax}", lambda tax=tax: _roll(officer, head, tax, 2026))  # type: ignore[misc]
    step("payments of 2026 (invented)", lambda: _pay(officer, HOMES, 2026, PAID_2026))
    step("objections to bills", lambda: _object(officer))
    step("a sale, and the roll corrected", lambda: _correct(officer))
    step("a draft that waits", lambda: _leave_draft(officer))
    taxpayer = _shown_taxpayer(officer)
    step("sign-in of a taxpayer", lambda: _create_user(officer, taxpayer))
    return _summary(officer, tuple(told.steps))


def town(pack: Pack) -> dict[str, pa.Table]:
    """Draw the objects of each kind as `objects.load_objects` takes them."""
    tables = {}
    for number, (kind, tax, count) in enumerate(KINDS, 1):
        drawn = batches(pack, tax, count, seed=SEED, year=2025)
        table = objects_of_kind(pack, kind, drawn, year=2025, prefix=str(number))
        for name, column in _placed(kind, table).items():
            table = table.set_column(table.column_names.index(name), name, column)
        tables[kind] = table
    return tables


def _placed(kind: str, table: pa.Table) -> dict[str, pa.Array]:
    """Put what is drawn all over the country into towns whose values the pack knows."""
    if kind == "home":  # in Bishkek; the value of its land is not known, that of Chuy stands for it
        has_plot = pc.greater(table["plot_area_m2"], 0)
        return {
            "region": pc.if_else(has_plot, "chuy", "none"),
            "population": pa.array([450_000] * table.num_rows),
        }
    if kind not in {"building", "plot", "market_object"}:
        return {}
    towns = (("kara_balta_city", "kara_balta_city", 48_000), ("tokmok_city", "other", 71_000))
    drawn = [towns[number % len(towns)] for number in range(table.num_rows)]
    placed = {
        "place": pa.array([town for town, _council, _people in drawn]),
        "council": pa.array([council for _town, council, _people in drawn]),
        "region": pa.array(["chuy"] * table.num_rows),
        "population": pa.array([people for _town, _council, people in drawn]),
    }
    return {name: column for name, column in placed.items() if name in table.column_names}


def people() -> list[str]:
    """Invent names of taxpayers, drawn with the seed."""
    random = np.random.default_rng(SEED)
    given, family = random.choice(GIVEN, PEOPLE), random.choice(FAMILY, PEOPLE)
    return [f"{first} {last}" for first, last in zip(given, family, strict=True)]


def _register(officer: Context) -> bool:
    if objects.coverage(officer):
        return True
    then = replace(officer, today=REGISTERED_ON)
    tables = town(officer.pack)
    for kind, table in tables.items():
        objects.load_objects(
            then, table, kind=kind, valid_from=date(2008, 1, 1), synthetic=True, source=kind
        )
    owners, holdings = holders_of(tables.values(), people(), seed=SEED)
    taxpayers.load_holdings(then, owners=owners, holdings=holdings)
    return False


def _is_issued(ctx: Context, tax: str, year: int) -> bool:
    return any((roll.tax, roll.year) == (tax, year) for roll in rolls.issued(ctx))


def _roll(officer: Context, head: Context, tax: str, year: int) -> bool:
    """Draft a roll, confirm what is doubtful, and have another officer issue it."""
    if _is_issued(officer, tax, year):
        return True
    drafted, issued = (
        (DRAFTED_2025, ISSUED_2025) if year == ISSUED_2025.year else (DRAFTED_2026, ISSUED_2026)
    )
    then = replace(officer, today=drafted)
    roll_lifecycle.draft_roll(then, tax=tax, year=year)
    doubts = [doubt.id for doubt in confirmations.doubts(then, tax=tax, year=year)]
    confirmations.confirm(then, doubts, tax=tax, year=year, document=DEMONSTRATION)
    roll_lifecycle.issue_roll(replace(head, today=issued), tax=tax, year=year)
    return False


def _pay(officer: Context, tax: str, year: int, share: float) -> bool:
    """Record payments between the issue and the due day; the rest becomes arrears."""
    months = ledger.revenue(officer).months
    if any((m.tax, m.month.year) == (tax, year) and m.received for m in months):
        return True
    owed = [bill for bill in rolls.payable(officer, tax=tax, year=year) if bill.amount > 0]
    drawn = np.random.default_rng([SEED, year])
    paid, days = drawn.random(len(owed)) < share, drawn.integers(3, 70, len(owed))
    first = ISSUED_2025 if year == ISSUED_2025.year else ISSUED_2026
    payments = [
        ledger.Payment(
            bill.reference,
            bill.amount,
            first + timedelta(days=int(day)),
            f"demo-town:{bill.reference}",
        )
        for bill, pays, day in zip(owed, paid, days, strict=True)
        if pays
    ]
    ledger.record_payments(officer, payments)
    return False


def _learn(officer: Context) -> bool:
    """Record a survey that found a larger home, and grant one claim of relief of two."""
    if reliefs.claims(officer):
        return True
    then = replace(officer, today=SURVEYED_ON)
    bills = _large_bills(officer, 2025)
    surveyed, relieved, waiting = bills[0], bills[1], bills[2]
    area = Decimal(next(i.value for i in surveyed.inputs if i.name == "area_m2"))
    objects.change_object(
        then, surveyed.property_id, {"area_m2": str(area + 24)}, valid_from=date(2025, 9, 1),
        document="survey 14 (invented): a room was built on",
    )  # fmt: skip
    for bill, value, evidence in (
        (relieved, "hero_or_holder_of_high_order", "order certificate 105 (invented)"),
        (waiting, "parent_of_child_with_disability", "medical certificate 7 (invented)"),
    ):
        new = reliefs.NewRelief(
            bill.property_id, "relief_category", value, date(2026, 1, 1), evidence,
            taxpayer_id=bill.taxpayer_id,
        )  # fmt: skip
        claim = reliefs.claim_relief(then, new)
        if bill is relieved:
            reliefs.grant_relief(then, claim.claim_id, document="order 3 (invented)")
    return False


def _large_bills(officer: Context, year: int) -> list[rolls.Bill]:
    """Return the largest bills of whole homes of a year, by number."""
    found = rolls.page(officer, tax=HOMES, year=year)
    whole = [bill for bill in found if bill.share == 1]
    return sorted(whole, key=lambda bill: (-bill.amount, bill.bill_no))[:8]


def _object(officer: Context) -> bool:
    """File two objections: one is upheld in part, one waits longer than it may."""
    if bill_objections.objections(officer):
        return True
    upheld, open_ = _large_bills(officer, 2026)[3:5]
    filed = replace(officer, today=OBJECTED_ON)
    first = bill_objections.file_objection(
        filed, reference=upheld.reference, claimed=_whole(upheld.amount / 2),
        grounds="The recorded area counts the veranda.", evidence="Plan of the flat (invented).",
    )  # fmt: skip
    bill_objections.file_objection(
        filed, reference=open_.reference, claimed=_whole(open_.amount * Decimal("0.8")),
        grounds="The house was measured with the shed.",
    )  # fmt: skip
    area = Decimal(next(i.value for i in upheld.inputs if i.name == "area_m2"))
    bill_objections.decide_objection(
        replace(officer, today=DECIDED_ON), first.objection_id,
        reason="Measured again: the veranda is not heated and does not count.",
        changed={"area_m2": str(area - 12)},
    )  # fmt: skip
    return False


def _correct(officer: Context) -> bool:
    """Sell a home within the year, and correct the roll by it."""
    sold = _large_bills(officer, 2025)[6]
    card = objects.find_object(officer, sold.property_id)
    if any(change.kind == "transfer" for change in card.changes):
        return True
    buyer = f"299{PEOPLE:011d}"
    taxpayers.transfer(
        replace(officer, today=SOLD_ON), sold.property_id, on=SOLD_ON,
        holders=[taxpayers.Holder(buyer, Decimal(1))], document="deed 2214 (invented)",
    )  # fmt: skip
    roll_lifecycle.correct_roll(
        replace(officer, today=CORRECTED_ON), tax=HOMES, year=2026, reason="register of September"
    )
    return False


def _leave_draft(officer: Context) -> bool:
    """Leave a roll as a draft, with its doubts, for whoever tries the portal."""
    known = {(line.tax, line.year) for line in roll_desk.all_rolls(officer)}
    if (BUILDINGS, 2026) in known:
        return True
    roll_lifecycle.draft_roll(officer, tax=BUILDINGS, year=2026)
    return False


def _shown_taxpayer(officer: Context) -> str:
    """Choose whose pages are shown: who waits for a relief, and so has a home."""
    return next(each.taxpayer_id for each in reliefs.claims(officer) if each.status == "claimed")


def _create_user(officer: Context, taxpayer_id: str) -> bool:
    before = users.count(officer)
    make_account(officer, "taxpayer", "taxpayer", taxpayer=taxpayer_id)
    return users.count(officer) == before


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1))


def _summary(officer: Context, steps: tuple[DemoStep, ...]) -> TownSummary:
    """Read the final state back from the registers."""
    covered = objects.coverage(officer)
    lines = roll_desk.all_rolls(officer)
    issued = [line for line in lines if line.status == "issued"]
    revenue = ledger.revenue(officer)
    in_rolls = {line.tax for line in issued}
    return TownSummary(
        objects=sum(each.objects for each in covered),
        taxpayers=taxpayers.count(officer),
        without_holder=sum(each.without_holder for each in covered),
        bills=sum(line.bills for line in issued),
        charged=sum((line.total for line in issued), Decimal(0)),
        paid=sum((m.received for m in revenue.months if m.tax in in_rolls), Decimal(0)),
        overdue=ledger.arrears(officer, limit=1).total,
        draft_waits=any(line.status == "draft" for line in lines),
        objections=len(bill_objections.objections(officer)),
        reliefs=len(reliefs.claims(officer)),
        currency=officer.pack.currency.code,
        steps=steps,
        users=(DemoUser("taxpayer", PASSWORD, "taxpayer"),),
    )
