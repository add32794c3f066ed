"""The part of the valuation report on land and buildings."""

from kazyna.core.text import Text
from kazyna.documents import valuation_report_words as say
from kazyna.documents.article import Block, Cell, Drawing, Facts, Grid, Paragraph
from kazyna.documents.drawings import Axis, Place, Plot, map_of_points
from kazyna.documents.engine_words import in_words
from kazyna.documents.writing import Pen
from kazyna.valuation.land_and_cost.land_report import LandBasis, LandShare
from kazyna.valuation.report.valuation_report import ValuationReport

GROUPS_SHOWN = 18
BREAKS = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0)
"""Limits of the map's classes: shares of the land, percent."""
COLOURS = ("#e6efe9", "#bcdcd5", "#8fc2b6", "#5aa394", "#2f7d70", "#0b6159", "#073b37")

WORDS = {
    "split": Text(
        "Every value is split into what the plot would fetch empty and what the building is"
        " worth; the two add up to the value. The price of land changes smoothly over the map.",
        "Каждая стоимость разделена на то, сколько стоил бы участок без здания, и на стоимость"
        " здания; вместе они дают стоимость. Цена земли по карте меняется плавно.",
        "Ар бир нарк бош жер тилкесинин наркына жана имараттын наркына бөлүндү; экөө чогуу"
        " наркты берет. Жердин баасы карта боюнча жылма өзгөрөт.",
    ),
    "not_split": Text(
        "Values were not split: no column of plot areas is named, or nothing tells the land from"
        " the buildings.",
        "Стоимости не разделены: не указан столбец с площадью участков или землю нечем отделить"
        " от зданий.",
        "Нарктар бөлүнгөн жок: жер аянттарынын тилкеси көрсөтүлгөн эмес же жерди имараттардан"
        " айырмалоого эч нерсе жок.",
    ),
    "land": Text("Land", "Земля", "Жер"),
    "building": Text("Buildings", "Здания", "Имараттар"),
    "share": Text("Land, % of the value", "Земля, % стоимости", "Жер, нарктын %ы"),
    "middle": Text("middle eight tenths", "средние восемь десятых", "ортоңку ондон сегизи"),
    "rests": Text("Buildings are known by", "Здания известны по", "Имараттар эмне боюнча белгилүү"),
    "by_cost": Text(
        "their depreciated cost and what the market pays of it",
        "затратам за вычетом износа и доле, которую платит рынок",
        "эскирүүсү алынган чыгым жана базар андан төлөгөн үлүш",
    ),
    "by_floor": Text(
        "floor area, age and quality",
        "площади, возрасту и качеству",
        "аянты, жашы жана сапаты",
    ),
    "error": Text(
        "Median error of land and building together, sales not seen",
        "Медианная ошибка земли и здания вместе, невиданные продажи",
        "Жер менен имараттын биргелешкен медианалык катасы, көрүлбөгөн сатуулар",
    ),
    "vacant": Text("Sales of vacant land", "Продажи пустых участков", "Бош жерлердин сатуулары"),
    "vacant_ratio": Text(
        "Land value to the price of vacant land, median; 1 is right",
        "Стоимость земли к цене пустого участка, медиана; верно — 1",
        "Жердин наркынын бош жердин баасына катышы, медиана; туурасы — 1",
    ),
    "exponent": Text(
        "Land value grows with the area to the power of",
        "Стоимость земли растёт как площадь в степени",
        "Жердин наркы аянттын даражасы катары өсөт",
    ),
    "fallback": Text(
        "One share is used for all", "Одна доля для всех", "Баарына бир үлүш колдонулду"
    ),
    "all": Text("All properties", "Все объекты", "Бардык объекттер"),
    "map": Text(
        "Each dot is the median of properties that lie near one another.",
        "Каждая точка — медиана объектов, лежащих рядом.",
        "Ар бир чекит — жанаша жаткан объекттердин медианасы.",
    ),
}


def land_blocks(report: ValuationReport, pen: Pen) -> list[Block]:
    """Write what of the values is land, where, and what the split rests on."""
    said = {key: text.in_(pen.language) for key, text in WORDS.items()}
    found = report.land
    if found is None:
        return [Paragraph(said["not_split"])]
    blocks: list[Block] = [Paragraph(said["split"])]
    if found.basis is not None:
        blocks.append(Facts(_basis(found.basis, said, pen)))
    if report.map_of_land:
        share = Axis(said["share"], write=pen.number)
        plot = Plot(said["share"], share, Axis(""), height=400)
        places = [Place(p.lon, p.lat, p.level) for p in report.map_of_land]
        drawn = map_of_points(plot, places, breaks=BREAKS, colours=COLOURS, radius=3.6)
        blocks.append(Drawing(said["share"], said["map"], drawn))
    most = sorted(found.by, key=lambda group: -group.properties)[:GROUPS_SHOWN]
    words = say.words(pen.language)
    land, building = (f"{said[key]}, {pen.currency}".rstrip(", ") for key in ("land", "building"))
    head = (words["group"], words["many"], land, building, said["share"], said["middle"])
    rows = (found.whole, *sorted(most, key=lambda group: (group.column, -group.median)))
    blocks.append(
        Grid(
            head,
            tuple(_row(each, said["all"], pen) for each in rows),
            widths=(2.2, 1, 1.7, 1.7, 1.1, 1.3),
            small=True,
        )
    )
    return blocks


def _row(share: LandShare, everything: str, pen: Pen) -> tuple[Cell, ...]:
    name = f"{pen.label(share.column)}: {share.label}" if share.column else everything
    return (
        Cell(name),
        Cell(pen.number(share.properties)),
        Cell(pen.number(share.land)),
        Cell(pen.number(share.building)),
        Cell(pen.number(share.median, 1)),
        Cell(f"{pen.number(share.low, 1)} … {pen.number(share.high, 1)}"),
    )


def _basis(basis: LandBasis, said: dict[str, str], pen: Pen) -> tuple[tuple[str, str], ...]:
    rows = [
        (said["rests"], said["by_cost" if basis.by_cost else "by_floor"]),
        (said["vacant"], pen.number(basis.vacant)),
    ]
    if basis.vacant_ratio is not None:
        rows.append((said["vacant_ratio"], pen.number(basis.vacant_ratio, 2)))
    if basis.error is not None:
        rows.append((said["error"], f"{pen.number(basis.error, 1)} %"))
    if basis.exponent is not None:
        rows.append((said["exponent"], pen.number(basis.exponent, 2)))
    if basis.fallback is not None:
        rows.append((said["fallback"], in_words(basis.fallback, pen.language)))
    return tuple(rows)
