"""Mass balance of marked goods: what came in against what left."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from kazyna.api.arguments import LINE, MONTH, PREFIX, first_day
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import balances

router = APIRouter(prefix=f"{PREFIX}/marking/balance", tags=["marking"])
Line = Annotated[str | None, Query(max_length=200, pattern=LINE)]
Gtin = Annotated[str | None, Query(pattern=r"^[0-9]{14}$", description="Only this product.")]
Month = Annotated[str | None, Query(pattern=MONTH, description="Up to its end, such as 2026-03.")]


@router.get("", responses=documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND))
def balance(
    ctx: Caller,
    *,
    participant: Line = None,
    gtin: Gtin = None,
    lot: Line = None,
    month: Month = None,
    tolerance: Annotated[int, Query(ge=0, le=10**9)] = 0,
    open_days: Annotated[int, Query(ge=0, le=3_650)] = 14,
) -> balances.BalanceSheet:
    """Balance marked goods by participant and product, by lot where a product or a lot is named.

    Ordered, applied, introduced, received, shipped, sold, withdrawn, and the stock that follows;
    what does not add up comes with the documents that it rests on.
    """
    wanted = balances.BalanceFilter(participant, gtin, lot, first_day(month) if month else None)
    return balances.balance_sheet(ctx, wanted, tolerance=tolerance, open_days=open_days)
