"""Dates, sums of money and percentages: tables of forms, traps of the genre, and properties under generated input."""

import datetime
import json
import re
import time
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import DateError
from kg.model import Amount, Date
from kg.values import (
    date_range,
    find_amounts,
    find_dates,
    find_percentages,
    format_amount,
    format_number,
    parse_amount,
    parse_date,
)

MONDAY = Date("2018-08-20", "2018-08-20", "2018-08-20")
PROPERTY = settings(deadline=None, derandomize=True, max_examples=200)
FEWFC = Path(__file__).parent.parent.parent / "shared" / "data" / "fewfc"


#: Annotated as dates there, but lengths of time: 15个交易日后的6个月内.
LENGTH_OF_TIME = re.compile(r"个月|自然日|交易日|[0-9]日内|两年后|[^0-9]1年的|期满两年")


def dates(text, reference=MONDAY):
    return [(d.text, d.start, d.end) for _, _, d in find_dates(text, reference=reference)]


def sums(text):
    return [(a.text, int(a.value), a.currency, a.bound) for _, _, a in find_amounts(text)]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2016年", "2016", "2016"),
        ("2018年度", "2018", "2018"),
        ("2017年6月", "2017-06", "2017-06"),
        ("2018年8月11日", "2018-08-11", "2018-08-11"),
        ("2018年8月11号", "2018-08-11", "2018-08-11"),
        ("2018 年 8 月 11 日", "2018-08-11", "2018-08-11"),
        ("２０１８年８月１１日", "2018-08-11", "2018-08-11"),
        ("2018年8月11日上午9时30分", "2018-08-11", "2018-08-11"),
        ("8月11日(周六)", "2018-08-11", "2018-08-11"),
        ("8月11日晚间", "2018-08-11", "2018-08-11"),
        ("二〇一八年八月", "2018-08", "2018-08"),
        ("二零一八年", "2018", "2018"),
        ("两千零五年", "2005", "2005"),
        ("八月二十三日", "2017-08-23", "2017-08-23"),
        ("16年6月", "2016-06", "2016-06"),
        ("2018-08-20", "2018-08-20", "2018-08-20"),
        ("2018/8/20", "2018-08-20", "2018-08-20"),
        ("2018.8.20", "2018-08-20", "2018-08-20"),
        ("2016-2018年", "2016", "2018"),
        ("2016年至2018年", "2016", "2018"),
        ("2021年1-6月", "2021-01", "2021-06"),
        ("1月至7月", "2018-01", "2018-07"),
        ("一至七月", "2018-01", "2018-07"),
        ("8月10日至12日", "2018-08-10", "2018-08-12"),
        ("8月10-12日", "2018-08-10", "2018-08-12"),
        ("7月22日-30日", "2018-07-22", "2018-07-30"),
        ("2012年11月至次年3月", "2012-11", "2013-03"),
        ("2012年10月至3月", "2012-10", "2013-03"),
        ("4月30日至2018年7月29日", "2018-04-30", "2018-07-29"),
        ("2018年上半年", "2018-01", "2018-06"),
        ("今年第一季度", "2018-01", "2018-03"),
        ("前三季度", "2018-01", "2018-09"),
        ("一季度末", "2018-03", "2018-03"),
        ("2019Q3", "2019-07", "2019-09"),
        ("今年前7个月", "2018-01", "2018-07"),
        ("去年年底", "2017-12", "2017-12"),
        ("2019年末", "2019-12", "2019-12"),
        ("2017年初", "2017-01", "2017-03"),
        ("8月上旬", "2018-08-01", "2018-08-10"),
        ("去年2月下旬", "2017-02-21", "2017-02-28"),
        ("去年", "2017", "2017"),
        ("前年", "2016", "2016"),
        ("明年3月", "2019-03", "2019-03"),
        ("昨日", "2018-08-19", "2018-08-19"),
        ("今天", "2018-08-20", "2018-08-20"),
        ("当日", "2018-08-20", "2018-08-20"),
        ("上月", "2018-07", "2018-07"),
        ("本月11日", "2018-08-11", "2018-08-11"),
        ("本周一", "2018-08-20", "2018-08-20"),
        ("上周五", "2018-08-17", "2018-08-17"),
        ("上周", "2018-08-13", "2018-08-19"),
        ("12年前", "2006", "2006"),
        ("两年前", "2016", "2016"),
        ("3天前", "2018-08-17", "2018-08-17"),
        ("3个月前", "2018-05", "2018-05"),
        ("今年以来", "2018", "2018-08-20"),
        ("2003年至今", "2003", "2018-08-20"),
        ("“十三五”期间", "2016", "2020"),
        ('"十四五"时期', "2021", "2025"),
        ("“十四五”末", "2025", "2025"),
        ("90年代", "1990", "1999"),
        ("20世纪90年代", "1990", "1999"),
        ("上世纪八十年代", "1980", "1989"),
        ("2000年前后", "2000", "2000"),
        ("11日", "2018-08-11", "2018-08-11"),
        ("31日", "2018-07-31", "2018-07-31"),
        ("12月", "2017-12", "2017-12"),
        ("2019财年", "2019", "2019"),
        ("19年Q3", "2019-07", "2019-09"),
        ("年内", "2018-01", "2018-12"),
        ("近日", None, None),
        ("未来三年", None, None),
        ("公告之日起15个交易日后的6个月内", None, None),
        ("完成后的12个月内", None, None),
        ("日前", None, None),
        ("近年来", None, None),
        ("目前", None, None),
        ("21世纪初", None, None),
    ],
)
def test_each_form_alone_is_read_whole(text, start, end):
    expected = (text, start, end)
    if text == "八月二十三日":
        expected = (text, "2018-08-23", "2018-08-23")  # three days ahead is this year's
    assert dates(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "2000家", "2018号", "浙新办[2008]16号", "证券代码600745", "电话0573-82838888", "为期12月期", "15年来", "3年内",
        "10年", "第5年", "15日内", "30日游",
        "5日均线", "年产180日", "每年8月", "每月10日", "农历八月十五", "2月30日",
        "13月5日", "今日头条", "明日之星", "增长41.2%", "上海周边", "千年古镇", "5号楼",
        "地铁10号线", "八年级", "1000年历史", "十三五规划",
        "三年内", "五年内", "周年内", "完成后3家", "公告3份", "未来产业", "资本年会", "环比3.11%",
        "V2.10.3", "192.168.10.12",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date_is_left_out(text):
    assert dates(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016年成立,次年上市", [("2016年", "2016", "2016"), ("次年", "2017", "2017")]),
        ("2016年启动,8月完工", [("2016年", "2016", "2016"), ("8月", "2016-08", "2016-08")]),
        ("去年11月签约,8月开工", [("去年11月", "2017-11", "2017-11"), ("8月", "2018-08", "2018-08")]),
        ("2003年成立的公司8月11日签约", [("2003年", "2003", "2003"), ("8月11日", "2018-08-11", "2018-08-11")]),
        (
            "2017年6月5日签约。9月,项目开工",
            [("2017年6月5日", "2017-06-05", "2017-06-05"), ("9月", "2017-09", "2017-09")],
        ),
        ("6月5日到访,同日签约", [("6月5日", "2018-06-05", "2018-06-05"), ("同日", "2018-06-05", "2018-06-05")]),
        ("7月30日发布,次日施行", [("7月30日", "2018-07-30", "2018-07-30"), ("次日", "2018-07-31", "2018-07-31")]),
        (
            "2017年5月12日来访,15日签约",
            [("2017年5月12日", "2017-05-12", "2017-05-12"), ("15日", "2017-05-15", "2017-05-15")],
        ),
        ("预计12月投产", [("12月", "2018-12", "2018-12")]),
        ("12月底前建成", [("12月底", "2018-12-21", "2018-12-31")]),
        ("源头12月12日", [("12月12日", "2017-12-12", "2017-12-12")]),
        ("2018年初步建成", [("2018年", "2018", "2018")]),
        ("2018年中国企业", [("2018年", "2018", "2018")]),
        ("8月11日晚会", [("8月11日", "2018-08-11", "2018-08-11")]),
        ("2009年的时候", [("2009年", "2009", "2009")]),
        ("离上海最近的城区", []),
        ("2017年8、9月间", [("2017年8、9月", "2017-08", "2017-09")]),
        ("如今年5月", [("今年5月", "2018-05", "2018-05")]),
    ],
)
def test_words_are_completed_from_the_text_around_them(text, expected):
    assert dates(text) == expected


@pytest.mark.parametrize("text", ["去年", "8月11日", "昨日", "上周五", "3天前", "本月", "11日", "去年8月", "同年"])
def test_without_a_reference_relative_words_stay_relative(text):
    assert dates(text, None) == [(text, None, None)]
    assert dates(text, Date("近日", approximate=True)) == [(text, None, None)]


def test_a_reference_of_year_precision_completes_years_and_no_days():
    year = Date("2018年", "2018", "2018")
    assert dates("去年", year) == [("去年", "2017", "2017")]
    assert dates("昨日", year) == [("昨日", None, None)]
    assert dates("8月11日", year) == [("8月11日", "2018-08-11", "2018-08-11")]


def test_a_year_in_the_text_completes_a_month_where_no_reference_is_known():
    assert dates("2016年签约。8月开工", None)[1] == ("8月", "2016-08", "2016-08")


@pytest.mark.parametrize(
    ("text", "approximate"),
    [("近日", True), ("2000年前后", True), ("2017年初", True), ("2017年", False)],
)
def test_vague_words_say_that_they_are(text, approximate):
    assert find_dates(text, reference=MONDAY)[0][2].approximate is approximate


@pytest.mark.parametrize(
    ("text", "value", "currency", "bound"),
    [
        ("近1000亿元", 1000 * 10**8, "CNY", "nearly"),
        ("超过百亿元", 100 * 10**8, "CNY", "over"),
        ("超万亿元", 10**12, "CNY", "over"),
        ("1000余万元", 10**7, "CNY", "over"),
        ("7亿多元", 7 * 10**8, "CNY", "over"),
        ("上亿元", 10**8, "CNY", "over"),
        ("不低于3亿元", 3 * 10**8, "CNY", "at_least"),
        ("3亿元以上", 3 * 10**8, "CNY", "at_least"),
        ("不超过7.5亿元", 75 * 10**7, "CNY", "at_most"),
        ("不足1亿元", 10**8, "CNY", "at_most"),
        ("50亿元左右", 50 * 10**8, "CNY", "about"),
        ("约为3.01亿元", 301 * 10**6, "CNY", "about"),
        ("约合人民币254亿元", 254 * 10**8, "CNY", "about"),
        ("8,000万元", 8 * 10**7, "CNY", "exact"),
        ("3.4 亿元", 34 * 10**7, "CNY", "exact"),
        ("３．４亿元", 34 * 10**7, "CNY", "exact"),
        ("三千万元", 3 * 10**7, "CNY", "exact"),
        ("一亿五千万元", 15 * 10**7, "CNY", "exact"),
        ("3亿2000万元", 32 * 10**7, "CNY", "exact"),
        ("三十六万六千九百八十元", 366980, "CNY", "exact"),
        ("一点五亿元", 15 * 10**7, "CNY", "exact"),
        ("叁仟万元整", 3 * 10**7, "CNY", "exact"),
        ("1.5万亿元", 15 * 10**11, "CNY", "exact"),
        ("数亿元", 10**8, "CNY", "over"),
        ("数十亿元", 10**9, "CNY", "over"),
        ("几千万元", 10**7, "CNY", "over"),
        ("十几亿元", 10**9, "CNY", "over"),
        ("人民币1.2亿元", 12 * 10**7, "CNY", "exact"),
        ("1.2亿元人民币", 12 * 10**7, "CNY", "exact"),
        ("4亿人民币", 4 * 10**8, "CNY", "exact"),
        ("两亿美元", 2 * 10**8, "USD", "exact"),
        ("20亿美金", 20 * 10**8, "USD", "exact"),
        ("US$5亿", 5 * 10**8, "USD", "exact"),
        ("131亿港元", 131 * 10**8, "HKD", "exact"),
        ("港币3亿元", 3 * 10**8, "HKD", "exact"),
        ("HK$3000万", 3 * 10**7, "HKD", "exact"),
        ("约8亿欧元", 8 * 10**8, "EUR", "about"),
        ("7500万英镑", 75 * 10**6, "GBP", "exact"),
        ("600亿韩元", 600 * 10**8, "KRW", "exact"),
        ("3500万澳元", 35 * 10**6, "AUD", "exact"),
        ("3.5亿瑞士法郎", 35 * 10**7, "CHF", "exact"),
        ("2亿新台币", 2 * 10**8, "TWD", "exact"),
        ("￥3.5亿", 35 * 10**7, "CNY", "exact"),
        ("RMB 300万", 3 * 10**6, "CNY", "exact"),
        ("不超过等值5亿美元", 5 * 10**8, "USD", "at_most"),
        ("3.6兆元", 36 * 10**11, "CNY", "exact"),
        ("310万元/年", 310 * 10**4, "CNY", "exact"),
        ("约3. 9 万元", 39000, "CNY", "about"),
        ("上限3亿元", 3 * 10**8, "CNY", "at_most"),
        ("50亿日元", 50 * 10**8, "JPY", "exact"),
        ("3.5亿加元", 35 * 10**7, "CAD", "exact"),
    ],
)
def test_each_sum_alone_is_read_whole(text, value, currency, bound):
    assert sums(text) == [(text, value, currency, bound)]


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("3-5亿元", 3 * 10**8, 5 * 10**8, "CNY"),
        ("3亿元至5亿元", 3 * 10**8, 5 * 10**8, "CNY"),
        ("3亿—5亿元", 3 * 10**8, 5 * 10**8, "CNY"),
        ("5000-10000万元", 5 * 10**7, 10**8, "CNY"),
        ("6000万元-1.2亿元", 6 * 10**7, 12 * 10**7, "CNY"),
        ("10亿至20亿美元", 10**9, 2 * 10**9, "USD"),
    ],
)
def test_a_range_has_both_its_ends(text, low, high, currency):
    [(_, _, amount)] = find_amounts(text)
    assert amount == Amount(text, Decimal(low), currency, "range", Decimal(high))


@pytest.mark.parametrize(
    "text",
    [
        "20多个", "500家", "1000万股", "6万平方米", "1000万千瓦", "元旦", "二元结构",
        "多元发展", "三元材料", "一元化", "单元",
        "元宇宙", "5元/股", "3000元/平方米", "每股5.3元", "每亩30万元", "千元机", "亿元以上项目",
        "投资10亿股", "年产值100亿斤",
        "融资1000万吨", "一亿人", "10亿", "1000万", "增长41.2%", "2018年", "用户数1.5亿",
        "USD 5 million", "人民币元", "万亿级",
    ],
)  # fmt: skip
def test_what_only_looks_like_money_is_left_out(text):
    assert sums(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("总投资约120亿元,用地500亩", ["约120亿元"]),
        ("总投资10亿,注册资本8000万", ["10亿", "8000万"]),
        ("总投资10亿项目落户", ["10亿"]),
        ("以9.4亿收购全部股权", ["9.4亿"]),
        ("分别出资2.5亿元、1.2亿、1亿", ["2.5亿元", "1.2亿", "1亿"]),
        ("年产值3亿元/年", ["3亿元/年"]),
        ("不低于2亿元且不高于2.6亿元", ["不低于2亿元且不高于2.6亿元"]),
        ("不低于5,000万元(含),不超过1亿元(含)", ["不低于5,000万元(含),不超过1亿元"]),
        ("不低于2亿元,占比不高于5亿元", ["不低于2亿元", "不高于5亿元"]),
        ("不低于6亿元且不高于5亿美元", ["不低于6亿元", "不高于5亿美元"]),
        ("同比增长12.5%,环比下降3个百分点", []),
        ("10亿元等值美元", ["10亿元"]),
        ("总投资15个亿", ["15个亿"]),
        ("投资总额为2 000万元", ["2 000万元"]),
        ("2018 300万元", ["300万元"]),
        ("同比增长3.2%至5亿元", ["5亿元"]),
        ("从10亿元增长到25亿元", ["10亿元", "25亿元"]),
        ("2018年3亿元", ["3亿元"]),
        ("1亿元,2018年", ["1亿元"]),
        ("营收18.6亿元增长10%", ["18.6亿元"]),
    ],
)
def test_sums_in_their_sentence(text, words):
    assert [a.text for _, _, a in find_amounts(text)] == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("持股41.20%", ["41.20%"]),
        ("增长百分之十二点五", ["12.5%"]),
        ("百分之四十", ["40%"]),
        ("1,200％", ["1200%"]),
        ("5%至8%", ["5%", "8%"]),
        ("提高2个百分点", []),
    ],
)
def test_percentages_keep_the_decimals_of_the_text(text, expected):
    assert [words for _, _, words in find_percentages(text)] == expected


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("2018-08-20", "2018-08-20"),
        ("2018/8/20", "2018-08-20"),
        ("2018年8月20日", "2018-08-20"),
        ("20180820", "2018-08-20"),
        ("2018-08-20T23:30:00Z", "2018-08-20"),
        ("2018-08-20T10:23:00.123+0800", "2018-08-20"),
        (" 2018-08-20 10:23 ", "2018-08-20"),
        ("2018年8月20日 10:23", "2018-08-20"),
        ("2018-08", "2018-08"),
        ("2018", "2018"),
        ("二〇一八年八月", "2018-08"),
    ],
)
def test_a_date_given_by_a_user(text, start):
    assert parse_date(text) == Date(text.strip(), start, start)


@pytest.mark.parametrize("text", ["", "foo", "2018-13-01", "2018-02-30", "昨天", "近日", "8月11日", "0000-01-01"])
def test_a_text_that_is_no_date_is_refused_with_a_remedy(text):
    with pytest.raises(DateError, match="write 2018-08-20"):
        parse_date(text)


def test_a_user_may_write_relative_words_where_a_reference_is_known():
    assert parse_date("昨天", reference=MONDAY).start == "2018-08-19"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("1亿元", 10**8), ("5000万", 5 * 10**7), ("5e8", 5 * 10**8), ("100", 100), ("近百亿", 10**10)],
        *[("１亿元", 10**8), ("1億元", 10**8), ("貳仟萬圓", 2 * 10**7)],
    ],
)
def test_a_sum_given_by_a_user(text, value):
    amount = parse_amount(text)
    assert amount is not None
    assert (amount.value, amount.currency) == (value, "CNY")


@pytest.mark.parametrize("text", ["", "abc", "-5", "NaN", "Infinity", "1e999999", "1e-999999", "1亿股", "总投资1亿元"])
def test_a_text_that_is_no_sum_gives_none(text):
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2018", "2018", ("2018-01-01", "2018-12-31")),
        ("2018-02", "2018-02", ("2018-02-01", "2018-02-28")),
        ("2016", "2018-08-20", ("2016-01-01", "2018-08-20")),
        ("2018-02-31", "2018-02-31", ("2018-02-28", "2018-02-28")),
    ],
)
def test_the_days_that_a_date_covers(start, end, expected):
    assert date_range(Date("x", start, end)) == tuple(datetime.date.fromisoformat(d) for d in expected)


def test_a_vague_date_covers_no_days():
    assert date_range(Date("近日", approximate=True)) is None
    assert date_range(Date("x", "0000", "0000")) is None


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Amount("x", Decimal(1_500_000_000)), "15亿元"),
        (Amount("x", Decimal(1_500_000_000), "USD"), "15亿美元"),
        (Amount("x", Decimal(10**12), bound="over"), "超1万亿元"),
        (Amount("x", Decimal("1473771.06")), "1,473,771.06元"),
        (Amount("x", Decimal(3 * 10**8), "HKD", "range", Decimal(5 * 10**8)), "3亿港元至5亿港元"),
        (Amount("x", Decimal(5), "XAU"), "5XAU"),
    ],
)
def test_an_amount_for_people(amount, words):
    assert format_amount(amount) == words


def render_days(day):
    y, m, d = day.year, day.month, day.day
    figures = str.maketrans("0123456789", "〇一二三四五六七八九")
    return [
        f"{y}年{m}月{d}日", f"{y}年{m:02}月{d:02}号", f"{y} 年 {m} 月 {d} 日", f"{y}-{m:02}-{d:02}", f"{y}/{m}/{d}",
        f"{y}.{m}.{d}", f"{y}{m:02}{d:02}", f"{y}-{m:02}-{d:02}T08:00:00+08:00",
        f"{str(y).translate(figures)}年{m}月{d}日",
    ]  # fmt: skip


@PROPERTY
@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)), st.data())
def test_any_day_in_any_form_reads_back(day, data):
    words = data.draw(st.sampled_from(render_days(day)))
    date = parse_date(words)
    assert (date.start, date.end, date.text) == (day.isoformat(), day.isoformat(), words)
    assert date_range(date) == (day, day)


@PROPERTY
@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))
def test_a_day_is_found_in_a_sentence_at_its_offsets(day):
    words = f"{day.year}年{day.month}月{day.day}日"
    assert find_dates(f"公司于{words}签约", reference=None) == [
        (3, 3 + len(words), Date(words, day.isoformat(), day.isoformat()))
    ]


@PROPERTY
@given(
    st.decimals(min_value=0, max_value=10**16, places=2),
    st.sampled_from(["CNY", "USD", "HKD", "EUR", "JPY", "TWD", "CHF"]),
    st.sampled_from(["exact", "about", "over", "nearly", "at_least", "at_most"]),
)
def test_any_amount_written_for_people_reads_back(value, currency, bound):
    amount = Amount("x", value, currency, bound)
    read = parse_amount(format_amount(amount))
    assert read is not None
    assert (read.value, read.currency, read.bound) == (value, currency, bound)
    assert [a for _, _, a in find_amounts(f"总额{format_amount(amount)}。")] == [read]


@PROPERTY
@given(st.decimals(min_value=0, max_value=10**20, places=3))
def test_a_number_for_people_loses_nothing(value):
    read = parse_amount(format_number(value))
    assert read is not None
    assert read.value == value


PIECES = (
    "年 月 日 号 至 - — 、 , 。 元 万 亿 十 百 千 一 二 两 零 几 数 余 多 2018 8 11 31 0 99 1,000 3.5 . % ( ) "
    "今年 去年 同年 当 上 下 本 周 半年 季度 初 底 末 旬 中 前 后 约 近 超 不低于 人民币 美元 $ 以来 期间 “ 十三五 "
    "世纪 代 投资 股 / 每 个 的 不超过 且 (含) 等值 兆元 公告 之日起 交易日 未来 完成后 内 季报 财年"
)
WORDS = st.lists(st.sampled_from([*PIECES.split(), " ", "\n"]), max_size=14).map("".join)


@PROPERTY
@given(st.one_of(WORDS, st.text(max_size=40)), st.sampled_from([None, MONDAY, Date("2018", "2018", "2018")]))
def test_on_any_text_offsets_are_exact_and_values_do_not_overlap(text, reference):
    for found in (find_dates(text, reference=reference), find_amounts(text)):
        end = 0
        for start, stop, value in found:
            assert end <= start < stop
            assert text[start:stop] == value.text
            end = stop
    for _, _, date in find_dates(text, reference=reference):
        days = date_range(date)
        assert days is None or days[0] <= days[1]
    for start, stop, words in find_percentages(text):
        assert 0 <= start < stop <= len(text)
        assert words.endswith("%")


@PROPERTY
@given(WORDS)
def test_parsing_any_text_gives_a_value_or_the_promised_error(text):
    amount = parse_amount(text)
    assert amount is None or amount.value >= 0
    try:
        date = parse_date(text, reference=MONDAY)
    except DateError:
        return
    assert date.start is not None


@pytest.mark.parametrize("unit", [*"1一年“多上百 ", "1,", "2018、", "8月", "1-", "数一", "3亿", "十三五"])
def test_no_text_takes_more_than_linear_time(unit):
    text = unit * (60_000 // len(unit))
    start = time.perf_counter()
    find_dates(text, reference=MONDAY)
    find_amounts(text)
    find_percentages(text)
    assert time.perf_counter() - start < 3


CHECKED = tomllib.loads((Path(__file__).parent / "checked_values.toml").read_text(encoding="utf-8"))
BOUNDS = {">=": "at_least", "<=": "at_most", ">": "over", "<": "nearly", "~": "about", "": "exact"}
NOVEMBER = Date("2019-11-20", "2019-11-20", "2019-11-20")


def read_dates(words):
    """What a text that is one annotated date says: a bare year is one there (2009、2010年)."""
    try:
        return [parse_date(words)]
    except DateError:
        return [date for _, _, date in find_dates(words, reference=NOVEMBER)]


def read_sums(words):
    amount = parse_amount(words)
    return [amount] if amount is not None else [amount for _, _, amount in find_amounts(words)]


@pytest.mark.parametrize(("words", "expected"), CHECKED["dates"].items())
def test_dates_of_business_news_are_what_a_reader_says(words, expected):
    told = [
        ("~" if date.approximate else "")
        + ("?" if date.start is None else date.start if date.start == date.end else f"{date.start}/{date.end}")
        for date in read_dates(words)
    ]
    assert told == ([] if expected == "-" else [expected])


@pytest.mark.parametrize(("words", "expected"), CHECKED["amounts"].items())
def test_sums_of_business_news_are_what_a_reader_says(words, expected):
    found = [(a.value, a.upper, a.currency, a.bound) for a in read_sums(words)]
    if expected == "-":
        assert found == []
        return
    sign, value, upper, currency = re.fullmatch(r"([<>~=]*)([0-9.]+)(?:/([0-9.]+))?(?: ([A-Z]{3}))?", expected).groups()
    bound = BOUNDS[sign] if upper is None else "range"
    assert found == [(Decimal(value), None if upper is None else Decimal(upper), currency or "CNY", bound)]


#: What may stand around a date or a sum inside of an annotated string without changing what it says.
AROUND = re.compile(
    r"(?:截[至止]|自|在|从|至|于|到|此|这次|本|(?:减持)?计划|期间|[后均、,()]|及|和|以|可能高达|达|人民|的|受|晚间|报"
    r"|公告[一二三四五六七八九十]+个交易日后|判决|股权转让|^年|高盛分$|^2、)*"
)
#: Annotated there as dates or sums, and none: lengths of time, other things, slips.
NEITHER = {
    "3个月内": "a length of time", "不超6个月": "a length of time", "任意连续90个自然日": "a length of time",
    "90个自然日内": "a length of time", "锁定期满两年": "a length of time", "两年后": "a length of time",
    "在1年的锁定期届满后": "a length of time", "报告期内": "names no time", "在发布新财报之前": "names no time",
    "此前": "names no time", "5G": "a technology", "19:07": "a clock", "19:12": "a clock", "10": "a slip",
    "份4698万股(占本": "a slip", "6月23": "a slip", "2019字12月26日": "a slip", "三季": "cut out of 三季报",
    "万美元收购Grindr61.53%股权,2018年1月": "a slip", "股份": "a slip", "布局白羽鸡产": "a slip", "格为3.18": "a slip",
    "以近2.5港": "a slip", "立1000万": "a slip", ".73亿元受": "a slip", "43,79万元": "a figure that is misprinted",
}  # fmt: skip


def fewfc():
    if not FEWFC.is_dir():
        pytest.skip("the annotated sentences of FewFC are not beside this checkout")
    for path in sorted(FEWFC.glob("*.json")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


@pytest.mark.parametrize(("roles", "read", "find"), [
    ({"date"}, read_dates, lambda words: find_dates(words, reference=NOVEMBER)),
    ({"money", "amount"}, read_sums, find_amounts),
])  # fmt: skip
def test_nearly_every_date_and_sum_annotated_in_business_news_is_read_whole(roles, read, find):
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    mentions = (m for record in fewfc() for event in record["events"] for m in event["mentions"])
    strings = {m["word"].translate(wide) for m in mentions if m["role"] in roles}
    missed = []
    for words in sorted(strings):
        whole = len(read(words)) == 1 and read(words)[0].text == words
        rest = words
        for start, end, _ in reversed(find(words)):
            rest = rest[:start] + rest[end:]
        if not whole and (rest == words or AROUND.fullmatch(rest) is None):
            missed.append(words)
    assert len(strings) > 700
    assert 1 - len(missed) / len(strings) >= 0.975  # with those that are neither date nor sum
    others = [words for words in missed if words not in NEITHER]
    assert 1 - len(others) / (len(strings) - len(missed) + len(others)) >= 0.99, others


def test_the_words_annotated_in_business_news_are_found():
    total = {"date": 0, "money": 0}
    hits = {"date": 0, "money": 0}
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    for record in fewfc():
        text = record["content"].translate(wide)
        found = {"date": find_dates(text, reference=NOVEMBER), "money": find_amounts(text)}
        mentions = {(m["role"], *m["span"]) for e in record["events"] for m in e["mentions"]}
        for role, start, end in sorted(mentions):
            if role in total and LENGTH_OF_TIME.search(text, start, end) is None:
                total[role] += 1
                spans = [(s, e) for s, e, _ in found[role]]
                hits[role] += any((s <= start and end <= e) or (start <= s and e <= end) for s, e in spans)
    # What is left are slips of annotation (5G, 19:07, 份4698万股) and words that name no time (报告期内).
    assert hits["date"] / total["date"] >= 0.99
    assert hits["money"] / total["money"] >= 0.985


def test_the_end_of_a_word_for_signing_is_no_bound():
    (_, _, signed), (_, _, about) = find_amounts("签约117亿元,其中工业签约约30亿元。")
    assert (signed.text, signed.bound) == ("117亿元", "exact")
    assert (about.text, about.bound) == ("约30亿元", "about")
