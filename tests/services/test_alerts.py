"""Alerts about marked goods: raised once, gathered into cases, looked into, closed."""

import csv
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import AUDITOR, OFFICER, VALUER
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.core.text import Text
from kazyna.services import alert_cases, alerts
from kazyna.services.alerts import AlertFilter, Evidence, NewAlert
from kazyna.services.context import Actor, Context, Installation

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOLD = tuple(
    Evidence("event", f"{number}", "sell", NOON, "P2", f"shop {number}", "till 1", None, lon, 42.8)
    for number, lon in ((1, 74.6), (2, 72.8))
)
TWICE = NewAlert(
    rule="duplicate_sale",
    severity="high",
    title=Text("Sold twice", "Продано дважды", "Эки жолу сатылган"),
    reason=Text("sold again", "продано снова", "кайра сатылды"),
    subject_kind="code",
    subject="batch 7, number 12",
    happened_at=NOON,
    evidence=SOLD,
    gtin="04601234567893",
    lot="L1",
    participant="P2",
)


@pytest.fixture
def officer(installation: Installation) -> Context:
    return installation.context(OFFICER)


def raised(ctx: Context, *given: NewAlert) -> tuple[int, ...]:
    return alerts.raise_alerts(ctx, given).created


def test_an_alert_is_raised_once_and_keeps_its_evidence(officer: Context) -> None:
    assert len(raised(officer, TWICE, TWICE)) == 1
    assert raised(officer, TWICE) == ()
    found = alerts.find_alert(officer, alerts.list_alerts(officer)[0].alert_id)
    assert found.evidence == SOLD
    assert (found.reason, found.status, found.case_id) == (TWICE.reason, "new", None)
    another = replace(TWICE, evidence=SOLD[:1])
    assert len(raised(officer, another)) == 1, "other evidence is another finding"
    assert raised(officer, replace(another, key="k"), replace(TWICE, key="k")) != ()
    assert len(alerts.list_alerts(officer)) == 3


def test_an_alert_without_evidence_is_refused_and_nothing_is_written(officer: Context) -> None:
    with pytest.raises(InputError, match="row 2"):
        raised(officer, TWICE, replace(TWICE, evidence=()))
    assert alerts.list_alerts(officer) == ()


def test_alerts_are_found_by_what_they_are_about(officer: Context) -> None:
    other = replace(TWICE, rule="wrong_owner", severity="critical", participant="P9", lot="L2")
    first, second = raised(officer, TWICE, other)
    for wanted, expected in (
        (AlertFilter(rule="wrong_owner"), [second]),
        (AlertFilter(severity="high"), [first]),
        (AlertFilter(participant="P9", lot="L2"), [second]),
        (AlertFilter(gtin=TWICE.gtin), [second, first]),
        (AlertFilter(before=second), [first]),
        (AlertFilter(status="closed"), []),
    ):
        assert [each.alert_id for each in alerts.list_alerts(officer, wanted)] == expected
    counted = alerts.count_alerts(officer)
    assert [(each.rule, each.alerts, each.new) for each in counted] == [
        ("wrong_owner", 1, 1),
        ("duplicate_sale", 1, 1),
    ]


def test_a_case_goes_its_way(officer: Context) -> None:
    (number,) = raised(officer, TWICE)
    case = alert_cases.open_case(officer, [number], title="shops of P2")
    with pytest.raises(Conflict, match="cannot be closed"):
        alert_cases.close_case(officer, case.case_id, outcome="fraud", note="seen")
    alert_cases.comment_on_case(officer, case.case_id, note="called the shop")
    alert_cases.assign_case(officer, case.case_id, assignee="inspector")
    closed = alert_cases.close_case(
        officer, case.case_id, outcome="fraud", note="copies were found"
    )
    assert (closed.status, closed.outcome, closed.assignee) == ("closed", "fraud", "inspector")
    assert [event.kind for event in closed.events] == ["commented", "assigned", "closed"]
    assert closed.alerts[0].evidence == SOLD
    assert alerts.find_alert(officer, number).outcome == "fraud"
    (more,) = raised(officer, replace(TWICE, key="more"))
    with pytest.raises(Conflict, match="closed"):
        alert_cases.add_to_case(officer, case.case_id, [more])
    again = alert_cases.reopen_case(officer, case.case_id, note="new evidence")
    assert (again.status, again.outcome) == ("under_review", None)
    assert alert_cases.add_to_case(officer, case.case_id, [more]).alert_count == 2


def test_an_alert_is_in_one_case(officer: Context) -> None:
    (number,) = raised(officer, TWICE)
    alert_cases.open_case(officer, [number], title="one")
    with pytest.raises(Conflict, match="in case 1 already"):
        alert_cases.open_case(officer, [number], title="two")
    with pytest.raises(NotFound, match="999"):
        alert_cases.open_case(officer, [999], title="three")
    with pytest.raises(InputError):
        alert_cases.open_case(officer, [], title="four")
    assert len(alert_cases.list_cases(officer)) == 1, "a refused case leaves no trace"


def test_the_evidence_of_a_case_is_a_table(officer: Context) -> None:
    odd = replace(SOLD[0], device="=1+1")
    (number,) = raised(officer, replace(TWICE, evidence=(odd, SOLD[1])))
    case = alert_cases.open_case(officer, [number], title="one")
    header, first, second = csv.reader(
        alert_cases.case_evidence_csv(officer, case.case_id).splitlines()
    )
    rows = [dict(zip(header, row, strict=True)) for row in (first, second)]
    assert [row["reference"] for row in rows] == ["1", "2"]
    assert rows[0]["device"] == "'=1+1", "a spreadsheet reads text, not a formula"
    assert rows[1]["lon"] == "72.8"


def test_new_alerts_are_grouped_by_what_they_have_in_common(officer: Context) -> None:
    raised(
        officer,
        *(replace(TWICE, key=f"{number}") for number in range(3)),
        replace(TWICE, key="single", participant="P9"),
    )
    grouped = alert_cases.group_alerts(officer, by="participant")
    assert [(case.title, case.alert_count) for case in grouped.cases] == [("participant P2", 3)]
    assert alert_cases.group_alerts(officer, by="participant").cases == ()
    assert len(alerts.list_alerts(officer, AlertFilter(status="new"))) == 1


def test_alerts_are_for_the_office(installation: Installation) -> None:
    officer = installation.context(OFFICER)
    (number,) = raised(officer, TWICE)
    auditor = installation.context(AUDITOR)
    assert alerts.find_alert(auditor, number).rule == "duplicate_sale"
    participant = installation.context(Actor("shop", "participant"))
    assert len(raised(participant, replace(TWICE, key="till"))) == 1
    for who in (installation.context(VALUER), participant):
        with pytest.raises(Forbidden):
            alerts.list_alerts(who)
    with pytest.raises(Forbidden):
        alert_cases.open_case(auditor, [number], title="one")
    with pytest.raises(Forbidden), participant.transaction() as tx:
        tx.value("SELECT count(*) FROM alerts")


STEPS = st.lists(st.sampled_from(["assign", "comment", "close", "reopen"]), min_size=1, max_size=8)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_case_is_always_what_its_steps_say(officer: Context, steps: list[str]) -> None:
    """Whatever is tried in whatever order: the state follows the steps that were accepted."""
    number = alerts.raise_alerts(officer, [replace(TWICE, key=f"{steps}")]).created
    if not number:  # Hypothesis tries the same steps again
        return
    case = alert_cases.open_case(officer, number, title="a case")
    accepted = 0
    for step in steps:
        before = alert_cases.find_case(officer, case.case_id)
        try:
            if step == "assign":
                alert_cases.assign_case(officer, case.case_id, assignee="somebody")
            elif step == "comment":
                alert_cases.comment_on_case(officer, case.case_id, note="a word")
            elif step == "close":
                alert_cases.close_case(officer, case.case_id, outcome="not_proved", note="nothing")
            else:
                alert_cases.reopen_case(officer, case.case_id, note="again")
            accepted += 1
        except Conflict:
            assert alert_cases.find_case(officer, case.case_id) == before
    found = alert_cases.find_case(officer, case.case_id)
    assert len(found.events) == accepted
    assert found.status == (found.events[-1].status if found.events else "open")
    assert (found.status == "closed") == (found.outcome is not None)
