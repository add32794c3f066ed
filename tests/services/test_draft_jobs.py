from datetime import date

import pytest

from conftest import AUDITOR, OFFICER, TOWN_HOUSES, VALUER
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import draft_jobs, rounds
from kazyna.services.context import Context, Installation
from kazyna.web.language import Writer
from kazyna.web.round_words import draft_step_words

DAY = date(2014, 12, 31)
BEFORE_ANY_SALE = date(2013, 1, 1)


@pytest.fixture
def valuer(town: Installation) -> Context:
    return town.context(VALUER)


def test_a_draft_is_followed_from_outside_until_its_round_is_there(
    town: Installation, valuer: Context
) -> None:
    seen: list[draft_jobs.DraftJob | None] = []

    def look(step: str, done: int = 0, total: int = 0) -> None:
        seen.append(draft_jobs.latest_job(town.context(AUDITOR)))

    made = draft_jobs.make_draft(valuer, valuation_date=DAY, seed=3, progress=look)
    assert (made.status, made.properties) == ("draft", TOWN_HOUSES)
    assert {job.state for job in seen if job} == {"running"}
    assert {job.asked_by for job in seen if job} == {VALUER.name}
    named = draft_step_words(Writer("en", "USD"))
    told = {job.step for job in seen if job and job.step}
    assert told <= set(named)
    assert len(told) > 3
    job = draft_jobs.latest_job(valuer)
    assert job is not None
    assert (job.state, job.round_id, job.step) == ("done", made.round_id, "record")
    with pytest.raises(NotFound):
        draft_jobs.find_job(valuer, job.draft_id + 1)


def test_one_draft_is_made_at_a_time(valuer: Context) -> None:
    begun = draft_jobs.begin_draft(valuer, valuation_date=DAY)
    assert begun.job.state == "running"
    with pytest.raises(Conflict, match="being made at this moment"):
        draft_jobs.begin_draft(valuer, valuation_date=DAY)
    assert draft_jobs.work_off(valuer, begun).state == "done"
    with draft_jobs.begin_draft(valuer, valuation_date=DAY).lock:
        pass


def test_what_hinders_a_draft_stands_in_its_job(valuer: Context) -> None:
    before = rounds.all_rounds(valuer)
    begun = draft_jobs.begin_draft(valuer, valuation_date=BEFORE_ANY_SALE)
    job = draft_jobs.work_off(valuer, begun)
    assert job.state == "failed"
    assert "recorded sales: no sale is recorded up to the day of value" in (job.error or "")
    with pytest.raises(InputError, match="recorded sales"):
        draft_jobs.make_draft(valuer, valuation_date=BEFORE_ANY_SALE)
    assert rounds.all_rounds(valuer) == before


def test_a_program_that_falls_leaves_no_draft_and_the_job_says_so(valuer: Context) -> None:
    begun = draft_jobs.begin_draft(valuer, valuation_date=DAY)
    with begun.lock:
        pass  # the server lets go of it so when the program falls
    number = begun.job.draft_id
    assert draft_jobs.find_job(valuer, number).state == "interrupted"
    assert [line.valuation_date for line in rounds.all_rounds(valuer)] != [DAY]
    draft_jobs.make_draft(valuer, valuation_date=DAY)
    left = draft_jobs.find_job(valuer, number)
    assert (left.state, left.error) == ("interrupted", draft_jobs.INTERRUPTED)


def test_what_is_refused_at_once_keeps_nobody_from_drafting(
    town: Installation, valuer: Context
) -> None:
    with pytest.raises(InputError, match="costs"):
        draft_jobs.begin_draft(valuer, valuation_date=DAY, costs="not TOML")
    with pytest.raises(Forbidden):
        draft_jobs.begin_draft(town.context(OFFICER), valuation_date=DAY)
    assert draft_jobs.latest_job(valuer) is None
    with draft_jobs.begin_draft(valuer, valuation_date=DAY).lock:
        pass
