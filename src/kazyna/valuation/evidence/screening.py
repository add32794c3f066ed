"""Which sales are market evidence: each one kept or left out, with its reasons, reversibly.

Screening sees the sales that it is given and no others: give it what the model may learn from,
never what is held out. Declared flags leave a sale out by themselves; statistics leave it out
where one strong or two weak witnesses speak; an analyst's decision overrides both
(IAAO, Standard on Ratio Studies, 2013, appendix A; Standard on Verification and Adjustment of
Sales, 2020).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kazyna.core.errors import Finding, InputError
from kazyna.core.table import as_arrow
from kazyna.core.text import Language, Text
from kazyna.valuation.columns import Floats, Sales, day_number
from kazyna.valuation.evidence import screening_rules as rules
from kazyna.valuation.evidence.screening_reasons import DECLARED, KINDS, REASONS, Reason, Suspicion
from kazyna.valuation.evidence.screening_rules import Limits
from kazyna.valuation.evidence.units import FALSE_WORDS, TRUE_WORDS

DECIDED = Text(
    en="decided by an analyst: {note}",
    ru="решение аналитика: {note}",
    ky="талдоочунун чечими: {note}",
)


@dataclass(frozen=True)
class Flag:
    """Values of a column that declare a sale to be no market evidence."""

    column: str
    reason: Reason
    values: tuple[str, ...]
    """What means it: texts without regard to case, numbers, or words for truths such as `yes`."""


@dataclass(frozen=True)
class Decision:
    """What an analyst says about one sale; it overrides every rule."""

    id: str
    date: date
    keep: bool
    note: str


Screened = bool | Sequence[Decision]
"""Whether sales are screened by what they show; an analyst's decisions override what it finds."""


@dataclass(frozen=True)
class Clues:
    """What is known about the sales besides their prices; arrays in the order of the sales."""

    declared: tuple[tuple[Reason, npt.NDArray[np.bool_]], ...] = ()
    """Masks of declared sales, from `declared_sales`."""
    residual: Floats | None = None
    """Out-of-fold log residuals: log price less its expectation on the day."""
    spread: Floats | None = None
    """Robust deviation of residuals near each sale; one for all where none is given."""
    level: Floats | None = None
    """Log level of the market on the day of each sale."""
    stratum: npt.NDArray[np.str_] | None = None
    deal: npt.NDArray[np.str_] | None = None
    """The deed or the buyer of each sale; empty where unknown."""
    size: Floats | None = None
    """Area, for prices per unit of it."""


@dataclass(frozen=True)
class Screening:
    """What was found about every sale."""

    sales: Sales
    kept: npt.NDArray[np.bool_]
    suspicions: tuple[Suspicion, ...]
    """In the order of the sales, the weightiest of a sale first."""
    decisions: dict[int, Decision] = field(default_factory=dict)
    """Decisions by position of the sale."""
    unused: tuple[Decision, ...] = ()
    """Decisions about sales that are not here."""

    def counts(self) -> dict[str, int]:
        """Sales left out by their first reason; `decision` where an analyst decided alone."""
        first = self._first()
        reasons = [first.get(int(row), "decision") for row in np.flatnonzero(~self.kept)]
        found = Counter(reasons)
        return {name: found[name] for name in (*REASONS, "decision") if found[name]}

    def table(self, language: Language = "en") -> pa.Table:
        """Tell about every sale in the order of the sales.

        Returns
        -------
        pyarrow.Table
            `id`, `date`, `price`, `kept`, `reason` (the code of the first reason, also of a
            sale that is kept in spite of it), `explanation` (all reasons in words), `evidence`
            (list of `reason`, `name`, `number`) and `note` (of an analyst's decision).
        """
        of_row: dict[int, list[Suspicion]] = {}
        for item in self.suspicions:
            of_row.setdefault(item.row, []).append(item)
        count = len(self.sales)
        words: list[str | None] = [None] * count
        evidence: list[list[dict[str, object]]] = [[] for _ in range(count)]
        for row, items in of_row.items():
            words[row] = "; ".join(item.words(language) for item in items)
            evidence[row] = [{"reason": item.reason, "name": name, "number": number}
                             for item in items for name, number in item.evidence]  # fmt: skip
        for row, decision in self.decisions.items():
            said = DECIDED.in_(language).format(note=decision.note)
            words[row] = "; ".join(filter(None, (said, words[row])))
        first, notes = self._first(), {row: item.note for row, item in self.decisions.items()}
        number = pa.struct([("reason", pa.string()), ("name", pa.string()),
                            ("number", pa.float64())])  # fmt: skip
        return pa.table(
            {
                "id": pa.array(self.sales.properties.id, pa.string()),
                "date": pa.array(self.sales.day.astype(np.int32)).cast(pa.date32()),
                "price": self.sales.price,
                "kept": self.kept,
                "reason": pa.array([first.get(row) for row in range(count)], pa.string()),
                "explanation": pa.array(words, pa.string()),
                "evidence": pa.array(evidence, pa.list_(number)),
                "note": pa.array([notes.get(row) for row in range(count)], pa.string()),
            }
        )

    def doubted(self) -> pa.Table:
        """Tell about the sales that were doubted or decided on, and no others.

        Returns
        -------
        pyarrow.Table
            `id`, `date`, `price`, `kept` and `reasons`: a list of `reason` and `evidence`, which
            is a list of `name` and `number`; the weightiest first.
        """
        of_row: dict[int, list[Suspicion]] = {row: [] for row in self.decisions}
        for item in self.suspicions:
            of_row.setdefault(item.row, []).append(item)
        rows = np.array(sorted(of_row), dtype=np.int64)
        evidence = pa.list_(pa.struct([("name", pa.string()), ("number", pa.float64())]))
        reasons = [
            [{"reason": item.reason,
              "evidence": [{"name": name, "number": number} for name, number in item.evidence]}
             for item in of_row[int(row)]]
            for row in rows
        ]  # fmt: skip
        return pa.table(
            {
                "id": pa.array(self.sales.properties.id[rows], pa.string()),
                "date": pa.array(self.sales.day[rows].astype(np.int32)).cast(pa.date32()),
                "price": self.sales.price[rows],
                "kept": self.kept[rows],
                "reasons": pa.array(
                    reasons, pa.list_(pa.struct([("reason", pa.string()), ("evidence", evidence)]))
                ),
            }
        )

    def market(self) -> Sales:
        """Return the sales that are kept; each reason and its count stand in the note."""
        kept = self.sales
        first = self._first()
        reason = np.array([first.get(row, "decision") for row in range(len(kept))])
        stays = self.kept.copy()
        for name in self.counts():
            out = ~stays & (reason == name)
            words = KINDS[name].en if name in KINDS else "left out by an analyst"
            kept = kept.take(~out, left_out=words)
            stays, reason = stays[~out], reason[~out]
        return kept

    def _first(self) -> dict[int, str]:
        return {item.row: str(item.reason) for item in reversed(self.suspicions)}


def declared_sales(
    sales: object, flags: Sequence[Flag], *, source: str = "sales"
) -> tuple[tuple[Reason, npt.NDArray[np.bool_]], ...]:
    """Find the sales that the caller's columns declare to be no market evidence.

    Parameters
    ----------
    sales
        The caller's table, any that speaks Arrow.
    flags
        Columns, what they declare, and by which values.
    source
        The table's name in the findings.

    Raises
    ------
    InputError
        When there is no such column, or a reason cannot be declared.
    """
    table = as_arrow(sales)
    findings = []
    for flag in flags:
        if flag.column not in table.column_names:
            has = ", ".join(table.column_names)
            findings.append(Finding(source, f"there is no such column; the table has {has}",
                                    "a column by that name", column=flag.column))  # fmt: skip
        if flag.reason not in DECLARED:
            reason = f"{flag.reason!r} is not a reason to declare"
            known = "one of " + ", ".join(DECLARED)
            findings.append(Finding("flag", reason, known, column=flag.column))
    if findings:
        raise InputError(findings)
    return tuple((flag.reason, _declares(table[flag.column], flag)) for flag in flags)


def screen(
    sales: Sales,
    *,
    clues: Clues | None = None,
    decisions: Iterable[Decision] = (),
    limits: Limits | None = None,
) -> Screening:
    """Judge every sale: kept or left out, why, and on what evidence.

    Parameters
    ----------
    sales
        The sales that a model may learn from; nothing that is held out.
    clues
        Flags, residuals, strata; a rule whose clues are missing is not applied.
    decisions
        An analyst's decisions by identifier and day; they override the rules.
    limits
        Where suspicion begins.

    Returns
    -------
    Screening

    Raises
    ------
    InputError
        When two decisions about one sale disagree.
    """
    clues, limits = clues or Clues(), limits or Limits()
    found = [
        Suspicion(int(row), reason, 1.0)
        for reason, mask in clues.declared
        for row in np.flatnonzero(mask)
    ]
    found += _by_statistics(sales, clues, limits) if len(sales) else []
    found.sort(key=lambda item: (item.row, -item.weight, REASONS.index(item.reason)))
    weight = np.zeros(len(sales))
    np.add.at(weight, [item.row for item in found], [item.weight for item in found])
    kept = weight < 1
    decided, unused = _matched(sales, decisions)
    for row, decision in decided.items():
        kept[row] = decision.keep
    return Screening(sales, kept, tuple(found), decided, unused)


def _by_statistics(sales: Sales, clues: Clues, limits: Limits) -> list[Suspicion]:
    level = clues.level if clues.level is not None else np.zeros(len(sales))
    residual, scores = clues.residual, None
    if residual is not None:
        scaled = residual if clues.spread is None else residual / clues.spread
        scores = rules.robust_scores(scaled, clues.stratum)
    found = rules.shared_deals(sales, clues.deal, residual, limits)
    found += rules.quick_resales(sales, level, residual, scores, limits)
    found += rules.token_prices(sales.price, clues.stratum)
    found += rules.heaped_prices(sales.price, scores)
    if residual is not None and scores is not None:
        found += rules.outliers(residual, scores, limits)
    if clues.size is not None:
        found += rules.isolated_unit_prices(sales, clues.size, level, limits)
    return found


def _declares(values: pa.ChunkedArray, flag: Flag) -> npt.NDArray[np.bool_]:
    """Compare by the type of the column: a map may have read `yes` as a truth."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    words = [value.strip().lower() for value in flag.values]
    if pa.types.is_boolean(values.type):
        truths = [(TRUE_WORDS, True), (FALSE_WORDS, False)]
        wanted = pa.array(
            [truth for word in words for known, truth in truths if word in known], pa.bool_()
        )
    elif pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        values = values.cast(pa.float64())
        wanted = pa.array([float(word) for word in words if _is_number(word)], pa.float64())
    else:
        values = pc.utf8_lower(pc.utf8_trim_whitespace(values.cast(pa.string())))
        wanted = pa.array(words, pa.string())
    found: npt.NDArray[np.bool_] = pc.is_in(values, value_set=wanted).to_numpy()
    return found


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _matched(
    sales: Sales, decisions: Iterable[Decision]
) -> tuple[dict[int, Decision], tuple[Decision, ...]]:
    """Find the sales that are decided on, and the decisions about none."""
    known: dict[tuple[str, int], Decision] = {}
    for number, decision in enumerate(decisions):
        key = (decision.id, day_number(decision.date))
        if key in known and known[key].keep != decision.keep:
            raise InputError(
                Finding("decisions",
                        f"the sale of {decision.id!r} on {decision.date} is decided both ways",
                        "one decision for one sale", row=number + 1)
            )  # fmt: skip
        known[key] = decision
    rows = {}
    if known:
        keys = zip(sales.properties.id.tolist(), sales.day.tolist(), strict=True)
        rows = {row: known[key] for row, key in enumerate((str(i), d) for i, d in keys)
                if key in known}  # fmt: skip
    used = {(item.id, item.date) for item in rows.values()}
    return rows, tuple(item for item in known.values() if (item.id, item.date) not in used)
