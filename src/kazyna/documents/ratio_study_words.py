"""The words of the page of a ratio study, in three languages."""

from kazyna.core.text import Language, Text
from kazyna.valuation.ratios.ratio_standards import Told
from kazyna.valuation.ratios.sales_chasing import Technique

NAMES = {
    "median_ratio": Text("Median ratio", "Медиана отношений", "Катыштардын медианасы"),
    "mean_ratio": Text("Mean ratio", "Среднее отношений", "Катыштардын орточосу"),
    "weighted_mean_ratio": Text("Weighted mean ratio", "Взвешенное среднее", "Салмакталган орточо"),
    "cod": Text("COD, %", "COD, %", "COD, %"),
    "cov": Text("COV, %", "COV, %", "COV, %"),
    "prd": Text("PRD", "PRD", "PRD"),
    "prb": Text("PRB", "PRB", "PRB"),
    "mki": Text("MKI", "MKI", "MKI"),
    "ki": Text("KI", "KI", "KI"),
    "vei": Text("VEI, %", "VEI, %", "VEI, %"),
}

MEANINGS = {
    "median_ratio": Text("level", "уровень", "деңгээл"),
    "mean_ratio": Text("level", "уровень", "деңгээл"),
    "weighted_mean_ratio": Text("level by money", "уровень по сумме денег", "акча боюнча деңгээл"),
    "cod": Text("coefficient of dispersion", "коэффициент разброса", "чачыроо коэффициенти"),
    "cov": Text("coefficient of variation", "коэффициент вариации", "вариация коэффициенти"),
    "prd": Text(
        "price-related differential; above 1, dear property is valued lower",
        "ценовой дифференциал; выше 1 — дорогое оценено ниже",
        "баа дифференциалы; 1ден жогору болсо, кымбат мүлк төмөн бааланган",
    ),
    "prb": Text(
        "change of the ratio when the value doubles",
        "изменение отношения при удвоении стоимости",
        "нарк эки эселенгенде катыштын өзгөрүшү",
    ),
    "mki": Text(
        "modified Kakwani index; below 1, regressive",
        "модифицированный индекс Каквани; ниже 1 — регрессивно",
        "өзгөртүлгөн Каквани индекси; 1ден төмөн болсо, регрессивдүү",
    ),
    "ki": Text(
        "Kakwani index; below 0, regressive",
        "индекс Каквани; ниже 0 — регрессивно",
        "Каквани индекси; 0дөн төмөн болсо, регрессивдүү",
    ),
    "vei": Text(
        "vertical equity indicator: the dearest against the cheapest",
        "показатель вертикального равенства: самые дорогие против самых дешёвых",
        "вертикалдык теңдик көрсөткүчү: эң кымбаттар эң арзандарга каршы",
    ),
}

TOLD: dict[Told, Text] = {
    "confirmed": Text("confirmed", "подтверждено", "ырасталды"),
    "refuted": Text("refuted", "опровергнуто", "четке кагылды"),
    "cannot be told": Text("cannot be told", "сказать нельзя", "айтууга болбойт"),
}

TECHNIQUES: dict[Technique, Text] = {
    "change of value": Text(
        "Change of value, sold against unsold",
        "Изменение стоимости: проданные и непроданные",
        "Нарктын өзгөрүшү: сатылгандар жана сатылбагандар",
    ),
    "value per unit": Text(
        "Value per unit, sold against unsold",
        "Удельная стоимость: проданные и непроданные",
        "Бирдиктин наркы: сатылгандар жана сатылбагандар",
    ),
    "mass appraisal": Text(
        "Value against an independent estimate, sold against unsold",
        "Стоимость к независимой оценке: проданные и непроданные",
        "Нарктын көз карандысыз баага катышы: сатылгандар жана сатылбагандар",
    ),
    "split sample": Text(
        "COD of sales before the valuation against later ones, %",
        "COD сделок до оценки и после неё, %",
        "Баалоого чейинки жана андан кийинки сатуулардын CODу, %",
    ),
    "expected distribution": Text(
        "Share of ratios within 2 % of 1, against a normal distribution",
        "Доля отношений в пределах 2 % от 1 против нормального распределения",
        "1ден 2 % чегиндеги катыштардын үлүшү нормалдуу бөлүштүрүүгө каршы",
    ),
    "cumulative jump": Text(
        "Highest step of the cumulative distribution, suspicious near 1",
        "Наибольший скачок накопленного распределения, подозрителен у 1",
        "Топтолгон бөлүштүрүүнүн эң чоң секириги, 1дин жанында шектүү",
    ),
}

_WORDS = {
    "title": Text("Ratio study", "Анализ отношений", "Катыштарды талдоо"),
    "sales": Text("Sales", "Сделки", "Сатуулар"),
    "statistics": Text("Statistics", "Показатели", "Көрсөткүчтөр"),
    "statistic": Text("Statistic", "Показатель", "Көрсөткүч"),
    "value_of": Text("Value", "Значение", "Маани"),
    "by_resampling": Text(
        "95 % interval by resampling",
        "95 % интервал по повторным выборкам",
        "Кайра тандоо боюнча 95 % аралык",
    ),
    "by_formula": Text(
        "95 % interval by formula", "95 % интервал по формуле", "Формула боюнча 95 % аралык"
    ),
    "trimmed": Text("Without outliers", "Без выбросов", "Чектен чыккандарсыз"),
    "accepted": Text("Accepted", "Допустимо", "Кабыл алынат"),
    "met": Text("Met", "Выполнено", "Аткарылды"),
    "by_interval": Text("By the interval", "По интервалу", "Аралык боюнча"),
    "yes": Text("yes", "да", "ооба"),
    "no": Text("no", "нет", "жок"),
    "kind": Text("Kind of property", "Вид недвижимости", "Мүлктүн түрү"),
    "too_few": Text("too few sales", "слишком мало сделок", "сатуулар өтө аз"),
    "removed": Text("Outliers removed", "Исключено выбросов", "Чектен чыккандар алынды"),
    "outside": Text("outside the limits", "вне пределов", "чектен тышкары"),
    "mdape": Text("Median error, %", "Медианная ошибка, %", "Медианалык ката, %"),
    "coc": Text(
        "Ratios within 10, 15, 20 % of the median, %",
        "Отношения в пределах 10, 15, 20 % от медианы, %",
        "Медианадан 10, 15, 20 % чегиндеги катыштар, %",
    ),
    "by_group": Text("By group", "По группам", "Топтор боюнча"),
    "group": Text("Group", "Группа", "Топ"),
    "by_value": Text("Ratio by value", "Отношение по стоимости", "Нарк боюнча катыш"),
    "by_value_caption": Text(
        "Median ratio of each group of value with its 90 % interval, the cheapest first.",
        "Медиана отношений каждой группы по стоимости с 90 % интервалом, от самых дешёвых.",
        "Нарк боюнча ар бир топтун медианасы 90 % аралыгы менен, эң арзанынан баштап.",
    ),
    "value_group": Text("Group of value", "Группа по стоимости", "Нарк боюнча топ"),
    "value": Text(
        "Value (mean of estimate and price)",
        "Стоимость (среднее оценки и цены)",
        "Нарк (баа менен баалоонун орточосу)",
    ),
    "ratio": Text(
        "Ratio of estimate to price", "Отношение оценки к цене", "Баалоонун баага катышы"
    ),
    "median_ratio": Text("Median ratio", "Медиана отношений", "Катыштардын медианасы"),
    "histogram": Text("Ratios", "Отношения", "Катыштар"),
    "histogram_caption": Text(
        "How often which ratio occurs; what lies beyond the axis is counted at its ends.",
        "Как часто встречается отношение; что за пределами оси, учтено на её концах.",
        "Катыш канча жолу кездешет; октон тышкаркылар анын учтарында эсептелген.",
    ),
    "scatter": Text("Ratio against value", "Отношение и стоимость", "Катыш жана нарк"),
    "scatter_caption": Text(
        "Each dot is a sale; the slope of the line is PRB, {prb}.",
        "Каждая точка — сделка; наклон линии — PRB, {prb}.",
        "Ар бир чекит — сатуу; сызыктын жантайышы — PRB, {prb}.",
    ),
    "time": Text("Ratio over time", "Отношение во времени", "Убакыт боюнча катыш"),
    "time_caption": Text(
        "Median ratio of each month with its 95 % interval; trend {slope} % a month.",
        "Медиана каждого месяца с 95 % интервалом; тренд {slope} % в месяц.",
        "Ар бир айдын медианасы 95 % аралыгы менен; тренд айына {slope} %.",
    ),
    "month": Text("Month of the sale", "Месяц сделки", "Сатуу айы"),
    "map": Text("Map of median ratios", "Карта медиан", "Медианалардын картасы"),
    "map_caption": Text(
        "Each dot is the median ratio of sales that lie near one another.",
        "Каждая точка — медиана отношений близко лежащих сделок.",
        "Ар бир чекит — жакын жайгашкан сатуулардын катыштарынын медианасы.",
    ),
    "chasing": Text("Sales chasing", "Подгонка под сделки", "Сатууларга ыңгайлаштыруу"),
    "suspected": Text("suspected", "подозрение", "шек бар"),
    "not_suspected": Text("no trace", "следов нет", "изи жок"),
    "found": Text("Found", "Найдено", "Табылды"),
    "expected": Text("To be expected", "Ожидается", "Күтүлөт"),
    "technique": Text("Technique", "Приём", "Ыкма"),
    "horizontal": Text("Horizontal equity", "Горизонтальное равенство", "Горизонталдык теңдик"),
    "chd": Text(
        "COD of values per unit among like properties: median, and of nine clusters in ten"
        " at most, %",
        "COD удельных стоимостей похожих объектов: медиана и не более, чем у девяти групп из"
        " десяти, %",
        "Окшош объекттердин бирдик наркынын CODу: медиана жана он топтун тогузунда эң көбү, %",
    ),
    "clusters": Text("Clusters", "Группы похожих", "Окшош топтор"),
    "moran": Text(
        "Moran's I of the ratios among neighbours (0: errors are scattered at random)",
        "Индекс Морана отношений соседей (0: ошибки рассеяны случайно)",
        "Кошуналардын катыштары боюнча Моран индекси (0: каталар кокустан чачылган)",
    ),
    "made_by": Text(
        "By the IAAO Standard on Ratio Studies, 2013 and 2026. Median: order statistics; mean,"
        " weighted mean, COD, COV, PRD: delta method; PRB: least squares; VEI: from the nearest"
        " to the farthest ends of the groups' 90 % intervals.",
        "По стандарту IAAO Standard on Ratio Studies, 2013 и 2026. Медиана: порядковые"
        " статистики; средние, COD, COV, PRD: дельта-метод; PRB: наименьшие квадраты; VEI: от"
        " ближних до дальних концов 90 % интервалов групп.",
        "IAAO Standard on Ratio Studies, 2013 жана 2026 боюнча. Медиана: катар статистикалары;"
        " орточолор, COD, COV, PRD: дельта-метод; PRB: эң кичине квадраттар; VEI: топтордун 90 %"
        " аралыктарынын жакынкы учтарынан алыскысына чейин.",
    ),
}


def words(language: Language) -> dict[str, str]:
    """Return all words of the page in one language."""
    return {key: text.in_(language) for key, text in _WORDS.items()}
