"""The rules over the log of the database: what participants report raises alerts with evidence."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kazyna.core.errors import Forbidden
from kazyna.services import alerts
from kazyna.services.detection import detect_in_log
from kazyna.store.connection import Database
from services.marking_world import SHOES, World, make_world


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    with Database(database_url) as database:
        yield make_world(database_url, tmp_path)(database)


def test_the_log_is_looked_through_and_alerts_are_raised_once(world: World) -> None:
    batch = world.order("maker", SHOES, 1_000)
    whole = f"{batch}:0-999"
    world.send("maker", "apply", whole)
    world.send("maker", "introduce", whole)
    world.send("maker", "ship", whole, counterparty="shop")
    world.send("shop", "accept", whole)
    world.send("shop", "sell", f"{batch}:7", f"{batch}:9")
    officer = world.ctx("officer")
    honest = detect_in_log(officer)
    assert (honest.events, honest.alerts) == (5 * 1_000 + 2, 0)
    with officer.transaction() as tx:  # a shop that never got it: the till let it through
        tx.execute(
            """
            INSERT INTO marking_events
            SELECT recorded_at, document_no, line + 100, kind, biz_step, disposition,
                   happened_at + interval '3 days', %s, facility_no, counterparty_no, gtin, lot_no,
                   batch, first_index, last_index, units, indices, parent_batch, parent_index,
                   reason
            FROM marking_events WHERE kind = 'sell'
            """,
            (world.numbers["shop2"],),
        )
    found = detect_in_log(officer)
    counts = {each.rule: each.alerts for each in found.rules if each.alerts}
    assert counts == {"duplicate_sale": 2, "wrong_owner": 2}
    assert found.raised == 4
    assert detect_in_log(officer).raised == 0, "what stands is not raised again"
    alert = alerts.list_alerts(officer, alerts.AlertFilter(rule="duplicate_sale"))[0]
    assert alert.subject in {f"{batch}:7", f"{batch}:9"}
    shown = alerts.find_alert(officer, alert.alert_id).evidence
    assert [(item.kind, item.participant) for item in shown] == [
        ("sell", "shop"),
        ("sell", "shop2"),
    ]
    with pytest.raises(Forbidden):
        detect_in_log(world.ctx("maker"))
