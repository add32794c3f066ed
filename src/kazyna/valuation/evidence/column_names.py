"""What columns are called: the parts, well-known characteristics, and units within names."""

import re
from collections.abc import Sequence

from kazyna.valuation.evidence.units import currency_of, unit_of

ROLE_NAMES: dict[str, tuple[str, ...]] = {
    "id": (
        r"(кадастр[^\W_]*|кад\.?|cadastral)([ _]*(номер\w*|№|код\w*|number|no|id)\.?)?|ени|еник"
        r"|parcel(_?(id|number|no\.?))?|parid|(\w+_)?pinx?|apn",
        r"(property|object|house)_?id|id",
        r"(sale|listing|offer|transaction)_?id|код|№|number|номер|(serial|record)_?(number|no)",
        r".*(_|\b)identifier|id_mutation",
    ),
    "price": (
        r"((re)?sale|sold|transaction)_?(price|amount|prc)|price(_?(usd|kgs|som|paid))?"
        r"|цена(_?(продажи|сделки))?",
        r"(asking|list|offer)_?price|стоимость|amount|сумма|(сатуу )?баасы|баа",
        r"amount_?paid|actual_worth|(median_)?(house|home|property)_value|valeur_fonciere"
        r"|(kauf|verkaufs)?preis|precio(_\w+)?|prix(_\w+)?|prezzo(_\w+)?|preço|preco|cena(_\w+)?",
        r"\w*(sale|sold|transaction|close|closing)_?(price|amount)(_\w+)?",
    ),
    "date": (
        r"(sale|sold|transaction|contract)_?(date|day|on)|date(_?(sold|of_sale))?|дата.*"
        r"|(сатуу )?күнү",
        r"date_(of_)?(transfer|recorded|recording|mutation)|\w*(sale|sold|transaction|closing)_?date",
        r"(added|created|published|listed)(_?(at|on|date|time))?|day|time",
        r"(sale_|sold_)?month(_sold|_of_sale)?|sold|\w+_date",
    ),
    "lon": (r"(\w+[_ ])?(lon|long|lng|longt?itude|longitud|долгота|узундук)", r"x|x_?coord"),
    "lat": (r"(\w+[_ ])?(lat|latt?itude|latitud|широта|кеңдик)", r"y|y_?coord"),
}
"""What a column that plays a part is called; better names first."""

YEAR_OF_SALE = r"(sale|sold|transaction)_?(yr|year)|(yr|year)_?(of_sale|sold)|год_(продажи|сделки)"
MONTH_OF_SALE = (
    r"(sale|sold|transaction)_?(mo|month)|(mo|month)_?(of_sale|sold)|месяц_(продажи|сделки)"
)
PER_AREA = (
    r".*(price|цена|стоимость|usd|сом).*(m2|м2|кв|sqm|sq_?ft|sqft|met(er|re)|сотк|per_|_per).*"
    r"|(m2|м2|sqm|sq_?ft|sqft|met(er|re)|per).*(price|цена|cost).*"
)
SOLD = r"sale|sold|paid|transaction|продаж|сделк|сатуу"
ASKED = r"asking|offer|list(ing|ed)?|объявлен|предложен|торг"

KNOWN_NAMES: tuple[tuple[str, str], ...] = (
    (r"(общая )?площадь( общая)?|square|total_?area|floor_?area|жалпы аянт", "floor_area_m2"),
    (r"жилая площадь|living_?area", "living_area_m2"),
    (
        r"площадь (участка|земли).*|plot(_?area)?|lot(_?(area|size))?|land_?area|жер аянты",
        "plot_area_m2",
    ),
    (r"(высота|высота потолков|ceiling(_?height)?)", "ceiling_height_m"),
    (r"год( постройки)?|year|yr_?built|year_?built|built", "year_built"),
    (r"(кол-во |количество |число )?комнат(ы)?|rooms", "rooms"),
    (r"этаж|floor", "floor"),
    (r"(кол-во |количество |число )?этажей|этажность|floors|storeys|stories", "floors"),
)
"""Names in English for what is known well; other columns keep their own."""

CODES = (
    r".*(zip|post)_?code.*|индекс|(district|zone|region|quarter)(_?(code|id|no))?"
    r"|area_?(code|id|no)|.*_code"
)
UNIT_NAMES: tuple[tuple[str, str], ...] = (
    (r"sq\.?_?ft|sf|square_?feet|кв\.?_?фут\w*", "sq ft"),
    (r"acres?|акр\w*", "acre"),
    (r"ha|hectares?|га|гектар\w*", "ha"),
    (r"сот(ок|ки|ка|ых)|sot(ka|ki|ok)", "sotka"),
)
"""Units of area within the name of a column of numbers; of square metres nothing need be said."""
UNITS_SAID = {"sq ft": "square feet", "acre": "acres", "ha": "hectares", "sotka": "ares"}
BEHIND = r"\s*[,;(\[]\s*([^,;()\[\]]+?)\s*[)\]]?\s*$"
"""What stands behind a name: the sign in «Цена, $», the unit in «Площадь (кв.м)»."""


def plain_name(name: str) -> str:
    """Return a name in small letters, its words joined by underscores."""
    return re.sub(r"[\s\-]+", "_", name.strip().casefold()).replace("²", "2").strip("_")


def matches(pattern: str, name: str) -> bool:
    """Match a name as it is written, and with its words joined or parted."""
    low, plain = name.strip().casefold(), plain_name(name)
    pointed = re.sub(r"[._]+", "_", plain).strip("_")  # Yr.Sold, as R writes it
    written = (plain, pointed, low, low.replace("_", " "))
    return any(re.fullmatch(pattern, text) for text in written)


def bare_name(name: str) -> str:
    """Return a name without the currency or the unit of area that stands behind it."""
    found = re.search(BEHIND, name)
    if found is None:
        return name
    told = currency_of(found[1].strip(".")) or unit_of(found[1], "area")
    return name[: found.start()] if told else name


def without_unit(name: str) -> tuple[str, str] | None:
    """Take a unit of area out of a name: what is left, and the unit."""
    plain = re.sub(r"[,;()\[\]]+", "_", plain_name(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)))
    for words, unit in UNIT_NAMES:
        found = re.search(rf"(?:^|_)({words})\.?(?=_|\d|$)", plain)
        if found is not None:
            rest = plain[: found.start()] + plain[found.end() :]
            return re.sub("_+", "_", rest).strip("_"), unit
    return None


def called(role: str, names: Sequence[str]) -> list[str]:
    """Return the columns that are called as a part is, better names first."""
    bare = {
        name: bare_name(name) for name in names if not (role == "price" and matches(PER_AREA, name))
    }
    return [name for p in ROLE_NAMES[role] for name, plain in bare.items() if matches(p, plain)]


def known_name(name: str) -> str | None:
    """Return the name in English of what is known well."""
    return next((known for pattern, known in KNOWN_NAMES if matches(pattern, name)), None)
