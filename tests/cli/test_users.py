import pytest

from cli.conftest import Kazyna
from kazyna.services import users
from kazyna.services.context import Context

SECRET = "long-enough-now"


def test_the_one_who_runs_it_makes_accounts(
    kazyna: Kazyna, kyrgyz_office: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAZYNA_NEW_PASSWORD", SECRET)
    made = kazyna("user", "add", "aibek", "--role", "officer", "--json")
    assert (made.code, made.result["role"]) == (0, "officer"), made.err
    payer = kazyna("user", "add", "payer", "--role", "taxpayer", "--taxpayer", "T1", "--json")
    assert payer.result["taxpayer_id"] == "T1"
    assert users.sign_in(kyrgyz_office, name="aibek", password=SECRET).actor.role == "officer"
    alone = kazyna("user", "add", "nobody", "--role", "taxpayer", "--json")
    assert (alone.code, alone.out) == (2, "")
    assert kazyna("user", "end", "aibek", "--role", "officer").code == 0
    listed = kazyna("user", "list", "--json").result
    ended = {each["name"]: each["ended_at"] is not None for each in listed["accounts"]}
    assert ended == {"aibek": True, "payer": False} | {
        name: False for name in ended if name not in {"aibek", "payer"}
    }
    assert (listed["changes"][0]["name"], listed["changes"][0]["kind"]) == ("aibek", "ended")
