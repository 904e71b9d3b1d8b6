"""What the words of a sales export's headers mean, so that two headers can be compared by meaning.

A header is read into *concepts*: `ش.فاکتور`, `شماره صورت‌حساب` and `Invoice No` are all
{code, invoice}. Every concept tells columns apart unless it is listed as weak or implied here.
"""

from typing import Final

from pipeline.transform.text import fold_header

_SPELLINGS: Final = {
    # What of the thing the column holds.
    "code": "کد، شناسه، کدینگ، آیدی، id، code، key",
    "number": "شماره، ش، نمره، no، nr، num، number",
    "serial": "سریال، serial",
    "name": "نام، اسم، عنوان، شرح، نام خانوادگی، نام و نام خانوادگی، name، title، description",
    "date": "تاریخ، ت، مورخ، مورخه، date",
    "time": "ساعت، زمان، time، hour",
    "type": "نوع، type، kind",
    "status": "وضعیت، حالت، status، state",
    "method": "نحوه، روش، شرایط، شیوه، method",
    "reason": "علت، دلیل، reason",
    "duration": "مدت، مهلت، راس، days، روز",
    "row": "ردیف، سطر، row، line",
    "phone": "تلفن، تلفن همراه، شماره تلفن، شماره تماس، موبایل، شماره موبایل، همراه، phone، mobile",
    "address": "آدرس، نشانی، address",
    "national": "کد ملی، شناسه ملی، شماره ملی، کد شناسه ملی، national id، ملی",
    "postal": "کد پستی، کدپستی، پستی، postal code، zip",
    "economic": "کد اقتصادی، شماره اقتصادی، اقتصادی",
    "remark": "توضیحات، توضیح، ملاحظات، یادداشت، remark، remarks، note، notes، comment",
    # Whom or what it is about.
    "salesperson": "فروشنده، فروشندگان، ویزیتور، بازاریاب، کارشناس فروش، نماینده فروش، واسط فروش، "
    "salesperson، salesman، seller، visitor، sales rep، sales person",
    "supervisor": "سرپرست، سرپرست فروش، سوپروایزر، supervisor",
    "manager": "مدیر، مدیر فروش، رییس، manager",
    "deliverer": "موزع، مامور پخش، تحویل دهنده، راننده، توزیع کننده، driver، deliverer",
    "customer": "مشتری، مشتریان، خریدار، خریداران، طرف حساب، طرف مقابل، customer، client، buyer",
    "store": "فروشگاه، مغازه، داروخانه، store، shop",
    "product": "کالا، محصول، محصولات، جنس، اجناس، قلم، اقلام، product، item، goods، stock، sku",
    "barcode": "بارکد، ایران کد، barcode",
    "brand": "برند، نام تجاری، مارک، brand",
    "group": "گروه، دسته، دسته بندی، طبقه، رسته، group، category",
    "subgroup": "زیرگروه، زیر گروه، گروه فرعی، subgroup",
    "supplier": "تامین کننده، تولید کننده، سازنده، شرکت تامین کننده، supplier، vendor",
    "branch": "شعبه، شعب، مرکز پخش، مرکز فروش، مرکز توزیع، branch",
    "warehouse": "انبار، warehouse",
    "region": "منطقه، ناحیه، محدوده، region، area",
    "route": "مسیر، مسیر ویزیت، route",
    "province": "استان، province",
    "city": "شهر، شهرستان، city",
    "channel": "کانال، channel",
    "trade": "صنف، صنوف",
    "company": "شرکت، company",
    "user": "کاربر، ثبت کننده، user",
    "invoice": "فاکتور، صورتحساب، فاکتور فروش، invoice، bill، factor",
    "preinvoice": "پیش فاکتور، proforma، preinvoice",
    "order": "سفارش، درخواست، order",
    "delivery": "حواله، بارنامه، خروج انبار، حواله خروج، حواله انبار، delivery",
    "document": "سند، برگه، document، doc",
    "return": "برگشت، برگشتی، مرجوع، مرجوعی، بازگشت، بازگشتی، عودت، return، returned، returns",
    "reference": "مرجع، عطف، مبنا، مبنای، ارجاع، reference، ref",
    "gregorian": "میلادی، gregorian",
    "visit": "ویزیت، مراجعه، visit",
    "due": "سررسید، سر رسید، due",
    "settle": "تسویه، settlement",
    "pay": "پرداخت، payment",
    "paid": "پرداختی، پرداخت شده، دریافتی، دریافت شده، وصول، وصولی، paid",
    "deliver": "تحویل، ارسال، توزیع، بارگیری، shipping",
    "birth": "تولد، birth",
    "expiry": "انقضا، انقضای، expiry",
    "production": "تولید، ساخت",
    "approval": "تایید، تصویب، ویرایش، اصلاح، ابطال، لغو، چاپ",
    # Figures.
    "amount": "مبلغ، ارزش، amount، value",
    "price": "فی، قیمت، نرخ، بها، بهای، مبلغ واحد، price، rate، fee",
    "line_total": "قیمت کل، فی کل، بهای کل، جمع قیمت، مجموع قیمت، total price",
    "cost": "تمام شده، قیمت تمام شده، بهای تمام شده، cost",
    "consumer": "مصرف کننده، consumer",
    "purchase": "خرید، purchase",
    "quantity": "تعداد، مقدار، تعداد مقدار، quantity، qty، count",
    "carton": "کارتن، کارتنی، جعبه، بسته، carton، box، pack",
    "per_carton": "در کارتن، در هر کارتن، در بسته، در هر بسته، ضریب کارتن، ضریب تبدیل",
    "loose": "جزء، جزیی، خرد، فرعی، loose",
    "unit": "واحد، عدد، unit، each",
    "unit_of_measure": "واحد شمارش، واحد سنجش، واحد اندازه گیری، unit of measure، uom",
    "free": "اشانتیون، جایزه، جوایز، آفر، هدیه، رایگان، free، bonus، gift",
    "discount": "تخفیف، تخفیفات، تخ، discount",
    "cash": "نقدی، نقد، cash",
    "credit": "اعتباری، اعتبار، نسیه، چک، چکی، credit، کارت",
    "volume": "حجمی، حجم، volume",
    "total_volume": "حجم کل، جمع حجم، مجموع حجم",
    "weight": "وزن، وزنی، weight",
    "total_weight": "وزن کل، جمع وزن، مجموع وزن",
    "percent": "درصد، percent، pct",
    "before_discount": "قبل تخفیف، قبل از تخفیف، قبل از کسر تخفیف، قبل از اعمال تخفیف، "
    "پیش از تخفیف، پیش از کسر تخفیف، قبل از کسر تخفیفات، قبل از تخفیفات، ناخالص، gross",
    "after_discount": "بعد تخفیف، بعد از تخفیف، پس از تخفیف، بعد از کسر تخفیف، پس از کسر تخفیف، "
    "بعد از کسر تخفیفات، با تخفیف",
    "before_tax": "قبل از مالیات، قبل از کسر مالیات، بدون مالیات، قبل از ارزش افزوده",
    "after_tax": "بعد از مالیات، پس از مالیات، با مالیات",
    "before": "قبل، پیش، قبلی، previous، before",
    "after": "بعد، پس، بعدی، after",
    "old": "قدیم، قدیمی، سابق، old",
    "new": "جدید، new",
    "net": "خالص، net",
    "tax": "مالیات و عوارض، ارزش افزوده، مالیات بر ارزش افزوده، مالیات ارزش افزوده، tax، vat",
    "part_of_tax": "مالیات، عوارض",
    "payable": "قابل پرداخت، قابل دریافت، قابل وصول، payable",
    "final": "نهایی، final",
    "balance": "مانده، بدهی، بدهکار، بستانکار، balance",
    "commission": "پورسانت، کمیسیون، commission",
    "profit": "سود، profit",
    "including": "احتساب، شامل، including",
    "without": "بدون، بجز، without، excluding",
    "foreign": "ارز، ارزی، دلاری، دلار، currency، foreign",
    "toman": "تومان، toman",
    # Weak words: they seldom tell two columns apart.
    "total": "مجموع، جمع، کل، جمعا، سرجمع، total، sum",
    "sale": "فروش، فروش رفته، فروخته شده، sale، sales",
    "registration": "ثبت، صدور، صادره، صادر شده، ایجاد، سیستم، سیستمی، registration، system، issue",
    "jalali": "شمسی، جلالی، jalali، shamsi",
    "filler": "از، به، در، و، با، هر، بر، بابت، طبق، ی، های، ها، ریال، ریالی، شده، کسر، خدمت، "
    "خدمات، rial، irr، of، the، in، and",
}
WEAK: Final = frozenset({"total", "sale", "registration", "jalali", "filler"})
# An amount of what? Alone it says nothing, so it never makes two headers alike by itself.
HOLLOW: Final = frozenset({"amount"})
# Things whose header may stand alone (`مشتری`, `فاکتور`): the cells tell whether code or name.
BARE: Final = frozenset(
    {"salesperson", "supervisor", "deliverer", "customer", "product", "brand", "branch"}
    | {"warehouse", "region", "route", "invoice", "preinvoice", "order", "delivery"}
)

_OF_CUSTOMER = frozenset({"customer"})
_OF_PRODUCT = frozenset({"product"})
_OF_LINE = frozenset({"invoice", "product", "amount"})
# A concept (left) that makes others superfluous: `شهر مشتری` is `شهر`, `تاریخ فاکتور` is `تاریخ`.
IMPLIED: Final = {
    "date": frozenset({"invoice"}),
    "time": frozenset({"invoice"}),
    "status": frozenset({"invoice"}),
    "reference": frozenset({"invoice"}),
    "type": frozenset({"return"}),
    "visit": frozenset({"customer", "salesperson"}),
    "price": frozenset({"unit", "product", "amount"}),
    "quantity": _OF_PRODUCT,
    "discount": _OF_LINE | {"pay", "settle", "purchase"},
    "payable": _OF_LINE | {"customer", "final"},
    "before_discount": _OF_LINE,
    "tax": _OF_LINE,
    "free": frozenset({"quantity", "product"}),
    "barcode": frozenset({"code", "product"}),
    "unit_of_measure": _OF_PRODUCT,
    "brand": _OF_PRODUCT,
    "subgroup": _OF_PRODUCT,
    "supplier": _OF_PRODUCT,
    **dict.fromkeys(
        ["phone", "address", "national", "province", "city", "region", "route", "trade", "channel"],
        _OF_CUSTOMER,
    ),
}


def _concept_by_spelling() -> dict[str, str]:
    """Give the concept of every spelling, folded and without spaces."""
    return {
        fold_header(spelling).replace(" ", ""): concept
        for concept, spellings in _SPELLINGS.items()
        for spelling in spellings.split("،")
    }


def _single_words() -> frozenset[str]:
    """Give every folded word of every spelling: what a misspelt word may have been meant to be."""
    return frozenset(
        word
        for spellings in _SPELLINGS.values()
        for spelling in spellings.split("،")
        for word in fold_header(spelling).split()
    )


CONCEPTS: Final = _concept_by_spelling()
WORDS: Final = _single_words()
LONGEST_PHRASE: Final = 4  # words of the longest spelling (`قبل از کسر تخفیف`)
