"""The statutory formula and the statistics by which the Russian practice accepts a model.

Beside the values of the market model stands a formula that a person can compute: ordinary least
squares in one of three forms, fitted on a training sample and judged on a control sample. What the
formula loses against the market model is reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from scipy import stats

from kazyna.core.errors import Finding, InputError
from kazyna.valuation.columns import Floats, Rows

Form = Literal["linear", "exponential", "multiplicative"]
SIGNIFICANT = 0.05
CONTROL_SHARE = 0.2
"""Of the sales; the practice asks for a control sample beside the training one."""
COLLINEAR = 1e-8
"""Share of a factor's spread that the others leave unexplained, below which it is left out."""
NUMBERS_MIN = 2


@dataclass(frozen=True)
class Term:
    """One coefficient with Student's test that it is not nought."""

    name: str
    coefficient: float
    standard_error: float
    t: float
    p_value: float
    significant: bool
    """|t| is not below its tabular value at 5 %."""


@dataclass(frozen=True)
class SampleQuality:
    """How a model does on one sample."""

    sample: str
    sales: int
    r2: float
    mse: float
    rmse: float
    mape: float
    """Percent."""
    correlation: float
    """Pearson's, of estimate and price."""
    f: float
    """Fisher's F of R² with the model's factors; nought or more."""
    f_tabular: float
    """At 5 %; the model is accepted when F is above it."""
    accepted: bool


@dataclass(frozen=True)
class Formula:
    """A formula of value with all that it is accepted by."""

    form: Form
    terms: tuple[Term, ...]
    """The constant first."""
    t_tabular: float
    left_out: tuple[tuple[str, str], ...]
    """(factor, reason)."""
    train: SampleQuality
    control: SampleQuality | None
    """None where no control sample was set aside."""
    correlations: tuple[tuple[float, ...], ...]
    """Pearson's, among the factors and, last, the price, in the form's own scale."""
    factors: tuple[str, ...]

    def text(self) -> str:
        """Write the formula out."""
        constant, *others = self.terms
        if self.form == "multiplicative":
            parts = [f"{_figure(np.exp(constant.coefficient))}"]
            parts += [f"{term.name}^({_figure(term.coefficient)})" for term in others]
            return "P = " + " · ".join(parts)
        terms = [f"({_figure(term.coefficient)}) · {term.name}" for term in others]
        summed = " + ".join([_figure(constant.coefficient), *terms])
        return f"P = exp({summed})" if self.form == "exponential" else f"P = {summed}"


def fit_formula(
    factors: Mapping[str, Floats], price: Floats, *, train: Rows, form: Form = "exponential"
) -> Formula:
    """Fit a formula of price by ordinary least squares.

    Parameters
    ----------
    factors
        Shape (sales,) each, finite; for the multiplicative form also positive.
    price
        Shape (sales,), positive.
    train
        Mask of the training sample; the rest is the control sample.
    form
        `linear`: P = b0 + Σ b x; `exponential`: ln P = b0 + Σ b x; `multiplicative`:
        ln P = b0 + Σ b ln x.

    Returns
    -------
    Formula
        Student's t of each coefficient, and R², mean squared error, MAPE, correlation and Fisher's
        F of prices and estimates in money on either sample.

    Raises
    ------
    InputError
        When the training sample has no more sales than the formula has coefficients, or a factor
        cannot be taken in this form.

    References
    ----------
    Greene (2018), Econometric Analysis, chapters 4 and 5 (t and F). That R², mean squared error,
    F and t with their tabular values decide on acceptance is the practice shown by public code of
    the Russian budget institutions.
    """
    train = np.asarray(train, dtype=bool)
    names, columns, left_out = _usable(factors, train, form)
    target = price if form == "linear" else np.log(price)
    design = np.column_stack([np.ones(len(price)), *columns])
    n, k = int(train.sum()), len(names)
    if n <= k + 1:
        reason = f"the training sample has {n} sales for {k + 1} coefficients"
        raise InputError(Finding("formula", reason, "more sales, or fewer factors"))
    coefficients, *_ = np.linalg.lstsq(design[train], target[train], rcond=None)
    residual = target[train] - design[train] @ coefficients
    variance = float(residual @ residual) / (n - k - 1)
    errors = np.sqrt(variance * np.diag(np.linalg.inv(design[train].T @ design[train])))
    fitted = design @ coefficients
    estimate = fitted if form == "linear" else np.exp(fitted)
    control = ~train
    return Formula(
        form=form,
        terms=tuple(
            _terms(("constant", *names), np.asarray(coefficients, float), errors, n - k - 1)
        ),
        t_tabular=float(stats.t.ppf(1 - SIGNIFICANT / 2, n - k - 1)),
        left_out=tuple(left_out),
        train=sample_quality("train", price[train], estimate[train], factors=k),
        control=sample_quality("control", price[control], estimate[control], factors=k)
        if control.sum() > k + 1
        else None,
        correlations=_correlations([*columns, target], train),
        factors=tuple(names),
    )


def representativeness(sales: Mapping[str, Floats], objects: Mapping[str, Floats]) -> pa.Table:
    """Compare the factors of the sales with those of all objects, which they should represent.

    Parameters
    ----------
    sales, objects
        Factors by name, shape (sales,) and (objects,); NaN is unknown.

    Returns
    -------
    pyarrow.Table
        `factor`, and of each side `minimum`, `median`, `maximum` under the names `sales_…` and
        `objects_…`; `outside`, the share of the objects beyond the range of the sales; `distance`,
        the greatest difference of the two distributions (Kolmogorov and Smirnov), from 0 to 1.
    """
    rows = []
    for name in sales:
        sold, every = (side[np.isfinite(side)] for side in (sales[name], objects[name]))
        if len(sold) == 0 or len(every) == 0:
            continue
        row: dict[str, object] = {"factor": name}
        for side, values in (("sales", sold), ("objects", every)):
            row |= {
                f"{side}_minimum": float(values.min()),
                f"{side}_median": float(np.median(values)),
                f"{side}_maximum": float(values.max()),
            }
        row["outside"] = float(((every < sold.min()) | (every > sold.max())).mean())
        row["distance"] = float(stats.ks_2samp(sold, every, method="asymp").statistic)
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=_FACTORS)


def best_formula(factors: Mapping[str, Floats], price: Floats, *, train: Rows) -> Formula:
    """Fit the formula in every form that the factors allow; keep the one with the least MAPE.

    The control sample decides, and the training sample where none was set aside.
    """
    positive = all((values > 0).all() for values in factors.values())
    forms: tuple[Form, ...] = ("exponential", "linear")
    if positive:
        forms = ("multiplicative", *forms)
    fitted = [fit_formula(factors, price, train=train, form=form) for form in forms]
    return min(fitted, key=lambda each: (each.control or each.train).mape)


def sample_quality(sample: str, price: Floats, estimate: Floats, *, factors: int) -> SampleQuality:
    """Measure estimates against prices on one sample.

    ``R² = 1 - Σ(price - estimate)² / Σ(price - mean price)²`` and
    ``F = (R² / k) / ((1 - R²) / (n - k - 1))`` with k factors and n sales; F is nought where R² is
    below nought.

    Parameters
    ----------
    sample
        Its name.
    price, estimate
        Shape (sales,), in money.
    factors
        k.

    Raises
    ------
    InputError
        When there are no more sales than factors and a constant.
    """
    n, k = len(price), max(factors, 1)
    if n <= k + 1:
        reason = f"the {sample} sample has {n} sales"
        raise InputError(Finding("formula", reason, f"more than {k + 1}"))
    squared = float(((price - estimate) ** 2).sum())
    variation = float(((price - price.mean()) ** 2).sum())
    r2 = 1 - squared / variation if variation > 0 else 0.0
    rest = max(1 - r2, float(np.finfo(float).eps))
    f = max(r2, 0.0) / k / (rest / (n - k - 1))
    tabular = float(stats.f.ppf(1 - SIGNIFICANT, k, n - k - 1))
    spread = min(float(np.ptp(price)), float(np.ptp(estimate)))
    return SampleQuality(
        sample=sample,
        sales=n,
        r2=r2,
        mse=squared / n,
        rmse=float(np.sqrt(squared / n)),
        mape=100 * float(np.abs(estimate / price - 1).mean()),
        correlation=float(np.corrcoef(price, estimate)[0, 1]) if spread > 0 else 0.0,
        f=f,
        f_tabular=tabular,
        accepted=f > tabular,
    )


def control_sample(n: int, *, seed: int, share: float = CONTROL_SHARE) -> Rows:
    """Draw the mask of the training sample; the rest is the control sample."""
    train = np.ones(n, dtype=bool)
    train[np.random.default_rng(seed).permutation(n)[: round(share * n)]] = False
    return train


def _usable(
    factors: Mapping[str, Floats], train: Rows, form: Form
) -> tuple[list[str], list[Floats], list[tuple[str, str]]]:
    """Take factors in the form's scale; leave out what does not vary or repeats the others."""
    names: list[str] = []
    columns: list[Floats] = []
    left_out: list[tuple[str, str]] = []
    findings = []
    for name, values in factors.items():
        if not np.isfinite(values).all() or (form == "multiplicative" and (values <= 0).any()):
            expected = "positive numbers" if form == "multiplicative" else "finite numbers"
            findings.append(Finding("formula", "a value cannot be taken", expected, column=name))
            continue
        column = np.log(values) if form == "multiplicative" else values.astype(np.float64)
        if np.ptp(column[train]) == 0:
            left_out.append((name, "one value in the training sample"))
        elif _repeats(column[train], [each[train] for each in columns]):
            left_out.append((name, "follows from the other factors"))
        else:
            names.append(name)
            columns.append(column)
    if findings:
        raise InputError(findings)
    return names, columns, left_out


def _repeats(column: Floats, others: Sequence[Floats]) -> bool:
    centred = column - column.mean()
    design = np.column_stack([each - each.mean() for each in others]) if others else None
    if design is None:
        return False
    fitted = design @ np.linalg.lstsq(design, centred, rcond=None)[0]
    left = centred - fitted
    return float(left @ left) <= COLLINEAR * float(centred @ centred)


def _terms(names: Sequence[str], coefficients: Floats, errors: Floats, freedom: int) -> list[Term]:
    limit = float(stats.t.ppf(1 - SIGNIFICANT / 2, freedom))
    terms = []
    for name, coefficient, error in zip(names, coefficients.tolist(), errors.tolist(), strict=True):
        t = coefficient / max(error, float(np.finfo(float).tiny))
        p = float(2 * stats.t.sf(abs(t), freedom))
        terms.append(Term(name, coefficient, error, t, p, abs(t) >= limit))
    return terms


def _correlations(columns: Sequence[Floats], train: Rows) -> tuple[tuple[float, ...], ...]:
    if len(columns) < NUMBERS_MIN:
        return ((1.0,),)
    matrix = np.corrcoef(np.vstack([column[train] for column in columns]))
    return tuple(tuple(map(float, row)) for row in np.atleast_2d(matrix))


def _figure(value: float) -> str:
    return f"{value:.6g}"


_FACTORS = pa.schema(
    [
        ("factor", pa.string()),
        *((f"{side}_{name}", pa.float64()) for side in ("sales", "objects")
          for name in ("minimum", "median", "maximum")),
        ("outside", pa.float64()),
        ("distance", pa.float64()),
    ]
)  # fmt: skip
