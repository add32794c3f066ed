"""The demonstration: a real county from sales to paid bills, told with the other services.

Each step looks at what is recorded already, so a demonstration that was killed goes on where it
stopped and ends in the same state. Houses, sales and law are real; owners and payments are
synthetic and say so.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import NotFound
from kazyna.core.progress import Progress, silent
from kazyna.packs.pack import Pack
from kazyna.services import (
    cadastre,
    confirmations,
    drafts,
    falls,
    ledger,
    objections,
    overrides,
    roll_lifecycle,
    rolls,
    round_files,
    rounds,
    taxpayers,
    users,
)
from kazyna.services.context import Actor, Context, Installation
from kazyna.services.demo_goods import GoodsSummary
from kazyna.services.demo_steps import (
    DEMONSTRATION,
    PASSWORD,
    DemoStep,
    DemoUser,
    Steps,
    make_account,
)
from kazyna.services.settings import Settings
from kazyna.store import files

VALUATION_DATE = date(2015, 5, 31)
TAX = "property_tax"
TAX_YEAR = 2016
"""Values of 2015 are taxed in the year after, as in Washington."""
TODAY = date(2016, 6, 15)
"""The demonstration's business date: six weeks after the first half of the tax was due."""
SEED = 2015

PUBLISHED_ON = date(2015, 6, 15)
OBJECTIONS_FROM, OBJECTIONS_TO = date(2016, 5, 2), date(2016, 7, 1)
"""In truth the values of 2015 could be contested in 2015; the window of the demonstration is open
on its business date, so that objecting can be tried."""


@dataclass(frozen=True)
class InventedObjection:
    """What an invented owner claims, as a share of the value, and what the office answers."""

    share: Decimal
    kind: objections.Kind
    grounds: str
    evidence: str
    granted: Decimal | None
    """Share of the value that is decided; None rejects."""
    answer: str | None
    """None leaves the objection open."""


OBJECTIONS = (
    InventedObjection(
        Decimal("0.88"), "condition", "The roof leaks and the foundation has settled.",
        "Report of a building inspector (invented).", Decimal("0.95"),
        "Inspected: the roof is to be replaced; the foundation is sound.",
    ),
    InventedObjection(
        Decimal("0.80"), "comparable", "A smaller house across the street is valued far lower.",
        "", None, "The house across the street is older and on a smaller plot.",
    ),
    InventedObjection(
        Decimal("0.93"), "characteristic", "The recorded area counts an unfinished basement.",
        "Floor plan (invented).", None, None,
    ),
)  # fmt: skip

PAID_IN_FULL, PAID_IN_PART = 0.86, 0.06
"""Shares of the bills; the rest is not paid and shows as arrears."""


@dataclass(frozen=True)
class DemoSummary:
    """The state in which the demonstration ends, whether run once, twice or after a crash."""

    properties: int
    sales: int
    median_ratio: float
    cod: float
    prd: float
    prb: float
    coverage_90: float
    values_total: Decimal
    tax_total: Decimal
    bills: int
    paid: Decimal
    payments: int
    currency: str
    steps: tuple[DemoStep, ...]
    users: tuple[DemoUser, ...]
    goods: GoodsSummary | None = None
    """Of the second chapter, where it was told too."""


def settings_of_demo(settings: Settings) -> Settings:
    """Set the business date of the demonstration unless another is set."""
    return settings if settings.today else replace(settings, today=TODAY.isoformat())


def run_demo(
    installation: Installation, *, sales_rows: pa.Table | None = None, progress: Progress = silent
) -> DemoSummary:
    """Load the pack's county, value it, tax it, post the bills and record some payments.

    Parameters
    ----------
    installation
        Where to do it; the pack must bring a demonstration folder.
    sales_rows
        Sales to use in place of the pack's table, of the same columns: a smaller county.
    progress
        Told of each step.
    """
    officer = installation.context(Actor("demo-officer", "officer"))
    second = installation.context(Actor("demo-second-officer", "officer"))
    valuer = installation.context(Actor("demo-valuer", "valuer"))
    head = installation.context(Actor("demo-head", "valuer"))
    county = _folder(installation.pack) / "king_county_sales.parquet"
    evidence = sales_rows if sales_rows is not None else files.read_table(county)
    told = Steps(progress)
    step = told.take
    step("cadastre and sales", lambda: _load(valuer, evidence))
    step("owners (synthetic)", lambda: _load_owners(officer, evidence))
    step("valuation round", lambda: _publish(valuer, progress))
    step("objections (synthetic)", lambda: _object(officer, valuer, head))
    step("tax roll", lambda: _issue(officer, second))
    step("payments (synthetic)", lambda: _pay(officer, progress))
    accounts = _accounts(officer)
    step("sign-in accounts", lambda: _create_users(officer, accounts))
    return _summary(officer, tuple(told.steps), accounts)


def _folder(pack: Pack) -> Path:
    if pack.demo is None:
        raise NotFound(f"The pack {pack.name} brings no demonstration.")
    return pack.demo


def _load(ctx: Context, evidence: pa.Table) -> bool:
    """Take the county's houses as the cadastre: each as its latest sale describes it."""
    sales = evidence.rename_columns(
        [
            "property_id" if name == "id" else "sold_on" if name == "date" else name
            for name in evidence.column_names
        ]
    )
    number = pc.utf8_lpad(pc.cast(sales["property_id"], pa.string()), 10, "0")
    sales = sales.set_column(0, "property_id", number)
    newest = sales.sort_by([("property_id", "ascending"), ("sold_on", "descending")])
    ids = newest["property_id"].to_numpy(zero_copy_only=False)
    houses = newest.filter(pa.array(np.r_[True, ids[1:] != ids[:-1]]))
    houses = houses.rename_columns(
        ["lon" if name == "long" else name for name in houses.column_names]
    ).drop_columns(["sold_on", "price"])
    before = cadastre.overview(ctx)
    loaded = cadastre.load_cadastre(
        ctx, properties=houses, sales=sales.select(["property_id", "sold_on", "price"])
    )
    return (before.properties, before.sales) == (loaded.properties, loaded.sales)


def _load_owners(ctx: Context, evidence: pa.Table) -> bool:
    """Give every house one or two owners, drawn with a fixed seed; some own several houses."""
    houses = pc.utf8_lpad(pc.cast(evidence["id"], pa.string()), 10, "0")
    owners, holdings = synthetic_owners(
        sorted(set(houses.to_pylist())), names=_names(ctx.pack), seed=SEED
    )
    before = taxpayers.count(ctx)
    loaded = taxpayers.load_holdings(ctx, owners=owners, holdings=holdings)
    return before == loaded.taxpayers


def _names(pack: Pack) -> dict[str, list[str]]:
    content = (_folder(pack) / "owners.toml").read_text(encoding="utf-8")
    names: dict[str, list[str]] = tomllib.loads(content)
    return names


def synthetic_owners(
    property_ids: list[str], *, names: Mapping[str, list[str]], seed: int
) -> tuple[pa.Table, pa.Table]:
    """Invent taxpayers and holdings: tables as `taxpayers.load_holdings` takes them.

    One house in eight belongs to two people in equal shares; about one taxpayer in fourteen owns
    more than one house.
    """
    rng = np.random.default_rng(seed)
    n_owners = max(2, int(len(property_ids) * 0.93))
    first = rng.integers(0, n_owners, len(property_ids))
    first[:n_owners] = rng.permutation(n_owners)
    shared = rng.random(len(property_ids)) < 1 / 8
    second = (first + rng.integers(1, n_owners, len(property_ids))) % n_owners
    number = np.char.zfill(np.arange(1, n_owners + 1).astype(str), 7)
    taxpayer_ids = np.char.add("T", number)
    given = rng.choice(names["given"], n_owners)
    family = rng.choice(names["family"], n_owners)
    owners = pa.table(
        {
            "taxpayer_id": taxpayer_ids,
            "name": np.char.add(np.char.add(given, " "), family),
            "language": rng.choice(["en", "ru", "ky"], n_owners),
            "synthetic": np.ones(n_owners, dtype=bool),
        }
    )
    houses = np.asarray(property_ids)
    share = np.where(shared, "0.5", "1")
    holdings = pa.table(
        {
            "property_id": np.concatenate([houses, houses[shared]]),
            "taxpayer_id": taxpayer_ids[np.concatenate([first, second[shared]])],
            "share": pa.array(np.concatenate([share, share[shared]])).cast(pa.decimal128(9, 8)),
            "held_from": pa.array([date(2015, 1, 1)] * (len(houses) + int(shared.sum()))),
        }
    )
    return owners, holdings


def _publish(ctx: Context, progress: Progress) -> bool:
    """Draft, freeze and publish the values, and open the window for objections."""
    ctx = replace(ctx, today=PUBLISHED_ON)
    of_the_day = [line for line in rounds.all_rounds(ctx) if line.valuation_date == VALUATION_DATE]
    alive = [line for line in of_the_day if line.status != "withdrawn"]
    if alive and alive[0].status in rounds.PUBLIC:
        round_, done_before = alive[0], alive[0].status != "published"
    else:
        if alive:
            round_ = alive[0]
        else:
            round_ = drafts.create_round(
                ctx, valuation_date=VALUATION_DATE, seed=SEED, progress=progress
            )
        round_files.freeze_round(ctx, round_.round_id, progress=progress)
        rounds.publish_round(ctx, round_.round_id)
        done_before = False
    if not done_before:
        rounds.open_objections(
            replace(ctx, today=OBJECTIONS_FROM),
            round_.round_id,
            closes_on=OBJECTIONS_TO,
            note="The window of the demonstration.",
        )
    return done_before


def _object(officer: Context, valuer: Context, head: Context) -> bool:
    """File invented objections, decide some, and have the decision signed a second time."""
    round_ = rounds.latest(officer)
    if round_ is None or round_.status != "objections":
        return True
    filed = objections.objections_of_round(officer, round_.round_id)
    before = sorted(filed, key=lambda objection: objection.objection_id)
    contested = cadastre.search(officer, "1", limit=len(OBJECTIONS))
    for number, (house, invented) in enumerate(zip(contested, OBJECTIONS, strict=False)):
        day = OBJECTIONS_FROM + timedelta(days=7 * (number + 1))
        if number < len(before):
            objection = before[number]
        else:
            objection = _file(replace(officer, today=day), house.property_id, invented)
        later = replace(valuer, today=day + timedelta(days=10))
        if invented.answer is not None and objection.status in objections.UNDECIDED:
            granted = invented.granted and _whole(objection.contested_value * invented.granted)
            objections.decide_objection(
                later, objection.objection_id, value=granted, reason=invented.answer
            )
        for proposed in overrides.overrides_of_round(valuer, round_.round_id):
            if proposed.decision is None:
                overrides.confirm_override(replace(head, today=later.today), proposed.override_id)
    return len(before) >= len(OBJECTIONS)


def _file(officer: Context, property_id: str, invented: InventedObjection) -> objections.Objection:
    card = cadastre.find_property(officer, property_id)
    if card.valuation is None:
        raise NotFound(f"The property {property_id} has no value to object to.")
    new = objections.NewObjection(
        _whole(card.valuation.value * invented.share),
        invented.kind,
        invented.grounds,
        invented.evidence,
    )
    holder = taxpayers.holders(officer, property_id)[0]
    return objections.file_objection(officer, property_id, new, taxpayer_id=holder)


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1))


def _issue(ctx: Context, second: Context) -> bool:
    """Draft the roll, confirm what is doubtful in the law, and have another officer issue it."""
    if any((roll.tax, roll.year) == (TAX, TAX_YEAR) for roll in rolls.issued(ctx)):
        return True
    doubts = confirmations.doubts(ctx, tax=TAX, year=TAX_YEAR)
    confirmations.confirm(
        ctx, [doubt.id for doubt in doubts], tax=TAX, year=TAX_YEAR, document=DEMONSTRATION
    )
    roll_lifecycle.draft_roll(ctx, tax=TAX, year=TAX_YEAR)
    roll_lifecycle.issue_roll(second, tax=TAX, year=TAX_YEAR)
    return False


def _pay(ctx: Context, progress: Progress) -> bool:
    """Record payments of the spring of 2016, a bank day at a time; each day is posted once.

    Whoever pays the first half alone owes the second in autumn; whoever missed it, the whole now.
    """
    owed = rolls.payable(ctx, tax=TAX, year=TAX_YEAR)
    rng = np.random.default_rng(SEED)
    drawn = rng.random(len(owed))
    days = rng.triangular(0, 88, 120, len(owed)).astype(int)
    by_day: dict[date, list[ledger.Payment]] = {}
    for bill, share, day in zip(owed, drawn, days, strict=True):
        if share < PAID_IN_FULL + PAID_IN_PART:
            first = bill.parts[0].amount if bill.parts else bill.amount
            amount = bill.amount if share < PAID_IN_FULL else first
            received_on = date(2016, 2, 1) + timedelta(days=int(day))
            key = f"demo-bank:{received_on}:{bill.reference}"
            by_day.setdefault(received_on, []).append(
                ledger.Payment(bill.reference, amount, received_on, key)
            )
    created = 0
    for done, received_on in enumerate(sorted(by_day)):
        progress("payments (synthetic)", done, len(by_day))
        created += ledger.record_payments(ctx, by_day[received_on]).created
    return falls.fall_due(ctx).debts + created == 0


def _accounts(ctx: Context) -> tuple[tuple[DemoUser, str | None], ...]:
    """List the local accounts: the taxpayer is the one who owes most, the head signs second."""
    debtors = ledger.arrears(ctx, limit=1).largest
    taxpayer = debtors[0].taxpayer_id if debtors else "T0000001"
    return (
        (DemoUser("officer", PASSWORD, "officer"), None),
        (DemoUser("valuer", PASSWORD, "valuer"), None),
        (DemoUser("head", PASSWORD, "valuer"), None),
        (DemoUser("auditor", PASSWORD, "auditor"), None),
        (DemoUser("administrator", PASSWORD, "administrator"), None),
        (DemoUser("taxpayer", PASSWORD, "taxpayer"), taxpayer),
    )


def _create_users(ctx: Context, accounts: tuple[tuple[DemoUser, str | None], ...]) -> bool:
    known = users.count(ctx)
    for user, taxpayer_id in accounts:
        make_account(ctx, user.name, user.role, taxpayer=taxpayer_id)
    return known == len(accounts)


def _summary(
    ctx: Context, steps: tuple[DemoStep, ...], accounts: tuple[tuple[DemoUser, str | None], ...]
) -> DemoSummary:
    """Read the final state back from the registers: what is printed is what is recorded."""
    overview = cadastre.overview(ctx)
    round_ = rounds.latest(ctx)
    if round_ is None:
        raise NotFound("No valuation round is published.")
    roll = next(roll for roll in rolls.issued(ctx) if (roll.tax, roll.year) == (TAX, TAX_YEAR))
    revenue = ledger.revenue(ctx)
    return DemoSummary(
        properties=overview.properties,
        sales=overview.sales,
        median_ratio=round_.study.median_ratio.value,
        cod=round_.study.cod.value,
        prd=round_.study.prd.value,
        prb=round_.study.prb.value,
        coverage_90=round_.study.coverage_90,
        values_total=round_.total_value,
        tax_total=roll.total,
        bills=roll.bills,
        paid=revenue.received,
        payments=revenue.payments,
        currency=revenue.currency,
        steps=steps,
        users=tuple(user for user, _ in accounts),
    )
