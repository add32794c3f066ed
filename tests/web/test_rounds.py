from collections.abc import Iterator
from datetime import date
from html import unescape
from http import HTTPStatus
from time import sleep

import httpx
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from api.conftest import served, signed_in
from conftest import OFFICER, SOLD, TOWN, TOWN_VALUED_ON, VALUER, make_staff
from kazyna.core.text import LANGUAGES, Language
from kazyna.services import cadastre, draft_jobs, drafts, objections, rounds, users
from kazyna.services.context import Actor, Installation
from kazyna.services.demo_steps import PASSWORD
from kazyna.web import drawings
from kazyna.web.language import Writer
from web.conftest import SignIn, sign_in_at

DRAFTED = {"lang": "en"}


@pytest.fixture
def town_address(town: Installation) -> Iterator[str]:
    """Serve a small town of one's own with a draft and two valuers."""
    for name in ("valuer", "head"):
        make_staff(town.context(OFFICER), name, "valuer")
    with served(town) as address:
        yield address


def test_a_column_that_tells_the_price_is_warned_of_over_http_and_on_the_page(
    town: Installation, town_address: str
) -> None:
    # The price paid, written into a column of the register: no market tells a plot's area so.
    told = TOWN.append_column("sqft_lot", SOLD["price"])
    names = SOLD.column_names
    sales = pa.table([pc.cast(SOLD[name], pa.string()) for name in names], names=names)
    sent = {"properties": told.to_pylist(), "sales": sales.to_pylist()}
    with signed_in(town_address, "valuer") as client:
        loaded = client.post("/v1/cadastre", json=sent)
        assert loaded.is_success, loaded.text
        made = drafts.create_round(town.context(VALUER), valuation_date=TOWN_VALUED_ON, seed=1)
        notes = client.get(f"/v1/rounds/{made.round_id}").json()["notes"]
        leak = "column sqft_lot left out: leakage: it orders the sales as the price does"
        assert leak in notes
    with sign_in_at(town_address, "valuer") as valuer:
        page = unescape(valuer.get(f"/rounds/{made.round_id}", params={"lang": "en"}).text)
        assert "Columns of the evidence give the price away." in page
        assert f"<li>{leak}</li>" in page.split("the round is frozen.")[1].split("</div>")[0]


def test_a_round_is_moved_and_corrected_on_its_page(town_address: str) -> None:
    with (
        sign_in_at(town_address, "valuer") as valuer,
        sign_in_at(town_address, "head") as head,
        httpx.Client(base_url=town_address, timeout=60) as public,
    ):
        assert "№" not in public.get("/rounds").text.split("<main")[1]
        assert public.get("/rounds/1").status_code == HTTPStatus.NOT_FOUND
        assert "Draft" in valuer.get("/rounds", params=DRAFTED).text
        assert "/rounds/1/freeze" in valuer.get("/rounds/1").text
        assert "Done and recorded." in valuer.post("/rounds/1/freeze", data={"note": "ok"}).text
        again = valuer.get("/rounds/1/freeze", params={"lang": "ru"})  # its language is changed
        assert again.headers["location"] == "/rounds/1?lang=ru"
        said = {"property_id": "h001", "value": "123 456,50", "reason": "burnt", "evidence": "x"}
        page = valuer.post("/rounds/1/overrides", data=said).text
        assert "$123,456" in page
        assert 'value="confirm"' not in page  # not for the one who proposed it
        refused = valuer.post("/rounds/1/overrides/1", data={"decision": "confirm"})
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "another person" in unescape(refused.text)
        assert 'value="confirm"' in head.get("/rounds/1").text
        assert head.post("/rounds/1/overrides/1", data={"decision": "confirm"}).is_success
        valuer.post("/rounds/1/publish", data={})
        card = public.get("/properties/h001", params={"lang": "en"}).text
        assert "This value was set by hand" in card
        assert "burnt" in card
        for of_the_model in ("In 90 cases of 100", "What would change the value", ",000 USD"):
            assert of_the_model not in card
        assert "Published" in public.get("/rounds/1", params={"lang": "en"}).text
        page = valuer.post("/rounds/1/objections", data={"closes_on": "2016-07-01"}).text
        assert "until July 1, 2016" in page
        early = head.post("/rounds/1/approve", data={})
        assert early.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert valuer.post("/rounds/1/nonsense", data={}).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_is_followed_on_its_page(town: Installation, language: Language) -> None:
    make_staff(town.context(OFFICER), "valuer", "valuer")
    ctx, words = town.context(Actor("valuer", "valuer")), {"lang": language}
    begun = draft_jobs.begin_draft(ctx, valuation_date=date(2014, 12, 31))
    path = f"/rounds/drafts/{begun.job.draft_id}"
    with served(town) as address, sign_in_at(address, "valuer") as valuer:
        running = valuer.get(path, params=words).text
        assert "hx-trigger" in running
        assert "<progress" in running
        assert path in valuer.get("/rounds", params=words).text
        taken = valuer.post("/rounds", data={"valuation_date": "2014-12-30"})
        assert taken.status_code == HTTPStatus.CONFLICT
        with begun.lock:
            pass  # as when the program falls
        write = Writer(language, "USD")
        interrupted = write.gettext(
            "The program was stopped before the draft was made; nothing of it was kept."
            " Ask for it again."
        )
        for where in (path, "/rounds"):
            assert interrupted in unescape(valuer.get(where, params=words).text)


def test_a_draft_is_asked_for_on_a_page(town_address: str) -> None:
    with sign_in_at(town_address, "valuer") as valuer:
        asked = valuer.post("/rounds", data={"valuation_date": "2014-12-31"})
        path = asked.headers["location"]
        while valuer.get(path).status_code == HTTPStatus.OK:
            sleep(0.1)
        made = valuer.get(path).headers["location"]
        assert "2014" in valuer.get(made, params=DRAFTED).text
        by_script = valuer.get(path, headers={"HX-Request": "true"})
        assert by_script.headers["hx-redirect"] == made
        asked = valuer.post("/rounds", data={"valuation_date": "2013-01-01"})
        while "<progress" in (page := valuer.get(asked.headers["location"], params=DRAFTED).text):
            sleep(0.1)
        assert "recorded sales" in page
        assert "was not made" in valuer.get("/rounds", params=DRAFTED).text


def test_only_a_valuer_moves_a_round(sign_in: SignIn, public: httpx.Client) -> None:
    for name in ("officer", "auditor", "taxpayer"):
        answer = sign_in(name).post("/rounds/1/withdraw", data={"note": "x"})
        assert answer.status_code == HTTPStatus.FORBIDDEN
    assert public.post("/rounds/1/withdraw", data={"note": "x"}).is_redirect


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_round_shows_its_life_and_its_quality(
    public: httpx.Client, sign_in: SignIn, shared_demo: Installation, language: Language
) -> None:
    round_ = rounds.latest(shared_demo.context())
    assert round_ is not None
    write = Writer(language, "USD")
    page = unescape(public.get(f"/rounds/{round_.round_id}", params={"lang": language}).text)
    assert write.short_money(round_.total_value) in page
    assert write.day(round_.valuation_date) in page
    assert "demo-valuer" not in page
    assert f'href="/rounds/{round_.round_id}"' in public.get("/rounds").text
    inside = sign_in("valuer").get(f"/rounds/{round_.round_id}", params={"lang": language}).text
    assert "demo-head" in inside
    assert "98103" in inside or "98117" in inside  # the check of the objections by neighbourhood


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_rounds_are_compared_on_a_page(town: Installation, language: Language) -> None:
    valuer = town.context(Actor("valuer", "valuer"))
    first = rounds.all_rounds(valuer)[0]
    day = first.valuation_date.replace(day=5)
    second = drafts.create_round(valuer, valuation_date=day, seed=4)
    make_staff(town.context(OFFICER), "valuer", "valuer")
    with served(town) as address, sign_in_at(address, "valuer") as client:
        query = {"before": second.round_id, "after": first.round_id, "lang": language}
        answer = client.get("/rounds/comparison", params=query)
        assert answer.status_code == HTTPStatus.OK
        assert answer.text.count("<rect") > 100
        assert "98101" in answer.text
        assert answer.text.count('class="bars"') == 4
        missing = client.get("/rounds/comparison", params=query | {"after": 99})
        assert missing.status_code == HTTPStatus.NOT_FOUND


def test_an_owner_objects_and_a_valuer_answers(demo: Installation) -> None:
    taxpayer = users.sign_in(demo.context(), name="taxpayer", password=PASSWORD).actor
    assert taxpayer.taxpayer_id is not None
    with demo.context(OFFICER).transaction() as tx:
        house = tx.value(
            "SELECT property_id FROM holdings WHERE taxpayer_id = %s", (taxpayer.taxpayer_id,)
        )
    value = cadastre.find_property(demo.context(), house).valuation
    assert value is not None
    with (
        served(demo) as address,
        sign_in_at(address, "taxpayer") as owner,
        sign_in_at(address, "valuer") as valuer,
    ):
        card = owner.get(f"/properties/{house}", params={"lang": "en"}).text
        assert f'href="/properties/{house}/objection"' in card
        form = f"/properties/{house}/objection"
        assert owner.get(form).status_code == HTTPStatus.OK
        said = {"claimed": "much", "kind": "condition", "grounds": "damp"}
        wrong = owner.post(form, data=said)
        assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "'much' is not a number" in unescape(wrong.text)
        assert ">damp</textarea>" in wrong.text
        claim = str(value.value - 40_000)
        filed = owner.post(form, data=said | {"claimed": claim})
        assert filed.is_redirect
        path = filed.headers["location"]
        assert "damp" in owner.get(path).text
        assert owner.post(path + "/decision", data={"reason": "x"}).status_code in {
            HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY,
        }  # fmt: skip
        assert path in valuer.get("/objections").text
        assert "/decision" in valuer.get(path).text
        decided = valuer.post(
            path + "/decision",
            data={"value": str(value.value - 10_000), "reason": "inspected"},
        )
        assert "inspected" in decided.text
        assert "Upheld in part" in owner.get("/my/objections", params={"lang": "en"}).text
    (mine,) = objections.my_objections(demo.context(taxpayer))
    assert mine.status == "partly_upheld"


def test_a_form_is_only_for_owners(sign_in: SignIn, public: httpx.Client, property_id: str) -> None:
    form = f"/properties/{property_id}/objection"
    assert public.get(form).is_redirect
    assert sign_in("officer").get(form).status_code == HTTPStatus.FORBIDDEN
    assert "is not open" in sign_in("taxpayer").get(form, params={"lang": "en"}).text
    assert form not in public.get(f"/properties/{property_id}").text
    assert public.get("/objections").is_redirect
    assert sign_in("taxpayer").get("/objections").status_code == HTTPStatus.FORBIDDEN


def test_a_value_set_by_hand_shows_as_a_reason_of_its_own(shared_demo: Installation) -> None:
    public = shared_demo.context()
    with public.transaction() as tx:
        house = tx.value("SELECT property_id FROM settled_overrides")
    valuation = cadastre.find_property(public, house).valuation
    assert valuation is not None
    *_, by_hand, whole = drawings.reasons(Writer("en", "USD"), valuation).rows
    assert (by_hand.label, whole.label) == ("Set by hand", "Estimated value")
    assert by_hand.shown == Writer("en", "USD").signed_money(
        valuation.value - valuation.model_value
    )
