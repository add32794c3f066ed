from kazyna.core.text import LANGUAGES, Text


def test_a_phrase_is_there_in_every_language() -> None:
    value = Text(en="value", ru="стоимость", ky="нарк")
    assert [value.in_(language) for language in LANGUAGES] == ["value", "стоимость", "нарк"]
