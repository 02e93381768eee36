"""The grammar of dates, sums of money and percentages in Chinese news.

Owns every Chinese word that tells a time or a sum. Input is folded text (half width, simplified script, the length
of the text as read) and, for dates, the date of the article; output is the values with their offsets in code points,
so that `folded[start:end]` is the `text` of each value.

    8月11日,总投资约120亿元的项目落户   →   (0, 5, Date("8月11日", "2018-08-11", …)), (9, 15, Amount("约120亿元", …))

Choices that a reader has to know:

- Words that need a reference (去年, 8月11日) stay relative without one: `start` and `end` are None. Vague words
  (近日, 目前) always stay vague. 以来 and 至今 end at the reference. 年初 is the first quarter. Lengths of
  time (15年来, 3年内) are not dates and are left out; those counted from a day that the text does not give
  (公告之日起15个交易日后的6个月内) are vague ones.
- News speaks of the past: a month without a year belongs to the reference's year, or to the year before where it
  would lie more than two months after the reference and no 将 or 预计 stands beside it.
- 数亿, 几千万, 十几亿 are `over` their lower bound (1亿, 1000万, 10亿); 不足 and 不到 are `at_most`.
  不低于2亿元且不超过3亿元 is one range.
- A bare 10亿 without a currency is money only beside a word of money (投资10亿, 10亿贷款, 3亿元、10亿) and with no
  measure word behind it.
- Prices by the unit (5元/股) are not sums and are left out; 亿元/年 is one.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from kg import scanning
from kg.errors import DateError
from kg.model import Amount, Bound, Date

__all__ = [
    "date_range",
    "find_amounts",
    "find_dates",
    "find_percentages",
    "format_amount",
    "format_number",
    "parse_amount",
    "parse_date",
]

# ---------------------------------------------------------------------------------------------------------- numbers

_WIDE = {**{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}, 0x3000: 0x20, 0xFFE5: 0xA5, 0x2236: 0x3A}
#: The full-width marks that folded text still has: replacing them alone is quicker than to look up every character.
_FOLDED_MARKS = tuple(zip("，；：！？", ",;:!?", strict=True))
_WIDE_CHARS = re.compile(r"[\uff01-\uff5e\u3000\uffe5\u2236]")
#: Documents come in simplified script; what a user types may not: 港幣3萬元, 2018年後.
_TRADITIONAL = str.maketrans(
    "億萬圓兩幣餘過約號後間時歐韓鎊紐貳參陸圜臺澳盧銖幾數個達於値點廿會計劃總額資產業",
    "亿万圆两币余过约号后间时欧韩镑纽贰叁陆圆台澳卢铢几数个达于值点廿会计划总额资产业",
)

_DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "○": 0, "O": 0, "两": 2, "几": 1, "数": 1,
}  # fmt: skip
_UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000, "廿": 20}
_NUMBER_PART = re.compile(r"[0-9][0-9,]*(?:\.[0-9]*)?|[^\s]")
#: Blanks that typesetting left inside of a number: 2 000万元, 3. 9万元; and the measure word of 15个亿.
_BROKEN = re.compile(r"(?<=[0-9.]) (?=[0-9])|个(?=亿)")


@lru_cache(maxsize=2)  # dates, sums and shares of one article are looked for in turn
def _half_width(text: str) -> str:
    """The text with full-width forms halved, offsets kept."""
    for wide, half in _FOLDED_MARKS:
        text = text.replace(wide, half)
    return text if _WIDE_CHARS.search(text) is None else text.translate(_WIDE)


def _tidy(value: Decimal) -> Decimal:
    """The same number written plainly, without an exponent or idle zeros: 1.50E+9 is 1500000000."""
    whole = value.to_integral_value()
    return Decimal(int(whole)) if value == whole else Decimal(format(value, "f").rstrip("0"))


def _number(words: str) -> Decimal | None:
    """The number that Arabic and Chinese figures say together, or None.

    >>> [str(_number(w)) for w in ("3亿2000万", "一亿五千万", "1.5万亿", "百亿", "15个亿", "三万五", "7,583.51")]
    ['320000000', '150000000', '1500000000000', '10000000000', '1500000000', '35000', '7583.51']
    """
    total = myriads = section = Decimal(0)
    figure: Decimal | None = None
    unit_before = Decimal(1)  # the unit that a last bare digit is a tenth of: 三万五 is 35000
    fraction: list[str] | None = None
    for part in _NUMBER_PART.findall(_BROKEN.sub("", words)):
        if part[0].isdecimal():
            figure, unit_before = Decimal(part.replace(",", "").rstrip(".")), Decimal(1)
        elif part == "十" and figure is None and fraction is None and words.startswith("十几"):
            section += 10
        elif part in _DIGITS:
            if fraction is not None:
                fraction.append(str(_DIGITS[part]))
                figure = Decimal(f"{int(figure or 0)}.{''.join(fraction)}")
            elif part == "几" and section == 10 and words.startswith("十几"):
                continue
            elif part in "零〇○":
                figure, unit_before = None if figure is None else figure * 10, Decimal(1)
            else:
                figure = Decimal(_DIGITS[part]) if figure is None else figure * 10 + _DIGITS[part]
        elif part == "点":
            fraction = []
        elif part in _UNITS:
            section += (Decimal(1) if figure is None else figure) * _UNITS[part]
            figure, unit_before, fraction = None, Decimal(_UNITS[part]), None
        elif part == "兆":
            total += (myriads + section + (figure or 0) or Decimal(1)) * 10**12
            myriads = section = Decimal(0)
            figure, unit_before, fraction = None, Decimal(10**12), None
        elif part in "万亿":
            amount = section + (figure or 0)
            if part == "万":
                myriads += (amount or Decimal(1)) * 10_000
                unit_before = Decimal(10_000)
            else:
                total += (myriads + amount or Decimal(1)) * 100_000_000
                myriads, unit_before = Decimal(0), Decimal(100_000_000)
            section, figure, fraction = Decimal(0), None, None
    if figure is not None and unit_before >= 100 and words[-1] in "一二三四五六七八九" and figure < 10:
        figure = figure * unit_before / 10
    value = total + myriads + section + (figure or 0)
    return _tidy(value)


# ------------------------------------------------------------------------------------------------------------ money

_CURRENCIES = {
    "人民币": "CNY", "RMB": "CNY", "CNY": "CNY", "元": "CNY", "圆": "CNY", "¥": "CNY", "￥": "CNY",
    "美元": "USD", "美金": "USD", "USD": "USD", "US$": "USD", "$": "USD",
    "港元": "HKD", "港币": "HKD", "HKD": "HKD", "HK$": "HKD",
    "欧元": "EUR", "EUR": "EUR", "€": "EUR", "英镑": "GBP", "GBP": "GBP", "£": "GBP",
    "日元": "JPY", "日币": "JPY", "日圆": "JPY", "JPY": "JPY", "韩元": "KRW", "韩币": "KRW", "KRW": "KRW",
    "澳元": "AUD", "澳币": "AUD", "澳大利亚元": "AUD", "AUD": "AUD", "A$": "AUD",
    "加元": "CAD", "加币": "CAD", "加拿大元": "CAD", "CAD": "CAD", "C$": "CAD",
    "新台币": "TWD", "台币": "TWD", "NT$": "TWD", "TWD": "TWD",
    "新加坡元": "SGD", "新元": "SGD", "新币": "SGD", "SGD": "SGD", "S$": "SGD", "新西兰元": "NZD", "纽元": "NZD",
    "瑞士法郎": "CHF", "瑞郎": "CHF", "CHF": "CHF", "卢布": "RUB", "RUB": "RUB",
    "印度卢比": "INR", "卢比": "INR", "泰铢": "THB", "澳门元": "MOP", "澳门币": "MOP", "林吉特": "MYR", "马币": "MYR",
    "越南盾": "VND", "迪拉姆": "AED", "雷亚尔": "BRL", "兰特": "ZAR", "里拉": "TRY", "印尼盾": "IDR",
    "瑞典克朗": "SEK", "挪威克朗": "NOK", "丹麦克朗": "DKK",
}  # fmt: skip
_CURRENCY_NAMES = {
    "CNY": "元", "USD": "美元", "HKD": "港元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元", "KRW": "韩元",
    "AUD": "澳元", "CAD": "加元", "TWD": "新台币", "SGD": "新加坡元", "NZD": "新西兰元", "CHF": "瑞士法郎",
    "RUB": "卢布", "INR": "卢比", "THB": "泰铢", "MOP": "澳门元", "MYR": "林吉特", "VND": "越南盾",
    "AED": "迪拉姆", "BRL": "雷亚尔", "ZAR": "兰特", "TRY": "里拉",
    "IDR": "印尼盾", "SEK": "瑞典克朗", "NOK": "挪威克朗", "DKK": "丹麦克朗",
}  # fmt: skip
_BOUNDS: dict[Bound, tuple[str, ...]] = {
    "at_least": ("不低于", "不少于", "不小于", "至少", "最低", "最少", "起码", "下限为", "下限"),
    "at_most": (
        "不超过", "不超", "不高于", "不多于", "不大于", "至多", "最多", "最高", "上限为", "上限", "不足", "少于",
        "低于", "不到", "未超过", "小于",
    ),
    "over": ("超过了", "超过", "超出", "超", "逾", "突破", "多于", "高于", "大于", "过", "上"),
    "nearly": ("将近", "接近", "近"),
    "about": ("大约为", "大约", "约合", "约为", "约", "大概", "折合"),
}  # fmt: skip
_BOUND_OF = {word: bound for bound, words in _BOUNDS.items() for word in words}
_TAILS: dict[str, Bound] = {
    "及以上": "at_least", "以上": "at_least", "及以下": "at_most", "以下": "at_most", "以内": "at_most",
    "左右": "about", "上下": "about", "有余": "over", "多": "over", "余": "over",
}  # fmt: skip
_BOUND_FORMS = {"over": "超{}", "nearly": "近{}", "about": "约{}", "at_least": "不低于{}", "at_most": "不超过{}"}


def _either(words: list[str] | tuple[str, ...]) -> str:
    """A pattern for any of the words, the longest first."""
    return "(?:" + "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w))) + ")"


_DASH = r"(?:[-—–―~～−]{1,2}|至|到)"
_ARABIC = r"(?>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]{0,8})?|[0-9]{1,15}(?:\.[0-9]{0,8})?)(?![0-9%‰])"
#: With the blanks that typesetting leaves: 2 000万元 is one number where a word stands before it, 3. 9万元 too.
_SPACED = (
    r"(?:(?<=[\u4e00-\u9fff])(?:[0-9]{1,3}(?: [0-9]{3}){1,3}(?:\.[0-9]{1,4})?(?![0-9])|[0-9]{1,4}\. [0-9]{1,4})"
    r"(?= ?[万亿元])"
    rf"|{_ARABIC})"
)
_SCALE = r"(?:[十百千]?万?亿|[十百千]?万|[百千]|个亿|兆(?=元))"
_HAN = "零〇一二三四五六七八九十两百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_QUANTITY = (
    rf"(?:(?<![0-9.])(?<![0-9],)(?!00){_SPACED}(?: ?[余多来])?"
    rf"(?: ?{_SCALE}(?:零? ?{_ARABIC} ?(?:[十百千]?万|[百千]))?(?:零? ?{_ARABIC}(?=元))?)?[余多]?"
    rf"|(?<![{_HAN}])(?:(?<![指系参基总人户次倍岁号])[数几])?[{_HAN}]+(?:点[{_HAN}]+)?(?:几[百千万亿]+)?(?:[余多来][{_HAN}]*)?)"
)
_YUAN = r"元(?!旦|宵|宇宙|月|素|件|组|器件|气森林)"
_CURRENCY = (
    r"(?:(?:元|圆)(?:整)?(?:的?人民币)|"
    + _either([w for w in _CURRENCIES if w not in ("元", "圆", "¥", "￥", "$", "€", "£") and not w.endswith("$")])
    + rf"元?|{_YUAN}整?|圆整?)"
)
_PREFIX = _either(
    ["人民币", "RMB", "CNY", "¥", "￥", "USD", "US$", "HK$", "HKD", "$", "€", "EUR", "£", "GBP", "A$", "C$", "S$",
     "NT$", "港币", "美元", "欧元", "新台币", "美金", "港元", "日元", "英镑"]
)  # fmt: skip
_BOUND_WORDS = _either(list(_BOUND_OF))
_AMOUNT_HEADS = "0-9" + _HAN + "数几人RUCHEAGSN¥￥$€£港美欧新日英" + "".join(sorted({w[0] for w in _BOUND_OF}))
#: Where a sum without a sign before it can begin: figures that run into a scale, a currency or a dash.
_MONEY_HEADS = "".join(sorted({w[0] for w in _CURRENCIES}))
_AMOUNT_GATE = (
    rf"(?:(?<![0-9.])(?=(?>[0-9][0-9,.]{{0,24}}(?: [0-9]{{1,4}}(?:\.[0-9]{{1,4}})?){{0,3}})"
    rf" ?[余多来]? ?(?:[十百千万亿{_MONEY_HEADS}\-—–―~～−至到]|个亿|兆元))"
    rf"|(?=(?>[{_HAN}数几点余多来]{{1,24}})(?:(?<=[万亿余多]) ?|(?<=[{_HAN}]) ?(?=[{_MONEY_HEADS}\-—–―~～−至到0-9]))))"
)
_AMOUNT = re.compile(
    rf"(?=[{_AMOUNT_HEADS}])"
    # 签约117亿元 is no bound
    rf"(?:(?P<bound>(?!约(?<=[签合节契履违缔]约)){_BOUND_WORDS}) ?(?:等值于? ?)?)?"
    rf"(?:(?P<prefix>{_PREFIX}) ?|{_AMOUNT_GATE})"
    rf"(?:(?P<low>{_QUANTITY})(?P<low_currency> ?{_CURRENCY})? ?{_DASH} ?(?:{_PREFIX})?)?"
    rf"(?P<high>{_QUANTITY})"
    rf"(?: ?(?P<currency>{_CURRENCY})(?P<cents>[0-9{_HAN}]{{1,2}}角(?:[0-9{_HAN}]{{1,2}}分)?)?"
    rf"|(?(prefix)(?! ?[a-zA-Z]|[,.]?[0-9])|(?:(?<=[万亿])|(?<=[万亿][余多]))))"
    rf"(?P<tail>及以上|以上|及以下|以下|以内|左右|上下|有余|多(?![个家名人项种次年])|余(?![个家名人项种次年额]))?"
    r"(?: ?/ ?[年月季](?!度?报))?"
)
_MONEY_WORD = re.compile(
    r"投资|资金|产值|营收|收入|规模|注册资本|资本|估值|市值|金额|总额|款|融资|出资|增资|注资|斥资|投入|税|贷|授信|"
    r"销售额?|货值|产出|利润|亏损|价值|作价|对价|价格|预算|补助|补贴|奖励|奖金|募资|募集|基金|债|认缴|实缴|贸易额|成交|签约|"
    r"引资|利用外资|外资|耗资|费|花|造价|GDP|生产总值|赔偿|支付|收购|担保|缴|盈利|交易额|出口额?|进口额?|套现|总价"
)
#: Said behind a bare sum: 以9.47亿收购, 11亿贷款, 4.692亿的价格.
_MONEY_AFTER = scanning.compile(
    r"(?:多|余)?的?(?:价格|对价|收购|债权|债务|贷款|现金|投资|资金|融资|授信|注资|增资|入股|借款|收入|订单|大单|基金)"
)
_CLAUSE_END = re.compile(r"[,。;、!?\n]")
_LIST_JOINTS = ("、", "和", "及", "以及", "与", "或")
#: Counted after a bare 1000万 or 3亿: shares, people, areas, energy — never money.
_MEASURE = re.compile(
    r"\s?(?:[0-9a-zA-Z㎡%]|[余多]?(?:[股份吨亩户家件台辆片只颗次个套间册篇位箱瓶斤米升桶度枚粒艘幅倍种岁字架]"
    r"|人(?!民)|平[方米]|立方|方(?![面向式])|千瓦|公[里顷斤吨]|瓦|吉瓦|兆瓦|条|头(?!部)|标[箱方准]|组(?![建织])|项(?!目)"
    r"|张(?!家)|点(?!亮)|部(?![分署])|支(?![持付撑])|双(?!方)))"
)
_PRICE = re.compile(r" ?/ ?(?![年月季])[\u4e00-\u9fffA-Za-z㎡]|每[股吨亩个平公件台张度]")
_PRICE_BEFORE = re.compile(r"每(?:股|吨|亩|平方米|平米|公斤|件|台|桶|张|单位)[^,。;、0-9]{0,6}$")
#: A Chinese numeral needs a scale before 元: 三元材料, 二元结构, 一元化 are no sums.
_SCALED = re.compile(r"[十百千万亿拾佰仟0-9]")
_BARE_UNIT = re.compile(r"[十百千万亿]")


def _currency_of(match: re.Match[str]) -> str:
    """The ISO 4217 code: a foreign currency behind the number, else the sign before it, else yuan."""
    words = match["currency"]
    if words is not None and words[0] not in "元圆":
        return _CURRENCIES[max((name for name in _CURRENCIES if words.startswith(name)), key=len)]
    return "CNY" if match["prefix"] is None else _CURRENCIES[match["prefix"]]


def _amount(match: re.Match[str], folded: str, *, context: bool, before: int = -9) -> tuple[int, int, Amount] | None:
    """The amount of one match, or None where the words are not money after all.

    `context` asks for the words around it to agree; `before` is where the amount before it ended.
    """
    text = match.string
    high, currency, prefix, bound_word = match["high"], match["currency"], match["prefix"], match["bound"]
    start, end = match.span()
    if currency is not None:
        if _SCALED.search(high) is None and high != "零":
            return None
        if len(high) == 1 and _BARE_UNIT.match(high) is not None and (bound_word is None or high == "十"):
            return None
        if text.startswith("机", end) and high[-1] in "百千":
            return None  # 千元机 is a class of telephones
    elif context and prefix is None:
        clause = _CLAUSE_END.split(text[max(0, start - 10) : start])[-1]
        listed = 0 < start - before <= 2 and text[before:start] in _LIST_JOINTS
        money = listed or _MONEY_WORD.search(clause) is not None or _MONEY_AFTER.match(text, end) is not None
        if not money or _MEASURE.match(text, end) is not None or high in ("万", "亿"):
            return None
    elif context and (_MEASURE.match(text, end) is not None or _SCALED.search(high) is None):
        return None
    if context and (
        (currency is not None and _PRICE.match(text, match.end("currency")) is not None)
        or _PRICE_BEFORE.search(text, max(0, start - 14), start) is not None
    ):
        return None
    value = _number(high)
    if value is None:
        return None
    if match["cents"] is not None:
        value += _cents(match["cents"])
    tail = match["tail"]
    bound: Bound = "exact"
    if bound_word is not None:
        bound = _BOUND_OF[bound_word]
    elif tail is not None:
        bound = _TAILS[tail]
    elif high[0] in "数几" or any(c in high for c in "余多来几"):
        bound = "over"
    upper = None
    if match["low"] is not None:
        low = _number(_inherit_scale(match["low"], high) if match["low_currency"] is None else match["low"])
        if low is None or low >= value:
            # 2018-300万元 and the like: only the second figure is a sum
            start = match.start("high")
        else:
            value, upper, bound = low, value, "range"
    return start, end, Amount(folded[start:end], value, _currency_of(match), bound, upper)


def _inherit_scale(low: str, high: str) -> str:
    """The lower figure of a range with the scale that is written once, behind the upper: 3-5亿 is 3亿 to 5亿."""
    if low[-1] in "百千万亿":
        return low
    scale = re.search(r"[十百千万亿]*[万亿]$|[百千]$", high)
    return low if scale is None or scale.start() == 0 else low + scale[0]


def _cents(words: str) -> Decimal:
    jiao, _, fen = words.partition("角")
    return (_number(jiao) or Decimal(0)) / 10 + (_number(fen[:-1]) or Decimal(0) if fen else Decimal(0)) / 100


def find_amounts(folded: str) -> list[tuple[int, int, Amount]]:
    """The sums of money in a text, in reading order and not overlapping; the words that bound a sum belong to it.

    >>> [(a.text, str(a.value), a.bound) for _, _, a in find_amounts("总投资约120亿元,用地500亩,注册资本不低于3亿元")]
    [('约120亿元', '12000000000', 'about'), ('不低于3亿元', '300000000', 'at_least')]
    """
    text = _half_width(folded)
    found: list[tuple[int, int, Amount]] = []
    for match in _AMOUNT.finditer(text):
        amount = _amount(match, folded, context=True, before=found[-1][1] if len(found) > 0 else -9)
        if amount is None:
            continue
        both = _between(found[-1], amount, text, folded) if len(found) > 0 else None
        if both is None:
            found.append(amount)
        else:
            found[-1] = both
    return found


_Found = tuple[int, int, Amount]
_BOTH_BOUNDS = re.compile(r" ?(?:\(含[^()]{0,6}\))?,?(?:且|并|并且|但)?")


def _between(low: _Found, high: _Found, text: str, folded: str) -> _Found | None:
    """不低于2亿元且不超过2.6亿元 is one sum between two bounds; None where two sums are no such pair."""
    if (
        low[2].bound != "at_least"
        or high[2].bound != "at_most"
        or low[2].currency != high[2].currency
        or low[2].value >= high[2].value
        or _BOTH_BOUNDS.fullmatch(text, low[1], high[0]) is None
    ):
        return None
    words = folded[low[0] : high[1]]
    return low[0], high[1], Amount(words, low[2].value, low[2].currency, "range", high[2].value)


def parse_amount(text: str) -> Amount | None:
    """The sum that the whole text says, or None; a bare number is yuan (`1亿元`, `5000万`, `5e8`, `3-5亿美元`).

    >>> parse_amount("5e8").value
    Decimal('500000000')
    """
    words = _half_width(text.strip()).translate(_TRADITIONAL)
    match = _AMOUNT.fullmatch(words)
    if match is not None:
        amount = _amount(match, words, context=False)
        if amount is not None and amount[0] == 0:
            return amount[2]
    whole = [found for found in find_amounts(words) if found[:2] == (0, len(words))]
    if len(whole) == 1:
        return whole[0][2]
    try:
        value = Decimal(words.replace(",", "").replace("_", ""))
    except InvalidOperation:
        return None
    # The limit keeps 1e999999 from being written out digit by digit.
    if not value.is_finite() or value < 0 or value > Decimal("1e30") or value.as_tuple().exponent < -30:  # type: ignore[operator]
        return None
    return Amount(words, _tidy(value))


def format_number(value: Decimal) -> str:
    """A number as people write it, exact: in 万, 亿, 万亿 where that takes four decimals or fewer.

    >>> [format_number(Decimal(v)) for v in ("1500000000", "88000", "1473771.06", "3200")]
    ['15亿', '8.8万', '1,473,771.06', '3,200']
    """
    if value < 0:
        return "-" + format_number(-value)
    for size, name in ((10**12, "万亿"), (10**8, "亿"), (10**4, "万")):
        if value >= size:
            scaled = _tidy(value.scaleb(-len(str(size)) + 1))
            if -int(scaled.as_tuple().exponent) <= 4:
                return f"{scaled:f}{name}"
    return f"{_tidy(value):,f}"


def format_amount(amount: Amount) -> str:
    """An amount for people, with its bound and currency; reads back as the same value.

    >>> format_amount(Amount("超百亿元", Decimal(10_000_000_000), bound="over"))
    '超100亿元'
    """
    name = _CURRENCY_NAMES.get(amount.currency, amount.currency)
    if amount.upper is not None:
        return f"{format_number(amount.value)}{name}至{format_number(amount.upper)}{name}"
    return _BOUND_FORMS.get(amount.bound, "{}").format(format_number(amount.value) + name)


# ------------------------------------------------------------------------------------------------------ percentages

_PERCENT = scanning.compile(
    r"(?<![0-9.,])(?P<figure>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?) ?%"
    r"|百分之(?P<han>[0-9]+(?:\.[0-9]+)?|[零〇一二三四五六七八九十百两]+(?:点[零〇一二三四五六七八九]+)?)"
)


def find_percentages(folded: str) -> list[tuple[int, int, str]]:
    """The percentages in a text, written as figures with the decimals of the text.

    >>> find_percentages("持股41.20%,增长百分之十二点五")
    [(2, 8, '41.20%'), (11, 18, '12.5%')]
    """
    text = _half_width(folded)
    if "%" not in text and "百分之" not in text:
        return []
    found = []
    for match in _PERCENT.finditer(text):
        if match["figure"] is not None:
            words = match["figure"].replace(",", "")
        elif match["han"][0].isdecimal():
            words = match["han"]
        else:
            words = f"{_number(match['han']):f}"
        found.append((match.start(), match.end(), f"{words}%"))
    return found


# ------------------------------------------------------------------------------------------------------------ dates

_YEARS_AWAY = {
    "今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "大前年": -3, "明年": 1, "后年": 2,
}  # fmt: skip
_YEARS_AFTER = {"同年": 0, "当年": 0, "次年": 1, "翌年": 1}  # after the date mentioned before
_MONTHS_AWAY = {"本月": 0, "这个月": 0, "上月": -1, "上个月": -1, "下月": 1, "下个月": 1}
_MONTHS_AFTER = {"同月": 0, "当月": 0, "次月": 1, "翌月": 1}
_DAYS_AWAY = {
    "今天": 0, "今日": 0, "今晚": 0, "今早": 0, "即日": 0, "昨天": -1, "昨日": -1, "昨晚": -1, "前天": -2, "前晚": -2,
    "大前天": -3, "明天": 1, "明日": 1, "明晚": 1,
}  # fmt: skip
_DAYS_AFTER = {"当日": 0, "当天": 0, "当晚": 0, "同日": 0, "次日": 1, "翌日": 1, "隔日": 1}
_WEEKS_AWAY = {
    "上上周": -2, "上周": -1, "上个星期": -1, "上星期": -1,
    "本周": 0, "这周": 0, "本星期": 0, "下周": 1, "下星期": 1,
}  # fmt: skip
_HALVES = {"上半年": (1, 6), "下半年": (7, 12)}
_TENS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "中上旬": (1, 20), "中下旬": (11, 31), "上中旬": (1, 20)}
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11)}

_Y4 = r"(?:1[6-9]|20)[0-9]{2}"
_M = r"(?:1[0-2]|0?[1-9])"
_D = r"(?:3[01]|[12][0-9]|0?[1-9])"
_MH = r"(?:十[一二]|十|[一二三四五六七八九])"
_DH = r"(?:三十一|三十|[二廿]?十[一二三四五六七八九]|廿[一二三四五六七八九]|二十|十|[一二三四五六七八九])"
_JOIN = r" ?(?:[-—–―~～−]{1,2}|至|到) ?"
_NOT_FIRST = r"(?![步级中始次期创心夏冬春秋审评稿衷])"  # 初步, 初级: 初 there is no time
_NOT_LAST = r"(?![层部盘线价下座气板特稿片薪蕴位端尾])"
_EDGE = rf"(?:初{_NOT_FIRST}|[底末]{_NOT_LAST})"
_QUARTER = r"(?:第?[一二三四1-4](?:、[二三四])?季(?:度(?:末|初)?|(?=报))|[前头][一二三123]个?季度?)"
_CLOCK = (
    r"(?: ?\((?:星期|周)[一二三四五六日天]\))?"
    r"(?: ?(?:上午|下午|晚间|晚上|凌晨|中午|傍晚|清晨|早间|早上|早晨|夜间|深夜|当晚|午间"
    r"|晚(?![宴会报些期于点辈婚餐])))?"
    r"(?: ?[0-2]?[0-9](?:时(?![代间段候期尚])|点(?![多个位心])|:[0-5][0-9](?::[0-5][0-9])?)(?:[0-5]?[0-9]分|许|整)?)?"
)
_YEAR = (
    rf"(?:(?<![0-9])(?:(?P<year_from>{_Y4})(?:年?{_JOIN}|(?:、{_Y4}){{0,8}}[、和及与]))?"
    rf"(?P<year>{_Y4}) ?(?:年度?|财年|(?=Q[1-4]))(?!历史)"
    rf"|(?<![0-9第前后近满过约达了这.])(?P<year2>[0-9]{{2}})年(?={_M}月(?!龄)|年?[底末初]|第?[一二三四]季度|[上下]半年|Q[1-4])"
    rf"|(?<![一二三四五六七八九十百千])(?P<year_han>[一二][〇零○O0一二三四五六七八九]{{3}}"
    rf"|[一二两]千[零〇]?(?:[一二三四五六七八九]|[一二]?十[一二三四五六七八九]?)) ?年度?"
    r"|(?P<year_away>(?<!过)去年|今年|明年|(?<![以之目当日先])前年|(?<![资基成样剧日])本年度?|(?<!以)上年度?)(?![龄轻级薪长])"
    r"|(?P<year_after>(?<![0-9共])同年|当年|(?<![0-9])次年|翌年)(?![龄轻级会]))"
)
_DAY = (
    rf"(?:(?:(?P<day_from>{_D})(?:{_JOIN}|、))?(?P<day>{_D}) ?[日号](?![0-9]*楼)"
    rf"|(?P<day_han>{_DH})[日号]){_CLOCK}"
)
_CALENDAR = (
    rf"(?P<calendar>(?:{_YEAR} ?的?)?"
    rf"(?:"
    rf"(?<!每年)(?:(?<![0-9])(?<![0-9][./])(?:(?P<month_from>{_M})月?(?:{_JOIN}|、))?"
    rf"(?P<month>{_M}) ?月(?:份)?(?![龄期子])"
    rf"|(?<![一二三四五六七八九十百两几数半每])(?:(?P<month_from_han>{_MH})月?[至到])?(?P<month_han>{_MH})月(?:份)?(?![龄期子天])"
    rf"|(?(year)(?P<month_first>元月(?:份)?)|(?!))"
    rf"|(?P<month_away>(?<![资基成日样剧])本月|这个月|(?<!以)上个?月|(?<![以如乡])下个?月)"
    rf"|(?P<month_after>(?<!共)同月|当月|(?<![0-9])次月|翌月))"
    rf"(?: ?{_DAY}|(?P<tens>[上中下][上中下]?旬)|(?P<month_edge>{_EDGE}))?"
    rf"|(?P<half>(?<!以)[上下]半年|半年度(?!报))"
    rf"|(?P<quarter>(?<![0-9一二三四每各]){_QUARTER})"
    rf"|(?P<year_edge>(?<![0-9每多半近历])年[底末终](?!奖)|(?<![0-9每多半近历])年初|岁末|年伊始"
    r"|(?<![0-9一二三四五六七八九十两几数半多每历同当周全整今去前明后次近往来千百])年内)"
    rf"|(?P<season>[春夏秋])(?:季|天|末|初)"
    rf"|(?P<year_only>{_EDGE}|伊始|期末|Q[1-4]|全年|年?中(?=[,。、;)]|前后|$|期[,。、;的])|[前头](?:[0-9]{{1,2}}|[一二三四五六七八九十])个?月)"
    rf"|(?(year)|(?(year2)|(?(year_han)|(?(year_away)|(?(year_after)|(?!))))))"
    rf")(?P<since> ?以来|至今|迄今)?(?P<around>前后|左右)?)"
)
_COUNT = r"(?:[0-9]{1,3}|[一二两三四五六七八九十]{1,3})"
#: A time that a deal may take, counted from its announcement: 公告之日起15个交易日后的6个月内, 未来六个月内.
_WINDOW = (
    rf"(?:(?:公告|披露)(?:披露|发布)?(?:之?日)?(?:起|后|之后)?的?{_COUNT}个(?:交易日|自然日|工作日)(?:之?后|起)?的?"
    r"|(?:公告|披露|完成|生效)(?:之日起|之?后)的?"
    rf"|{_COUNT}个(?:交易日|自然日|工作日)之?后的?|未来)"
    rf"{_COUNT}(?:个月|年|日|天|个交易日|个自然日)(?:之内|以内|内|里|期间)?"
)
#: Where a date can begin at all. The grammar behind it is large; this keeps it off 99 of 100 characters.
_DATE_GATE = (
    r"(?=[0-9一二三四五六七八九十两廿农阴今去前明后同当次翌本上下中这近日目如最现昨即隔年月岁第头大“\"半公披完生未])"
    r"(?:(?<![0-9])(?="
    r"[0-9]{1,4} ?[年月日号季]|[0-9]{4} ?(?:[-/.—–―~～−至到、和及与Q])"
    r"|[0-9]{1,2} ?[-—–―~～−至到、]{1,2} ?[0-9]{1,2} ?[月日号]|[0-9]{1,3}[多余]? ?(?:年|个|天|周)|[0-9]{2}世"
    r"|[0-9]{4} ?财年)"
    r"|(?=[一二三四五六七八九十两廿零〇○O千]{1,6}[”\"]?(?:[年月日号季天周世多余至到、期时末初以开收规]|个[月星季交]))"
    r"|(?=今[年天日晚早(]|去年|前[年天晚一二三头1-9]|明[年天日晚]|公告|披露|未来|完成[后之]|生效[后之]|后年|同[年月日]|当[年月日天晚前]|次[年月日]|翌|本[年月周星世]"
    r"|上[年月个周星半旬世上中]|下[年月个周星半旬]|中[上下]?旬|这[个周]|近[日期来年些几段一]|日前|目前|如今|最近|现阶|昨|即日|隔日"
    r"|年[初底末终伊内]|岁末|月[初底末]|第[一二三四1-4]|头[一二三1-9]|大前|农历|阴历|[“\"][一二三四五六七八九十]{1,2}五|半年度))"
)
_DATE = re.compile(
    _DATE_GATE + r"(?:"
    rf"(?P<iso>(?<![0-9A-Za-z.\-/])(?P<iso_year>(?:19|20)[0-9]{{2}})(?P<iso_join>[-/.])(?P<iso_month>{_M})"
    rf"(?:(?P=iso_join)(?P<iso_day>{_D})(?![0-9年月%]|[.\-/][0-9])"
    r"(?:[T ]{1,2}[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?)?"
    r"|(?<=-[0-9][0-9])(?![0-9年月日号%.\-/万亿元])))"
    rf"|(?P<lunar>(?:农历|阴历)(?:[^,。;、\n]{{0,6}}?年)?(?:{_MH}|正|腊|冬|闰{_MH})月(?:初?{_DH})?)"
    r"|(?P<plan>(?P<plan_quote>[“\"])?(?P<plan_number>十[一二三四五六七八九]|[一二三四五六七八九十])五[”\"]?"
    r"(?:(?:规划)?(?P<plan_when>期间|时期|期末|末期|末|初期|初(?!步)|以来|开局之年|收官之年)))"
    r"|(?P<decade>(?:(?P<century>[0-9]{2}|二十一?|十九)世纪|(?P<last_century>上(?:个)?世纪)|(?P<this_century>本世纪))?"
    r"(?:(?P<tens_of>(?<![0-9])[0-9]0|[一二三四五六七八九]十)年代|初)(?P<decade_edge>初期?|中期|末期?|后期|中后期)?"
    r"|(?P<decade4>(?<![0-9])(?:1[6-9]|20)[0-9]0)年代(?:初期?|中期|末期?|后期|中后期)?)"
    r"|(?P<ago>(?<![0-9.第每])(?P<ago_count>[0-9]{1,3}"
    r"|(?<![一二三四五六七八九十两百])(?:[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]))"
    r"(?P<ago_about>[多余])? ?"
    r"(?P<ago_unit>年|个?月(?<=个月)|天|周|个星期)(?:多|余)?(?:以|之)?前(?![三一二后瞻景沿期列茅程])(?!N|[0-9]))"
    rf"|{_CALENDAR}"
    rf"|(?P<bare_day>(?<![0-9一二三四五六七八九十第前后近满达首每./:年月个])"
    rf"(?:(?:(?P<bare_from>{_D})日?(?:{_JOIN}|、))?(?P<bare>{_D}) ?日"
    r"|(?P<bare_han>三十一|三十|二?十[一二三四五六七八九]|二十)日)"
    rf"(?!均|线|元|报|常|内|之|游|龄|益|后|化|产|以[内后]|交易|成交|的?年化|本(?!公司|次|院|报|轮|届)){_CLOCK})"
    r"|(?P<week>(?P<week_away>上上周|(?<![以线网])上周|上个?星期|(?<![资基成日])本周|本星期|这周|(?<!以)下周|下星期)"
    r"(?P<week_day>[一二三四五六日天末])?(?![边转刊密岁年围长]))"
    r"|(?P<month_part>(?<![0-9一二三四五六七八九十个每])月[初底末](?!期)|(?<![月年])[上中下]旬)"
    r"|(?P<day_away>[今昨]\([0-9]{1,2}日?\)日?|[今昨]\([0-9]{1,2}月[0-9]{1,2}日\)|大?前天|前晚|昨[天日晚]|今天|今日(?!头条|资本)|今[晚早]|即日(?=起)|(?<!光)明[日天晚](?!报|系|控股|集团|之星|科技))"
    r"|(?P<day_after>当天|当晚|[当同](?<!共同)日(?!本(?!公司|次|院|轮)|元|系|资)|(?<![0-9一二两三几多每首])次日|翌日|隔日)"
    r"|(?P<vague>近(?:些|几)?年来?|近日(?![点均本])|(?<![节作生假今明昨次当同即每终末0-9一二三四五六七八九十])日前"
    r"|近期|近来|目前|如今(?!年)|当前|(?<![离距][^,。;、\n])(?<![离距][^,。;、\n]{2})(?<![离距][^,。;、\n]{3})(?<![离距])最近(?![的邻、,。;]|一[期次年])|现阶段|近一?段时间)"
    rf"|(?P<window>{_WINDOW})"
    r")"
)
_RANGE_JOIN = scanning.compile(r" ?(?:起|开始)?" + _JOIN)
_SENTENCE_END = re.compile(r"[。!?;\n]")
#: A year that opens a paragraph or a sentence, up to its comma.
_YEAR_OPENS = re.compile(r"(?:^|[。!?;\n】])[\s\u3000]*[12][0-9]{3}年,$")
_FUTURE = re.compile(r"将|预计|拟|计划|力争|有望|即将|明年|争取|目标")

_Point = tuple[int, ...]  # (year,), (year, month) or (year, month, day)


@dataclass(frozen=True, slots=True)
class _Time:
    """What a stretch of words says: first and last point, both None while relative."""

    low: _Point | None
    high: _Point | None
    approximate: bool = False
    explicit: bool = False  # the year is in the words, or counted from the reference
    narrative: bool = True  # later words (同年, 11日) may lean on it


@dataclass(slots=True)
class _Story:
    """What the text has said so far: the ground for 同年, 当日 and a bare 11日."""

    reference: _Point | None
    years: tuple[int, int] | None = None  # end offset, year; only where the text is explicit
    last: tuple[int, _Point] | None = None  # end offset and point of the last date
    dated: tuple[int, _Point] | None = None  # the last one with a month

    def note(self, time: _Time, end: int) -> None:
        """Remember a date that ends at `end`."""
        if time.low is None or not time.narrative:
            return
        if time.explicit:
            self.years = (end, time.low[0])
        point = time.low if time.high == time.low else _shared(time.low, time.high)
        if len(point) == 0:
            return
        self.last = (end, point)
        if len(point) > 1:
            self.dated = (end, point)


def _shared(low: _Point, high: _Point | None) -> _Point:
    shared = 0
    for a, b in zip(low, high or (), strict=False):
        if a != b:
            break
        shared += 1
    return low[:shared]


def _point(value: str | None) -> _Point | None:
    return None if value is None else tuple(int(part) for part in value.split("-"))


def _iso(point: _Point | None) -> str | None:
    if point is None:
        return None
    return "-".join([f"{point[0]:04d}", *(f"{part:02d}" for part in point[1:])])


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= _last_day(year, month)


def _shift_months(year: int, month: int, by: int) -> _Point | None:
    months = year * 12 + month - 1 + by
    return _checked((months // 12, months % 12 + 1))


def _shift_days(point: _Point, by: int) -> _Point | None:
    try:
        day = datetime.date(point[0], point[1], point[2]) + datetime.timedelta(days=by)
    except (OverflowError, ValueError):
        return None
    return day.year, day.month, day.day


def _checked(point: _Point) -> _Point | None:
    """The point, or None where the calendar of `datetime` does not reach."""
    return point if 1 <= point[0] <= 9999 else None


def _int(words: str) -> int:
    """A small number in either script; 二〇一八 reads digit by digit, 二十三 and 廿三 as a number."""
    if words.isascii() and words.isdecimal():
        return int(words)
    if all(c in _DIGITS or c == "0" for c in words):
        return int("".join(str(_DIGITS.get(c, 0)) for c in words))
    number = _number(words)
    return 0 if number is None else int(number)


def _first(point: _Point) -> _Point:
    return (*point, *(1, 1)[len(point) - 1 :])


def _days_between(early: _Point, late: _Point) -> int:
    """Days from one point to another, months taken as 30.44 days: good enough for a threshold of two months."""
    (y1, m1, d1), (y2, m2, d2) = _first(early)[:3], _first(late)[:3]
    return round((y2 - y1) * 365.25 + (m2 - m1) * 30.44 + d2 - d1)


def _year_of_month(
    text: str, start: int, end: int, month: int, day: int | None, story: _Story
) -> tuple[int | None, bool]:
    """The year for a month that has none in its own words, and whether the text itself gave it."""
    reference = story.reference
    ahead = None
    if reference is not None and len(reference) > 1:
        ahead = _days_between(reference, (reference[0], month) if day is None else (reference[0], month, day))
    fresh = day is not None and ahead is not None and -10 <= ahead <= 2  # the day of the news itself
    if story.years is not None and not fresh:
        at, year = story.years
        # 2016年…,8月 is 2016, but after 去年11月 an 8月 is this year's: a sentence does not go back in time.
        back = story.dated is not None and story.dated[1][0] == year and story.dated[1][1] > month
        if at <= start and not (back and reference is not None) and _SENTENCE_END.search(text, at, start) is None:
            return year, True
    if reference is None:
        return (story.years[1], True) if story.years is not None else (None, False)
    if ahead is None:
        return reference[0], False
    beside = re.split(r"[。!?;\n]", text[max(0, start - 8) : start])[-1] + text[end : end + 5]
    # 年底前 and 10月底前 are deadlines, 前三季度 after a month is none.
    deadline = text.startswith(("前", "之前", "以前"), end) and not text.startswith(("前三", "前后"), end)
    # A look back: 2018年,…。9月13日,… in an article of two years later is 2018.
    if story.years is not None and not fresh and story.years[1] < reference[0] and abs(ahead) > 62:
        at, year = story.years
        if start - at <= 200 and "\n" not in text[at:start] and _YEAR_OPENS.search(text, max(0, at - 12), at + 1):
            return year, True
    if ahead > 62 and not deadline and _FUTURE.search(beside) is None:
        return reference[0] - 1, False
    # A story told in order: 2017年6月5日,… 。9月,… is 2017, unless the day is that of the news itself.
    if story.dated is not None and story.years is not None and story.years[0] == story.dated[0]:
        at, before = story.dated
        near = start - at <= 80 and "\n" not in text[at:start]
        if near and not fresh and before[0] < reference[0] and before[1] <= month:
            return before[0], True
    if ahead < -62 and text[max(0, start - 2) : start] == "将于":
        return reference[0] + 1, False
    return reference[0], False


def _read_calendar(m: re.Match[str], story: _Story, *, year: int | None = None) -> _Time | None:
    """A year, a month, a day or a part of a year, in every form that starts with one of them."""
    explicit = True
    year_from = None
    has_year = True
    if m["year"] is not None:
        year = int(m["year"])
        year_from = None if m["year_from"] is None else int(m["year_from"])
    elif m["year2"] is not None:
        year = int(m["year2"]) + (2000 if int(m["year2"]) < 50 else 1900)
    elif m["year_han"] is not None:
        year = _int(m["year_han"])
        if not 1600 <= year < 2100:
            return None
    elif m["year_away"] is not None:
        away = _YEARS_AWAY[m["year_away"][:2]]
        year = None if story.reference is None else story.reference[0] + away
    elif m["year_after"] is not None:
        away = _YEARS_AFTER[m["year_after"]]
        year = None if story.last is None else story.last[1][0] + away
        if year is None and m["year_after"] == "当年" and m["month"] is not None and story.reference is not None:
            year = story.reference[0]
    else:
        has_year = year is not None
        explicit = has_year
    time = _read_inner(m, story, year, has_year=has_year, explicit=explicit)
    if time is None:
        return None
    low, high, approximate = time.low, time.high, time.approximate
    if year_from is not None and low is not None:
        if year_from >= low[0]:
            return None
        low = (year_from,) if len(low) == 1 else (year_from, *low[1:])
    if m["since"] is not None:
        reference = story.reference
        if low is not None and reference is not None and _first(reference) >= _first(low):
            high = reference
        else:
            approximate = True
    if low is not None and _checked(low) is None:
        low = high = None
    open_ended = m["since"] is not None and low is not None and high is not None and low[0] != high[0]
    return _Time(low, high, approximate or m["around"] is not None, time.explicit, not open_ended)


def _read_inner(m: re.Match[str], story: _Story, year: int | None, *, has_year: bool, explicit: bool) -> _Time | None:
    """The part of a calendar date behind its year."""
    text, start, end = m.string, m.start(), m.end()
    month: int | None = None
    by_month = False
    if m["month"] is not None:
        month, by_month = int(m["month"]), True
    elif m["month_han"] is not None:
        month, by_month = _int(m["month_han"]), True
    elif m["month_first"] is not None:
        month, by_month = 1, True
    elif m["month_away"] is not None or m["month_after"] is not None:
        by_month, base = True, story.reference
        away = _MONTHS_AWAY[m["month_away"]] if m["month_away"] is not None else _MONTHS_AFTER[m["month_after"]]
        if m["month_after"] is not None and (story.dated is not None or m["month_after"] != "当月"):
            base = None if story.dated is None else story.dated[1]
        shifted = None if base is None or len(base) < 2 else _shift_months(base[0], base[1], away)
        if shifted is None:
            return _Time(None, None)
        year, month, has_year = shifted[0], shifted[1], True
    day = None
    if by_month and month is not None:
        words = m["day"] if m["day"] is not None else m["day_han"]
        day = None if words is None else _int(words)
        if not has_year:
            year, explicit = _year_of_month(text, start, end, month, day, story)
        if year is None:
            if day is not None and not _is_day(2000, month, day):
                return None
            return _Time(None, None)
        return _read_month(m, year, month, day, explicit=explicit)
    span: tuple[int, int] | None = None
    approximate = False
    if m["half"] is not None:
        span = _HALVES.get(m["half"], (1, 6))
    elif m["quarter"] is not None:
        span = _months_of_quarter(m["quarter"])
    elif m["year_edge"] == "年内":
        span = (1, 12)
    elif m["year_edge"] is not None or (m["year_only"] is not None and m["year_only"][0] in "初底末伊期"):
        word = m["year_edge"] if m["year_edge"] is not None else m["year_only"]
        span, approximate = ((1, 3), True) if "初" in word or "伊" in word else ((12, 12), False)
    elif m["season"] is not None:
        if not has_year:
            return None
        span, approximate = _SEASONS[m["season"]], True
    elif m["year_only"] is not None:
        if not has_year:
            return None
        word = m["year_only"]
        if word[0] == "Q":
            span = (int(word[1]) * 3 - 2, int(word[1]) * 3)
        elif word[0] in "前头":
            months = _int(word[1:].rstrip("个月"))
            if not 1 <= months <= 12:
                return None
            span = (1, months)
        elif word != "全年":
            span, approximate = (6, 7), True
    if m["year_only"] is not None and not has_year:
        return None  # a lone 初, 底 or 末 is no time
    if span is None:
        return _Time(None, None, explicit=explicit) if year is None else _Time((year,), (year,), explicit=explicit)
    if not has_year:
        year, explicit = _year_of_month(text, start, end, span[0], None, story)
    if year is None:
        return _Time(None, None, approximate)
    return _Time((year, span[0]), (year, span[1]), approximate, explicit=explicit)


def _read_month(m: re.Match[str], year: int, month: int, day: int | None, *, explicit: bool) -> _Time | None:
    """A month of a known year with what follows it: a day, days, a third of the month."""
    if day is not None:
        if not _is_day(year, month, day):
            return None
        high = (year, month, day)
        low = high
        if m["day_from"] is not None and 0 < int(m["day_from"]) < day:
            low = (year, month, int(m["day_from"]))
        return _Time(low, high, explicit=explicit)
    last = _last_day(year, month)
    if m["tens"] is not None:
        days = _TENS.get(m["tens"])
        return (
            None
            if days is None
            else _Time((year, month, days[0]), (year, month, min(days[1], last)), explicit=explicit)
        )
    if m["month_edge"] is not None:
        days = (1, 10) if m["month_edge"] == "初" else (21, last)
        return _Time((year, month, days[0]), (year, month, days[1]), approximate=True, explicit=explicit)
    low_month = month
    words = m["month_from"] if m["month_from"] is not None else m["month_from_han"]
    if words is not None:
        low_month = _int(words)
        if low_month > month:
            return _Time((year, low_month), (year + 1, month), explicit=explicit)
    return _Time((year, low_month), (year, month), explicit=explicit)


def _months_of_quarter(words: str) -> tuple[int, int] | None:
    numbers = [_int(c) for c in words if c in "一二三四1234"]
    if words[0] in "前头":
        return 1, numbers[0] * 3
    low, high = numbers[0] * 3 - 2, numbers[-1] * 3
    if low > high:
        return None
    if words.endswith("末"):
        return high, high
    return (low, low) if words.endswith("初") else (low, high)


def _read_iso(m: re.Match[str]) -> _Time | None:
    year, month = int(m["iso_year"]), int(m["iso_month"])
    if m["iso_day"] is None:
        return _Time((year, month), (year, month), explicit=True)
    day = int(m["iso_day"])
    if not _is_day(year, month, day):
        return None
    return _Time((year, month, day), (year, month, day), explicit=True)


def _read_bare_day(m: re.Match[str], story: _Story) -> _Time | None:
    """A day with neither month nor year: 11日 leans on the last month named, else on the reference."""
    words = m["bare"] if m["bare"] is not None else m["bare_han"]
    day = _int(words)
    first = day if m["bare_from"] is None else int(m["bare_from"])
    if not 1 <= first <= day <= 31:
        return None
    reference = story.reference
    base: _Point | None = None
    near = False
    if story.dated is not None and m.start() - story.dated[0] <= 120:
        # The day of the news itself opens a sentence of its own: … 2016年5月成立。11日,… in an article of the 12th.
        new = _SENTENCE_END.search(m.string, story.dated[0], m.start()) is not None
        fresh = reference is not None and len(reference) == 3 and 0 <= reference[2] - day <= 7
        near = not (new and fresh) and "\n" not in m.string[story.dated[0] : m.start()]
    if story.dated is not None and (near or reference is None or len(reference) < 2):
        base = story.dated[1][:2]
    elif reference is not None and len(reference) > 1:
        base = reference[:2]
        # The day before the paper comes out may lie in the month before: 31日 in an article of the 1st.
        if (
            len(reference) == 3
            and day > reference[2] + 3
            and _FUTURE.search(m.string, max(0, m.start() - 6), min(len(m.string), m.end() + 5)) is None
        ):
            base = _shift_months(base[0], base[1], -1)
    if base is None or not _is_day(base[0], base[1], day):
        return _Time(None, None) if base is None else None
    return _Time((*base, first), (*base, day))


def _read_ago(m: re.Match[str], story: _Story) -> _Time | None:
    count, unit, reference = _int(m["ago_count"]), m["ago_unit"], story.reference
    about = m["ago_about"] is not None
    if count == 0 or reference is None:
        return None if count == 0 else _Time(None, None, about, narrative=False)
    point: _Point | None = None
    if unit == "年":
        point = _checked((reference[0] - count,))
    elif unit.endswith("月") and len(reference) > 1:
        point = _shift_months(reference[0], reference[1], -count)
    elif unit == "天" and len(reference) == 3:
        point = _shift_days(reference, -count)
    elif unit in ("周", "个星期") and len(reference) == 3:
        point, about = _shift_days(reference, -7 * count), True
    return _Time(point, point, about, narrative=False)


def _read_week(m: re.Match[str], story: _Story) -> _Time | None:
    reference = story.reference
    if reference is None or len(reference) != 3 or not _is_day(*reference):
        return _Time(None, None)
    name = m["week_away"]
    away = _WEEKS_AWAY["上周" if name in ("上个星期", "上星期") else name]
    monday = _shift_days(reference, 7 * away - datetime.date(*reference).weekday())
    if monday is None:
        return _Time(None, None)
    day = m["week_day"]
    if day is None:
        return _Time(monday, _shift_days(monday, 6))
    if day == "末":
        return _Time(_shift_days(monday, 5), _shift_days(monday, 6))
    point = _shift_days(monday, 6 if day in "日天" else "一二三四五六".index(day))
    return _Time(point, point)


def _read_month_part(m: re.Match[str], story: _Story) -> _Time:
    """月初, 月底, 中旬 with no month: the month named last nearby, else the reference's."""
    base = story.reference
    if story.dated is not None and (base is None or m.start() - story.dated[0] <= 60):
        base = story.dated[1]
    if base is None or len(base) < 2:
        return _Time(None, None, approximate="月" in m[0], narrative=False)
    days = _TENS[m[0]] if m[0] in _TENS else (1, 10) if m[0] == "月初" else (21, 31)
    last = min(days[1], _last_day(base[0], base[1]))
    return _Time((*base[:2], days[0]), (*base[:2], last), approximate="月" in m[0])


def _read_day_word(m: re.Match[str], story: _Story) -> _Time:
    word, reference = m[0], story.reference
    if word[1:2] == "(":
        # 今(26)日 says the day twice: where the two differ, the figure is what was checked.
        day = int(re.findall("[0-9]+", word)[-1])
        printed: _Point | None = reference if reference is not None and len(reference) == 3 else None
        if printed is not None and day > printed[2]:
            printed = _shift_months(printed[0], printed[1], -1)
        if printed is None or not _is_day(printed[0], printed[1], day):
            return _Time(None, None)
        return _Time((printed[0], printed[1], day), (printed[0], printed[1], day))
    if word in _DAYS_AWAY:
        base, away = reference, _DAYS_AWAY[word]
    else:
        away = _DAYS_AFTER[word]
        last = story.dated
        old = last is None or len(last[1]) < 3 or (reference is not None and m.start() - last[0] > 200)
        # Without a day in the text, 当天 in a report is the day of the report; 次日 and 同日 are not.
        base = last[1] if last is not None and not old else reference if word in ("当日", "当天", "当晚") else None
    point = None if base is None or len(base) < 3 else _shift_days(base, away)
    return _Time(point, point)


def _read_decade(m: re.Match[str]) -> _Time | None:
    if m["decade4"] is not None:
        first = int(m["decade4"])
        return _Time((first,), (first + 9,), approximate=True, narrative=False)
    century = 20 if m["last_century"] is not None else 21 if m["this_century"] is not None else None
    if m["century"] is not None:
        century = _int(m["century"])
    if m["tens_of"] is None:
        # 21世纪初 names no years; a lone 初 is no time at all
        return None if century is None else _Time(None, None, approximate=True)
    tens = _int(m["tens_of"])
    if century is None:
        century = 20
        if tens < 20:
            return None
    if not 1 <= century <= 21:
        return None
    first = (century - 1) * 100 + tens
    return _Time((first,), (first + 9,), approximate=True, narrative=False)


def _read_plan(m: re.Match[str]) -> _Time:
    """A five-year plan: 一五 began in 1953, 三五 after a pause in 1966, every later one five years on."""
    number = _int(m["plan_number"])
    first = {1: 1953, 2: 1958}.get(number, 1966 + 5 * (number - 3))
    when = m["plan_when"]
    if when in ("末", "期末", "末期", "收官之年"):
        return _Time((first + 4,), (first + 4,), approximate=when == "末期", narrative=False)
    if when in ("初", "初期", "开局之年"):
        return _Time((first,), (first,), approximate=when != "开局之年", narrative=False)
    return _Time((first,), (first + 4,), narrative=False)


def _read(m: re.Match[str], story: _Story, *, year: int | None = None) -> _Time | None:
    """What one match says, or None where it is no date after all."""
    kind = m.lastgroup
    if kind == "calendar":
        return _read_calendar(m, story, year=year)
    if kind == "iso":
        return _read_iso(m)
    if kind == "bare_day":
        return _read_bare_day(m, story)
    if kind in ("vague", "window"):
        return _Time(None, None, approximate=True, narrative=False)
    if kind in ("day_away", "day_after"):
        return _read_day_word(m, story)
    if kind == "week":
        return _read_week(m, story)
    if kind == "month_part":
        return _read_month_part(m, story)
    if kind == "ago":
        return _read_ago(m, story)
    if kind == "decade":
        return _read_decade(m)
    if kind == "plan":
        return _read_plan(m)
    return None  # a date of the lunar calendar


def _has_year(m: re.Match[str]) -> bool:
    return m.lastgroup == "iso" or any(m[g] for g in ("year", "year2", "year_han", "year_away", "year_after"))


def _later(first: _Time, m: re.Match[str], story: _Story) -> _Time | None:
    """The second half of a range, completed from the first: 8月10日至12日, 2012年7月至11月, 10月至3月."""
    if _has_year(m) or m.lastgroup not in ("calendar", "bare_day") or first.low is None:
        return _read(m, story)
    second = _read(m, story, year=first.low[0] if m.lastgroup == "calendar" else None)
    if second is not None and second.low is not None and _first(second.low) < _first(first.low):
        if m.lastgroup != "calendar" or len(first.low) < 2:
            return None
        return _read(m, story, year=first.low[0] + 1)
    return second


def _join_range(m: re.Match[str], first: _Time, story: _Story) -> tuple[int, _Time] | None:
    """Where the range that starts with `first` ends, and what it says; None where no second date follows."""
    text = m.string
    joint = _RANGE_JOIN.match(text, m.end())
    if joint is None or m.lastgroup not in ("calendar", "iso", "bare_day", "day_away"):
        return None
    n = _DATE.match(text, joint.end())
    if n is None or n.lastgroup not in ("calendar", "iso", "bare_day", "day_away"):
        return None
    years_last = _has_year(n) and not _has_year(m) and m.lastgroup == "calendar"
    if years_last and n["month"] is not None and m["month"] is not None:
        last = _read(n, story)
        if last is not None and last.low is not None:
            earlier = _read(m, story, year=last.low[0])
            if earlier is not None and earlier.low is not None and _first(earlier.low) > _first(last.low):
                earlier = _read(m, story, year=last.low[0] - 1)
            first = first if earlier is None else earlier
    # The second half may lean on the first without disturbing the story if they do not fit.
    trial = _Story(story.reference, story.years, story.last, story.dated)
    trial.note(first, m.end())
    second = _later(first, n, trial)
    if second is None:
        return None
    if first.low is None or second.high is None:
        return n.end(), _Time(None, None)
    if _last(second.high) <= _first(first.low):
        return None
    return n.end(), _Time(
        first.low, second.high, first.approximate or second.approximate, explicit=first.explicit or second.explicit
    )


def _last(point: _Point) -> _Point:
    month = point[1] if len(point) > 1 else 12
    return point if len(point) == 3 else (point[0], month, _last_day(point[0], month))


def find_dates(folded: str, *, reference: Date | None) -> list[tuple[int, int, Date]]:
    """The dates, periods and vague times in a text, in reading order and not overlapping.

    `reference` is the date of the article, of any precision; without it 去年 and 8月11日 stay relative.

    >>> day = Date("2018-08-20", "2018-08-20", "2018-08-20")
    >>> [(d.text, d.start, d.end) for _, _, d in find_dates("去年11月签约,8月10日至12日考察,近日开工", reference=day)]
    [('去年11月', '2017-11', '2017-11'), ('8月10日至12日', '2018-08-10', '2018-08-12'), ('近日', None, None)]
    """
    text = _half_width(folded)
    story = _Story(_point(None if reference is None else reference.value))
    found: list[tuple[int, int, Date]] = []
    at = 0
    while True:
        m = _DATE.search(text, at)
        if m is None:
            return found
        end = m.end()
        time = _read(m, story)
        if time is None:
            # A lunar date goes as a whole; of 源头10月12日 only the first reading, 头10月, is wrong.
            at = end if m.lastgroup == "lunar" else m.start() + 1
            continue
        joined = _join_range(m, time, story)
        if joined is not None:
            end, time = joined
        story.note(time, end)
        words = folded[m.start() : end].rstrip(" 的\u3000")
        date = Date(words, _iso(time.low), _iso(time.high), time.approximate)
        found.append((m.start(), m.start() + len(words), date))
        at = end


_WHOLE = re.compile(
    r"(?P<y>[0-9]{4})(?:(?P<join>[-/.年])(?P<m>[0-9]{1,2})(?:(?:(?P=join)|月)(?P<d>[0-9]{1,2})日?|月?)|"
    r"(?P<m8>[0-9]{2})(?P<d8>[0-9]{2})|年?)"
    r"(?:[T ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*(?:Z|[A-Z]{3}|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def parse_date(text: str, *, reference: Date | None = None) -> Date:
    """The date that the whole text says, as given on a command line or in the head of a page.

    A clock time and its zone are dropped, not converted: the day is the one written. Raises DateError otherwise.

    >>> [parse_date(t).start for t in ("2018/8/20", "20180820", "2018年8月", "2018-08-20T10:23:00+08:00")]
    ['2018-08-20', '2018-08-20', '2018-08', '2018-08-20']
    """
    stripped = text.strip()
    words = _half_width(stripped).translate(_TRADITIONAL)
    match = _WHOLE.fullmatch(words)
    if match is not None:
        parts = [match["y"], match["m"] or match["m8"], match["d"] or match["d8"]]
        point = tuple(int(part) for part in parts if part is not None)
        if point[0] > 0 and (len(point) < 2 or 1 <= point[1] <= 12) and (len(point) < 3 or _is_day(*point)):
            return Date(stripped, _iso(point), _iso(point))
    else:
        found = find_dates(words, reference=reference)
        if len(found) == 1 and found[0][:2] == (0, len(words)) and found[0][2].start is not None:
            date = found[0][2]
            return Date(stripped, date.start, date.end, date.approximate)
    raise DateError(f"not a calendar date: {text!r}; write 2018-08-20, 2018-08, 2018 or 2018年8月20日")


def date_range(date: Date) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day that a date covers; None where it is relative or vague.

    >>> date_range(Date("2018年2月", "2018-02", "2018-02"))
    (datetime.date(2018, 2, 1), datetime.date(2018, 2, 28))
    """
    low, high = _point(date.start), _point(date.end)
    if low is None or high is None or _checked(low) is None or _checked(high) is None:
        return None
    return _clamped(_first(low)), _clamped(_last(high))


def _clamped(point: _Point) -> datetime.date:
    """A day made by hand may be one that its month lacks (2018-02-31): the last that it has."""
    year, month, day = point
    return datetime.date(year, month, min(day, _last_day(year, month)))
