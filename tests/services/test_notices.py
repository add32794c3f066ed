from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from conftest import VALUER
from kazyna.core.errors import InputError, NotFound
from kazyna.core.text import LANGUAGES, Language
from kazyna.services import cadastre, notices
from kazyna.services.context import Context, Installation


@pytest.fixture
def ctx(shared_demo: Installation) -> Context:
    return shared_demo.context()


@pytest.fixture
def property_id(ctx: Context) -> str:
    return cadastre.search(ctx, "1", limit=1)[0].property_id


def test_base_and_reasons_add_up_to_the_value(ctx: Context, property_id: str) -> None:
    notice = notices.notice_of(ctx, property_id)
    assert notice.base + sum(reason.amount for reason in notice.reasons) == notice.value
    assert notice.low <= notice.value <= notice.high
    assert notice.comparables


def test_reasons_say_what_is_usual_around(ctx: Context, property_id: str) -> None:
    told = {reason.name: reason.usual for reason in notices.notice_of(ctx, property_id).reasons}
    assert told["sqft_living"] in {"more", "less", "usual"}
    assert told["location"] is None
    assert told["zipcode"] is None, "a larger number of a place means nothing"


def test_changes_are_of_recorded_facts_and_largest_first(ctx: Context, property_id: str) -> None:
    by_hand = notices.notice_of(ctx, property_id)  # as an objection to it was upheld
    assert by_hand.override_reason
    assert (by_hand.changes, by_hand.model_value == by_hand.value) == ((), False)
    changes = notices.notice_of(ctx, by_hand.comparables[0].property_id).changes
    assert 1 <= len(changes) <= notices.CHANGES_SHOWN
    assert all(change.before != change.after for change in changes)
    sizes = [abs(change.difference) for change in changes]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_is_one_page_in_every_language(
    ctx: Context, property_id: str, language: Language
) -> None:
    paper = notices.notice_pdf(ctx, property_id, language=language)
    assert paper.startswith(b"%PDF")
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type/Page\n") <= 1


def test_a_property_that_is_not_there_has_no_notice(ctx: Context) -> None:
    with pytest.raises(NotFound):
        notices.notice_of(ctx, "nowhere")


def test_a_property_without_a_published_value_has_no_notice(installation: Installation) -> None:
    ctx = installation.context(VALUER)
    house = {"property_id": ["P1"], "sqft_living": [1000], "zipcode": [98103]}
    sale = {"property_id": ["P1"], "sold_on": ["2015-01-01"], "price": ["100000"]}
    cadastre.load_cadastre(ctx, properties=pa.table(house), sales=pa.table(sale))
    with pytest.raises(NotFound, match="no published value"):
        notices.notice_of(ctx, "P1")


def test_a_notice_is_written_as_pdf_only(ctx: Context, property_id: str, tmp_path: Path) -> None:
    written = notices.write_notice(ctx, property_id, tmp_path / "notice.pdf", language="ru")
    assert Path(written.file).read_bytes().startswith(b"%PDF")
    assert written.value > Decimal(0)
    with pytest.raises(InputError, match=r"\.docx"):
        notices.write_notice(ctx, property_id, tmp_path / "notice.docx", language="ru")
