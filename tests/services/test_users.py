"""Who makes accounts, and what becomes of them."""

from collections.abc import Callable, Iterator

import pytest

from conftest import ADMINISTRATOR, AUDITOR, OFFICER, make_staff
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound, TooMany
from kazyna.services import users
from kazyna.services.context import Context, Installation
from kazyna.services.demo_steps import PASSWORD
from kazyna.services.users import GUESSES_A_MINUTE
from kazyna.store.connection import Database
from services.kyrgyz_office import open_cars

OTHER = "another-password"


@pytest.fixture(scope="module")
def office(module_clone: Callable[[str], str], empty_template: str) -> Iterator[Installation]:
    """Open an office with the accounts `officer` and `head`, and that of T1, `akmal`."""
    with Database(module_clone(empty_template)) as database:
        yield open_cars(database)


@pytest.fixture
def public(office: Installation) -> Context:
    return office.context()


def test_no_officer_makes_or_changes_an_account_of_the_office(office: Installation) -> None:
    officer = office.context(OFFICER)
    with pytest.raises(Forbidden, match="administrator"):
        users.create_user(officer, name="second", password=PASSWORD, role="officer")
    with pytest.raises(Conflict, match="head is that of a officer"):
        users.create_user(
            officer, name="head", password=PASSWORD, role="taxpayer", taxpayer_id="T1"
        )
    with pytest.raises(NotFound, match="yours to end"):
        users.end_user(officer, "head")
    administrator = office.context(ADMINISTRATOR)
    with pytest.raises(Forbidden, match="officer"):
        users.create_user(
            administrator, name="x", password=PASSWORD, role="taxpayer", taxpayer_id="T1"
        )
    seen = {each.name for each in users.accounts(administrator)}
    assert {"officer", "head"} <= seen
    assert "akmal" not in seen
    assert "akmal" in {each.name for each in users.accounts(officer)}


def test_an_ended_account_signs_in_no_more_until_it_is_made_anew(
    office: Installation, public: Context
) -> None:
    administrator = office.context(ADMINISTRATOR)
    make_staff(public, "leaving", "valuer")
    token = users.sign_in(public, name="leaving", password=PASSWORD).token
    users.end_user(administrator, "leaving")
    assert users.actor_of(public, token) is None
    with pytest.raises(Forbidden, match="wrong"):
        users.sign_in(public, name="leaving", password=PASSWORD)
    with pytest.raises(NotFound):
        users.end_user(administrator, "leaving")
    make_staff(public, "leaving", "auditor")
    assert users.sign_in(public, name="leaving", password=PASSWORD).actor.role == "auditor"
    kept = users.account_changes(office.context(AUDITOR))
    own = [(each.kind, each.role, each.changed_by) for each in kept if each.name == "leaving"]
    by = ADMINISTRATOR.name
    assert own == [("renewed", "auditor", by), ("ended", "valuer", by), ("made", "valuer", by)]


def test_a_changed_password_ends_every_session(office: Installation, public: Context) -> None:
    make_staff(public, "careful")
    session = users.sign_in(public, name="careful", password=PASSWORD)
    own = office.context(session.actor)
    with pytest.raises(Forbidden, match="wrong"):
        users.change_password(own, old=OTHER, new=OTHER)
    with pytest.raises(InputError, match="5 characters"):
        users.change_password(own, old=PASSWORD, new="short")
    users.change_password(own, old=PASSWORD, new=OTHER)
    assert users.actor_of(public, session.token) is None
    assert users.sign_in(public, name="careful", password=OTHER).actor == session.actor


def test_who_guesses_too_often_waits_and_nobody_else(public: Context) -> None:
    make_staff(public, "guessed")
    for _ in range(GUESSES_A_MINUTE):
        with pytest.raises(Forbidden):
            users.sign_in(public, name="guessed", password=OTHER)
    with pytest.raises(TooMany):
        users.sign_in(public, name="guessed", password=PASSWORD)
    assert users.sign_in(public, name="officer", password=PASSWORD).actor.role == "officer"


def test_nobody_ends_his_own_account(office: Installation) -> None:
    session = users.sign_in(office.context(), name="officer", password=PASSWORD)
    with pytest.raises(Conflict, match="signed in"):
        users.end_user(office.context(session.actor), "officer")
