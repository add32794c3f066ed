"""Detection of fraud: simulate events, run the rules over files of events or over the log."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import duckdb
import pyarrow as pa

from kazyna.core.errors import NotFound
from kazyna.core.money import from_minor
from kazyna.core.progress import Progress, silent
from kazyna.core.text import Text
from kazyna.marking.detection import EVENTS, RULES, Rule, Score, detect, evidence_of, score
from kazyna.marking.detection.rule import Severity
from kazyna.marking.simulator import participants, simulate
from kazyna.packs.detection import read_detection_rules
from kazyna.packs.pack import Pack, load_pack
from kazyna.services.alerts import Evidence, NewAlert, record_alerts
from kazyna.services.context import Context
from kazyna.store import event_files, event_log, files

SHOWN_OF_A_RULE = 2
GTIN_DIGITS = 14


@dataclass(frozen=True)
class SimulatedEvents:
    """What was simulated, and where it stands."""

    folder: str
    codes: int
    seed: int
    events: int
    frauds: int
    """Subjects of frauds: codes, packages and devices."""


@dataclass(frozen=True)
class RuleFindings:
    """What one rule found; where the truth is known, how well."""

    rule: str
    title: Text
    severity: Severity
    alerts: int
    score: Score | None


@dataclass(frozen=True)
class FoundAlert:
    """One alert as it is printed."""

    rule: str
    severity: Severity
    subject: str
    reason: Text
    evidence: tuple[int, ...]
    """Numbers of events."""


@dataclass(frozen=True)
class Detected:
    """What the rules found in a folder of events."""

    folder: str
    events: int
    alerts: int
    rules: tuple[RuleFindings, ...]
    false_alert_share: float | None
    """False alerts among events, where the truth is known."""
    first: tuple[FoundAlert, ...]
    """Some alerts of each rule."""
    file: str | None


@dataclass(frozen=True)
class LogDetected:
    """What the rules found in the log of the database."""

    events: int
    """A row a unit and event."""
    alerts: int
    raised: int
    """Those that were not known before."""
    rules: tuple[RuleFindings, ...]


@dataclass(frozen=True)
class LimitInForce:
    """One limit of a rule and what holds on a day."""

    rule: str
    title: Text
    severity: Severity
    limit: str | None = None
    meaning: Text | None = None
    value: str | None = None
    unit: str | None = None
    by_pack: bool = False
    """Whether the pack sets it, or the rule itself."""


def simulate_events(
    *, codes: int, seed: int, out: Path, frauds: bool = True, progress: Progress = silent
) -> SimulatedEvents:
    """Simulate half a year of marked goods into a folder: events, truth, participants.

    Parameters
    ----------
    codes
        How many codes are followed, in batches of a thousand; about seven events each.
    seed
        The same seed tells the same story.
    out
        A folder that does not exist; it appears whole or not at all.
    frauds
        Without them all is honest.
    progress
        Told of each part.

    Raises
    ------
    Conflict
        When the folder is there already.
    InputError
        When there is not even one batch, or the folder cannot be written.
    """
    counted = {event_files.EVENTS: 0, event_files.TRUTH: 0}

    def parts() -> Iterator[Mapping[str, pa.Table]]:
        for part in simulate(codes, seed, frauds=frauds, progress=progress):
            counted[event_files.EVENTS] += part.events.num_rows
            counted[event_files.TRUTH] += len(part.truth["subject"].unique())
            yield {event_files.EVENTS: part.events, event_files.TRUTH: part.truth}

    whole = {"participants.parquet": participants(codes, seed)}
    event_files.write_folder(out, parts(), whole)
    return SimulatedEvents(
        str(out), codes, seed, counted[event_files.EVENTS], counted[event_files.TRUTH]
    )


def detect_in_folder(
    folder: Path,
    *,
    pack: str,
    on: date,
    rules: tuple[str, ...] = (),
    out: Path | None = None,
    progress: Progress = silent,
) -> Detected:
    """Run the rules over a folder of events; where the truth is beside them, say how well.

    Parameters
    ----------
    folder
        With `events.parquet`, whose columns are those of `EVENTS`, and perhaps `truth.parquet`.
    pack, on
        Whose limits and least prices hold, and on which day.
    rules
        Names of rules; all where none is named.
    out
        A file .parquet to which all alerts are written.
    progress
        Told of each rule.

    Raises
    ------
    InputError
        When the file of events is not as it should be.
    NotFound
        When no rule has a name that is given.
    """
    chosen = chosen_rules(rules)
    truth = event_files.read_truth(folder)
    with event_files.opened_events(folder, EVENTS) as computing:
        alerts = run_rules(computing, load_pack(pack), on, chosen, progress)
        events = int(computing.sql("FROM events").count("*").fetchall()[0][0])
    if out is not None:
        files.write_table(alerts, out)
    names = tuple(rule.name for rule in chosen)
    scores = None if truth is None else score(alerts, truth, names)
    return Detected(
        folder=str(folder),
        events=events,
        alerts=alerts.num_rows,
        rules=_findings(chosen, alerts, scores),
        false_alert_share=(
            None if scores is None else sum(each.false_alerts for each in scores) / max(events, 1)
        ),
        first=tuple(_first(alerts)),
        file=None if out is None else str(out),
    )


def detect_in_log(
    ctx: Context,
    *,
    since: date | None = None,
    rules: tuple[str, ...] = (),
    progress: Progress = silent,
) -> LogDetected:
    """Run the rules over the log of marking and the scans, and raise what is new as alerts.

    Parameters
    ----------
    ctx
        An officer.
    since
        Only what was recorded from this day on; a code's life before it is then not known, so
        leave it out unless the log is longer than the memory.
    rules
        Names of rules; all where none is named.
    progress
        Told of each rule.

    Raises
    ------
    NotFound
        When no rule has a name that is given.
    """
    ctx.require("officer")
    chosen = chosen_rules(rules)
    coin = from_minor(1, ctx.pack.currency)
    with (
        ctx.transaction() as tx,
        event_log.opened_log(tx, coin=coin, since=since) as computing,
    ):
        events = int(computing.sql("FROM events").count("*").fetchall()[0][0])
        alerts = run_rules(computing, ctx.pack, ctx.today, chosen, progress)
        raised = record_alerts(tx, new_alerts(computing, alerts), on=ctx.today)
    return LogDetected(events, raised.given, len(raised.created), _findings(chosen, alerts, None))


def limits_in_force(*, pack: str, on: date) -> tuple[LimitInForce, ...]:
    """List the rules of detection and what their limits are on a day."""
    given = read_detection_rules(load_pack(pack)).on(on)
    listed = []
    for rule in RULES:
        values = rule.limits_with(given.get(rule.name, {}))
        set_by_pack = given.get(rule.name, {})
        if not rule.limits:
            listed.append(LimitInForce(rule.name, rule.title, rule.severity))
        listed += [
            LimitInForce(
                rule=rule.name,
                title=rule.title,
                severity=rule.severity,
                limit=limit.name,
                meaning=limit.meaning,
                value=f"{values[limit.name]:f}",
                unit=limit.unit,
                by_pack=limit.name in set_by_pack,
            )
            for limit in rule.limits
        ]
    return tuple(listed)


def chosen_rules(names: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return rules by their names, in the order of all; all where none is named."""
    known = {rule.name: rule for rule in RULES}
    for name in names:
        if name not in known:
            raise NotFound(f"No rule is called {name!r}; known are {', '.join(known)}.")
    return tuple(rule for rule in RULES if not names or rule.name in names)


def run_rules(
    computing: duckdb.DuckDBPyConnection,
    pack: Pack,
    on: date,
    rules: tuple[Rule, ...],
    progress: Progress = silent,
) -> pa.Table:
    """Run rules with the limits and least prices that a pack sets on a day."""
    law = read_detection_rules(pack)
    return detect(
        computing,
        rules,
        limits=law.on(on),
        minimum_prices=law.minimum_prices,
        progress=progress,
    )


def new_alerts(computing: duckdb.DuckDBPyConnection, alerts: pa.Table) -> list[NewAlert]:
    """Turn what rules found into alerts for the register, each with a copy of its evidence."""
    shown = {row["event_id"]: _evidence(row) for row in evidence_of(computing, alerts).to_pylist()}
    titles = {rule.name: rule.title for rule in RULES}
    return [
        NewAlert(
            rule=row["rule"],
            severity=row["severity"],
            title=titles[row["rule"]],
            reason=_reason(row),
            subject_kind=row["subject_kind"],
            subject=row["subject"],
            happened_at=row["happened_at"].replace(tzinfo=UTC),
            evidence=tuple(shown[number] for number in row["evidence"]),
            gtin=None if row["gtin"] is None else str(row["gtin"]).zfill(GTIN_DIGITS),
            lot=row["lot"],
            participant=row["participant"],
            facility=row["facility"],
            device=row["device"],
            key=row["key"],
        )
        for row in alerts.to_pylist()
    ]


def _evidence(row: dict[str, object]) -> Evidence:
    at = row["happened_at"]
    fields = ("participant", "facility", "device", "document", "lon", "lat")
    told = {name: row[name] for name in fields}
    return Evidence(
        source="scan" if row["kind"] == "scan" else "event",
        reference=_reference(row),
        kind=str(row["kind"]),
        happened_at=at.replace(tzinfo=UTC) if isinstance(at, datetime) else None,
        **told,  # type: ignore[arg-type]
    )


def _reference(row: dict[str, object]) -> str:
    """Write the number of an event; scans of the log are numbered below nought."""
    return str(row["event_id"]).lstrip("-")


def _findings(
    rules: tuple[Rule, ...], alerts: pa.Table, scores: tuple[Score, ...] | None
) -> tuple[RuleFindings, ...]:
    counts = {row["values"]: row["counts"] for row in alerts["rule"].value_counts().to_pylist()}
    known = {each.rule: each for each in scores or ()}
    return tuple(
        RuleFindings(
            rule.name, rule.title, rule.severity, counts.get(rule.name, 0), known.get(rule.name)
        )
        for rule in rules
    )


def _first(alerts: pa.Table) -> Iterator[FoundAlert]:
    """Take the first alerts of each rule; they stand rule by rule."""
    shown: Counter[str] = Counter()
    for rule, row in zip(alerts["rule"].to_pylist(), range(alerts.num_rows), strict=True):
        if shown[rule] < SHOWN_OF_A_RULE:
            shown[rule] += 1
            yield _shown(alerts.slice(row, 1).to_pylist()[0])


def _shown(row: dict[str, object]) -> FoundAlert:
    evidence = row["evidence"]
    return FoundAlert(
        rule=str(row["rule"]),
        severity=next(each for each in get_args(Severity) if each == row["severity"]),
        subject=str(row["subject"]),
        reason=_reason(row),
        evidence=tuple(evidence) if isinstance(evidence, list) else (),
    )


def _reason(row: dict[str, object]) -> Text:
    return Text(str(row["reason_en"]), str(row["reason_ru"]), str(row["reason_ky"]))
