"""Every factor says where it comes from and how it was measured."""

from kazyna.valuation.evidence.column_reading import Reading
from kazyna.valuation.evidence.parsers import Options
from kazyna.valuation.evidence.table_map import Areas, Measured, Near, TableMap
from kazyna.valuation.ru237.factors import FactorSource, factor_sources

MAP = TableMap(
    id=Reading("номер"),
    characteristics=(
        ("living_m2", Reading("площадь", "area", Options(part="жилая"), minimum=8, maximum=900)),
        ("plot_m2", Reading("участок", "area", Options(unit="sotka"))),
        ("wall", Reading("дом", "part", Options(index=0))),
        ("rooms", Reading("комнат")),
        ("supplies", Reading("коммуникации", "items")),
    ),
    near=(("school", Near("schools.geojson", radius_m=500)),),
    measured=(("height_m", Measured("heights.asc")), ("noise", Measured("noise.csv", "db"))),
    areas=Areas("districts.geojson", "district"),
)


def test_each_factor_has_its_source() -> None:
    wanted = [
        FactorSource("living_m2", "read from text", "площадь", "area, жилая", "m2", 8, 900),
        FactorSource("plot_m2", "read from text", "участок", "area, sotka → m2", "m2"),
        FactorSource("wall", "read from text", "дом", "part, 1"),
        FactorSource("rooms", "as it stands", "комнат"),
        FactorSource("supplies: газ", "read from text", "коммуникации", "items, газ"),
        FactorSource("school_distance_m", "distance", "schools.geojson", unit="m"),
        FactorSource("school_within_500_m", "count near by", "schools.geojson", "500 m"),
        FactorSource("height_m", "measured at", "heights.asc"),
        FactorSource("noise", "measured at", "noise.csv", "db"),
        FactorSource("district", "area", "districts.geojson", "district"),
        FactorSource("kept as it is", "as it stands", "kept as it is"),
    ]
    assert factor_sources(MAP, [each.factor for each in wanted]) == tuple(wanted)


def test_without_a_map_columns_are_taken_as_they_stand() -> None:
    assert factor_sources(None, ["a: b"]) == (FactorSource("a: b", "as it stands", "a: b"),)
