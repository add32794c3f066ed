"""What tills ask: may these goods be sold, they are sold, they were sold without a network."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from kazyna.api.arguments import LINE, PREFIX
from kazyna.api.codes import Code
from kazyna.api.errors import documented
from kazyna.api.sign_in import Caller
from kazyna.services import till_sync, verification
from kazyna.services.verification import Place, Sale

router = APIRouter(prefix=f"{PREFIX}/till", tags=["till"])

REFUSALS = documented(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
PRICE_MAX = 10**15

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=LINE)]
ReceiptCodes = Annotated[list[Code], Field(min_length=1, max_length=1_000)]
Prices = Annotated[
    list[Annotated[int, Field(ge=0, le=PRICE_MAX)] | None],
    Field(max_length=1_000, description="What was paid for each code, in minor units."),
]


class At(BaseModel):
    """Which till asks, and from where."""

    model_config = ConfigDict(extra="forbid")

    device: Annotated[Name | None, Field(description="Serial number of the till.")] = None
    facility: Name | None = None
    lon: Annotated[float | None, Field(ge=-180, le=180)] = None
    lat: Annotated[float | None, Field(ge=-90, le=90)] = None

    def place(self) -> Place:
        """Return what the service takes."""
        return Place(self.device, self.facility, self.lon, self.lat)


class Receipt(At):
    """The codes of a receipt."""

    codes: ReceiptCodes


class SoldReceipt(At):
    """A receipt that is sold."""

    receipt: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
    codes: ReceiptCodes
    prices: Prices | None = None
    sold_at: AwareDatetime


class OfflineReceipt(BaseModel):
    """A receipt that was sold without a network."""

    model_config = ConfigDict(extra="forbid")

    counter: Annotated[int, Field(ge=1, le=2**53, description="Counts the till's receipts.")]
    codes: ReceiptCodes
    prices: Prices | None = None
    sold_at: AwareDatetime


class OfflineReport(At):
    """What a till has sold without a network."""

    sales: Annotated[list[OfflineReceipt], Field(min_length=1, max_length=500)]


@router.post("/check", responses=REFUSALS)
def check(ctx: Caller, asked: Receipt) -> verification.CheckedReceipt:
    """Tell which codes of a receipt may be sold now by the participant who asks, and why not."""
    return verification.check_receipt(ctx, asked.codes, asked.place())


@router.post("/sell", responses=REFUSALS)
def sell(ctx: Caller, asked: SoldReceipt) -> verification.SoldReceipt:
    """Sell the goods of a receipt, all or none; sent again, it is answered as the first time."""
    sale = Sale(asked.receipt, tuple(asked.codes), asked.sold_at, _prices(asked), asked.place())
    return verification.sell_receipt(ctx, sale)


@router.post("/sync", responses=REFUSALS)
def sync(ctx: Caller, asked: OfflineReport) -> till_sync.Synced:
    """Take up what a till has sold without a network; what conflicts is told and raises alerts."""
    sales = [
        till_sync.OfflineSale(each.counter, each.sold_at, tuple(each.codes), _prices(each))
        for each in asked.sales
    ]
    return till_sync.sync_sales(ctx, sales, asked.place())


def _prices(asked: SoldReceipt | OfflineReceipt) -> tuple[int | None, ...] | None:
    return None if asked.prices is None else tuple(asked.prices)
