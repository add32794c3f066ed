"""Subscriptions to saved queries: events are sent to a webhook as they come, or by a schedule."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Response
from pydantic import Field

from kazyna.api.epcis.answers import PREFIX, VERSIONS, discover, json_answer
from kazyna.api.epcis.asked import Capturable, Readable
from kazyna.api.epcis.problems import documented
from kazyna.api.epcis.queries import MISSING, QueryName
from kazyna.api.sign_in import Caller
from kazyna.services import epcis_subscriptions
from kazyna.services.epcis_subscriptions import NewSubscription, Subscription

ADDRESS_SIGNS_MAX, TOKEN_SIGNS_MAX = 2_000, 500
router = APIRouter(prefix=f"{PREFIX}/queries/{{query_name}}/subscriptions", tags=["subscriptions"])

SubscriptionId = Annotated[str, Path(min_length=1, max_length=100, description="Its identifier.")]
SUBSCRIPTION: dict[str, Any] = {
    "type": "object",
    "required": ["subscriptionID", "dest", "createdAt"],
    "properties": {"subscriptionID": {"type": "string"}, "dest": {"type": "string"}},
}
REFUSED = documented(HTTPStatus.NOT_FOUND, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@dataclass(frozen=True)
class Wanted:
    """What a subscriber asks for, by the names of GS1's OpenAPI."""

    dest: Annotated[str, Field(min_length=1, max_length=ADDRESS_SIGNS_MAX)]
    signatureToken: Annotated[str | None, Field(max_length=TOKEN_SIGNS_MAX)] = None  # noqa: N815
    stream: bool = False
    schedule: dict[str, str] | None = None
    reportIfEmpty: bool = False  # noqa: N815
    initialRecordTime: datetime | None = None  # noqa: N815


def _answers(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    content = {"application/json": {"schema": schema}}
    return {HTTPStatus.OK.value: {"description": "As it stands.", "content": content}}


@router.get(
    "",
    dependencies=[Readable],
    responses=MISSING | _answers({"type": "array", "items": SUBSCRIPTION}),
)
def subscriptions(ctx: Caller, query_name: QueryName) -> Response:
    """Return the subscriptions to a saved query."""
    found = epcis_subscriptions.list_subscriptions(ctx, query_name)
    return json_answer(list(map(told, found)))


@router.post("", status_code=HTTPStatus.CREATED, responses=REFUSED, dependencies=[Capturable])
def subscribe(ctx: Caller, query_name: QueryName, wanted: Wanted) -> Response:
    """Have the events that a saved query finds sent to an address that the installation allows.

    They come as an EPCISQueryDocument of up to 100 events; `GS1-Signature` is the HMAC-SHA256 of
    the body by `signatureToken`, in hexadecimal digits.
    """
    made = epcis_subscriptions.subscribe(
        ctx,
        query_name,
        NewSubscription(
            dest=wanted.dest,
            signature_token=wanted.signatureToken,
            stream=wanted.stream,
            schedule=wanted.schedule,
            report_if_empty=wanted.reportIfEmpty,
            initial_record_time=wanted.initialRecordTime,
        ),
    )
    place = f"{PREFIX}/queries/{quote(query_name, safe='')}/subscriptions/{made.subscription_id}"
    return json_answer(told(made), HTTPStatus.CREATED, Location=place)


@router.get(
    "/{subscription_id}", dependencies=[Readable], responses=MISSING | _answers(SUBSCRIPTION)
)
def subscription(ctx: Caller, query_name: QueryName, subscription_id: SubscriptionId) -> Response:
    """Return a subscription: how far it has come, and why the last attempt failed."""
    return json_answer(
        told(epcis_subscriptions.find_subscription(ctx, query_name, subscription_id))
    )


@router.delete("/{subscription_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
def unsubscribe(ctx: Caller, query_name: QueryName, subscription_id: SubscriptionId) -> Response:
    """End a subscription."""
    epcis_subscriptions.unsubscribe(ctx, query_name, subscription_id)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=VERSIONS)


def told(one: Subscription) -> dict[str, Any]:
    """Write a subscription by the names of GS1's OpenAPI, without what is not known."""
    found = {
        "subscriptionID": one.subscription_id,
        "dest": one.dest,
        "stream": one.stream or None,
        "schedule": one.schedule,
        "reportIfEmpty": one.report_if_empty,
        "createdAt": one.created_at,
        "initialRecordTime": one.initial_record_time,
        "minRecordTime": one.min_record_time,
        "lastNotifiedAt": one.last_notified_at,
        "lastError": one.last_error,
    }
    return {name: value for name, value in found.items() if value is not None}


discover(router, "", "GET", "POST")
discover(router, "/{subscription_id}", "GET", "DELETE")
