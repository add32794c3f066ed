"""What the figures of performance are called, what each means, and whose indicator it is.

Areas and numbers are those of TADAT, the Tax Administration Diagnostic Assessment Tool, as
tadat.org lists them (28 indicators; the field guide of 2019 splits some and counts on). ISORA, the
survey of revenue administrations, has no numbers: its heading is named where it asks for the same.
"""

from typing import NamedTuple

from kazyna.core.text import Text


class Words(NamedTuple):
    """The name of an indicator, what is divided by what, and where it is asked for."""

    reference: str
    name: Text
    definition: Text


AREAS = (
    Text("Registered base", "Реестр налогоплательщиков", "Катталган база"),
    Text("Risk", "Риски", "Тобокелдик"),
    Text("Voluntary compliance", "Добровольное соблюдение", "Ыктыярдуу сактоо"),
    Text("Filing in time", "Своевременные декларации", "Декларацияны өз убагында берүү"),
    Text("Payment in time", "Своевременная уплата", "Өз убагында төлөө"),
    Text("Accurate reporting", "Точность сведений", "Маалыматтын тактыгы"),
    Text("Disputes", "Споры", "Талаштар"),
    Text("Revenue management", "Управление доходами", "Кирешени башкаруу"),
    Text("Accountability", "Подотчётность", "Отчёттуулук"),
)
"""TADAT's nine performance outcome areas, in their order."""

OF_DECISIONS = Text(
    "Of all decisions of the year.", "Из всех решений года.", "Жылдын бардык чечимдеринен."
)

WORDS: dict[str, Words] = {
    "taxpayers": Words(
        "TADAT P1-1; ISORA: Registration",
        Text(
            "Taxpayers on the register",
            "Налогоплательщиков в реестре",
            "Реестрдеги салык төлөөчүлөр",
        ),
        Text(
            "Persons and bodies; two numbers of one person count once.",
            "Лица и организации; два номера одного лица считаются один раз.",
            "Адамдар жана уюмдар; бир адамдын эки номери бир жолу саналат.",
        ),
    ),
    "objects_held": Words(
        "TADAT P1-1",
        Text(
            "Objects with a known holder",
            "Объекты с известным владельцем",
            "Ээси белгилүү объекттер",
        ),
        Text(
            "Objects of tax that somebody is known to hold, of all objects, today.",
            "Объекты, владелец которых известен, из всех объектов, на сегодня.",
            "Бүгүнкү күнгө бардык объекттердин ичинен ээси белгилүүлөрү.",
        ),
    ),
    "bills_corrected": Words(
        "TADAT P1-1",
        Text(
            "Bills corrected after issue",
            "Исправленные уведомления",
            "Чыгарылгандан кийин оңдолгон билдирүүлөр",
        ),
        Text(
            "Bills of the year's rolls with a later version, of all: what the register had wrong.",
            "Уведомления года с более поздней версией, из всех: ошибки реестра.",
            "Жылдын билдирүүлөрүнүн ичинен кийинки версиясы барлары: реестрдин каталары.",
        ),
    ),
    "properties_registered": Words(
        "TADAT P1-2",
        Text(
            "Cadastre that is registered for tax",
            "Кадастр, учтённый для налога",
            "Салык үчүн катталган кадастр",
        ),
        Text(
            "Properties of the cadastre that are objects of tax, of all properties.",
            "Объекты кадастра, которые есть в налоговом реестре, из всех.",
            "Кадастрдын объекттеринин ичинен салык реестринде барлары.",
        ),
    ),
    "high_risk": Words(
        "TADAT P2-3",
        Text(
            "Debtors at high risk", "Должники высокого риска", "Жогорку тобокелдиктеги карызкорлор"
        ),
        Text(
            "Debtors whose points reach the mark of the pack, of all who are late, today.",
            "Должники, чьи баллы достигли порога пакета, из всех просрочивших, на сегодня.",
            "Бүгүнкү күнгө кечиккендердин ичинен упайы пакеттин чегине жеткендери.",
        ),
    ),
    "cases_closed": Words(
        "TADAT P2-4; ISORA: Verification",
        Text("Cases of goods closed", "Закрытые дела по товарам", "Товар боюнча жабылган иштер"),
        Text(
            "Cases of marked goods opened in the year that are closed, of all opened.",
            "Дела о маркированных товарах, открытые за год и закрытые, из всех открытых.",
            "Жыл ичинде ачылган белгиленген товарлар иштеринин ичинен жабылгандары.",
        ),
    ),
    "cases_proved": Words(
        "TADAT P2-5",
        Text(
            "Cases that proved a breach", "Дела, где нарушение доказано", "Бузуу далилденген иштер"
        ),
        Text(
            "Closed cases with the outcome fraud or mistake: how well alerts are aimed.",
            "Закрытые дела с исходом «обман» или «ошибка»: точность сигналов.",
            "Жыйынтыгы алдамчылык же ката болгон жабылган иштер: сигналдардын тактыгы.",
        ),
    ),
    "payers_online": Words(
        "TADAT P3-8",
        Text(
            "Payers with a way into the portal",
            "Плательщики с доступом к порталу",
            "Порталга кире алган төлөөчүлөр",
        ),
        Text(
            "Taxpayers with a bill of the year who can sign in, of all with a bill.",
            "Плательщики с уведомлением года, имеющие вход, из всех с уведомлением.",
            "Жылдын билдирүүсү барлардын ичинен порталга кире алгандары.",
        ),
    ),
    "filed_in_time": Words(
        "TADAT P4-10; ISORA: Return filing",
        Text(
            "Declarations filed in time", "Декларации в срок", "Мөөнөтүндө берилген декларациялар"
        ),
        Text(
            "First versions filed by their day, of those expected: all filed, and all who"
            " declared in the three months before.",
            "Первые версии, поданные в срок, из ожидаемых: все поданные и все, кто подавал в три"
            " предыдущих месяца.",
            "Мөөнөтүндө берилген биринчи версиялар күтүлгөндөрдүн ичинен: берилгендердин баары жана"
            " мурунку үч айда бергендер.",
        ),
    ),
    "filed_online": Words(
        "TADAT P4-11; ISORA: Electronic filing",
        Text(
            "Declarations filed online",
            "Декларации через портал",
            "Портал аркылуу берилген декларациялар",
        ),
        Text(
            "Declarations that taxpayers filed themselves by portal or interface, of all filed.",
            "Декларации, поданные самими плательщиками через портал или интерфейс, из всех.",
            "Төлөөчүлөр портал же интерфейс аркылуу өздөрү бергендери, бардык берилгендерден.",
        ),
    ),
    "bank_by_number": Words(
        "TADAT P5-12; ISORA: Electronic payment",
        Text(
            "Payments through banks, by number",
            "Платежи через банки, по числу",
            "Банк аркылуу төлөмдөр, саны боюнча",
        ),
        Text(
            "Payments that a file of a bank brought, of all payments of the year.",
            "Платежи из банковских файлов, из всех платежей года.",
            "Банк файлдары алып келген төлөмдөр, жылдын бардык төлөмдөрүнөн.",
        ),
    ),
    "bank_by_value": Words(
        "TADAT P5-12; ISORA: Electronic payment",
        Text(
            "Payments through banks, by value",
            "Платежи через банки, по сумме",
            "Банк аркылуу төлөмдөр, суммасы боюнча",
        ),
        Text("The same by value.", "То же по сумме.", "Ошол эле, суммасы боюнча."),
    ),
    "in_time_by_number": Words(
        "TADAT P5-14; ISORA: Payment",
        Text(
            "Paid in time, by number",
            "Уплачено в срок, по числу",
            "Мөөнөтүндө төлөнгөн, саны боюнча",
        ),
        Text(
            "Debts due in the year that were paid whole by their day, of all due.",
            "Долги со сроком в этом году, уплаченные полностью в срок, из всех.",
            "Ушул жылы мөөнөтү келген карыздардын ичинен мөөнөтүндө толук төлөнгөндөрү.",
        ),
    ),
    "in_time_by_value": Words(
        "TADAT P5-14; ISORA: Payment",
        Text(
            "Paid in time, by value",
            "Уплачено в срок, по сумме",
            "Мөөнөтүндө төлөнгөн, суммасы боюнча",
        ),
        Text(
            "What was paid by its day of what fell due in the year.",
            "Уплаченное в срок из того, чей срок наступил в этом году.",
            "Ушул жылы мөөнөтү келген сумманын ичинен мөөнөтүндө төлөнгөнү.",
        ),
    ),
    "arrears": Words(
        "TADAT P5-15; ISORA: Tax arrears",
        Text("Arrears at the end", "Недоимка на конец", "Аягындагы карыз"),
        Text(
            "Everything past its day and unpaid: tax, interest, penalties, costs.",
            "Всё просроченное и неуплаченное: налог, пени, штрафы, издержки.",
            "Мөөнөтү өтүп төлөнбөгөндүн баары: салык, пеня, айып, чыгымдар.",
        ),
    ),
    "arrears_to_collected": Words(
        "TADAT P5-15; ISORA: Tax arrears",
        Text("Arrears to collections", "Недоимка к поступлениям", "Карыздын түшүүгө катышы"),
        Text(
            "Arrears at the end over what the year has collected.",
            "Недоимка на конец к поступлениям года.",
            "Аягындагы карыздын жылдын түшүүсүнө катышы.",
        ),
    ),
    "recoverable_to_collected": Words(
        "TADAT P5-15; ISORA: Tax arrears",
        Text(
            "Collectable arrears to collections",
            "Взыскиваемая недоимка к поступлениям",
            "Өндүрүлүүчү карыздын түшүүгө катышы",
        ),
        Text(
            "Arrears that are likely to come in by their age, over what the year has collected.",
            "Недоимка, которая по возрасту вероятна к уплате, к поступлениям года.",
            "Мөөнөтүнө жараша түшүшү ыктымал карыздын жылдын түшүүсүнө катышы.",
        ),
    ),
    "over_a_year": Words(
        "TADAT P5-15; ISORA: Tax arrears",
        Text("Arrears older than a year", "Недоимка старше года", "Бир жылдан эски карыз"),
        Text(
            "Arrears more than twelve months past their day, of all arrears.",
            "Недоимка с просрочкой более двенадцати месяцев, из всей.",
            "Мөөнөтү он эки айдан ашык өткөн карыз, бардык карыздан.",
        ),
    ),
    "assessed_beyond": Words(
        "TADAT P6-16; ISORA: Verification",
        Text(
            "Assessed beyond declarations",
            "Доначислено сверх деклараций",
            "Декларациядан ашык эсептелген",
        ),
        Text(
            "What the movements of marked goods showed beyond declarations, confirmed in the year.",
            "Что показало движение маркированных товаров сверх деклараций, подтверждено за год.",
            "Белгиленген товарлардын кыймылы декларациядан ашык көрсөткөнү, жыл ичинде ырасталган.",
        ),
    ),
    "assessed_to_declared": Words(
        "TADAT P6-18",
        Text(
            "Assessed to declared",
            "Доначислено к задекларированному",
            "Эсептелгендин декларацияланганга катышы",
        ),
        Text(
            "The same over all that was declared of the year.",
            "То же ко всему задекларированному за год.",
            "Ошол эле, жыл үчүн бардык декларацияланганга карата.",
        ),
    ),
    "declarations_corrected": Words(
        "TADAT P6-18",
        Text("Declarations corrected", "Исправленные декларации", "Оңдолгон декларациялар"),
        Text(
            "Declarations with a later version, of all filed.",
            "Декларации с более поздней версией, из всех поданных.",
            "Кийинки версиясы бар декларациялар, бардык берилгендерден.",
        ),
    ),
    "disputes_decided": Words(
        "TADAT P7-19; ISORA: Disputes",
        Text("Objections decided", "Решённые возражения", "Чечилген каршы пикирлер"),
        Text(
            "Objections to values and bills with a decision in the year.",
            "Возражения против стоимостей и уведомлений с решением в этом году.",
            "Нарктарга жана билдирүүлөргө каршы, ушул жылы чечилген пикирлер.",
        ),
    ),
    "disputes_in_time": Words(
        "TADAT P7-20",
        Text("Decided by the law's day", "Решено в срок закона", "Мыйзам мөөнөтүндө чечилген"),
        Text(
            "Decisions by the day on which the answer was due, of all decisions.",
            "Решения не позже срока ответа, из всех решений.",
            "Жооп берүү мөөнөтүнө чейинки чечимдер, бардык чечимдерден.",
        ),
    ),
    "disputes_in_30": Words(
        "TADAT P7-20",
        Text("Decided within 30 days", "Решено за 30 дней", "30 күндө чечилген"),
        OF_DECISIONS,
    ),
    "disputes_in_60": Words(
        "TADAT P7-20",
        Text("Decided within 60 days", "Решено за 60 дней", "60 күндө чечилген"),
        OF_DECISIONS,
    ),
    "disputes_in_90": Words(
        "TADAT P7-20",
        Text("Decided within 90 days", "Решено за 90 дней", "90 күндө чечилген"),
        OF_DECISIONS,
    ),
    "dispute_days": Words(
        "TADAT P7-20",
        Text("Days to a decision", "Дней до решения", "Чечимге чейинки күндөр"),
        Text(
            "The median of the decisions of the year.",
            "Медиана по решениям года.",
            "Жылдын чечимдеринин медианасы.",
        ),
    ),
    "disputes_upheld": Words(
        "TADAT P7-21; ISORA: Disputes",
        Text(
            "Upheld, whole or in part",
            "Удовлетворено полностью или частично",
            "Толук же жарым-жартылай канааттандырылган",
        ),
        Text(
            "Of all decisions of the year: what valuations and rolls had wrong.",
            "Из всех решений года: ошибки оценки и начислений.",
            "Жылдын бардык чечимдеринен: баалоонун жана эсептөөнүн каталары.",
        ),
    ),
    "disputes_open_late": Words(
        "TADAT P7-20",
        Text("Open past their day", "Не решены в срок", "Мөөнөтү өткөн, чечилбеген"),
        Text(
            "Objections without a decision whose answer was due before the end.",
            "Возражения без решения, срок ответа по которым прошёл.",
            "Жооп берүү мөөнөтү өткөн, чечими жок каршы пикирлер.",
        ),
    ),
    "matched": Words(
        "TADAT P8-23",
        Text("Matched without a hand", "Разнесено автоматически", "Кол тийбей дал келген"),
        Text(
            "Transfers of bank files that found their bill by themselves, of all that came.",
            "Переводы из банковских файлов, сами нашедшие уведомление, из всех.",
            "Банк файлдарындагы которуулардын ичинен билдирүүсүн өзү тапкандары.",
        ),
    ),
    "suspense": Words(
        "TADAT P8-23",
        Text("Money without an owner", "Невыясненные поступления", "Ээси аныкталбаган акча"),
        Text(
            "Transfers up to the end that are still in suspense today.",
            "Переводы до конца периода, которые сегодня ещё не выяснены.",
            "Мезгилдин аягына чейинки, бүгүн да аныкталбаган которуулар.",
        ),
    ),
    "suspense_old": Words(
        "TADAT P8-23",
        Text("Of it older than 30 days", "Из них старше 30 дней", "Анын ичинен 30 күндөн эскиси"),
        Text("By value.", "По сумме.", "Суммасы боюнча."),
    ),
    "refunds_in_time": Words(
        "TADAT P8-24",
        Text(
            "Refunds decided within 30 days",
            "Возвраты, решённые за 30 дней",
            "30 күндө чечилген кайтаруулар",
        ),
        Text(
            "Requests decided within 30 days, of all decided in the year.",
            "Заявки, решённые за 30 дней, из всех решённых за год.",
            "Жыл ичинде чечилген өтүнүчтөрдүн ичинен 30 күндө чечилгендери.",
        ),
    ),
    "refund_days": Words(
        "TADAT P8-24",
        Text(
            "Days to a refund's decision",
            "Дней до решения о возврате",
            "Кайтаруу чечимине чейинки күндөр",
        ),
        Text("The median of the year.", "Медиана за год.", "Жылдын медианасы."),
    ),
    "sealed": Words(
        "TADAT P9-25",
        Text("Journal under seal", "Журнал под печатью", "Мөөр басылган журнал"),
        Text(
            "Entries of the books that a chained seal covers, of all, today.",
            "Проводки под цепной печатью, из всех, на сегодня.",
            "Бүгүнкү күнгө бардык жазуулардын ичинен чынжыр мөөр басылгандары.",
        ),
    ),
    "days_since_close": Words(
        "TADAT P9-25",
        Text(
            "Days since the books were closed",
            "Дней с закрытия книг",
            "Китептер жабылгандан бери күн",
        ),
        Text(
            "From the last day of the last closed period to the end.",
            "От последнего дня закрытого периода до конца.",
            "Жабылган мезгилдин акыркы күнүнөн аягына чейин.",
        ),
    ),
    "signed_by_two": Words(
        "TADAT P9-25",
        Text("Decisions of two persons", "Решения двух лиц", "Эки адамдын чечимдери"),
        Text(
            "Rolls issued, and refunds, offsets, write-offs and remissions decided in the year.",
            "Выпущенные начисления и решённые возвраты, зачёты, списания и сложения за год.",
            "Жыл ичинде чыгарылган эсептөөлөр, чечилген кайтаруулар, эсепке алуулар,"
            " эсептен чыгаруулар.",
        ),
    ),
}
"""By key, in the order in which an area lists them."""
