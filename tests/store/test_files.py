"""Files as people send them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from kazyna.core.errors import InputError
from kazyna.store.files import read_table, write_table


def written(tmp_path: Path, content: str | bytes, name: str = "f.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        read_table(path)
    return str(refused.value)


ROWS = [
    {"id": "a", "price": 12.5, "name": "Ак-Суу"},
    {"id": "b", "price": 3.0, "name": "Ош, базар"},
]


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ('id,price,name\na,12.5,Ак-Суу\nb,3,"Ош, базар"\n', "utf-8", "f.csv"),
        ('id,price,name\na,12.5,Ак-Суу\nb,3,"Ош, базар"\n', "utf-8-sig", "f.csv"),
        ("id;price;name\na;12,5;Ак-Суу\nb;3;Ош, базар\n", "cp1251", "f.csv"),
        ("id;price;name\r\na;12.5;Ак-Суу\r\nb;3;Ош, базар", "utf-8-sig", "f.CSV"),
        ("id\tprice\tname\na\t12,5\tАк-Суу\nb\t3\tОш, базар\n", "cp1251", "f.tsv"),
        ("id|price|name\na|12.5|Ак-Суу\nb|3|Ош, базар\n", "utf-8", "f.txt"),
        ("sep=;\r\nid;price;name\r\na;12,5;Ак-Суу\r\nb;3;Ош, базар\r\n", "utf-16", "f.csv"),
    ],
)
def test_any_dialect_is_read_alike(tmp_path: Path, text: str, encoding: str, name: str) -> None:
    assert read_table(written(tmp_path, text.encode(encoding), name)).to_pylist() == ROWS


RUSSIAN = "Ленинский район, улица Московская, кирпичный дом с участком"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251", "koi8-r"])
@pytest.mark.parametrize("text", [RUSSIAN, RUSSIAN.upper()])
def test_the_letters_tell_the_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    content = f'id;place;level\n1;"{text}";2,5\n'.encode(encoding)
    assert read_table(written(tmp_path, content)).to_pylist() == [
        {"id": 1, "place": text, "level": 2.5}
    ]


def test_a_word_that_a_column_repeats_tells_no_more_than_once(tmp_path: Path) -> None:
    # In KOI8-R the same bytes are ДНЛ, of whose letters more are frequent.
    content = ("id;kind\n" + "1;дом\n" * 50).encode("cp1251")
    assert read_table(written(tmp_path, content))["kind"][0].as_py() == "дом"


def test_utf_16_cut_short_is_broken(tmp_path: Path) -> None:
    assert "the file is broken" in refusal(written(tmp_path, "id;name\n1;Ош".encode("utf-16")[:-1]))


@pytest.mark.parametrize("rows_before", [0, 20_000])
def test_windows_1251_is_known_by_its_last_letter(tmp_path: Path, rows_before: int) -> None:
    content = "id;name\n" + "0;plain\n" * rows_before + "1;Ош"
    table = read_table(written(tmp_path, content.encode("cp1251")))
    assert table["name"][-1].as_py() == "Ош"


def test_commas_in_a_text_stay_where_a_column_is_not_all_numbers(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "id;rooms\n1;2,5\n2;two\n"))
    assert table["rooms"].to_pylist() == ["2,5", "two"]


def test_zeros_before_a_number_belong_to_it(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "id,price,year\n0012,100,0\n9900,200,1990\n"))
    assert table.to_pylist() == [
        {"id": "0012", "price": 100, "year": 0},
        {"id": "9900", "price": 200, "year": 1990},
    ]


def test_a_number_with_many_digits_keeps_them(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "id;level\n12345678901234567890123;1,5\n7;2\n"))
    assert table["id"].to_pylist() == ["12345678901234567890123", "7"]
    assert table["level"].to_pylist() == [1.5, 2.0]


def test_a_line_break_in_a_text_is_text(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, 'id,name\n1,"a\nb"\n2,c\n'))
    assert table["name"].to_pylist() == ["a\nb", "c"]


def test_every_ragged_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_table(written(tmp_path, "id,price\n1,2\n2\n3,4\n4,5,6\n"))
    found = [(finding.row, finding.reason) for finding in refused.value.findings]
    assert found == [(2, "the row has 1 fields: '2'"), (4, "the row has 3 fields: '4,5,6'")]
    assert refused.value.findings[0].source.endswith("f.csv")
    assert "row 2" in refusal(written(tmp_path, "sep=;\nid;price\n1;2\n2\n"))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("f.csv", "", "the file is empty"),
        ("f.csv", "\n \n", "the file is empty"),
        ("f.csv", "id,price,id\n1,2,3\n", "column id: the column stands 2 times"),
        ("f.dat", "x", "unknown kind of file '.dat'; expected .csv, .geojson"),
        ("f.xlsx", "x", "unknown kind of file '.xlsx'; expected the sheet saved as CSV"),
        ("f.shp", "x", "unknown kind of file '.shp'; expected GeoPackage or GeoJSON: ogr2ogr"),
        ("f.csv", b"id,name\n1,\x98\n", "the file is broken"),
        ("f.parquet", b"PAR1 and then nothing", "the file is broken"),
        ("f.geojson", '{"type": "FeatureCollection", "features": [', "the file is broken"),
        ("f.gpkg", b"no database", "the file is broken"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    said = refusal(written(tmp_path, content, name))
    assert reason in said
    assert str(tmp_path / name) in said


def test_a_file_that_is_missing_is_said(tmp_path: Path) -> None:
    assert "f.csv: the file does not exist" in refusal(tmp_path / "f.csv")


def layer(path: Path, shapes: list[shapely.Geometry | None], crs: str | None = "EPSG:4326") -> Path:
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(shapes),
        field_data=[pa.array(["a", "b"]).to_numpy(zero_copy_only=False)],
        fields=["id"],
        geometry_type="Unknown",
        crs=crs,
    )
    return path


POINTS = [shapely.Point(74.6, 42.9), shapely.Point(72.8, 40.5)]


@pytest.mark.parametrize("name", ["f.gpkg", "f.geojson"])
def test_points_become_longitude_and_latitude(tmp_path: Path, name: str) -> None:
    table = read_table(layer(tmp_path / name, POINTS))
    assert table.select(["id", "lon", "lat"]).to_pylist() == [
        {"id": "a", "lon": 74.6, "lat": 42.9},
        {"id": "b", "lon": 72.8, "lat": 40.5},
    ]


@pytest.mark.parametrize("name", ["f.gpkg", "f.geojson"])
def test_a_feature_without_a_place_has_none(tmp_path: Path, name: str) -> None:
    table = read_table(layer(tmp_path / name, [POINTS[0], None]))
    assert table["lon"].to_pylist() == [74.6, None]
    assert table["lat"].to_pylist() == [42.9, None]


def test_other_shapes_are_refused(tmp_path: Path) -> None:
    line = shapely.LineString([(74, 42), (75, 43)])
    assert "other shapes than points" in refusal(layer(tmp_path / "s.gpkg", [POINTS[0], line]))


IN_UTM_43 = shapely.Point(459_113.851, 4_738_726.739)
"""74.5, 42.8 by pyproj 3.7.2."""


@pytest.mark.parametrize("name", ["f.gpkg", "f.geojson"])
@pytest.mark.parametrize(
    ("crs", "point"),
    [
        ("EPSG:32643", IN_UTM_43),
        ("EPSG:3857", shapely.Point(8_293_302.064, 5_281_579.185)),
        ("EPSG:28413", shapely.Point(13_459_146.111, 4_740_677.138)),
        ("EPSG:32643", shapely.box(459_103.851, 4_738_716.739, 459_123.851, 4_738_736.739)),
    ],
)
def test_other_reference_systems_become_degrees(
    tmp_path: Path, name: str, crs: str, point: shapely.Geometry
) -> None:
    table = read_table(layer(tmp_path / name, [None, point], crs=crs))
    assert table["lon"].to_pylist() == [None, pytest.approx(74.5, abs=1e-6)]
    assert table["lat"].to_pylist() == [None, pytest.approx(42.8, abs=1e-6)]
    if isinstance(point, shapely.Polygon):
        assert table["area_m2"][1].as_py() == pytest.approx(400 / 0.9996**2, rel=1e-3)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_metres_of_no_system_are_refused(tmp_path: Path) -> None:
    said = refusal(layer(tmp_path / "f.gpkg", [IN_UTM_43, None], crs=None))
    assert "names no reference system, and its coordinates are no degrees" in said
    degrees = read_table(layer(tmp_path / "g.gpkg", POINTS, crs=None))
    assert degrees["lon"].to_pylist() == [74.6, 72.8]


def test_several_layers_in_a_file_are_refused_by_name(tmp_path: Path) -> None:
    layer(tmp_path / "f.gpkg", POINTS)
    pyogrio.raw.write(
        tmp_path / "f.gpkg",
        layer="roads",
        geometry=shapely.to_wkb(POINTS),
        field_data=[],
        fields=[],
        geometry_type="Point",
        crs="EPSG:4326",
        append=True,
    )
    assert "the file holds 2 layers: f, roads; expected a file of one" in refusal(
        tmp_path / "f.gpkg"
    )


@pytest.mark.parametrize("name", ["f.csv", "f.parquet"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    path = tmp_path / "new folder" / name
    write_table(pa.Table.from_pylist(ROWS), path)
    assert read_table(path).to_pylist() == ROWS
    assert [item.name for item in path.parent.iterdir()] == [name]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = written(tmp_path, "id\n1\n")
    nested = pa.table({"reasons": [[{"reason": "place"}]]})
    with pytest.raises(pa.ArrowInvalid):
        write_table(nested, path)
    assert path.read_text() == "id\n1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    file = written(tmp_path, "x", "file")
    for path, reason in ((tmp_path / "f.xlsx", "unknown kind"), (file / "f.csv", "be written")):
        with pytest.raises(InputError, match=reason):
            write_table(pa.table({"a": [1]}), path)


def test_identical_tables_give_identical_files(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.parquet", "b.parquet")]
    for path in paths:
        write_table(pa.Table.from_pylist(ROWS), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert pq.read_table(paths[0]).num_rows == 2
