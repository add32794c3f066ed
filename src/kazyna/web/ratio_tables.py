"""The tables of a round's ratio study: every statistic, traces of chasing, groups."""

from collections.abc import Iterator
from dataclasses import dataclass

from kazyna.services.round_studies import RatioStudy, Technique, Verdict
from kazyna.web.language import Writer

PERCENTS = {"cod": 2, "cov": 2, "vei": 2}
"""Decimals of the statistics in per cent; ratios have four."""
BY_FORMULA = ("median_ratio", "mean_ratio", "weighted_mean_ratio", "cod", "cov", "prd", "prb")


@dataclass(frozen=True)
class StatisticLine:
    """One statistic with both its intervals and what the standard says of it."""

    name: str
    meaning: str
    value: str
    resampled: str
    by_formula: str
    trimmed: str
    accepted: str
    met: bool | None
    told: str


@dataclass(frozen=True)
class ChasingLine:
    """What one technique found."""

    technique: str
    found: str
    expected: str
    suspected: bool


@dataclass(frozen=True)
class GroupLine:
    """The statistics of one group of sales; none for too few."""

    label: str
    sales: str
    figures: tuple[str, ...]


def statistics(write: Writer, study: RatioStudy) -> tuple[StatisticLine, ...]:
    """List every statistic in the order of level, uniformity and vertical equity."""
    held = {verdict.statistic: verdict for verdict in study.verdicts}
    lines = [
        _statistic(write, study, name, words, held.get(name))
        for name, words in _meanings(write).items()
    ]
    vertical = study.vertical_equity
    if vertical is not None:
        trimmed = study.trimmed.study.vertical_equity if study.trimmed else None
        verdict = held["vei"]
        lines.append(
            StatisticLine(
                name=write.gettext("VEI, %"),
                meaning=write.gettext("dearest group against the cheapest"),
                value=write.number(vertical.vei, 2),
                resampled="–",
                by_formula=_ends(write, *sorted_ends(vertical.significance, vertical.widest), 2),
                trimmed=write.number(trimmed.vei, 2) if trimmed else "–",
                accepted=_ends(write, verdict.low, verdict.high, 0),
                met=verdict.met,
                told=told(write, verdict),
            )
        )
    return tuple(lines)


def _meanings(write: Writer) -> dict[str, tuple[str, str]]:
    _ = write.gettext
    return {
        "median_ratio": (_("Median ratio"), _("level")),
        "mean_ratio": (_("Mean ratio"), _("level")),
        "weighted_mean_ratio": (_("Weighted mean ratio"), _("level by money")),
        "cod": (_("COD, %"), _("dispersion around the median")),
        "cov": (_("COV, %"), _("variation around the mean")),
        "prd": (_("PRD"), _("mean over weighted mean")),
        "prb": (_("PRB"), _("slope with value")),
        "mki": (_("MKI"), _("inequality of values over that of prices")),
        "ki": (_("KI"), _("the difference of the two")),
    }


def _statistic(
    write: Writer, study: RatioStudy, name: str, words: tuple[str, str], verdict: Verdict | None
) -> StatisticLine:
    found, decimals = getattr(study, name), PERCENTS.get(name, 4)
    formula = getattr(study.analytic, name) if name in BY_FORMULA else None
    trimmed = getattr(study.trimmed.study, name).value if study.trimmed else None
    return StatisticLine(
        name=words[0],
        meaning=words[1],
        value=write.number(found.value, decimals),
        resampled=_ends(write, found.low, found.high, decimals),
        by_formula=_ends(write, formula.low, formula.high, decimals) if formula else "–",
        trimmed="–" if trimmed is None else write.number(trimmed, decimals),
        accepted=_ends(write, verdict.low, verdict.high, 2) if verdict else "",
        met=verdict.met if verdict else None,
        told=told(write, verdict) if verdict else "",
    )


def told(write: Writer, verdict: Verdict) -> str:
    """Say what the interval says."""
    _ = write.gettext
    words = {
        "confirmed": _("confirmed"),
        "refuted": _("refuted"),
        "cannot be told": _("cannot be told"),
    }
    return words[verdict.by_interval]


def chasing(write: Writer, study: RatioStudy) -> tuple[ChasingLine, ...]:
    """List what each technique found; nothing for few sales."""
    _ = write.gettext
    names: dict[Technique, str] = {
        "expected distribution": _("Ratios within 2 % of 1, against a normal distribution"),
        "cumulative jump": _("Highest step of the cumulative distribution, against the limit"),
    }
    tests = study.sales_chasing.tests if study.sales_chasing else ()
    return tuple(
        ChasingLine(
            names[test.technique],
            write.percent(test.found),
            write.percent(test.expected),
            test.suspected,
        )
        for test in tests
    )


def groups(write: Writer, study: RatioStudy) -> tuple[GroupLine, ...]:
    """List the groups of the study in their order."""
    return tuple(
        GroupLine(label, write.number(part.n), tuple(_figures(write, part)))
        for label, part in study.strata
    )


def _figures(write: Writer, part: RatioStudy) -> Iterator[str]:
    if part.too_few:
        return
    yield write.number(part.median_ratio.value, 3)
    yield _ends(write, part.median_ratio.low, part.median_ratio.high, 3)
    yield write.number(part.cod.value, 1)
    yield write.number(part.prd.value, 3)
    yield write.number(part.prb.value, 3)


def sorted_ends(near: float, far: float | None) -> tuple[float | None, float | None]:
    """Put the nearest and the farthest end in order; neither is told without the other."""
    return (None, None) if far is None else (min(near, far), max(near, far))


def _ends(write: Writer, low: float | None, high: float | None, decimals: int) -> str:
    if low is None or high is None:
        return "–"
    return f"{write.number(low, decimals)} … {write.number(high, decimals)}"
