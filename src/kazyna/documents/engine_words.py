"""What the engine says of its evidence and its fall-backs, in the reader's language.

The engine writes English, once, where it decides; here each of its phrases is known by its form. A
phrase that is not known stays as it is: better in English than not said.
"""

import re

from kazyna.core.text import Language, Text
from kazyna.valuation.evidence.screening_reasons import KINDS

_PHRASES: tuple[tuple[str, Text], ...] = (
    (
        r"dated after the day of value, (.+)",
        Text("", "после даты оценки, {0}", "баалоо күнүнөн кийин, {0}"),
    ),
    (
        r"left out by an analyst",
        Text("", "исключено аналитиком", "талдоочу тарабынан чыгарылды"),
    ),
    (
        r"column (.+): values that cannot be read, taken for not known: (.+), such as (.+)"
        r" \(row (\d+)\)",
        Text(
            "",
            "столбец {0}: не прочитано и считается неизвестным: {1}, например {2} (строка {3})",
            "{0} тилкеси: окулган жок жана белгисиз деп эсептелет: {1}, мисалы {2} ({3}-сап)",
        ),
    ),
    (
        r"no sale has '(.+)' in (.+), which was to declare (.+)",
        Text(
            "",
            "ни у одной продажи в столбце {1} нет значения «{0}», которое должно означать {2}",
            "бир да сатууда {1} тилкесинде «{0}» жок, ал {2} дегенди билдирмек",
        ),
    ),
    (
        r"no sale has a value",
        Text(
            "",
            "значений нет ни у одной продажи",
            "бир да сатууда мааниси жок",
        ),
    ),
    (r"constant: every sale has yes", Text("", "у всех продаж «да»", "бардык сатууларда «ооба»")),
    (r"constant: every sale has no", Text("", "у всех продаж «нет»", "бардык сатууларда «жок»")),
    (r"constant: every sale has (.+)", Text("", "у всех продаж {0}", "бардык сатууларда {0}")),
    (
        r"(\d+) texts, none in (\d+) or more sales",
        Text(
            "",
            "разных текстов: {0}, ни один не встречается {1} раза",
            "ар башка текст: {0}, бири да {1} жолу кездешпейт",
        ),
    ),
    (
        r"type (.+) is not a number, truth, date or text",
        Text(
            "",
            "тип {0} — не число, не истина, не дата и не текст",
            "{0} түрү — сан, чындык, күн же текст эмес",
        ),
    ),
    (
        r"leakage: it orders the sales as the price does",
        Text(
            "",
            "утечка: упорядочивает продажи как цена",
            "агып чыгуу: сатууларды баа сыяктуу иреттейт",
        ),
    ),
    (
        r"leakage: multiplied by (.+) it is the price",
        Text("", "утечка: умноженное на {0} даёт цену", "агып чыгуу: {0} көбөйтүлсө, баа чыгат"),
    ),
    (
        r"leakage: with (.+) it adds up to the price",
        Text("", "утечка: вместе с {0} даёт цену", "агып чыгуу: {0} менен кошулса, баа чыгат"),
    ),
    (
        r"leakage: its digits order the sales as the price does",
        Text(
            "",
            "утечка: его цифры упорядочивают продажи как цена",
            "агып чыгуу: анын цифралары сатууларды баа сыяктуу иреттейт",
        ),
    ),
    (
        r"leakage: it tells the price; no number is ever used",
        Text(
            "",
            "утечка: по нему видна цена; номера никогда не используются",
            "агып чыгуу: андан баа көрүнөт; номерлер эч качан колдонулбайт",
        ),
    ),
    (
        r"no coordinates: location is known by the characteristics only",
        Text(
            "",
            "нет координат: место известно только по характеристикам",
            "координаттар жок: жайгашкан жери мүнөздөмөлөр боюнча гана белгилүү",
        ),
    ),
    (
        r"the last sale is (\d+) days before the day of value: prices are a forecast",
        Text(
            "",
            "последняя сделка на {0} дн. раньше дня оценки: цены — прогноз",
            "акыркы сатуу баалоо күнүнөн {0} күн мурун болгон: баалар — божомол",
        ),
    ),
    (
        r"too few sales for trees: regression, comparables and Gaussian process only",
        Text(
            "",
            "для деревьев мало продаж: только регрессия, аналоги и гауссовский процесс",
            "дарактар үчүн сатуулар аз: регрессия, окшоштор жана Гаусс процесси гана",
        ),
    ),
    (
        r"too few sales for trees: regression and comparables only",
        Text(
            "",
            "для деревьев мало продаж: только регрессия и аналоги",
            "дарактар үчүн сатуулар аз: регрессия жана окшоштор гана",
        ),
    ),
    (
        r"land and building by one share: (\d+) sales with known areas, (\d+) are needed",
        Text(
            "",
            "земля и здание разделены по одной доле: продаж с известными площадями {0}, нужно {1}",
            "жер жана имарат бир үлүш менен бөлүндү: аянты белгилүү сатуулар {0}, {1} керек",
        ),
    ),
    (
        r"land and building by one share: no floor area and no vacant sales: the building cannot"
        r" be told from the land",
        Text(
            "",
            "земля и здание разделены по одной доле: нет площадей зданий и продаж пустых участков",
            "жер жана имарат бир үлүш менен бөлүндү: имарат аянты да, бош жер сатуусу да жок",
        ),
    ),
    (
        r"land and building by depreciated cost alone: (\d+) sales with known areas, (\d+) are"
        r" needed",
        Text(
            "",
            "здания — по стоимости замещения за вычетом износа, земля — остаток: продаж с"
            " известными площадями {0}, нужно {1}",
            "имараттар — эскирүүсү алынган нарк боюнча, жер — калганы: аянты белгилүү сатуулар {0},"
            " {1} керек",
        ),
    ),
    (
        r"the market pays (\d+) % of the buildings' depreciated cost",
        Text(
            "",
            "рынок платит {0} % стоимости зданий за вычетом износа",
            "рынок имараттардын эскирүүсү алынган наркынын {0} %ын төлөйт",
        ),
    ),
    (
        r"(\d+) buildings that the cost tables do not know are split by their floor area",
        Text(
            "",
            "здания, которых нет в таблицах затрат ({0}), разделены по площади",
            "чыгым жадыбалдарында жок имараттар ({0}) аянты боюнча бөлүндү",
        ),
    ),
    (
        r"vertical equity out of reach: stretched or not, values would not come within the IAAO's"
        r" range of PRB",
        Text(
            "",
            "вертикальная справедливость недостижима: и растянутые стоимости не вошли бы в"
            " пределы PRB по IAAO",
            "тик адилеттүүлүккө жетүү мүмкүн эмес: чоюлган нарктар да IAAO боюнча PRB чегине"
            " кирмек эмес",
        ),
    ),
    (
        r"too few sales for local intervals: one relative width for all",
        Text(
            "",
            "для местных интервалов мало продаж: одна относительная ширина для всех",
            "жергиликтүү аралыктар үчүн сатуулар аз: баарына бир салыштырмалуу кеңдик",
        ),
    ),
)
_KINDS = {kind.en: kind for kind in KINDS.values()}


_SALES_OUT = re.compile(r"(\d+) sales left out: (.+)")
_COLUMN_OUT = re.compile(r"column (.+?) left out: (.+)")
_LEFT_OUT = Text("", "исключено продаж: {0}: {1}", "алынып салынган сатуулар: {0}: {1}")
_LEFT_OUT_COLUMN = Text("", "столбец {0} исключён: {1}", "{0} тилкеси алынып салынды: {1}")


def note_in_words(note: str, language: Language) -> str:
    """Return a note of a round or a valuation in a language."""
    if language == "en":
        return note
    for form, text in ((_SALES_OUT, _LEFT_OUT), (_COLUMN_OUT, _LEFT_OUT_COLUMN)):
        found = form.fullmatch(note)
        if found is not None:
            return text.in_(language).format(found[1], in_words(found[2], language))
    return in_words(note, language)


def in_words(phrase: str, language: Language) -> str:
    """Return a phrase of the engine in a language, or as it is where it is not known."""
    if language == "en":
        return phrase
    if phrase in _KINDS:
        return _KINDS[phrase].in_(language)
    for form, text in _PHRASES:
        found = re.fullmatch(form, phrase)
        if found is not None:
            return text.in_(language).format(*found.groups())
    return phrase
