"""What the reasons of a value are called: characteristics of the pack, and what stands beside."""

from kazyna.core.text import Text
from kazyna.services.context import Context

LOCATION = Text(en="Location", ru="Расположение", ky="Жайгашкан жери")
TIME = Text(
    en="Market at the valuation date", ru="Рынок на дату оценки", ky="Баалоо күнүндөгү рынок"
)
BY_HAND = Text(en="Set by hand", ru="Установлено вручную", ky="Кол менен коюлган")


def label(ctx: Context, name: str) -> Text:
    """Return the words for a reason of the valuation engine."""
    column = ctx.pack.columns.get(name)
    return column.label if column else {"location": LOCATION, "time": TIME}[name]
