from pathlib import Path

import pytest

from cli.conftest import Kazyna

EXAMPLE = Path(__file__).parents[2] / "docs/examples/reform.toml"
LAW = ("--pack", "us_wa", "--on", "2016-01-01")


@pytest.fixture
def values(tmp_path: Path) -> Path:
    path = tmp_path / "values.csv"
    path.write_text("id,value,place\nA1,400000,north\nA2,100000.50,south\n")
    return path


def test_a_reform_is_simulated_and_its_page_written(
    kazyna: Kazyna, values: Path, tmp_path: Path
) -> None:
    page = tmp_path / "reform.html"
    done = kazyna(
        *("simulate", values, *LAW, "--reform", EXAMPLE, "--by", "place"),
        *("--neutral", "ceiling_rate", "--target", "2500", "--quantum", "0.0001"),
        *("--out", page, "--language", "ky", "--json"),
    )
    assert done.code == 0, done.err
    whole = done.result["simulation"]["whole"]
    # 4,000 + 1,000.01 (half up) against 3,600 + 900.00
    assert (whole["base"], whole["reformed"], whole["winners"]) == ("5000.01", "4500.00", 2)
    groups = {group["group"]: group for group in done.result["simulation"]["groups"][-2:]}
    assert groups["south"]["reformed"] == "900.00"
    assert done.result["neutral"]["value"] == "0.0050"
    assert "Реформаны моделдөө" in page.read_text()


def test_a_person_reads_the_change_and_the_groups(kazyna: Kazyna, values: Path) -> None:
    done = kazyna("simulate", values, *LAW, "--reform", EXAMPLE, "--neutral", "ceiling_rate")
    assert done.code == 0, done.err
    assert "-500.01 USD" in done.out
    assert "ceiling_rate = 0.010000" in done.out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[values.ceiling_rate]", "[values.window_rate]", "the tax has no parameter 'window_rate'"),
        ("value = 0.009", 'value = "much"', "values.ceiling_rate.value"),
        ("from = 2016-01-01", "", "values.ceiling_rate.from: Field required"),
        ("title =", "titel =", "titel: Extra inputs"),
        ("[values", "[[values", "expected TOML"),
    ],
)
def test_a_wrong_reform_names_its_mistake(
    kazyna: Kazyna, values: Path, tmp_path: Path, *, old: str, new: str, said: str
) -> None:
    path = tmp_path / "reform.toml"
    path.write_text(EXAMPLE.read_text().replace(old, new, 1))
    done = kazyna("simulate", values, *LAW, "--reform", path)
    assert done.code == 2
    assert said in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--by", "colour"), "colour"),
        (("--neutral", "rounding"), "'rounding' is no number"),
        (("--neutral", "ceiling_rate", "--quantum", "tiny"), "'tiny' is not a number"),
        (("--out", "reform.docx"), "unknown kind of file"),
    ],
)
def test_what_cannot_be_simulated_says_why(
    kazyna: Kazyna, values: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = kazyna("simulate", values, *LAW, "--reform", EXAMPLE, *arguments)
    assert done.code == 2
    assert said in " ".join(done.err.split())
