from http import HTTPStatus

from web.conftest import SignIn


def test_an_officer_tries_a_reform_out(sign_in: SignIn) -> None:
    office = sign_in("officer")
    assert "Ceiling of all regular levies" in office.get("/office/simulation").text
    form = {"tax": "property_tax", "new:ceiling_rate": "0,009", "neutral": "ceiling_rate"}
    done = office.post("/office/simulation", data=form)
    assert done.status_code == HTTPStatus.OK
    assert "Revenue-neutral value" in done.text
    assert "98117" in done.text
    refused = office.post("/office/simulation", data=form | {"new:ceiling_rate": "a lot"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This could not be simulated." in refused.text
    assert 'value="a lot"' in refused.text


def test_the_page_is_for_staff(sign_in: SignIn) -> None:
    answer = sign_in("taxpayer").get("/office/simulation")
    assert answer.status_code == HTTPStatus.FORBIDDEN
