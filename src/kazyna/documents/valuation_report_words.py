"""The words of the valuation report, in three languages: names, heads and verdicts."""

from collections.abc import Mapping

from kazyna.core.text import Language, Text
from kazyna.valuation.report.weak_spots import Doubt

MODELS: Mapping[str, tuple[Text, Text]] = {
    "regression": (
        Text("Additive regression", "Аддитивная регрессия", "Аддитивдик регрессия"),
        Text(
            "Log price as a sum of curves of the characteristics and a surface over the map;"
            " every term can be read by a person.",
            "Логарифм цены как сумма кривых по характеристикам и поверхности по карте; каждое"
            " слагаемое доступно человеку.",
            "Баанын логарифми мүнөздөмөлөрдүн ийри сызыктарынын жана карта бетинин суммасы; ар"
            " бир кошулуучусун адам окуй алат.",
        ),
    ),
    "comparables": (
        Text("Comparable sales", "Сравнимые продажи", "Салыштырма сатуулар"),
        Text(
            "The most similar sales near by correct the regression; none of the property's own"
            " sales is used.",
            "Самые похожие продажи поблизости поправляют регрессию; собственные продажи объекта"
            " не используются.",
            "Жакын жердеги эң окшош сатуулар регрессияны оңдойт; объекттин өз сатуулары"
            " колдонулбайт.",
        ),
    ),
    "Gaussian process": (
        Text("Gaussian process", "Гауссовский процесс", "Гаусс процесси"),
        Text(
            "A smooth function in which characteristics and place act together; it suits markets"
            " of tens or hundreds of sales.",
            "Гладкая функция, в которой характеристики и место действуют совместно; подходит для"
            " рынков с десятками и сотнями продаж.",
            "Мүнөздөмөлөр менен жер чогуу таасир эткен жылма функция; ондогон же жүздөгөн"
            " сатуулары бар базарларга ылайыктуу.",
        ),
    ),
    "trees on place": (
        Text(
            "Boosted trees on place",
            "Бустинг деревьев по месту",
            "Жер боюнча дарактар бустинги",
        ),
        Text(
            "An ensemble of small decision trees over characteristics and coordinates.",
            "Ансамбль небольших деревьев решений по характеристикам и координатам.",
            "Мүнөздөмөлөр жана координаттар боюнча чакан чечим дарактарынын ансамбли.",
        ),
    ),
    "trees on neighbours": (
        Text(
            "Boosted trees on neighbours",
            "Бустинг деревьев по соседям",
            "Кошуналар боюнча дарактар бустинги",
        ),
        Text(
            "The same, with the prices and residuals of sales near by.",
            "То же, с ценами и остатками ближайших продаж.",
            "Ошол эле, жакын сатуулардын баалары жана калдыктары менен.",
        ),
    ),
    "deep trees": (
        Text("Deep trees", "Глубокие деревья", "Терең дарактар"),
        Text(
            "Larger trees, which find how characteristics act together.",
            "Более крупные деревья, которые находят совместное действие характеристик.",
            "Мүнөздөмөлөрдүн биргелешкен таасирин тапкан чоңураак дарактар.",
        ),
    ),
}

DOUBTS: Mapping[Doubt, Text] = {
    "wide interval": Text("wide interval", "широкий интервал", "кең аралык"),
    "no sale near": Text("no sale near", "нет продаж рядом", "жакын сатуу жок"),
    "comparables disagree": Text(
        "comparables disagree",
        "аналоги расходятся",
        "окшоштор дал келбейт",
    ),
    "beyond the evidence": Text(
        "beyond all prices",
        "вне диапазона цен",
        "баалардын чегинен тышкары",
    ),
}

DOUBT_MEANINGS: Mapping[Doubt, Text] = {
    "wide interval": Text(
        "The 90 % interval is among the widest twentieth, relative to the value.",
        "90 % интервал входит в двадцатую часть самых широких относительно стоимости.",
        "90 % аралык наркка карата эң кең жыйырмадан биринин ичинде.",
    ),
    "no sale near": Text(
        "There is no comparable sale, or the nearest is farther than for 98 of 100 properties.",
        "Нет сравнимой продажи, либо ближайшая дальше, чем у 98 из 100 объектов.",
        "Салыштырма сатуу жок, же эң жакыны 100 объекттин 98инен алысыраак.",
    ),
    "comparables disagree": Text(
        "The value lies more than 20 % from the median of its adjusted comparables.",
        "Стоимость отличается от медианы скорректированных аналогов более чем на 20 %.",
        "Нарк түзөтүлгөн окшоштордун медианасынан 20 %дан ашык айырмаланат.",
    ),
    "beyond the evidence": Text(
        "The value is below or above every price among the comparables: it is extrapolated.",
        "Стоимость ниже или выше всех цен аналогов: это экстраполяция.",
        "Нарк окшоштордун бардык бааларынан төмөн же жогору: бул экстраполяция.",
    ),
}

LOCATION = Text("Location", "Расположение", "Жайгашкан жери")
TIME = Text("Market over time", "Рынок во времени", "Убакыт боюнча базар")

_WORDS = {
    "title": Text(
        "Report on the valuation of real property",
        "Отчёт об оценке недвижимости",
        "Кыймылсыз мүлктү баалоо жөнүндө отчёт",
    ),
    "as_of": Text("as of {day}", "по состоянию на {day}", "{day} карата"),
    "valuation_date": Text("Valuation date", "Дата оценки", "Баалоо күнү"),
    "properties": Text("Properties valued", "Оценено объектов", "Бааланган объекттер"),
    "total_value": Text("Total value", "Общая стоимость", "Жалпы нарк"),
    "median_value": Text("Median value", "Медианная стоимость", "Медианалык нарк"),
    "median_per_m2": Text("Median per m²", "Медиана за м²", "м² үчүн медиана"),
    "middle_of_values": Text(
        "Four values in five lie between",
        "Четыре стоимости из пяти между",
        "Бештен төрт нарк ушул аралыкта",
    ),
    "sales_used": Text("Sales used", "Использовано продаж", "Колдонулган сатуулар"),
    "mostly": Text("Mostly", "В основном", "Негизинен"),
    "beside_average": Text("Beside the average place", "К среднему месту", "Орточо жерге карата"),
    "median_price": Text("Median price", "Медианная цена", "Медианалык баа"),
    "sales_of_part": Text("sales: {n}", "продаж: {n}", "сатуулар: {n}"),
    "example": Text(
        "Property {id}: higher than {share} % of all",
        "Объект {id}: выше {share} % всех",
        "{id} объекти: баарынын {share} %ынан жогору",
    ),
    "reason_of_value": Text("What it is made of", "Из чего складывается", "Эмнеден түзүлөт"),
    "amount": Text("Amount", "Сумма", "Сумма"),
    "base": Text("A typical property sold", "Типичный проданный объект", "Типтүү сатылган объект"),
    "other_reasons": Text("All other reasons", "Все прочие причины", "Башка бардык себептер"),
    "estimated": Text("Estimated value", "Оценённая стоимость", "Бааланган нарк"),
    "sold_property": Text("Sold property", "Проданный объект", "Сатылган объект"),
    "sold": Text("Sold on", "Продан", "Сатылган күнү"),
    "distance": Text("Distance, m", "Расстояние, м", "Аралык, м"),
    "sale_price": Text("Price", "Цена", "Баа"),
    "time": Text("Time", "Время", "Убакыт"),
    "rest": Text("All else", "Прочее", "Башкасы"),
    "adjusted": Text("Adjusted", "Скорректир.", "Түзөтүлгөн"),
    "share_of_likeness": Text("Weight", "Вес", "Салмак"),
    "status": Text("Status", "Состояние", "Абалы"),
    "approved": Text("Approved by", "Утвердил", "Бекиткен"),
    "prepared": Text("Prepared by", "Подготовил", "Даярдаган"),
    "checked": Text("Checked by", "Проверил", "Текшерген"),
    "head": Text("Head of the agency", "Руководитель учреждения", "Мекеменин жетекчиси"),
    "valuer": Text("Valuer", "Оценщик", "Баалоочу"),
    "second_valuer": Text("Second valuer", "Второй оценщик", "Экинчи баалоочу"),
    # Heads of tables
    "statistic": Text("Statistic", "Показатель", "Көрсөткүч"),
    "found": Text("Found", "Получено", "Алынды"),
    "interval": Text("95 % interval", "95 % интервал", "95 % аралык"),
    "accepted": Text("Accepted", "Допустимо", "Уруксат"),
    "met": Text("Verdict", "Вывод", "Корутунду"),
    "yes": Text("met", "выполнено", "аткарылды"),
    "no": Text("not met", "не выполнено", "аткарылган жок"),
    "reason": Text("Reason", "Причина", "Себеби"),
    "count": Text("Sales", "Продаж", "Сатуулар"),
    "column": Text("Column", "Столбец", "Тилке"),
    "model": Text("Model", "Модель", "Модель"),
    "what": Text("What it does", "Что делает", "Эмне кылат"),
    "stratum": Text("Part of the market", "Часть рынка", "Базардын бөлүгү"),
    "area": Text("Market area {name}", "Ценовая зона {name}", "Базар аймагы {name}"),
    "areas": Text("Market areas", "Ценовые зоны", "Базар аймактары"),
    "change": Text("Change, %", "Изменение, %", "Өзгөрүү, %"),
    "own": Text("Own", "Своё", "Өзүнүкү"),
    "segment": Text("Segment", "Сегмент", "Сегмент"),
    "beside": Text("Level, %", "Уровень, %", "Деңгээл, %"),
    "weight": Text("Weight", "Вес", "Салмагы"),
    "characteristic": Text("Characteristic", "Характеристика", "Мүнөздөмө"),
    "share": Text("Share", "Доля", "Үлүшү"),
    "level": Text("Level", "Уровень", "Деңгээл"),
    "day": Text("Day", "Дата", "Күнү"),
    "group": Text("Group", "Группа", "Топ"),
    "sales": Text("Sales", "Продажи", "Сатуулар"),
    "median_ratio": Text("Median ratio", "Медиана отн.", "Медиана"),
    "value_group": Text("Tenth of value", "Десятая часть", "Ондон бири"),
    "value_range": Text("Value from – to", "Стоимость от – до", "Нарк баштап – чейин"),
    "inside": Text("Inside, %", "Внутри, %", "Ичинде, %"),
    "width": Text("Width, %", "Ширина, %", "Кеңдиги, %"),
    "property": Text("Property", "Объект", "Объект"),
    "value": Text("Value", "Стоимость", "Нарк"),
    "confidence": Text("Confidence", "Надёжность", "Ишенимдүүлүк"),
    "doubt": Text("Why", "Почему", "Эмне үчүн"),
    "low": Text("Least", "Минимум", "Эң азы"),
    "median": Text("Median", "Медиана", "Медиана"),
    "high": Text("Most", "Максимум", "Эң көбү"),
    "many": Text("Properties", "Объектов", "Объекттер"),
    "all_sales": Text("All sales", "Все продажи", "Бардык сатуулар"),
    "per_m2": Text("Value per m²", "Стоимость за м²", "м² наркы"),
    "ratio": Text(
        "Ratio of value to price",
        "Отношение стоимости к цене",
        "Нарктын баага катышы",
    ),
    "price": Text("Value", "Стоимость", "Нарк"),
    "step": Text("Step", "Шаг", "Кадам"),
    "meaning": Text("Meaning", "Смысл", "Мааниси"),
    "none": Text("none", "нет", "жок"),
    "more": Text("and {n} more", "и ещё {n}", "жана дагы {n}"),
    "prices_level": Text(
        "Level of prices, valuation date = 1",
        "Уровень цен, дата оценки = 1",
        "Баалардын деңгээли, баалоо күнү = 1",
    ),
    # Facts
    "mdape": Text("Median error", "Медианная ошибка", "Медианалык ката"),
    "mape": Text("Mean error", "Средняя ошибка", "Орточо ката"),
    "r2": Text("R²", "R²", "R²"),
    "coverage": Text(
        "Inside the 90 % interval",
        "Внутри 90 % интервала",
        "90 % аралыктын ичинде",
    ),
    "half_nearer": Text(
        "half of the values are nearer",
        "половина стоимостей ближе",
        "нарктардын жарымы жакыныраак",
    ),
    "explained": Text(
        "share of differences explained",
        "доля объяснённых различий",
        "түшүндүрүлгөн айырмалардын үлүшү",
    ),
    "wanted_90": Text("90 % is wanted", "требуется 90 %", "90 % керек"),
    "accepted_range": Text(
        "accepted {low} to {high}",
        "допустимо от {low} до {high}",
        "{low}–{high} уруксат",
    ),
    "seed": Text("Seed", "Зерно случайности", "Кокустук үрөнү"),
    "version": Text("Program", "Программа", "Программа"),
    "held_out": Text("Sales held out", "Отложено продаж", "Четке коюлган сатуулар"),
    "chd": Text(
        "Like properties: COD of values per m²",
        "Похожие объекты: COD стоимостей за м²",
        "Окшош объекттер: м² наркынын CODу",
    ),
    "chd_90": Text(
        "Nine clusters in ten have at most",
        "У девяти групп из десяти не более",
        "Он топтун тогузунда эң көбү",
    ),
    "moran": Text(
        "Moran's I of neighbouring ratios",
        "Индекс Морана соседних отношений",
        "Кошуна катыштардын Моран индекси",
    ),
    "vei": Text(
        "VEI: dearest against cheapest",
        "VEI: дорогие против дешёвых",
        "VEI: кымбаттар арзандарга каршы",
    ),
    "chasing": Text("Sales chasing", "Подгонка под продажи", "Сатууларга ыңгайлаштыруу"),
    "suspected": Text("suspected", "есть подозрение", "шек бар"),
    "not_suspected": Text("no trace", "следов нет", "изи жок"),
    "trend": Text(
        "Trend of ratios, % a month",
        "Тренд отношений, % в месяц",
        "Катыштардын тренди, айына %",
    ),
}

SECTIONS: Mapping[str, Text] = {
    "summary": Text("Conclusions", "Выводы", "Корутундулар"),
    "object": Text("What was valued", "Что оценено", "Эмне бааланды"),
    "evidence": Text("Market evidence", "Рыночные данные", "Базар маалыматтары"),
    "index": Text("Prices over time", "Цены во времени", "Убакыт боюнча баалар"),
    "method": Text("Method", "Метод", "Ыкма"),
    "importance": Text("What moves values", "Что влияет на стоимость", "Наркка эмне таасир этет"),
    "quality": Text(
        "Quality on sales not seen",
        "Качество на невиданных продажах",
        "Көрүлбөгөн сатуулардагы сапат",
    ),
    "segments": Text(
        "Quality by segment and place",
        "Качество по сегментам и местам",
        "Сегменттер жана жерлер боюнча сапат",
    ),
    "equity": Text("Equity", "Справедливость", "Адилеттүүлүк"),
    "intervals": Text("Intervals", "Интервалы", "Аралыктар"),
    "values": Text("Values on the map", "Стоимости на карте", "Картадагы нарктар"),
    "land": Text("Land and buildings", "Земля и здания", "Жер жана имараттар"),
    "examples": Text("Typical objects", "Типичные объекты", "Типтүү объекттер"),
    "weak": Text("Weak spots", "Слабые места", "Алсыз жерлер"),
    "again": Text(
        "How to get the same values",
        "Как получить те же стоимости",
        "Ошол эле нарктарды кантип алуу керек",
    ),
    "sources": Text(
        "Standards and sources",
        "Стандарты и источники",
        "Стандарттар жана булактар",
    ),
    "signatures": Text("Signatures", "Подписи", "Колдор"),
}

STATUSES: Mapping[str, Text] = {
    "draft": Text("draft", "проект", "долбоор"),
    "frozen": Text("frozen", "зафиксирован", "бекитилген абалда"),
    "published": Text("published", "опубликован", "жарыяланды"),
    "objections": Text("open to objections", "приём возражений", "каршы пикирлер кабыл алынууда"),
    "approved": Text("approved", "утверждён", "бекитилди"),
    "in_force": Text("in force", "действует", "күчүндө"),
    "superseded": Text("superseded", "заменён", "алмаштырылды"),
    "withdrawn": Text("withdrawn", "отозван", "кайтарылып алынды"),
}

SOURCES: tuple[tuple[str, str], ...] = (
    ("IAAO (2017).", "Standard on Mass Appraisal of Real Property."),
    ("IAAO (2018).", "Standard on Automated Valuation Models (AVMs)."),
    ("IAAO (2013, 2026).", "Standard on Ratio Studies."),
    ("IVSC (2025).", "International Valuation Standards: IVS 103, 104, 105."),
    (
        "Wolpert, D. (1992).",
        "Stacked generalization. Neural Networks 5, 241–259.",
    ),
    (
        "Ke, G. et al. (2017).",
        "LightGBM: a highly efficient gradient boosting decision tree. NeurIPS 30.",
    ),
    (
        "Lundberg, S. et al. (2020).",
        "From local explanations to global understanding with explainable AI for trees. Nature"
        " Machine Intelligence 2, 56–67.",
    ),
    (
        "Lei, J. et al. (2018).",
        "Distribution-free predictive inference for regression. JASA 113, 1094–1111.",
    ),
    ("Harvey, A. (1989).", "Forecasting, Structural Time Series Models and the Kalman Filter."),
    (
        "Ang, B. (2004).",
        "Decomposition analysis for policymaking in energy: which is the preferred method? Energy"
        " Policy 32, 1131–1139 (the additive logarithmic mean method).",
    ),
)
"""Titles of works are cited in the language they were written in."""


def words(language: Language) -> dict[str, str]:
    """Return all words of the report in one language."""
    return {key: text.in_(language) for key, text in _WORDS.items()}
