"""Recognition: spans of mentions, sentences, posts, short forms, and what holds for any text."""

from __future__ import annotations

import pytest
from conftest import Read
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.corpus import body, read_text
from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.model import Mention
from kg.ontology import Ontology
from kg.recognize import LONGEST_NAME, Recognition, Recognizer

RECOGNIZER = Recognizer(Ontology.load(), Gazetteer.load())


def recognize(text: str) -> Recognition:
    document = read_text(text, id="t")
    return RECOGNIZER.recognize(document, body(document))


def words(found: Recognition, mention: Mention) -> str:
    return found.document.quote(mention.span)


# ---------------------------------------------------------------- spans


def test_a_mention_is_a_span_of_the_text_as_read() -> None:
    found = recognize("８月11日，上海　大学与“南湖之春”组委会在嘉兴科技城签约。")
    for mention in found.mentions:
        assert found.document.folded[mention.span.start : mention.span.end].replace(" ", "") == mention.name
    assert "嘉兴科技城" in [words(found, m) for m in found.mentions]


def test_a_mention_in_traditional_script_is_quoted_in_it() -> None:
    found = recognize("南湖區與啟岳集團簽約。")
    assert [(words(found, m), m.name) for m in found.mentions] == [("南湖區", "南湖区"), ("啟岳集團", "启岳集团")]


def test_full_width_brackets_and_letters_are_read_like_half_width_ones() -> None:
    wide, narrow = recognize("开天（上海）传动与ＴＣＬ科技签约。"), recognize("开天(上海)传动与TCL科技签约。")
    assert [(m.span, m.name, m.type) for m in wide.mentions] == [(m.span, m.name, m.type) for m in narrow.mentions]
    assert [words(wide, m) for m in wide.mentions] == ["开天（上海）传动", "ＴＣＬ科技"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("考察了启岳集团、同辉药业有限公司等企业。", "同辉药业有限公司"),
        ("全资子公司上海临港浦江国际科创城发展有限公司签约。", "上海临港浦江国际科创城发展有限公司"),
        ("来到中国重汽大同车桥有限公司调研。", "中国重汽大同车桥有限公司"),
        ("与中国保利集团签约。", "中国保利集团"),
    ],
)
def test_a_legal_name_is_taken_whole(text: str, name: str) -> None:
    assert name in [m.name for m in recognize(text).mentions]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("武汉市与省科投集团签约。", "省科投集团"),
        ("由市城投公司建设。", "市城投公司"),
        ("我市龙头公司参加。", None),
        ("全市民营集团参加。", None),
    ],
)
def test_the_company_of_a_division_keeps_its_level(text: str, name: str | None) -> None:
    found = [m.name for m in recognize(text).mentions if m.type == "Company"]
    assert found == ([] if name is None else [name])


def test_places_written_out_are_nested_from_the_outside_in() -> None:
    found = recognize("江苏省盐城市盐都区举行签约仪式。")
    assert [(words(found, m), m.code) for m in found.mentions] == [
        ("江苏省盐城市盐都区", "320903"),
        ("江苏省盐城市", "320900"),
        ("江苏省", "320000"),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("闻泰通讯股份有限公司成立。闻泰通讯落户南湖区，闻泰投资3亿元。", ["闻泰通讯股份有限公司", "闻泰通讯", "闻泰"]),
        ("嘉兴市南湖区召开会议。南湖迎来发展机遇。", ["嘉兴市南湖区", "南湖"]),
    ],
)
def test_shorter_forms_of_a_name_are_found_again(text: str, names: list[str]) -> None:
    found = recognize(text)
    assert set(names) <= {words(found, m) for m in found.mentions}


def test_a_name_that_was_found_once_is_found_wherever_it_stands() -> None:
    found = recognize("启岳集团成立。记者获悉启岳集团成绩不错。会后启岳集团代表发言。")
    assert [m.name for m in found.mentions].count("启岳集团") == 3


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # what a company or school has somewhere is named with it
        ("启岳乳品集团盐都生产基地项目总占地248亩。", ["启岳乳品集团盐都生产基地项目", "启岳乳品集团"]),
        ("中航光电华南产业基地奠基。", ["中航光电华南产业基地"]),
        ("双方将共建浙江大学医学院附属五官科医院。", ["浙江大学医学院附属五官科医院"]),
        ("双方将共建“启智智能制造(网络安全)主题园”。", ["启智智能制造(网络安全)主题园"]),
        # a legal name is the whole phrase
        ("公司的全资子公司星衡西部建设贵州有限公司成立。", ["星衡西部建设贵州有限公司"]),
        ("临湖环科园产发股权投资合伙企业(有限合伙)成立。", ["临湖环科园产发股权投资合伙企业(有限合伙)"]),
        ("新石器慧远(北京)科技有限公司成立。", ["新石器慧远(北京)科技有限公司"]),
        ("关联企业星衡科技(深汕特别合作区)有限公司成立。", ["星衡科技(深汕特别合作区)有限公司"]),
        ("海高投资公司成立。", ["海高投资公司"]),
        ("启岳集团与广州恒远企业集团签约。", ["启岳集团", "广州恒远企业集团"]),
        ("临湖县消息。启岳乳业集团十字工业园开园。", ["启岳乳业集团十字工业园"]),
        ("在盐都区建设启岳储能产业园。", ["启岳储能产业园"]),
        ("洞口先进装备制造产业园位于洞口经开区。", ["洞口先进装备制造产业园", "洞口经开区"]),
        ("恒润昌新能源科技项目由启岳集团投资。", ["恒润昌新能源科技项目", "启岳集团"]),
        ("中科院光电技术创新研究院落成。", ["中科院光电技术创新研究院"]),
        ("中国科学院上海分院落成。", ["中国科学院上海分院"]),
        ("中国农业发展银行与交通银行签约。", ["中国农业发展银行", "交通银行"]),
        ("启岳集团旗下交子投资集团成立。", ["启岳集团", "交子投资集团"]),
        # and not what only stands before it
        ("启岳集团隆重举行产业化乳酸项目庆典。", ["启岳集团"]),
        ("在临湖新城建设智能制造工厂。", ["临湖新城"]),
        ("知名企业启岳科技有限公司成立。", ["启岳科技有限公司"]),
        ("参观了清丰县产业集聚区展厅。", ["清丰县产业集聚区"]),
        ("践行“一区十六园”布局。", []),
        # phrases of a list that all end with the word name projects; kinds and numbers of them do not
        (
            "竣工项目为宏川真空二期项目、永沛项目、大澜包装项目。",
            ["宏川真空二期项目", "永沛项目", "大澜包装项目"],
        ),
        ("推进产业项目、民生项目、新材料类项目和基础设施项目。", []),
        ("其中有3个技改项目、2个扩建项目。", []),
        (
            "由启岳集团承建的临澜职业学院建设项目、宏川轴承项目开工。",
            ["启岳集团", "临澜职业学院建设项目", "宏川轴承项目"],
        ),
        # behind the verb of building what is made names it, unless more follows
        ("投资35亿元建设再生面料产业链项目。", ["再生面料产业链项目"]),
        ("建设再生面料产业链项目库。", []),
    ],
)
def test_where_names_begin_and_end(text: str, names: list[str]) -> None:
    assert [m.name for m in recognize(text).mentions if m.code is None] == names


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("南湖区党政代表团来访。代表团一行参观了园区。", "Organization", ["南湖区党政代表团"]),
        ("全国政协委员专题调研组抵达。", "Organization", ["全国政协委员专题调研组"]),
        ("有关部门负责人组成的考察团前往参观,由企业家代表团陪同。", "Organization", []),
        (
            "嘉兴温州企业商会会长周启明、嘉兴四川企业商会会长王明参加。",
            "Organization",
            ["嘉兴温州企业商会", "嘉兴四川企业商会"],
        ),
        ("嘉兴市第四届禾商发展大会召开。", "Event", ["嘉兴市第四届禾商发展大会"]),
        ("第三届人民代表大会第一次会议召开。", "Event", []),
        ("公司董事需提交股东大会选举,董事长都出席。", "Person", []),
        ("市委书记王国和在现场见证,区长周启明和参加活动的代表致辞。", "Person", ["王国和", "周启明"]),
        ("周启明、裴照野、栗明川等临湖市领导陪同考察。", "Person", ["周启明", "裴照野", "栗明川"]),
        ("产业、文化、教育等领域负责人参加。", "Person", []),
        ("会议由修文成会长主持。", "Person", ["修文成"]),
        ("介绍了园区的工作,郭大为主任表示肯定。", "Person", ["郭大为"]),
        ("应急部门,金融管理负责人,高新处主任表示肯定。", "Person", []),
        ("由藤田和秀会长率高桥克朋副会长等造访台南。", "Person", ["藤田和秀", "高桥克朋"]),
        (
            "2021湖北武黄同城暨黄石(光谷)产业投资推介会在武汉举行。",
            "Event",
            ["2021湖北武黄同城暨黄石(光谷)产业投资推介会"],
        ),
        ("2021年举行的推介会、2022年在临湖召开的产业投资大会。", "Event", []),
        ("抢抓一带一路机遇,落实京津冀协同发展战略。", "Policy", ["一带一路", "京津冀协同发展战略"]),
        ("参观了柳侯祠、居民小区。", "Institution", ["柳侯祠"]),
        ("先后参观了临湖龙舟公园、东岭奇石馆、双喜总部等地。", "Place", ["临湖龙舟公园"]),
        ("先后参观了临湖龙舟公园、东岭奇石馆、双喜总部等地。", "Institution", ["东岭奇石馆"]),
        ("一行先后来到猕猴桃基地、现代农业园、居民小区等地考察。", "Place", []),
        ("民建临湖市委、九三学社中央的代表参加。", "Organization", ["民建临湖市委", "九三学社中央"]),
    ],
)
def test_delegations_chambers_events_and_people(text: str, kind: str, names: list[str]) -> None:
    found = recognize(text)
    assert [m.name for m in found.mentions if m.type == kind and m.rule != "again"] == names


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("甲公司成立。乙公司落户！丙公司呢？", ["甲公司成立。", "乙公司落户！", "丙公司呢？"]),
        ("他说:“项目进展顺利。”随后参观。", ["他说:“项目进展顺利。”", "随后参观。"]),
        ("第一段\n第二段", ["第一段", "第二段"]),
        ("没有句号的一行", ["没有句号的一行"]),
        ("产值12.5亿元;增长3.2%。", ["产值12.5亿元;增长3.2%。"]),
    ],
)
def test_a_text_falls_into_sentences(text: str, sentences: list[str]) -> None:
    found = recognize(text)
    assert [found.document.text[s.start : s.end] for s in found.sentences] == sentences


# ---------------------------------------------------------------- people and posts


@pytest.mark.parametrize(
    ("text", "posts"),
    [
        ("南湖区区长周启明出席。", [("周启明", "区长")]),
        ("启岳集团董事长、总裁欧阳静出席。", [("欧阳静", "董事长、总裁")]),
        ("原副市长李军参加。", [("李军", "原副市长")]),
        ("常务副区长王伟主持会议。", [("王伟", "常务副区长")]),
        ("总经理顾衡说，项目进展顺利。", [("顾衡", "总经理")]),
        ("副区长沈漪、顾衡参加。", [("沈漪", "副区长"), ("顾衡", "副区长")]),
        ("县长黄焕利率代表团来访。", [("黄焕利", "县长")]),
        ("县委副书记刘家和等领导参加。", [("刘家和", "副书记")]),
        ("副市长陈社招、首建中、雷晓达参加。", [("陈社招", "副市长"), ("首建中", "副市长"), ("雷晓达", "副市长")]),
        ("县委书记戴晋、县人大主任刘湘娥参加。", [("戴晋", "书记"), ("刘湘娥", "主任")]),
        ("高能所副所长陈延伟参加。", [("陈延伟", "副所长")]),
        ("县长冯向军的陪同下参观。", [("冯向军", "县长")]),
        ("区长助理是一个职务。", []),
        ("局长办公会研究了方案。", []),
        ("院长和老师们参加。", []),
        ("水利部司长周启明、商务部参事裴照野参加。", [("周启明", "司长"), ("裴照野", "参事")]),
        ("启岳集团总经理助理周启明参加。", [("周启明", "总经理助理")]),
        ("江海大学裴照野校长致辞。", [("裴照野", "校长")]),
        ("江海大学文学院院长参加,组织部部长讲话。", []),
        ("临湖高新区管委会李耕主任表示感谢。", [("李耕", "主任")]),
        ("发挥专家资源优势,院长苏舒就“互联网+”发言。", [("苏舒", "院长")]),
        ("江海大学协理副校长周启明参加,高新处处长、区长表示感谢。", [("周启明", "协理副校长")]),
    ],
)
def test_a_post_and_the_person_who_holds_it(text: str, posts: list[tuple[str, str]]) -> None:
    assert [(p.person.name, p.title) for p in recognize(text).posts] == posts


def test_a_person_is_known_again_without_the_post() -> None:
    found = recognize("启岳集团董事长周启明考察南湖区。周启明表示，合作前景广阔。")
    assert [m.span.start for m in found.mentions if m.name == "周启明"] == [7, 16]


# ---------------------------------------------------------------- short forms


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (
            "嘉兴浔江产业投资有限公司（以下简称“浔江产投”）成立。",
            [("嘉兴浔江产业投资有限公司", "浔江产投")],
        ),
        ("启岳集团有限公司（下称启岳集团）公告。", [("启岳集团有限公司", "启岳集团")]),
        (
            "宁波澜海智能装备股份有限公司(以下简称“公司”或“澜海智能”)公告。",
            [("宁波澜海智能装备股份有限公司", "公司"), ("宁波澜海智能装备股份有限公司", "澜海智能")],
        ),
        ("启岳集团（以下图所示）公告。", []),
    ],
)
def test_short_forms_that_the_text_defines(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(recognize(text).short_forms) == pairs


@pytest.mark.parametrize(
    ("name", "core", "brand"),
    [
        ("闻泰通讯股份有限公司", "闻泰通讯", "闻泰"),
        ("嘉兴永瑞电子科技有限公司", "永瑞电子科技", "永瑞"),
        ("星衡半导体(苏州)有限公司", "星衡半导体", "星衡"),
        ("国际贸易有限公司", "国际贸易", ""),
    ],
)
def test_what_a_company_name_is_made_of(name: str, core: str, brand: str) -> None:
    assert (RECOGNIZER.core(name), RECOGNIZER.brand(name)) == (core, brand)


# ---------------------------------------------------------------- any text

LISTED = """
启岳集团 澜海智能 南湖区 上海 嘉兴市 杨浦区 江海大学 有限公司 股份有限公司 集团 科技 基金 开发区 区长 周启明 董事长
签订 收购 投资 落户 与 和 、 ， 。 ； ： （ ） ( ) “ ” 《 》 · 的 了 在 将 拟 分别 双方 公司 以下简称 2018年 3亿元
51% 第一 省 市 区 县 镇 乡 街道 银行 医院 学院 项目 协会 管委会 𠮷 👍 é Ａ A1 區 與 簽訂 臺
"""
PIECES = st.sampled_from([*LISTED.split(), "\u3000", "\n"])
TEXTS = st.one_of(
    st.lists(PIECES, min_size=1, max_size=40).map("".join),
    st.text(min_size=1, max_size=60),
    st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=60),
)


@given(TEXTS)
@settings(max_examples=120, deadline=None)
def test_mentions_of_any_text_lie_in_it_and_in_order(text: str) -> None:
    if text.strip() == "" or "\x00" in text:
        return
    try:
        document = read_text(f"甲{text}", id="t")
    except ValueError:
        return
    spans = body(document)
    found = RECOGNIZER.recognize(document, spans)
    starts = [(m.span.start, -m.span.end) for m in found.mentions]
    assert starts == sorted(starts)
    assert len(starts) == len(set(starts))
    classes = RECOGNIZER.ontology.entities
    for mention in found.mentions:
        assert any(a <= mention.span.start and mention.span.end <= b for a, b in spans)
        assert mention.type in classes
        assert 0 < mention.confidence <= 1
        assert mention.name != ""
        if mention.code is None and mention.rule.startswith("suffix"):
            assert mention.span.end - mention.span.start <= LONGEST_NAME + 12
    for a, b in zip(found.sentences, found.sentences[1:], strict=False):
        assert a.end <= b.start


def test_one_document_leaves_no_trace_in_the_next(extractor: Extractor) -> None:
    recognizer = extractor.recognizer
    one, two = (
        read_text(t, id="t") for t in ("启岳集团与澜海智能签约。公司成立。", "德景电子落户南湖区。该公司成立。")
    )
    alone = recognizer.recognize(two, body(two))
    recognizer.recognize(one, body(one))
    assert recognizer.recognize(two, body(two)) == alone


def test_companies_known_by_their_brand(read: Read) -> None:
    told = {e.name: e.type for e in read("京东方与南湖区招商局签约,宁德时代、华为技术有限公司出席。").entities}
    assert told["京东方"] == told["宁德时代"] == told["华为技术有限公司"] == "Company"
    assert told["南湖区招商局"] == "Government"


def test_no_company_of_the_table_is_a_place_or_a_bureau(gazetteer: Gazetteer) -> None:
    places = {surface.form for surface in gazetteer.surfaces()} - {"宝马"}  # 宝马 is a township's short name, unsafe
    assert not places & set(gazetteer.companies)
    assert all(len(form) >= 2 for form in gazetteer.companies)


# ---------------------------------------------------------------- names known from what stands around them


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("入驻的有启岳集团、尼朗普、康阑贝等企业。", ["启岳集团", "尼朗普", "康阑贝"]),
        ("主导产业有新能源、新材料、芯片等。", []),
        ("本轮由岚图旗下星衡半导体完成。", ["岚图", "星衡半导体"]),
        ("澜谷源8日晚间公告,拟设立子公司。", ["澜谷源"]),
        ("启岳集团和安阑中国共同出资成立合资公司。", ["启岳集团", "安阑中国"]),
        ("启岳集团和有关方面共同出资成立合资公司。", ["启岳集团"]),
        ("质押给江海银行股份有限公司舟山分行。", ["江海银行股份有限公司舟山分行"]),
        ("充分发挥启岳集团的优势。", ["启岳集团"]),
        ("不会影响公司的经营。", []),
        ("企业研发AI芯片。", []),
        ("本次交易不构成《上市公司重大资产重组管理办法》规定的重组。", []),
        ("围绕“五个中心”建设。", []),
        ("启岳集团收购尼朗普94.7%股份。", ["启岳集团", "尼朗普"]),
        ("启岳集团收购资产的议案通过。", ["启岳集团"]),
        ("启岳集团鸿岚精密董事长到会。", ["启岳集团", "鸿岚精密"]),
        ("中国最大的化工企业。", []),
        ("兵岚装备集团副总经理刘卫东到会。", ["兵岚装备集团", "刘卫东"]),
        ("通用技术集团董事长于旭波到会。", ["通用技术集团", "于旭波"]),
        ("一家大型集团董事长于旭波到会。", ["于旭波"]),
        ("证券报讯,联创光岚(600363)公告。", ["联创光岚"]),
        ("会议决定:夏吉胜任启岳集团总经理。", ["夏吉胜", "启岳集团"]),
        ("芯片龙头公司星衡半导体扩产。", ["星衡半导体"]),
    ],
)
def test_companies_known_from_what_stands_around_them(text: str, names: list[str]) -> None:
    found = recognize(text)
    assert [words(found, m) for m in found.mentions if found.document.quote(m.span) != "江海银行股份有限公司"] == names


@pytest.mark.parametrize(
    ("text", "name", "short"),
    [
        ("启岳集团与宁波交通投资控股有限公司签约,宁波交投出资。", "宁波交通投资控股有限公司", "宁波交投"),
        ("浙江围岚控股集团有限公司公告,围岚控股出资。", "浙江围岚控股集团有限公司", "围岚控股"),
    ],
)
def test_short_forms_by_omission_are_found(extractor: Extractor, text: str, name: str, short: str) -> None:
    entities = extractor.extract(read_text(text, id="t")).entities
    assert short in {e.name: e.aliases for e in entities}[name]


def test_a_full_stop_in_a_bracket_ends_no_sentence() -> None:
    text = "启岳集团设立星衡半导体有限公司(名称以登记为准。以下简称“星衡”),注册资本1亿元。"
    assert len(recognize(text).sentences) == 1


@pytest.mark.parametrize("name", ["恒科智造", "宏泰集团", "启岳新能源集团有限公司", "德清安居建设有限公司"])
def test_a_part_in_a_deal_or_a_verb_in_front_is_no_part_of_a_name(name: str) -> None:
    in_front = (
        "招标人 业主 卖方 买方 股东 自然人股东 认购方 受让方 承包人 被担保人 交易对方 链主 车企 战略投资者 所持 原属 "
        "挂靠 建议 交由 同意 携 采购 指导 大型 民营 台资 百强 直属 联合 对接 供应 全资 老牌"
    )
    for before in in_front.split():
        found = recognize(f"2023年3月5日，经过公开程序，{before}{name}与嘉兴市人民政府签署了合作协议。")
        assert name in [m.name for m in found.mentions], before
