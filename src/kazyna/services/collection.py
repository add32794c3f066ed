"""Collection: dunning by the pack's ladder, whom to work on first, risk, and the year's figures."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from kazyna.accounts import next_steps, risk_points
from kazyna.core.errors import Forbidden, NotFound
from kazyna.core.money import from_minor, from_minor_parts, round_to
from kazyna.core.text import LANGUAGES, Language, translated
from kazyna.documents import demand as paper
from kazyna.packs.collection import DunningLaw
from kazyna.services import falls
from kazyna.services.context import Context
from kazyna.services.laws import cited
from kazyna.services.payment_codes import payment_qr
from kazyna.store import collection, enforcement
from kazyna.store.collection import NoticeRow
from kazyna.store.connection import Transaction

SHOWN = 200
WHOLE_YEAR = 365


@dataclass(frozen=True)
class DunningStepDone:
    """How many debtors were told so now."""

    step: str
    notices: int
    overdue: Decimal


@dataclass(frozen=True)
class DunningRun:
    """What a run of dunning has sent."""

    on: date
    currency: str
    notices: int
    steps: tuple[DunningStepDone, ...]
    lifted: int
    """Measures of enforcement that were lifted, since their debts are settled."""


@dataclass(frozen=True)
class DunningNotice:
    """One notice to a debtor."""

    notice_id: int
    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    late_since: date
    step: str
    title: str
    """In the language of the caller."""
    overdue: Decimal
    sent_on: date
    pay_by: date


@dataclass(frozen=True)
class WorkItem:
    """One debtor, and what is likely to come in."""

    taxpayer_id: str
    taxpayer_name: str
    overdue: Decimal
    recoverable: Decimal | None
    """None where the pack does not say what is likely."""
    days_late: int
    notices: int


@dataclass(frozen=True)
class Worklist:
    """The debtors of whom most is likely to come in, the first to be seen first."""

    on: date
    currency: str
    items: tuple[WorkItem, ...]


@dataclass(frozen=True)
class RiskReasonGiven:
    """A reason for points: what was measured, its value, and the points."""

    measure: str
    label: str
    """In the language of the caller."""
    value: Decimal
    points: int


@dataclass(frozen=True)
class RiskScore:
    """The points of one taxpayer, and why."""

    taxpayer_id: str
    taxpayer_name: str
    score: int
    high: bool
    reasons: tuple[RiskReasonGiven, ...]
    """They add up to the score."""


@dataclass(frozen=True)
class LapsedDebt:
    """A debt beyond the term in which the law lets it be collected."""

    account: str
    tax: str
    taxpayer_id: str
    taxpayer_name: str
    period: int
    bucket: str
    due_on: date
    amount: Decimal


@dataclass(frozen=True)
class CollectionFigures:
    """A year of collection, as TADAT's outcome areas 5 and 8 ask for it."""

    year: int
    through: date
    currency: str
    in_time_by_number: Decimal | None
    """Debts due in the year that were paid whole by their due day, as a share; None without any."""
    in_time_by_value: Decimal | None
    """What was paid of them by their due day, as a share."""
    collected: Decimal
    arrears: Decimal
    arrears_to_collected: Decimal | None
    """Arrears at the end as a share of what the year has collected."""
    recoverable_to_collected: Decimal | None
    """The same of arrears that are likely to come in."""
    over_a_year_share: Decimal | None
    """Arrears older than twelve months as a share of all."""


def dun(ctx: Context) -> DunningRun:
    """Take the step that is due on every debtor; asked twice on a day, it is taken once.

    Debts that are suspended and accounts with a plan are left alone. Measures of enforcement whose
    debts are settled are lifted.

    Raises
    ------
    NotFound
        When the pack has no ladder.
    """
    ctx.require("officer")
    ladder = _ladder(ctx)
    currency = ctx.pack.currency
    with ctx.transaction() as tx:
        falls.fall_due_within(tx, ctx.today)
        debtors = collection.debtors(tx, ctx.today)
        steps = next_steps(debtors, [law.step(currency) for law in ladder], ctx.today)
        due = debtors.append_column("step", steps.cast(pa.int32()))
        due = due.filter(pc.greater_equal(due["step"], 0))
        names = pa.array([law.name for law in ladder])
        pay_by = pa.array([ctx.today + timedelta(days=law.days_to_pay) for law in ladder])
        rows = due.append_column("name", names.take(due["step"]))
        rows = rows.append_column("pay_by", pay_by.take(due["step"]))
        if rows.num_rows:
            collection.insert_notices(tx, rows)
        lifted = enforcement.lift_settled(tx)
    counted = rows.group_by("step").aggregate([("overdue", "count"), ("overdue", "sum")])
    done = sorted(counted.to_pylist(), key=lambda row: row["step"])
    return DunningRun(
        on=ctx.today,
        currency=currency.code,
        notices=rows.num_rows,
        steps=tuple(
            DunningStepDone(
                ladder[row["step"]].name,
                row["overdue_count"],
                from_minor(row["overdue_sum"], currency),
            )
            for row in done
        ),
        lifted=lifted,
    )


def notices(
    ctx: Context, *, taxpayer_id: str | None = None, sent_on: date | None = None
) -> tuple[DunningNotice, ...]:
    """Return notices, to one taxpayer or of one day, the latest first."""
    ctx.require("officer", "auditor", "taxpayer")
    if ctx.actor.role == "taxpayer":
        if taxpayer_id not in {None, ctx.actor.taxpayer_id}:
            raise Forbidden("These are another taxpayer's notices.")
        taxpayer_id = ctx.actor.taxpayer_id
    with ctx.transaction() as tx:
        rows = collection.notices(tx, taxpayer_id=taxpayer_id, sent_on=sent_on, limit=SHOWN)
    return tuple(_notice(ctx, row) for row in rows)


def notice_pdf(ctx: Context, notice_id: int, *, language: Language | None = None) -> bytes:
    """Print a notice in a language, or in that of its taxpayer."""
    ctx.require("officer", "auditor", "taxpayer")
    with ctx.transaction() as tx:
        row = collection.find_notice(tx, notice_id)
        if row is None:
            raise NotFound(f"There is no notice {notice_id}.")
        debts = collection.overdue(tx, on=ctx.today, account=row.account, limit=SHOWN)
        reference = collection.reference_of(tx, row.account)
    known: dict[str, Language] = {name: name for name in LANGUAGES}
    chosen = language or known.get(row.language, "en")
    law = _law_of(ctx, row)
    tax = ctx.pack.taxes.get(row.tax)
    return paper.render_demand(
        paper.Demand(
            language=chosen,
            issuer=ctx.pack.title.in_(chosen),
            number=str(row.notice_id),
            title=law.title.in_(chosen) if law else row.name,
            text=law.text.in_(chosen) if law else "",
            tax=tax.title.in_(chosen) if tax else row.tax,
            taxpayer=row.taxpayer_name,
            taxpayer_id=row.taxpayer_id,
            sent_on=row.sent_on,
            pay_by=row.pay_by,
            late_since=row.late_since,
            amount=from_minor(row.overdue, ctx.pack.currency),
            currency=ctx.pack.currency,
            reference=reference or "",
            debts=tuple(
                paper.DemandLine(
                    debt.period, debt.bucket, debt.due_on,
                    from_minor(debt.balance, ctx.pack.currency),
                )
                for debt in debts
            ),
            law=cited(ctx, law.grounds.law, chosen) if law else "",
            doubt=translated(law.grounds.doubt, ctx.pack.doubts, chosen)
            if law and law.grounds.doubt else None,
            qr=payment_qr(
                ctx, reference=reference or "", amount=from_minor(row.overdue, ctx.pack.currency),
                tax=row.tax, year=row.late_since.year, language=chosen,
            ),
        )
    )  # fmt: skip


def worklist(ctx: Context, *, limit: int = 50) -> Worklist:
    """Return the debtors of whom most is likely to come in, by the pack's shares by age."""
    ctx.require("officer", "auditor")
    bands = ctx.pack.accounts.collection.recoverable
    currency = ctx.pack.currency
    with ctx.transaction() as tx:
        rows = collection.worklist(tx, on=ctx.today, bands=bands, limit=limit)
    items = tuple(
        WorkItem(
            taxpayer_id=row.taxpayer_id,
            taxpayer_name=row.taxpayer_name,
            overdue=from_minor(row.overdue, currency),
            recoverable=_money(ctx, row.recoverable) if bands else None,
            days_late=(ctx.today - row.late_since).days,
            notices=row.notices,
        )
        for row in rows
    )
    return Worklist(ctx.today, currency.code, items)


def risks(ctx: Context, *, limit: int = 50) -> tuple[RiskScore, ...]:
    """Return the debtors with most points, each with the reasons that add up to them.

    Raises
    ------
    NotFound
        When the pack names no reasons.
    """
    ctx.require("officer", "auditor")
    policy = ctx.pack.accounts.collection
    if not policy.risk:
        raise NotFound(f"The pack {ctx.pack.name} names no reasons for risk.")
    with ctx.transaction() as tx:
        measured, points = scored(ctx, tx, on=ctx.today)
    order = pc.sort_indices(points["score"], [("", "descending")]).slice(0, limit)
    people, given = measured.take(order).to_pylist(), points.take(order).to_pylist()
    return tuple(
        RiskScore(
            taxpayer_id=person["taxpayer_id"],
            taxpayer_name=person["name"],
            score=scored["score"],
            high=scored["score"] >= policy.risk_high,
            reasons=tuple(
                RiskReasonGiven(
                    law.reason.measure,
                    law.label.in_(ctx.language),
                    Decimal(person[law.reason.measure]),
                    scored[law.reason.measure],
                )
                for law in policy.risk
                if scored[law.reason.measure]
            ),
        )
        for person, scored in zip(people, given, strict=True)
    )


def scored(ctx: Context, tx: Transaction, *, on: date) -> tuple[pa.Table, pa.Table]:
    """Measure every debtor by the pack's reasons for risk, and count the points of each."""
    return points_of(ctx, collection.known_of_debtors(tx, on))


def points_of(ctx: Context, known: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Bring what is known of debtors to the measures of the pack, and count the points of each."""
    unit = 10**ctx.pack.currency.decimals
    whole = pc.divide(known["overdue"], pa.scalar(unit, pa.int64()))
    measured = known.set_column(known.column_names.index("overdue"), "overdue", whole)
    return measured, risk_points(
        measured, [law.reason for law in ctx.pack.accounts.collection.risk]
    )


def lapsed(ctx: Context) -> tuple[LapsedDebt, ...]:
    """Return the debts beyond the term of limitation, the oldest first; to be written off.

    Raises
    ------
    NotFound
        When the pack knows no term.
    """
    ctx.require("officer", "auditor")
    years = ctx.pack.accounts.collection.limitation_years
    if years is None:
        raise NotFound(f"The pack {ctx.pack.name} knows no term of limitation.")
    before = _years_before(ctx.today, years)
    with ctx.transaction() as tx:
        rows = collection.overdue(tx, on=ctx.today, due_before=before, limit=SHOWN)
    return tuple(
        LapsedDebt(
            row.account,
            row.tax,
            row.taxpayer_id,
            row.taxpayer_name,
            row.period,
            row.bucket,
            row.due_on,
            from_minor(row.balance, ctx.pack.currency),
        )
        for row in rows
    )


def figures(ctx: Context, *, year: int) -> CollectionFigures:
    """Return how a year was collected, to its end or to the business day.

    TADAT, as tadat.org numbers it: P5-14 payments in time, P5-15 stock and flow of arrears.
    """
    ctx.require("officer", "auditor")
    first, last = date(year, 1, 1), min(date(year, 12, 31), ctx.today)
    with ctx.transaction() as tx:
        row = collection.figures(
            tx, first=first, last=last, bands=ctx.pack.accounts.collection.recoverable
        )
    return CollectionFigures(
        year=year,
        through=last,
        currency=ctx.pack.currency.code,
        in_time_by_number=_share(row.debts_in_time, row.debts_due),
        in_time_by_value=_share(row.paid_in_time, row.charged_due),
        collected=from_minor(row.collected, ctx.pack.currency),
        arrears=from_minor(row.arrears, ctx.pack.currency),
        arrears_to_collected=_share(row.arrears, row.collected),
        recoverable_to_collected=_share(row.recoverable, row.collected),
        over_a_year_share=_share(row.arrears_over_a_year, row.arrears),
    )


def _ladder(ctx: Context) -> tuple[DunningLaw, ...]:
    ladder = ctx.pack.accounts.collection.dunning
    if not ladder:
        raise NotFound(f"The pack {ctx.pack.name} has no ladder of dunning.")
    return ladder


def _law_of(ctx: Context, row: NoticeRow) -> DunningLaw | None:
    ladder = ctx.pack.accounts.collection.dunning
    return next((law for law in ladder if law.name == row.name), None)


def _notice(ctx: Context, row: NoticeRow) -> DunningNotice:
    law = _law_of(ctx, row)
    return DunningNotice(
        notice_id=row.notice_id,
        account=row.account,
        tax=row.tax,
        taxpayer_id=row.taxpayer_id,
        taxpayer_name=row.taxpayer_name,
        late_since=row.late_since,
        step=row.name,
        title=law.title.in_(ctx.language) if law else row.name,
        overdue=from_minor(row.overdue, ctx.pack.currency),
        sent_on=row.sent_on,
        pay_by=row.pay_by,
    )


def _money(ctx: Context, minor: Decimal | None) -> Decimal:
    return from_minor_parts(minor or Decimal(0), ctx.pack.currency)


def _share(part: Decimal | int, whole: int) -> Decimal | None:
    return round_to(Decimal(part) / whole, Decimal("0.0001")) if whole > 0 else None


def _years_before(day: date, years: int) -> date:
    """Return the same day so many years before; 28 February for the 29th."""
    year = max(day.year - years, 1)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
