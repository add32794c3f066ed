"""The running text of the valuation report, in three languages."""

from collections.abc import Mapping

from kazyna.core.text import Text

SENTENCES: Mapping[str, Text] = {
    "summary": Text(
        "{properties} properties were valued as of {day} from {sales} sales. The values add up"
        " to {total}. Before they were computed, the same method was tested on {tested} sales"
        " that it had not been shown; this report says how near the values came to their prices,"
        " where they are weak, and how anyone can get them again.",
        "По состоянию на {day} оценено объектов: {properties}, на основе продаж: {sales}. Сумма"
        " стоимостей — {total}. До расчёта тот же метод проверен на продажах, которых он не"
        " видел: {tested}. Отчёт показывает, насколько стоимости близки к ценам, где они слабы и"
        " как их может получить любой.",
        "{day} карата {sales} сатуунун негизинде {properties} объект бааланды. Нарктардын"
        " суммасы — {total}. Эсептөөдөн мурун ошол эле ыкма ал көрбөгөн {tested} сатууда"
        " сыналды. Бул отчёт нарктардын бааларга канчалык жакын экенин, кайсы жерде алсыз экенин"
        " жана аларды ар ким кантип кайра ала аларын айтат.",
    ),
    "all_met": Text(
        "Level and uniformity lie in the ranges of the IAAO Standard on Ratio Studies.",
        "Уровень и однородность лежат в пределах стандарта IAAO Standard on Ratio Studies.",
        "Деңгээл жана бирдейлик IAAO Standard on Ratio Studies стандартынын чегинде.",
    ),
    "not_met": Text(
        "Outside the ranges of the IAAO Standard on Ratio Studies: {names}. The causes are to be"
        " found before the values are signed; section {section} says where to begin.",
        "Вне пределов стандарта IAAO Standard on Ratio Studies: {names}. Причины следует"
        " выяснить до подписания; с чего начать, сказано в разделе {section}.",
        "IAAO Standard on Ratio Studies стандартынын чегинен тышкары: {names}. Себептерин кол"
        " коюудан мурун аныктоо керек; эмнеден баштоо {section}-бөлүмдө айтылган.",
    ),
    "object": Text(
        "The value is the market value: the price that a property would most probably fetch on"
        " the valuation date in an open market. It is given for the whole property, free of"
        " debts.",
        "Стоимость — рыночная: наиболее вероятная цена объекта на дату оценки на открытом рынке."
        " Она дана для объекта целиком, без обременений долгами.",
        "Нарк — базардык: ачык базарда баалоо күнүндө объекттин эң ыктымалдуу баасы. Ал бүтүндөй"
        " объект үчүн, карыздарсыз берилет.",
    ),
    "evidence": Text(
        "The model learnt from {sales} sales up to {day}. Sales that are no market evidence, or"
        " that cannot be read, are left out; every reason and its count stand below, and none of"
        " them looks at how well a sale fits the model's test.",
        "Модель обучена на продажах до {day}: {sales}. Продажи, не отражающие рынок или"
        " нечитаемые, исключены; каждая причина и число — ниже, и ни одна не смотрит на проверку"
        " модели.",
        "Модель {day} чейинки {sales} сатуудан үйрөндү. Базарды чагылдырбаган же окулбаган"
        " сатуулар чыгарылды; ар бир себеби жана саны төмөндө, алардын бири да моделдин"
        " текшерүүсүн карабайт.",
    ),
    "nothing_left_out": Text(
        "No sale was left out.",
        "Ни одна продажа не исключена.",
        "Бир да сатуу чыгарылган жок.",
    ),
    "columns_out": Text(
        "Columns that are not used",
        "Неиспользованные столбцы",
        "Колдонулбаган тилкелер",
    ),
    "left_out": Text("Sales left out", "Исключённые продажи", "Чыгарылган сатуулар"),
    "index": Text(
        "Prices are brought to the valuation date by an index of the same property in the same"
        " place: a change in what is sold is not taken for a change of prices. From {first} to"
        " the valuation date the level moved by {change} %. The band is its 90 % interval; it"
        " widens after the last sale, where the index is carried on with a damped slope.",
        "Цены приведены к дате оценки индексом для одного и того же объекта на одном месте:"
        " перемена состава продаж не принимается за перемену цен. С {first} до даты оценки"
        " уровень изменился на {change} %. Полоса — 90 % интервал; после последней продажи, где"
        " индекс продолжен с затухающим наклоном, она шире.",
        "Баалар баалоо күнүнө ошол эле жердеги ошол эле объекттин индекси менен келтирилди:"
        " сатылгандын курамынын өзгөрүшү баанын өзгөрүшү деп эсептелбейт. {first} тартып баалоо"
        " күнүнө чейин деңгээл {change} % өзгөрдү. Тилке — 90 % аралык; акыркы сатуудан кийин,"
        " индекс өчүүчү жантайыш менен улантылган жерде, ал кеңейет.",
    ),
    "strata_index": Text(
        "Parts of the market move on their own as far as their sales prove it: how far parts stray"
        " is learnt from all of them together, and a part with few sales is drawn to the whole"
        " market. “Own” is the share of the movement that its own sales tell; 0 means that no"
        " movement of its own was found. Shown is the change from the first day to the valuation"
        " date with its 90 % interval.",
        "Части рынка движутся по-своему настолько, насколько это доказывают их продажи: размах"
        " отклонений оценён по всем частям вместе, и часть с малым числом продаж притянута ко всему"
        " рынку. «Своё» — доля движения, о которой говорят её собственные продажи; 0 — своего"
        " движения не найдено. Показано изменение с первого дня до даты оценки с 90 % интервалом.",
        "Базардын бөлүктөрү сатуулары далилдегенчелик өз алдынча жылат: четтөөнүн көлөмү бардык"
        " бөлүктөр боюнча чогуу аныкталды, сатуусу аз бөлүк бүт базарга тартылды. «Өзүнүкү» —"
        " жылыштын өз сатуулары айткан үлүшү; 0 — өз жылышы табылган жок. Биринчи күндөн баалоо"
        " күнүнө чейинки өзгөрүү 90 % аралыгы менен көрсөтүлгөн.",
    ),
    "strata_curves": Text(
        "The parts with the most sales, each with its 90 % interval; the dotted line is the whole"
        " market.",
        "Части с наибольшим числом продаж, каждая с 90 % интервалом; пунктир — весь рынок.",
        "Эң көп сатуусу бар бөлүктөр, ар бири 90 % аралыгы менен; үзүк сызык — бүт базар.",
    ),
    "examples": Text(
        "Three typical objects as an appraiser would lay them out: the reasons add up to the value"
        " exactly, and each comparable sale is brought to the object step by step. Price and"
        " adjustments add up to the adjusted price; the weight is the share of likeness.",
        "Три типичных объекта, как их изложил бы оценщик: причины в сумме точно дают стоимость, а"
        " каждая сравнимая продажа приведена к объекту шаг за шагом. Цена и корректировки в сумме"
        " дают скорректированную цену; вес — доля сходства.",
        "Үч типтүү объект баалоочу жазгандай: себептердин суммасы наркты так берет, ар бир"
        " салыштырма сатуу объектке кадам сайын келтирилет. Баа менен түзөтүүлөрдүн суммасы"
        " түзөтүлгөн бааны берет; салмак — окшоштуктун үлүшү.",
    ),
    "example_value": Text(
        "Value {value}; in 90 cases of 100 the market value lies between {low} and {high}.",
        "Стоимость {value}; в 90 случаях из 100 рыночная стоимость лежит между {low} и {high}.",
        "Наркы {value}; 100 учурдун 90ында рыноктук нарк {low} менен {high} ортосунда.",
    ),
    "areas": Text(
        "Areas found: each is of one piece and alike in what the location adds to values; 1 is the"
        " dearest. Each dot is a sale.",
        "Найденные зоны: каждая связна и однородна по тому, что расположение добавляет к стоимости;"
        " 1 — самая дорогая. Точка — продажа.",
        "Табылган аймактар: ар бири бүтүн жана жайгашуу наркка кошкону боюнча окшош;"
        " 1 — эң кымбаты. Ар бир чекит — сатуу.",
    ),
    "index_caption": Text(
        "Level of prices with its 90 % interval; 1 on the valuation date.",
        "Уровень цен с 90 % интервалом; 1 на дату оценки.",
        "Баалардын деңгээли 90 % аралыгы менен; баалоо күнүндө 1.",
    ),
    "weights": Text(
        "How much each model counts was decided by how well it predicts sales that it has not"
        " seen, not by taste. The weights add up to one.",
        "Вес каждой модели определён тем, насколько хорошо она предсказывает невиданные продажи,"
        " а не вкусом. Сумма весов равна единице.",
        "Ар бир моделдин салмагы ал көрбөгөн сатууларды канчалык жакшы болжоору менен аныкталды,"
        " табит менен эмес. Салмактардын суммасы бирге барабар.",
    ),
    "segment_weights": Text(
        "Weights and level of each segment beside the whole market, by the evidence of its own"
        " sales.",
        "Веса и уровень каждого сегмента относительно всего рынка, по его собственным продажам.",
        "Ар бир сегменттин салмактары жана бүт базарга караганда деңгээли, өз сатуулары боюнча.",
    ),
    "notes": Text(
        "What the model had to do without:",
        "Без чего модели пришлось обойтись:",
        "Модель эмнесиз иштөөгө аргасыз болду:",
    ),
    "importance": Text(
        "Share of each characteristic in all that moves values away from the typical property."
        " It is measured on the sales, by exact contributions that add up to each value.",
        "Доля каждой характеристики во всём, что отличает стоимость от типичной. Измерена на"
        " продажах по точным вкладам, которые в сумме дают каждую стоимость.",
        "Наркты типтүү объекттен айырмалаган нерселердин ичинде ар бир мүнөздөмөнүн үлүшү. Ал"
        " сатууларда, ар бир наркка так кошулган салымдар боюнча өлчөнгөн.",
    ),
    "importance_more": Text(
        "The other {n} together have {share} %.",
        "На остальные ({n}) вместе приходится {share} %.",
        "Калган {n} чогуу {share} % түзөт.",
    ),
    "quality": Text(
        "The method was given the earlier sales and asked for the price of {n} later ones, from"
        " {first} to {last}, each on its own day ({split}). A ratio is the value divided by the"
        " price: 1 is exact, above 1 too high.",
        "Методу даны более ранние продажи и задан вопрос о цене {n} более поздних, с {first} по"
        " {last}, каждой на её день ({split}). Отношение — стоимость, делённая на цену: 1 —"
        " точно, больше 1 — завышено.",
        "Ыкмага мурунку сатуулар берилип, {first} – {last} аралыгындагы {n} сатуунун баасы ар"
        " биринин өз күнүнө суралды ({split}). Катыш — нарктын баага бөлүнүшү: 1 — так, 1ден"
        " жогору — ашыкча.",
    ),
    "trimmed": Text(
        "Without {n} ratios beyond three interquartile ranges the COD is {cod}, the PRD {prd}"
        " and the PRB {prb}. The verdicts are on all sales.",
        "Без {n} отношений за тремя межквартильными размахами COD равен {cod}, PRD {prd}, PRB"
        " {prb}. Выводы сделаны по всем продажам.",
        "Үч кварталдар аралыгынан тышкаркы {n} катышсыз COD {cod}, PRD {prd}, PRB {prb}."
        " Корутундулар бардык сатуулар боюнча.",
    ),
    "segments": Text(
        "A group with fewer than {thin} sales is not judged: its figures say little. Verdicts"
        " are by the range of the kind of property: {kind}.",
        "Группа, где продаж меньше {thin}, не судится: её числа мало что значат. Выводы — по"
        " пределам для вида недвижимости: {kind}.",
        "{thin} сатуудан аз топ соттолбойт: анын сандары аз нерсе айтат. Корутундулар мүлктүн"
        " түрүнүн чеги боюнча: {kind}.",
    ),
    "no_segments": Text(
        "No groups were asked for, and none are told apart.",
        "Группы не заданы и не различаются.",
        "Топтор суралган эмес жана айырмаланбайт.",
    ),
    "most_sales": Text(
        "The {n} groups with the most sales; the weak ones among the rest are in section"
        " {section}.",
        "{n} групп с наибольшим числом продаж; слабые из остальных — в разделе {section}.",
        "Сатуусу эң көп {n} топ; калгандарынын алсыздары {section}-бөлүмдө.",
    ),
    "map_of_ratios": Text(
        "Median ratios by place",
        "Медианы отношений по местам",
        "Жерлер боюнча катыштардын медианасы",
    ),
    "map_of_ratios_caption": Text(
        "Each dot is the median of sales near one another; brown is valued too low, green too"
        " high.",
        "Каждая точка — медиана близких продаж; коричневое — занижено, зелёное — завышено.",
        "Ар бир чекит — жакын сатуулардын медианасы; күрөң — төмөн, жашыл — жогору бааланган.",
    ),
    "vertical": Text(
        "Vertical equity: cheap and dear property should be valued at the same level. PRD above"
        " 1.03 and PRB below −0.05 mean that the dear is undervalued against the cheap.",
        "Вертикальная справедливость: дешёвое и дорогое должно оцениваться на одном уровне. PRD"
        " выше 1,03 и PRB ниже −0,05 означают, что дорогое недооценено по сравнению с дешёвым.",
        "Вертикалдык адилеттүүлүк: арзан жана кымбат мүлк бирдей деңгээлде бааланышы керек. PRD"
        " 1,03төн жогору жана PRB −0,05тен төмөн болсо, кымбаты арзанына караганда төмөн"
        " бааланган.",
    ),
    "horizontal": Text(
        "Horizontal equity: like properties should have like values. Properties are put into"
        " clusters of 15 to 30 that are alike in place, area and the weightiest characteristics,"
        " and the spread of their values per square metre is measured. Moran's I tells whether"
        " neighbours err alike: about 0 where errors are scattered at random.",
        "Горизонтальная справедливость: похожее должно стоить похоже. Объекты объединены в"
        " группы по 15–30, похожие местом, площадью и важнейшими характеристиками, и измерен"
        " разброс их стоимостей за квадратный метр. Индекс Морана показывает, ошибается ли"
        " модель у соседей одинаково: около 0, если ошибки случайны.",
        "Горизонталдык адилеттүүлүк: окшош мүлктүн наркы окшош болушу керек. Объекттер жери,"
        " аянты жана маанилүү мүнөздөмөлөрү окшош 15–30дан топторго бириктирилип, чарчы метр"
        " наркынын чачырашы өлчөнгөн. Моран индекси кошуналарда каталар окшошпу, ошону айтат:"
        " кокустан болсо 0гө жакын.",
    ),
    "no_horizontal": Text(
        "Areas of the properties are not known, so like properties are not compared.",
        "Площади объектов неизвестны, поэтому похожие объекты не сравнены.",
        "Объекттердин аянттары белгисиз, ошондуктан окшош объекттер салыштырылган жок.",
    ),
    "deciles_caption": Text(
        "Median ratio of each group of value with its 90 % interval, the cheapest first.",
        "Медиана отношений каждой группы по стоимости с 90 % интервалом, от самых дешёвых.",
        "Нарк боюнча ар бир топтун медианасы 90 % аралыгы менен, эң арзанынан баштап.",
    ),
    "intervals": Text(
        "Each value comes with an interval that is to hold the price in 90 cases of 100. On the"
        " hold-out it held {inside} %. The margins are conformal: they are measured on sales"
        " that were predicted without being seen, and are wider where such predictions were"
        " worse.",
        "Каждая стоимость имеет интервал, который должен содержать цену в 90 случаях из 100. На"
        " отложенных продажах он содержал {inside} %. Границы конформные: измерены на продажах,"
        " предсказанных до их показа, и шире там, где предсказания хуже.",
        "Ар бир нарктын 100 учурдун 90ында бааны камтышы керек болгон аралыгы бар. Четке коюлган"
        " сатууларда ал {inside} % камтыды. Чектери конформдук: көрсөтүлбөй туруп болжолдонгон"
        " сатууларда өлчөнгөн жана болжолдоо начар жерде кеңирээк.",
    ),
    "values": Text(
        "The map shows the median {what} of properties that lie near one another; single"
        " properties are not shown.",
        "Карта показывает медиану ({what}) близко лежащих объектов; отдельные объекты не показаны.",
        "Карта жакын жайгашкан объекттердин медианасын көрсөтөт ({what}); айрым объекттер"
        " көрсөтүлбөйт.",
    ),
    "weak": Text(
        "What a careful reader would ask first. Groups and statistics outside their range,"
        " groups with too few sales to judge, and the properties that a valuer should inspect"
        " before signing.",
        "Что внимательный читатель спросит в первую очередь: группы и показатели вне пределов,"
        " группы с недостатком продаж и объекты, которые оценщику следует осмотреть до"
        " подписания.",
        "Кунт коюп окуган адам эң биринчи эмнени сурайт: чектен чыккан топтор жана көрсөткүчтөр,"
        " сатуусу жетишсиз топтор жана кол коюудан мурун баалоочу карашы керек болгон объекттер.",
    ),
    "out_of_range": Text("Out of range", "Вне пределов", "Чектен тышкары"),
    "nothing_out": Text(
        "No statistic of a group with enough sales is out of range.",
        "У групп с достаточным числом продаж все показатели в пределах.",
        "Сатуусу жетиштүү топтордун бардык көрсөткүчтөрү чекте.",
    ),
    "refuted": Text("proved", "доказано", "далилденди"),
    "cannot be told": Text("may be chance", "может быть случайно", "кокустук болушу мүмкүн"),
    "confirmed": Text("–", "–", "–"),
    "by_interval": Text("By the interval", "По интервалу", "Аралык боюнча"),
    "thin": Text(
        "Groups with fewer than {n} sales in the hold-out: {names}.",
        "Группы, где в отложенной выборке продаж меньше {n}: {names}.",
        "Четке коюлган тандоодо {n} сатуудан аз топтор: {names}.",
    ),
    "inspect": Text(
        "Inspect these first",
        "Осмотреть в первую очередь",
        "Адегенде буларды карагыла",
    ),
    "nothing_to_inspect": Text(
        "No property stands out.",
        "Ни один объект не выделяется.",
        "Бир да объект өзгөчөлөнбөйт.",
    ),
    "again": Text(
        "The same sales, properties, program and seed give the same values to the last digit."
        " Each value can be explained by base and reasons in money that add up to it exactly.",
        "Те же продажи, объекты, программа и зерно дают те же стоимости до последней цифры."
        " Каждая стоимость объясняется базой и причинами в деньгах, которые точно дают её в"
        " сумме.",
        "Ошол эле сатуулар, объекттер, программа жана үрөн акыркы цифрасына чейин ошол эле"
        " нарктарды берет. Ар бир нарк так кошулуучу негизи жана акчадагы себептери менен"
        " түшүндүрүлөт.",
    ),
    "sign": Text(
        "The undersigned have read this report and its weak spots.",
        "Нижеподписавшиеся прочли этот отчёт и его слабые места.",
        "Төмөндө кол койгондор бул отчётту жана анын алсыз жерлерин окушту.",
    ),
}

STEPS: tuple[tuple[Text, Text], ...] = (
    (
        Text("Read and check.", "Чтение и проверка.", "Окуу жана текшерүү."),
        Text(
            "Every row of the sales is checked; what cannot be evidence is left out with its"
            " reason.",
            "Проверена каждая строка продаж; что не может быть данными, исключено с указанием"
            " причины.",
            "Сатуулардын ар бир сабы текшерилди; маалымат боло албаганы себеби менен чыгарылды.",
        ),
    ),
    (
        Text("Characteristics.", "Характеристики.", "Мүнөздөмөлөр."),
        Text(
            "Constants, texts that hardly repeat and columns that give the price away are left"
            " out.",
            "Исключены постоянные, почти неповторяющиеся тексты и столбцы, выдающие цену.",
            "Туруктуулар, дээрлик кайталанбаган тексттер жана бааны ачыкка чыгарган тилкелер"
            " чыгарылды.",
        ),
    ),
    (
        Text("Time.", "Время.", "Убакыт."),
        Text(
            "A hedonic index of fortnights, smoothed, brings every price to one level.",
            "Сглаженный гедонический индекс по двум неделям приводит все цены к одному уровню.",
            "Эки жумалык тегизделген гедоникалык индекс бардык бааларды бир деңгээлге келтирет.",
        ),
    ),
    (
        Text("Models.", "Модели.", "Моделдер."),
        Text(
            "Several unlike models each predict sales they have not seen, in folds drawn by"
            " property.",
            "Несколько разных моделей предсказывают невиданные продажи по блокам, взятым по"
            " объектам.",
            "Бир нече ар башка модель объекттер боюнча бөлүнгөн топтордо көрбөгөн сатууларды"
            " болжойт.",
        ),
    ),
    (
        Text("Stack.", "Стек.", "Стек."),
        Text(
            "Weights that are not negative and add up to one minimise the error of these"
            " predictions.",
            "Неотрицательные веса с суммой один минимизируют ошибку этих предсказаний.",
            "Терс эмес, суммасы бир болгон салмактар бул болжолдордун катасын эң аз кылат.",
        ),
    ),
    (
        Text("Level and equity.", "Уровень и справедливость.", "Деңгээл жана адилеттүүлүк."),
        Text(
            "A stretch of the logarithm of value about its centre, larger where errors are, brings"
            " the median ratio to one and the PRB near zero.",
            "Растяжение логарифма стоимости от его центра, большее там, где ошибки больше, приводит"
            " медиану отношений к единице и PRB к нулю.",
            "Нарктын логарифмин борборунан чоюу, ката чоң жерде көбүрөөк, катыштардын медианасын"
            " бирге, PRBны нөлгө жакындатат.",
        ),
    ),
    (
        Text("Intervals.", "Интервалы.", "Аралыктар."),
        Text(
            "Conformal margins from errors on unseen sales, in units of a local spread.",
            "Конформные границы по ошибкам на невиданных продажах, в единицах местного разброса.",
            "Көрүлбөгөн сатуулардагы каталар боюнча конформдук чектер, жергиликтүү чачыроо менен.",
        ),
    ),
    (
        Text("Reasons.", "Причины.", "Себептер."),
        Text(
            "Exact contributions of every characteristic, in money, add up to each value.",
            "Точные вклады каждой характеристики в деньгах в сумме дают каждую стоимость.",
            "Ар бир мүнөздөмөнүн акчадагы так салымдары ар бир наркка кошулат.",
        ),
    ),
)
"""The method in words, in the order of docs/methods/market-model.md."""
