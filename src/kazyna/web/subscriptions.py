"""A participant's saved queries of events, and to whom what they find is sent."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse

from kazyna.core.errors import InputError, Refused
from kazyna.services import epcis_saved_queries, epcis_subscriptions
from kazyna.services.epcis_subscriptions import NewSubscription
from kazyna.web.forms import pairs
from kazyna.web.pages import page
from kazyna.web.visit import Visit, Visiting

router = APIRouter(prefix="/goods/subscriptions")

Name = Annotated[str, Form(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/]+$")]
Line = Annotated[str, Form(max_length=2_000)]


@router.get("")
def home(visit: Visiting) -> HTMLResponse:
    """Show the saved queries and their subscriptions."""
    return _shown(visit)


@router.post("/queries")
def save(visit: Visiting, name: Name, conditions: Line = "") -> HTMLResponse:
    """Keep a query under a name."""
    return _done(
        visit,
        lambda: epcis_saved_queries.save_query(visit.ctx, name, pairs(conditions)),
        visit.write.gettext("The query is saved."),
    )


@router.post("/queries/forget")
def forget(visit: Visiting, name: Name) -> HTMLResponse:
    """Forget a query and end its subscriptions."""
    return _done(
        visit,
        lambda: epcis_saved_queries.delete_query(visit.ctx, name),
        visit.write.gettext("The query is forgotten."),
    )


@router.post("")
def subscribe(
    visit: Visiting, name: Name, dest: Line, token: Line = "", schedule: Line = ""
) -> HTMLResponse:
    """Have what a query finds sent to an address."""
    new = NewSubscription(
        dest.strip(),
        token.strip() or None,
        stream=not schedule.strip(),
        schedule=pairs(schedule) if schedule.strip() else None,
    )
    return _done(
        visit,
        lambda: epcis_subscriptions.subscribe(visit.ctx, name, new),
        visit.write.gettext("Events will be sent."),
    )


@router.post("/end")
def end(visit: Visiting, name: Name, subscription: Line) -> HTMLResponse:
    """End a subscription."""
    return _done(
        visit,
        lambda: epcis_subscriptions.unsubscribe(visit.ctx, name, subscription),
        visit.write.gettext("Nothing more is sent there."),
    )


def _done(visit: Visit, work: Callable[[], object], message: str) -> HTMLResponse:
    visit.ctx.require("participant")
    try:
        work()
    except (InputError, Refused) as error:
        return _shown(visit, refusal=error)
    return _shown(visit, message=message)


def _shown(
    visit: Visit, *, message: str = "", refusal: InputError | Refused | None = None
) -> HTMLResponse:
    visit.ctx.require("participant")
    return page(
        visit,
        "marking/subscriptions.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        queries=epcis_subscriptions.queries_with_subscriptions(visit.ctx),
        allowed=visit.ctx.webhooks,
        message=message,
        refusal=refusal,
        findings=refusal.findings if isinstance(refusal, InputError) else (),
    )
