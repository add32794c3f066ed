"""The life of a round: who may move it, what it leaves behind, and how it is computed again."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import AUDITOR, OFFICER, TOWN_HOUSES, TOWN_VALUED_ON, VALUER, issue_roll
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import (
    cadastre,
    drafts,
    objections,
    overrides,
    rolls,
    round_comparison,
    round_files,
    round_studies,
    rounds,
)
from kazyna.services.context import Actor, Context, Installation
from kazyna.services.demo import OBJECTIONS_TO, TAX, TAX_YEAR

HEAD = Actor("test-head", "valuer")


@pytest.fixture
def valuer(town: Installation) -> Context:
    return town.context(VALUER)


@pytest.fixture
def draft(valuer: Context) -> rounds.RoundLine:
    (line,) = rounds.all_rounds(valuer)
    return line


@pytest.fixture
def head(valuer: Context) -> Context:
    return replace(valuer, actor=HEAD)


def frozen(ctx: Context, draft: rounds.RoundLine) -> round_files.FrozenRound:
    return round_files.freeze_round(ctx, draft.round_id)


def to_objections(ctx: Context, round_id: int) -> None:
    round_files.freeze_round(ctx, round_id)
    rounds.publish_round(ctx, round_id)
    rounds.open_objections(ctx, round_id)


def after_window(ctx: Context, round_id: int) -> Context:
    closes_on = rounds.find_round(ctx, round_id).closes_on
    assert closes_on is not None
    return replace(ctx, today=closes_on + timedelta(days=1))


def test_a_round_lives_from_draft_to_force(
    valuer: Context, head: Context, draft: rounds.RoundLine
) -> None:
    number = draft.round_id
    assert draft.status == "draft"
    assert draft.properties == TOWN_HOUSES
    frozen(valuer, draft)
    assert rounds.publish_round(valuer, number, note="notices sent").next_steps == (
        "open_objections", "withdraw",
    )  # fmt: skip
    opened = rounds.open_objections(valuer, number)
    assert opened.waiting_for == (rounds.Waiting("window", 0, date(2016, 7, 15)),)
    with pytest.raises(Conflict, match="window for objections is open until 2016-07-15"):
        rounds.approve_round(head, number)
    late = after_window(head, number)
    assert rounds.state(late, number).next_steps == ("approve", "withdraw")
    assert rounds.approve_round(late, number).status == "approved"
    done = rounds.enforce_round(late, number)
    assert [event.status for event in done.events] == [
        "draft", "frozen", "published", "objections", "approved", "in_force",
    ]  # fmt: skip
    assert [event.actor for event in done.events][3:5] == ["test-valuer", "test-head"]
    assert done.events[2].note == "notices sent"
    assert done.next_steps == ()


def test_the_window_is_as_long_as_the_pack_says(valuer: Context, draft: rounds.RoundLine) -> None:
    frozen(valuer, draft)
    rounds.publish_round(valuer, draft.round_id)
    with pytest.raises(InputError, match="the window would end on 2016-06-01"):
        rounds.open_objections(valuer, draft.round_id, closes_on=date(2016, 6, 1))
    silent = replace(valuer, pack=replace(valuer.pack, objection_days=None))
    with pytest.raises(InputError, match="does not say how long"):
        rounds.open_objections(silent, draft.round_id)
    rounds.open_objections(valuer, draft.round_id)
    opened = rounds.find_round(valuer, draft.round_id)
    assert opened.opens_on is not None
    assert opened.closes_on == opened.opens_on + timedelta(days=30)


def test_no_step_is_left_out_or_taken_twice(valuer: Context, draft: rounds.RoundLine) -> None:
    number = draft.round_id
    with pytest.raises(
        Conflict, match=f"Round {number} is draft: publish is for a round that is f"
    ):
        rounds.publish_round(valuer, number)
    with pytest.raises(Conflict, match="is draft: enforce"):
        rounds.enforce_round(valuer, number)
    frozen(valuer, draft)
    rounds.publish_round(valuer, number)
    with pytest.raises(Conflict, match="is published: publish"):
        rounds.publish_round(valuer, number)
    with pytest.raises(NotFound):
        rounds.publish_round(valuer, 999)


def test_a_draft_is_for_valuers_and_auditors_only(
    town: Installation, valuer: Context, draft: rounds.RoundLine
) -> None:
    number = draft.round_id
    for actor in (VALUER, AUDITOR):
        assert rounds.find_round(town.context(actor), number).status == "draft"
    for ctx in (town.context(), town.context(OFFICER)):
        assert rounds.all_rounds(ctx) == ()
        assert rounds.latest(ctx) is None
        with pytest.raises(NotFound):
            rounds.find_round(ctx, number)
        assert cadastre.find_property(ctx, "h001").valuation is None
    frozen(valuer, draft)
    rounds.publish_round(valuer, number)
    assert cadastre.find_property(town.context(), "h001").valuation is not None
    events = rounds.state(town.context(), number).events
    assert [event.actor for event in events] == [None] * 3


def test_who_froze_or_published_does_not_approve(
    valuer: Context, head: Context, draft: rounds.RoundLine
) -> None:
    to_objections(valuer, draft.round_id)
    late = after_window(valuer, draft.round_id)
    assert "approve" not in rounds.state(late, draft.round_id).next_steps
    with pytest.raises(Forbidden, match="another valuer approves"):
        rounds.approve_round(late, draft.round_id)
    with pytest.raises(Forbidden), late.transaction() as tx:  # the database says the same
        tx.execute(
            "INSERT INTO round_events (round_id, from_status, to_status, happened_on)"
            " VALUES (%s, 'objections', 'approved', '2016-09-01')",
            (draft.round_id,),
        )


def test_two_who_approve_at_once_approve_once(
    valuer: Context, head: Context, draft: rounds.RoundLine
) -> None:
    number = draft.round_id
    to_objections(valuer, number)
    people = [
        replace(after_window(valuer, number), actor=Actor(f"second-{n}", "valuer"))
        for n in range(6)
    ]

    def approve(ctx: Context) -> bool:
        try:
            rounds.approve_round(ctx, number)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(len(people)) as pool:
        assert sum(pool.map(approve, people)) == 1
    events = rounds.state(head, number).events
    assert [event.status for event in events].count("approved") == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rounds SET status = 'in_force'",
        "INSERT INTO round_events (round_id, to_status, happened_on, actor)"
        " VALUES (1, 'withdrawn', '2016-01-01', 'another')",
        "INSERT INTO round_events (round_id, from_status, to_status, happened_on)"
        " VALUES (1, 'published', 'objections', '2016-01-01')",
        "INSERT INTO round_events (round_id, to_status, happened_on)"
        " VALUES (1, 'draft', '2016-01-01')",
        "UPDATE round_events SET note = ''",
        "DELETE FROM round_events",
        "UPDATE values SET value = 1",
    ],
)
def test_a_valuer_cannot_go_round_the_steps(
    valuer: Context, draft: rounds.RoundLine, statement: str
) -> None:
    with pytest.raises(Forbidden), valuer.transaction() as tx:
        tx.connection.execute(statement.encode())


def test_a_published_round_takes_no_more_values(valuer: Context, draft: rounds.RoundLine) -> None:
    frozen(valuer, draft)
    with pytest.raises(Forbidden), valuer.transaction() as tx:
        tx.execute(
            "INSERT INTO values SELECT round_id, 'new', value, low, high, base, per_m2, reasons,"
            " comparables FROM values WHERE property_id = 'h001'"
        )


def test_states_and_transitions_are_those_of_the_database(valuer: Context) -> None:
    with valuer.transaction() as tx:
        known = set(
            tx.connection.execute("SELECT from_status, to_status FROM round_transitions").fetchall()
        )
    told = {(source, each.target) for each in rounds.TRANSITIONS for source in each.sources}
    assert known == told | {("in_force", "superseded")}


def test_a_round_in_force_supersedes_the_one_before(
    valuer: Context, head: Context, draft: rounds.RoundLine
) -> None:
    next_one = drafts.create_round(
        valuer, valuation_date=TOWN_VALUED_ON + timedelta(days=9), seed=2
    )
    for line in (draft, next_one):
        to_objections(valuer, line.round_id)
        late = after_window(head, line.round_id)
        rounds.approve_round(late, line.round_id)
        rounds.enforce_round(late, line.round_id)
    states = {line.round_id: line.status for line in rounds.all_rounds(head)}
    assert states == {draft.round_id: "superseded", next_one.round_id: "in_force"}
    assert rounds.state(head, draft.round_id).events[-1].note.endswith(str(next_one.round_id))


def test_a_date_is_published_again_only_when_the_first_is_withdrawn(
    valuer: Context, draft: rounds.RoundLine
) -> None:
    second = drafts.create_round(valuer, valuation_date=TOWN_VALUED_ON, seed=5)
    frozen(valuer, draft)
    frozen(valuer, second)
    rounds.publish_round(valuer, draft.round_id)
    with pytest.raises(Conflict, match="published already"):
        rounds.publish_round(valuer, second.round_id)
    with pytest.raises(InputError, match="a reason"):
        rounds.withdraw_round(valuer, draft.round_id, note=" ")
    rounds.withdraw_round(valuer, draft.round_id, note="wrong sales")
    rounds.publish_round(valuer, second.round_id)
    found = rounds.latest(valuer)
    assert found is not None
    assert found.round_id == second.round_id


def test_a_frozen_round_is_computed_again_to_the_last_digit(
    valuer: Context, draft: rounds.RoundLine
) -> None:
    made = frozen(valuer, draft)
    folder = Path(made.folder)
    assert folder.parent == valuer.data_folder / "rounds"
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json", "parameters.json", "report.json", "sales.parquet", "properties.parquet",
        "values.parquet", "study.parquet", "index.parquet", "decisions.parquet",
    }  # fmt: skip
    checked = round_files.verify_folder(folder)
    assert checked.whole
    assert checked.manifest_hash == made.manifest_hash == made.state.manifest_hash
    again = round_files.reproduce_folder(folder)
    assert (again.identical, again.differing_figures, again.properties) == (True, 0, TOWN_HOUSES)
    assert again.surroundings_changed == ()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert Decimal(manifest["total_value"]) == draft.total_value


def test_a_round_frozen_again_is_the_same_folder(
    valuer: Context, head: Context, draft: rounds.RoundLine
) -> None:
    first = frozen(valuer, draft)
    again = frozen(head, draft)
    assert (again.folder, again.manifest_hash) == (first.folder, first.manifest_hash)
    assert len(list(Path(first.folder).parent.iterdir())) == 1
    twin = drafts.create_round(valuer, valuation_date=TOWN_VALUED_ON, seed=1)
    assert frozen(valuer, twin).folder == first.folder


def test_registers_that_changed_since_the_draft_are_not_frozen_as_its_evidence(
    valuer: Context, draft: rounds.RoundLine
) -> None:
    cadastre.load_cadastre(
        valuer,
        properties=pa.table({"property_id": ["h001"], "sqft_living": [5000]}),
        sales=pa.table({"property_id": ["h001"], "sold_on": [date(2014, 2, 2)], "price": [10**6]}),
    )
    with pytest.raises(Conflict, match="make a new draft"):
        frozen(valuer, draft)
    assert rounds.find_round(valuer, draft.round_id).status == "draft"


def test_a_round_is_told_from_the_register_as_it_stood_when_it_was_frozen(
    valuer: Context, draft: rounds.RoundLine
) -> None:
    to_objections(valuer, draft.round_id)
    first = cadastre.find_property(valuer, "h001").valuation
    study = round_studies.study_of_round(valuer, draft.round_id)
    assert first is not None

    def enlarged(feet: int) -> None:
        houses = pa.table({"property_id": ["h001"], "lon": [-122.1], "lat": [47.4],
                           "sqft_living": [feet], "zipcode": [98199]})  # fmt: skip
        sold = pa.table({"property_id": ["h001"], "sold_on": [date(2014, 1, 1)], "price": [10**5]})
        cadastre.load_cadastre(valuer, properties=houses, sales=sold)

    enlarged(5_000)
    card = cadastre.find_property(valuer, "h001")
    assert card.valuation == first
    (area,) = (each for each in card.characteristics if each.name == "sqft_living")
    (known,) = (each for each in first.characteristics if each.name == "sqft_living")
    assert (area.value, known.value) == ("5000", "1159")
    same = round_studies.study_of_round(valuer, draft.round_id)
    assert (same.study, same.picture.places) == (study.study, study.picture.places)

    later = drafts.create_round(valuer, valuation_date=TOWN_VALUED_ON + timedelta(days=1), seed=1)
    frozen(valuer, later)
    enlarged(6_000)
    enlarged(7_000)
    rounds.publish_round(valuer, later.round_id)
    second = cadastre.find_property(valuer, "h001").valuation
    assert second is not None
    assert [each.value for each in second.characteristics if each.name == "sqft_living"] == ["5000"]


def test_what_is_frozen_is_what_was_read(
    valuer: Context, draft: rounds.RoundLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = drafts.evidence

    def changed_meanwhile(ctx: Context, on: date) -> object:
        found = written(ctx, on)
        houses = pa.table({"property_id": ["h001"], "sqft_living": [5_000]})
        sold = pa.table({"property_id": ["h001"], "sold_on": [date(2014, 1, 1)], "price": [10**5]})
        cadastre.load_cadastre(ctx, properties=houses, sales=sold)
        return found

    monkeypatch.setattr(round_files, "evidence", changed_meanwhile)
    with pytest.raises(Conflict, match="while draft"):
        frozen(valuer, draft)
    assert rounds.find_round(valuer, draft.round_id).status == "draft"


@pytest.fixture
def folder(valuer: Context, draft: rounds.RoundLine, tmp_path: Path) -> Path:
    """Give a copy of a frozen folder that may be spoilt."""
    copy = tmp_path / "copy"
    shutil.copytree(frozen(valuer, draft).folder, copy)
    return copy


def test_a_folder_that_was_touched_is_found_out(folder: Path) -> None:
    values = pq.read_table(folder / "values.parquet")
    pq.write_table(values.slice(1), folder / "values.parquet")
    (folder / "index.parquet").unlink()
    (folder / "extra.txt").write_text("x")
    found = round_files.verify_folder(folder)
    assert {(fault.name, fault.fault) for fault in found.faults} == {
        ("values.parquet", "changed"),
        ("index.parquet", "missing"),
        ("extra.txt", "not in the manifest"),
    }
    with pytest.raises(Conflict, match="not the one that was frozen"):
        round_files.reproduce_folder(folder)


def test_a_manifest_that_is_none_is_refused(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(InputError, match="the format is 99"):
        round_files.verify_folder(folder)
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(InputError, match="it is no manifest"):
        round_files.verify_folder(folder)
    with pytest.raises(InputError, match="does not exist"):
        round_files.verify_folder(folder / "nowhere")


def test_a_value_set_by_hand_counts_from_the_second_signature(
    valuer: Context, head: Context, draft: rounds.RoundLine
) -> None:
    number = draft.round_id
    to_objections(valuer, number)
    before = rounds.find_round(valuer, number).total_value
    model = cadastre.find_property(valuer, "h001").valuation
    assert model is not None
    by_hand = model.value - 5000
    proposed = overrides.propose_override(
        valuer, number, "h001", value=by_hand, reason="flooded", evidence="inspection 7"
    )
    assert cadastre.find_property(valuer, "h001").valuation == model
    with pytest.raises(Conflict, match="waits for its second signature"):
        overrides.propose_override(head, number, "h001", value=Decimal(1), reason="x", evidence="y")
    with pytest.raises(Forbidden, match="another person's"):
        overrides.confirm_override(valuer, proposed.override_id)
    late = after_window(head, number)
    with pytest.raises(Conflict, match="wait for a second signature: 1"):
        rounds.approve_round(replace(late, actor=Actor("third", "valuer")), number)
    signed = overrides.confirm_override(head, proposed.override_id, note="seen")
    assert (signed.decided_by, signed.decision) == ("test-head", "confirmed")
    card = cadastre.find_property(valuer, "h001").valuation
    assert card is not None
    assert (card.value, card.model_value) == (by_hand, model.value)
    assert card.override_reason == "flooded"
    assert card.base + sum(reason.amount for reason in card.reasons) == by_hand
    round_ = rounds.find_round(valuer, number)
    assert (round_.total_value, round_.set_by_hand) == (before - 5000, 1)
    with pytest.raises(Conflict, match="signed or refused already"):
        overrides.refuse_override(replace(head, actor=Actor("third", "valuer")), 1, note="no")


def test_the_database_refuses_the_second_signature_of_the_first_hand(
    valuer: Context, draft: rounds.RoundLine
) -> None:
    frozen(valuer, draft)
    overrides.propose_override(
        valuer, draft.round_id, "h001", value=Decimal(1), reason="x", evidence="y"
    )
    insert = (
        "INSERT INTO override_decisions (override_id, proposed_by, decision, decided_on)"
        " VALUES (1, '{}', 'confirmed', '2016-01-01')"
    )
    with pytest.raises(Exception, match="second_person"), valuer.transaction() as tx:
        tx.connection.execute(insert.format("test-valuer").encode())
    with pytest.raises(Exception, match="foreign key"), valuer.transaction() as tx:
        tx.connection.execute(insert.format("somebody").encode())


@pytest.mark.parametrize(
    ("value", "words", "fault"),
    [
        ("5", ("", "e"), "column reason: nothing is written"),
        ("5", ("r", " "), "column evidence: nothing is written"),
        ("0", ("r", "e"), "0 is not accepted"),
        ("1.001", ("r", "e"), "1.001 is not accepted"),
        ("1e17", ("r", "e"), "is not accepted"),
    ],
)
def test_a_value_by_hand_needs_an_amount_a_reason_and_evidence(
    valuer: Context, draft: rounds.RoundLine, value: str, words: tuple[str, str], fault: str
) -> None:
    frozen(valuer, draft)
    reason, evidence = words
    with pytest.raises(InputError, match=fault):
        overrides.propose_override(
            valuer, draft.round_id, "h001", value=Decimal(value), reason=reason, evidence=evidence
        )


def test_values_by_hand_are_exported_and_taxed(demo: Installation, tmp_path: Path) -> None:
    valuer, head = demo.context(VALUER), demo.context(HEAD)
    round_ = rounds.latest(valuer)
    assert round_ is not None
    house = cadastre.search(valuer, "5", limit=1)[0]
    assert house.value is not None
    proposed = overrides.propose_override(
        valuer, round_.round_id, house.property_id,
        value=house.value + 100_000, reason="built on", evidence="permit 12",
    )  # fmt: skip
    overrides.confirm_override(head, proposed.override_id)
    out = tmp_path / "values.parquet"
    exported = round_files.export_round(valuer, round_.round_id, out)
    rows = {row["property_id"]: row for row in pq.read_table(out).to_pylist()}
    assert len(rows) == exported.properties
    assert rows[house.property_id]["value"] == house.value + 100_000
    assert rows[house.property_id]["model_value"] == house.value
    officer = demo.context(OFFICER)
    issue_roll(officer, tax=TAX, year=TAX_YEAR + 1)
    bills = rolls.bills_of_property(officer, house.property_id)
    assert {bill.assessed_value for bill in bills if bill.year == TAX_YEAR + 1} == {
        house.value + 100_000
    }
    assert rolls.preview(officer, house.property_id)[0].assessed_value == house.value + 100_000


def test_two_rounds_are_compared_to_the_cent(
    valuer: Context, head: Context, draft: rounds.RoundLine
) -> None:
    after = drafts.create_round(valuer, valuation_date=TOWN_VALUED_ON + timedelta(days=9), seed=2)
    frozen(valuer, after)
    proposed = overrides.propose_override(
        valuer, after.round_id, "h005", value=Decimal(77_000), reason="burnt", evidence="photo"
    )
    overrides.confirm_override(head, proposed.override_id)
    found = round_comparison.compare(valuer, draft.round_id, after.round_id).comparison
    assert found.properties == TOWN_HOUSES
    change = found.after - found.before
    assert sum(amount for _, amount in found.by_group) == change
    assert sum(reason.amount for reason in found.by_reason) == change
    assert dict(found.by_group)["override"] < 0
    assert found.largest[0].property_id == "h005"
    assert found.largest[0].reason == "override"
    assert {place.name for place in found.by_place} == {"98100", "98101", "98102"}
    assert found.before == rounds.find_round(valuer, draft.round_id).total_value
    assert found.after == rounds.find_round(valuer, after.round_id).total_value
    for reason in found.by_reason:
        assert round_comparison.reason_label(valuer, reason.reason).ky


def test_the_demonstration_shows_a_round_that_can_be_objected_to(shared_demo: Installation) -> None:
    officer = shared_demo.context(OFFICER)
    round_ = rounds.latest(officer)
    assert round_ is not None
    assert (round_.status, round_.closes_on, round_.set_by_hand) == ("objections", OBJECTIONS_TO, 1)
    filed = objections.objections_of_round(officer, round_.round_id)
    assert sorted(objection.status for objection in filed) == [
        "filed", "partly_upheld", "rejected",
    ]  # fmt: skip
