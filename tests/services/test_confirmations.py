"""Doubtful values of the law are confirmed by a document before a roll binds anyone."""

from dataclasses import replace

import pytest

from conftest import DRAFTER, OFFICER, VALUER
from kazyna.core.errors import Conflict, Forbidden, NotFound
from kazyna.services import assessment, confirmations, roll_lifecycle, rolls
from kazyna.services.context import Context, Installation
from kazyna.store import register
from kazyna.tax import doubtful

TAX = "property_tax"


@pytest.fixture
def officer(demo: Installation) -> Context:
    return demo.context(OFFICER)


def unconfirmed(ctx: Context) -> None:
    """Put the register back to where nobody had confirmed anything, as its owner only can."""
    with ctx.database.administration() as tx:
        tx.execute("ALTER TABLE confirmations DISABLE TRIGGER append_only")
        tx.execute("DELETE FROM confirmations")
        tx.execute("ALTER TABLE confirmations ENABLE TRIGGER append_only")


def test_a_roll_is_refused_until_each_value_it_rests_on_is_confirmed(officer: Context) -> None:
    unconfirmed(officer)
    before = rolls.issued(officer)
    drafter = replace(officer, actor=DRAFTER)
    found = confirmations.doubts(officer, tax=TAX, year=2017)
    assert {doubt.parameter for doubt in found} == {"ceiling_rate", "rounding"}
    assert not any(doubt.confirmed for doubt in found)
    roll_lifecycle.draft_roll(drafter, tax=TAX, year=2017)
    with pytest.raises(Conflict, match="2 values of the law are doubtful and not confirmed"):
        rolls.issue_roll(officer, tax=TAX, year=2017)
    first, second = (doubt.id for doubt in found)
    done = confirmations.confirm(officer, [first], tax=TAX, year=2017, document="RCW, 2015")
    assert (done.confirmed, done.before) == (1, 0)
    with pytest.raises(Conflict, match="1 values of the law"):
        rolls.issue_roll(officer, tax=TAX, year=2017)
    assert rolls.issued(officer) == before
    done = confirmations.confirm(officer, [first, second], tax=TAX, year=2017, document="USC")
    assert (done.confirmed, done.before) == (1, 1)
    kept = {d.id: d for d in confirmations.doubts(officer, tax=TAX, year=2017)}
    assert (kept[first].document, kept[second].document) == ("RCW, 2015", "USC")
    assert kept[first].confirmed_by == OFFICER.name
    assert rolls.issue_roll(officer, tax=TAX, year=2017).bills > 0


def test_a_value_whose_content_changes_is_asked_for_again(officer: Context) -> None:
    law = officer.pack.taxes[TAX]
    with officer.transaction() as tx:
        ground = assessment.ground_of(officer, tx, law, year=2017, known=register.latest(tx))
        held = assessment.holdings_of(officer, tx, law, ground)
        values = doubtful(law.rules, assessment.cases(held), ground.law_on, id_column="case")
        confirmations.require_confirmed(tx, values)
        changed = [type(each)(**{**vars(each), "value": "0.02"}) for each in values]
        with pytest.raises(Conflict, match=r"ceiling_rate@1972-11-07 = 0\.02"):
            confirmations.require_confirmed(tx, changed)


def test_who_may_confirm_and_what(officer: Context, demo: Installation) -> None:
    found = confirmations.doubts(officer, tax=TAX, year=2017)
    with pytest.raises(Conflict, match="Name the document"):
        confirmations.confirm(officer, [found[0].id], tax=TAX, year=2017, document=" ")
    with pytest.raises(NotFound, match="no doubtful value 'x'"):
        confirmations.confirm(officer, ["x"], tax=TAX, year=2017, document="RCW")
    with pytest.raises(Forbidden):
        confirmations.doubts(demo.context(VALUER), tax=TAX, year=2017)
    with pytest.raises(NotFound, match="no tax 'land'"):
        confirmations.doubts(officer, tax="land", year=2017)
