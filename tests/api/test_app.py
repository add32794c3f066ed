from http import HTTPStatus

import httpx
import pytest

from kazyna.api.app import BODY_BYTES_MAX


def test_an_unknown_path_and_a_wrong_method_are_problems(public: httpx.Client) -> None:
    unknown, wrong = public.get("/v1/no-such-path"), public.put("/v1/payments")
    assert (unknown.status_code, wrong.status_code) == (404, 405)
    for answer in (unknown, wrong):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_refused(public: httpx.Client, announced: bool) -> None:
    body = b"x" * (BODY_BYTES_MAX + 1)
    content = body if announced else iter([body])
    answer = public.post("/v1/sessions", content=content)
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_requests_are_counted_by_route_and_not_by_path(public: httpx.Client) -> None:
    public.get("/v1/properties/no-such-property")
    text = public.get("/metrics").text
    counted = (
        "kazyna_http_request_duration_seconds_count"
        '{method="GET",route="/v1/properties/{property_id}",status="404"}'
    )
    assert counted in text
    assert "no-such-property" not in text


def test_the_program_is_alive_and_ready(public: httpx.Client) -> None:
    assert public.get("/healthz").json() == public.get("/readyz").json() == {"status": "ok"}


def test_the_interface_describes_itself(public: httpx.Client) -> None:
    described = public.get("/v1/openapi.json").json()
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            if path.startswith("/v1"):
                assert "422" in operation["responses"], path
    assert "application/problem+json" in str(described["paths"]["/v1/payments"])


def test_pages_and_interface_share_one_address(public: httpx.Client) -> None:
    home, unknown = public.get("/"), public.get("/no-such-page")
    assert home.headers["content-type"].startswith("text/html")
    assert unknown.status_code == HTTPStatus.NOT_FOUND
    assert unknown.headers["content-type"].startswith("text/html")
