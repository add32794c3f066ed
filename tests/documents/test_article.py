from datetime import date

from kazyna.documents.article import (
    Article,
    Cell,
    Drawing,
    Facts,
    Figures,
    Grid,
    Note,
    Paragraph,
    Section,
    Signatures,
    Steps,
    Subheading,
    article_body,
    article_data,
    article_page,
    render_article,
)

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
BLOCKS = (
    Paragraph("Values & <prices> # 1"),
    Subheading("Part"),
    Steps((("First.", "read"), ("", "check")), numbered=True),
    Facts((("Seed", "7"),), mono=True),
    Figures((("COD", "11.3", "accepted 5 to 15"),)),
    Grid(("Group", "Sales"), ((Cell("north"), Cell("12", "bad", 0.4)),), "By district"),
    Drawing("Left", "", SVG, 0.5),
    Drawing("Right", "beside it", SVG, 0.5),
    Drawing("Below", "alone", SVG),
    Note("Mind", "this", "bad"),
    Signatures("We have read it.", ("Valuer", "Head")),
)
ARTICLE = Article(
    language="en",
    issuer="Agency",
    title="Report",
    subtitle="as of 31 December 2024",
    dated=date(2024, 12, 31),
    facts=(("Properties", "600"),),
    sections=(Section("all", "All blocks", BLOCKS), Section("none", "Empty", ())),
    roles=("Head",),
)


def test_every_block_is_printed() -> None:
    paper = render_article(ARTICLE)
    assert paper.startswith(b"%PDF")
    assert paper == render_article(ARTICLE), "the same article is the same bytes"


def test_every_block_is_shown_and_no_text_becomes_markup() -> None:
    body = article_body(ARTICLE)
    assert "Values &amp; &lt;prices&gt; # 1" in body
    for text in ("Part", "First.", "Seed", "11.3", "By district", "Right", "this", "Valuer"):
        assert text in body
    assert body.count("<svg") == 3
    assert '<span class="badge bad">12</span>' in body


def test_the_contents_lead_to_the_sections() -> None:
    page = article_page(ARTICLE)
    assert '<a href="#all">All blocks</a>' in page
    assert '<h2 id="all">1. All blocks</h2>' in page
    assert page.count("<main>") == 1


def test_two_halves_stand_side_by_side() -> None:
    kinds = [block["kind"] for block in article_data(ARTICLE)["sections"][0]["blocks"]]
    assert kinds.count("pair") == 1
    assert kinds[kinds.index("pair") + 1] == "drawing"
