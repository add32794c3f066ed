"""Sales that a round's screening doubts, what valuers decide, and the list of what to inspect."""

import json
from datetime import date
from http import HTTPStatus
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pytest

from api.conftest import served, signed_in
from conftest import AUDITOR, OFFICER, TOWN_HOUSES, VALUER, make_staff
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import cadastre, drafts, round_files, round_screening, worklists
from kazyna.services.context import Context, Installation
from web.conftest import sign_in_at

TOKEN = ("h001", date(2014, 6, 2))
"""A house sold for a token price, which screening leaves out."""
ON = date(2015, 2, 28)


@pytest.fixture
def valuer(town: Installation) -> Context:
    """Act as a valuer in the town, where a house was also sold for a token price."""
    ctx = town.context(VALUER)
    cadastre.load_cadastre(
        ctx,
        properties=pa.table({"property_id": ["h001"], "sqft_living": [900]}),
        sales=pa.table({"property_id": [TOKEN[0]], "sold_on": [TOKEN[1]], "price": [100]}),
    )
    return ctx


def test_a_decision_counts_from_the_next_draft_and_is_frozen_with_it(valuer: Context) -> None:
    first = drafts.create_round(valuer, valuation_date=ON, seed=1)
    doubted = {(s.property_id, s.sold_on): s for s in screening(valuer, first.round_id).sales}
    assert (doubted[TOKEN].kept, doubted[TOKEN].reasons[0]) == (False, "token_price")
    assert doubted[TOKEN].decision is None
    assert "шарттуу баа" in doubted[TOKEN].words[0].ky

    said = round_screening.decide_sale(valuer, *TOKEN, keep=True, note=" deed seen ")
    assert (said.keep, said.note, said.decided_by) == (True, "deed seen", VALUER.name)
    with pytest.raises(Conflict, match="make a new draft"):
        round_files.freeze_round(valuer, first.round_id)

    second = drafts.create_round(valuer, valuation_date=ON, seed=1)
    kept = {(s.property_id, s.sold_on): s for s in screening(valuer, second.round_id).sales}
    assert (kept[TOKEN].kept, kept[TOKEN].decision) == (True, said)
    folder = Path(round_files.freeze_round(valuer, second.round_id).folder)
    again = round_files.reproduce_folder(folder)
    assert (again.identical, again.properties) == (True, TOWN_HOUSES)

    round_screening.decide_sale(valuer, *TOKEN, keep=None, note="taken back")
    third = drafts.create_round(valuer, valuation_date=ON, seed=1)
    assert third.total_value == first.total_value != second.total_value


def screening(ctx: Context, round_id: int) -> round_screening.RoundScreening:
    found = round_screening.screening_of_round(ctx, round_id)
    assert found.left_out + found.kept == len(found.sales)
    assert sum(each.sales for each in found.counts) == found.left_out
    return found


def test_a_sale_may_be_left_out_that_nothing_speaks_against(
    valuer: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = ("h002", date(2014, 1, 7))
    round_screening.decide_sale(valuer, *honest, keep=False, note="sold to a neighbour")
    made = drafts.create_round(valuer, valuation_date=ON, seed=1)
    found = {(s.property_id, s.sold_on): s for s in screening(valuer, made.round_id).sales}
    assert (found[honest].kept, found[honest].reasons) == (False, ())

    monkeypatch.setattr(round_screening, "PAGE_SALES", 1)
    whole = screening(valuer, made.round_id)
    first = round_screening.screening_page(valuer, made.round_id)
    assert (first.counts, first.left_out, first.kept) == (whole.counts, whole.left_out, whole.kept)
    paged = [
        round_screening.screening_page(valuer, made.round_id, page=at).sales
        for at in range(1, first.pages + 1)
    ]
    assert [sale for sales in paged for sale in sales] == [s for s in whole.sales if not s.kept]
    by_hand = round_screening.screening_page(valuer, made.round_id, shown="decision", page=99)
    assert [(sale.property_id, sale.sold_on) for sale in by_hand.sales] == [honest]
    assert (by_hand.page, by_hand.pages) == (1, 1)
    kept = round_screening.screening_page(valuer, made.round_id, shown="kept")
    assert all(sale.kept for sale in kept.sales)
    with pytest.raises(NotFound, match="was left out for 'rain'"):
        round_screening.screening_page(valuer, made.round_id, shown="rain")


def test_decisions_are_a_valuers_have_a_reason_and_are_said_once(
    town: Installation, valuer: Context
) -> None:
    for _ in range(2):
        first = round_screening.decide_sale(valuer, *TOKEN, keep=True, note="seen")
    with town.context(AUDITOR).transaction() as tx:
        assert tx.value("SELECT count(*) FROM sale_decisions") == 1
    assert first.decided_on == valuer.today
    with pytest.raises(InputError, match="the reason"):
        round_screening.decide_sale(valuer, *TOKEN, keep=True, note="  ")
    with pytest.raises(NotFound, match="No sale"):
        round_screening.decide_sale(valuer, "h001", date(1999, 1, 1), keep=True, note="x")
    for actor in (OFFICER, AUDITOR):
        with pytest.raises(Forbidden):
            round_screening.decide_sale(town.context(actor), *TOKEN, keep=True, note="x")
    with pytest.raises(Forbidden):
        round_screening.screening_of_round(town.context(OFFICER), 1)
    with pytest.raises(Forbidden):
        worklists.worklist_of_round(town.context(), 1)


def test_the_worklist_is_ordered_and_written_for_the_field(
    town: Installation, tmp_path: Path
) -> None:
    ctx, out = town.context(AUDITOR, "ru"), tmp_path / "inspect.csv"
    found = worklists.worklist_of_round(ctx, 1, limit=9, out=out)
    assert 0 < len(found.items) <= 9
    many = [len(item.doubts) for item in found.items]
    assert many == sorted(many, reverse=True)
    assert all(item.low <= item.value <= item.high for item in found.items)
    assert max(each.properties for each in found.doubts) >= len(found.items) / len(found.doubts)
    rows = arrow_csv.read_csv(out).to_pylist()
    assert [row["property_id"] for row in rows] == [item.property_id for item in found.items]
    assert rows[0]["why"] == "; ".join(name.ru for name in found.items[0].names)


def test_both_lists_are_pages_and_http(town: Installation, valuer: Context) -> None:
    make_staff(town.context(OFFICER), "valuer", "valuer")
    made = drafts.create_round(valuer, valuation_date=ON, seed=1)
    path, lang = f"/rounds/{made.round_id}", {"lang": "ky"}
    decided = {"property_id": TOKEN[0], "sold_on": str(TOKEN[1]), "decision": "keep"}
    with served(town) as address, sign_in_at(address, "valuer") as browser:
        shown = browser.get(path, params=lang).text
        assert f'href="{path}/worklist"' in shown
        assert f'href="{path}/screening"' in shown
        assert f'href="{path}/report.pdf"' in shown
        assert "шарттуу баа" in browser.get(f"{path}/screening", params=lang).text
        refused = browser.post(f"{path}/screening", data=decided | {"note": " "})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert (
            "deed seen"
            in browser.post(f"{path}/screening", data=decided | {"note": "deed seen"}).text
        )
        assert "Биринчи кезекте" in browser.get(f"{path}/worklist", params=lang).text
        with signed_in(address, "valuer") as client:
            whole = client.get(f"/v1{path}/screening").json()
            listed = whole["sales"]
            part = client.get(f"/v1{path}/screening", params={"limit": 1, "offset": 1}).json()
            assert part == whole | {"sales": listed[1:2]}
            assert [s["decision"]["note"] for s in listed if s["decision"]] == ["deed seen"]
            sale = f"/v1/sales/{TOKEN[0]}/{TOKEN[1]}/decision"
            taken_back = client.put(sale, json={"note": "taken back"})
            assert json.loads(taken_back.text)["keep"] is None
            items = client.get(f"/v1{path}/worklist", params={"limit": 3}).json()["items"]
            assert 0 < len(items) <= 3
