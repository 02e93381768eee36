"""Extraction: facts of sentences of every kind, what refers back, and what holds for any text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from conftest import Read
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.corpus import body, read_text
from kg.errors import ReadError
from kg.extract import Extractor, extract
from kg.gazetteer import Gazetteer
from kg.model import Extraction, Fact
from kg.ontology import STATUSES, Ontology

EXTRACTOR = Extractor(Ontology.load(), Gazetteer.load())


def told(extraction: Extraction, kind: str | None = None) -> list[str]:
    """The facts in words: `Agreement party=南湖区 party=杨浦区`, without what names and places say of themselves."""
    names = {e.id: e.name for e in extraction.entities}
    return [
        f"{f.type} {' '.join(f'{role}={names[e]}' for role, e in f.roles)}"
        for f in extraction.facts
        if f.rule != "written-out" and (kind is None or EXTRACTOR.ontology.is_a(f.type, kind))
    ]


def only(extraction: Extraction, kind: str) -> Fact:
    found = [f for f in extraction.facts if EXTRACTOR.ontology.is_a(f.type, kind)]
    assert len(found) == 1, told(extraction)
    return found[0]


def roles(fact: str) -> tuple[str, set[str]]:
    kind, *pairs = fact.split()
    return kind, set(pairs)


# ---------------------------------------------------------------- who does what

FACTS = [
    # agreements
    ("南湖区与上海杨浦区签订了合作框架协议。", ["Agreement party=南湖区 party=杨浦区"]),
    ("启岳集团和南湖区政府签署战略合作协议。", ["Agreement party=启岳集团 party=南湖区政府"]),
    ("南湖区、杨浦区、徐汇区三地签订合作协议。", ["Agreement party=南湖区 party=杨浦区 party=徐汇区"]),
    # what stands before 的 tells which one it is, and is no part of what is told of it
    (
        "由启岳集团投资建设的星衡半导体产业园在嘉兴市南湖区正式开工。",
        [
            "Construction builder=启岳集团 project=星衡半导体产业园",
            "Construction project=星衡半导体产业园 location=南湖区",
        ],
    ),
    ("总投资50亿元的启岳新能源电池项目落户溧阳市。", ["Settlement settler=启岳新能源电池项目 location=溧阳市"]),
    (
        "总部位于深圳的恒科智造在南湖区设立分公司。",
        ["Settlement settler=恒科智造 location=深圳市", "Settlement settler=恒科智造 location=南湖区"],
    ),
    # whom the verb is about stands behind 的 and has no name that is known: nobody else is taken for it
    ("由江海大学和恒科智造联合组建的智能制造联合实验室揭牌。", ["Establishment"]),
    ("恒科智造与江海大学共同成立的智能装备研究院在南湖区揭牌。", ["Establishment", "Settlement"]),
    # one thing becomes another
    (
        "恒科智造的控股股东由启岳集团变更为宏泰集团。",
        ["Acquisition target=恒科智造 seller=启岳集团 acquirer=宏泰集团"],
    ),
    ("恒科智造注册地址由深圳市变更为惠州市。", ["Settlement settler=恒科智造 origin=深圳市 location=惠州市"]),
    ("恒科智造的实际控制人为南湖区国资委。", ["PartOf part=恒科智造 whole=南湖区国资委"]),
    # the first of two who sign sells to the second
    (
        "恒科智造公告，公司控股股东启岳集团与宏泰集团签署股份转让协议，拟以12.5元/股的价格转让5000万股。",
        ["Acquisition seller=启岳集团 target=恒科智造 acquirer=宏泰集团"],
    ),
    # officials receive for their place
    ("南湖区委书记张伟、区长李明会见了恒科智造董事长王强一行。", ["Visit host=南湖区 visitor=王强"]),
    (
        "恒科智造拟在南湖区投资建设年产5GWh储能电池项目。",
        ["Construction builder=恒科智造 project=年产5GWh储能电池项目 location=南湖区"],
    ),
    # a project that is told with its company
    (
        "3月1日，启岳集团年产10万吨铜箔项目在铜陵经济技术开发区开工建设。",
        ["Construction builder=启岳集团 project=年产10万吨铜箔项目 location=铜陵经济技术开发区"],
    ),
    # the people who sign stand for those whose posts they hold
    ("启岳集团董事长周启明与澜海智能总经理李军签订合作协议。", ["Agreement party=启岳集团 party=澜海智能"]),
    # A与B、C与D: one agreement a pair
    (
        "海宁市与奉贤区、桐乡市与金山区、平湖市与浦东新区等签订了合作协议。",
        [
            "Agreement party=海宁市 party=奉贤区",
            "Agreement party=桐乡市 party=金山区",
            "Agreement party=平湖市 party=浦东新区",
        ],
    ),
    # 分别
    (
        "澜海智能分别与宁海县、象山县签署投资协议。",
        ["Agreement party=澜海智能 party=宁海县", "Agreement party=澜海智能 party=象山县"],
    ),
    (
        "澜海智能与宁海县、象山县分别签署投资协议。",
        ["Agreement party=澜海智能 party=宁海县", "Agreement party=澜海智能 party=象山县"],
    ),
    # a paper with each of a long list of another kind, where nothing says that it is one of all
    (
        "浙江省政府还与启岳集团、澜海智能、星衡半导体3家企业签署战略合作协议。",
        [
            "Agreement party=浙江省政府 party=启岳集团",
            "Agreement party=浙江省政府 party=澜海智能",
            "Agreement party=浙江省政府 party=星衡半导体",
        ],
    ),
    (
        "浙江省政府与启岳集团、澜海智能、星衡半导体签署四方协议。",
        ["Agreement party=浙江省政府 party=启岳集团 party=澜海智能 party=星衡半导体"],
    ),
    (
        "启岳集团与澜海智能、星衡半导体、容川资本签署协议。",
        ["Agreement party=启岳集团 party=澜海智能 party=星衡半导体 party=容川资本"],
    ),
    (
        "澜海智能、启岳集团分别与宁海县签署投资协议。",
        ["Agreement party=澜海智能 party=宁海县", "Agreement party=启岳集团 party=宁海县"],
    ),
    # announcements: 公司 is the company that announces, 子公司 without an owner its subsidiary
    (
        "澜海智能(600771.SH)公告,公司控股股东启岳集团拟增持。",
        ["PartOf part=澜海智能 whole=启岳集团"],
    ),
    (
        "澜海智能(600771.SH)公告,拟以自有资金向全资子公司星衡半导体增资人民币3亿元。",
        ["PartOf part=星衡半导体 whole=澜海智能", "CapitalIncrease investor=澜海智能 target=星衡半导体"],
    ),
    (
        "澜海智能(600771.SH)公告,启岳集团持有公司股份1亿股,占公司总股本的48%,为公司控股股东。",
        ["PartOf part=澜海智能 whole=启岳集团"],
    ),
    # lists: who stands beside 旗下 owns, and only what stands right behind is owned
    (
        "临川资本、启岳集团旗下容川资本、澜海智能到会。",
        ["PartOf part=容川资本 whole=启岳集团"],
    ),
    # what the paper is about does not sign it; ratios cut no clause
    (
        "启岳集团与澜海智能签订星衡半导体股权转让协议。",
        ["Agreement party=启岳集团 party=澜海智能"],
    ),
    (
        "启岳集团与澜海智能以49%:51%的比例共同出资成立星衡半导体。",
        ["Establishment founder=启岳集团 founder=澜海智能 founded=星衡半导体"],
    ),
    # rounds of financing
    (
        "星衡半导体宣布完成超20亿元C轮融资,由容川资本领投。",
        ["Investment investor=容川资本 target=星衡半导体"],
    ),
    # who subscribes how much, in a list and in a table
    (
        "容澜基金成立。有限合伙人及认缴出资额分别为:启岳集团1亿元;澜海智能5,000万元。",
        [
            "Establishment founded=容澜基金",
            "Subscription investor=启岳集团 target=容澜基金",
            "Subscription investor=澜海智能 target=容澜基金",
        ],
    ),
    (
        "澜海智能公告发行结果:启岳集团获配3亿元,容川资本获配2亿元。",
        [
            "Subscription investor=启岳集团 target=澜海智能",
            "Subscription investor=容川资本 target=澜海智能",
        ],
    ),
    ("启岳集团投资5亿元,澜海智能投资3亿元。", []),
    # what a bracket says
    ("澜海智能及星衡半导体(澜海智能的全资附属公司)到会。", []),
    ("启岳集团公告,星衡半导体(公司的全资附属公司)到会。", ["PartOf part=星衡半导体 whole=启岳集团"]),
    # shareholders sign for nobody else
    (
        "公司控股股东、实际控制人徐诚东与启岳集团签署股份转让协议。",
        ["Agreement party=徐诚东 party=启岳集团"],
    ),
    # acquisitions, in every voice
    ("启岳集团收购星衡半导体。", ["Acquisition acquirer=启岳集团 target=星衡半导体"]),
    ("启岳集团收购了星衡半导体。", ["Acquisition acquirer=启岳集团 target=星衡半导体"]),
    ("星衡半导体被启岳集团收购。", ["Acquisition acquirer=启岳集团 target=星衡半导体"]),
    (
        "启岳集团将星衡半导体30%的股权转让给容川资本。",
        ["Acquisition seller=启岳集团 target=星衡半导体 acquirer=容川资本"],
    ),
    ("启岳集团从澜海智能收购星衡半导体。", ["Acquisition acquirer=启岳集团 target=星衡半导体 seller=澜海智能"]),
    (
        "启岳集团收购容澜基金持有的星衡半导体20%股权。",
        ["Acquisition acquirer=启岳集团 target=星衡半导体 seller=容澜基金"],
    ),
    # investments
    ("启岳集团拟向全资子公司星衡半导体增资2亿元。", ["CapitalIncrease investor=启岳集团 target=星衡半导体"]),
    # foundings
    (
        "星衡半导体由启岳集团和容川资本共同设立。",
        ["Establishment founder=启岳集团 founder=容川资本 founded=星衡半导体"],
    ),
    ("启岳集团与容川资本合作组建容江基金。", ["Establishment founder=启岳集团 founder=容川资本 founded=容江基金"]),
    # moves
    ("闻泰通讯从上海来到南湖区。", ["Settlement settler=闻泰通讯 location=南湖区 origin=上海市"]),
    ("南湖区引进了德景电子、澜海智能等企业。", ["Settlement settler=德景电子 settler=澜海智能 location=南湖区"]),
    ("落户嘉兴科技城的星衡半导体发展迅速。", ["Settlement settler=星衡半导体 location=嘉兴科技城"]),
    # building and visiting
    ("启岳集团在盐都区建设启岳储能产业园。", ["Construction builder=启岳集团 project=启岳储能产业园 location=盐都区"]),
    ("南湖区区长周启明率队赴杨浦区考察。", ["Visit visitor=周启明 host=杨浦区"]),
    # posts
    ("启岳集团董事长欧阳静出席。", ["Office person=欧阳静 organization=启岳集团"]),
    (
        "南湖区政协主席李军、西湖区委书记周启明出席。",
        ["Office person=李军 organization=南湖区政协", "Office person=周启明 organization=西湖区委"],
    ),
    ("嘉兴科技城党工委副书记、管委会副主任李军出席。", ["Office person=李军 organization=嘉兴科技城党工委"]),
    (
        "盐都区人大常委会主任周启明,副主任李军、栗志远出席会议。",
        [
            "Office person=周启明 organization=盐都区人大常委会",
            "Office person=李军 organization=盐都区人大常委会",
            "Office person=栗志远 organization=盐都区人大常委会",
        ],
    ),
    (
        "周启明同志2001年5月参加工作。曾任盐都区区长,宁海县委书记,2015年12月后任象山县委书记。",
        [
            "Office person=周启明 organization=盐都区",
            "Office person=周启明 organization=宁海县委",
            "Office person=周启明 organization=象山县委",
        ],
    ),
    (
        "会议决定接受周启明辞去盐都区人民政府区长职务、邓为辞去盐都区监察委员会主任职务的请求。",
        ["Office person=周启明 organization=盐都区", "Office person=邓为 organization=盐都区监察委员会"],
    ),
    (
        "会议决定任命周启明、李军为启岳集团副总裁。",
        ["Office person=周启明 organization=启岳集团", "Office person=李军 organization=启岳集团"],
    ),
    ("此前担任启岳集团总裁一职的周启明已经离开。", ["Office person=周启明 organization=启岳集团"]),
    ("周启明于2001年7月调任启岳集团副总裁。", ["Office person=周启明 organization=启岳集团"]),
    ("启岳集团公告称,周启明申请辞去公司第三届董事会董事长、董事职务。", ["Office person=周启明 organization=启岳集团"]),
    # parts
    ("星衡半导体是启岳集团的控股子公司。", ["PartOf part=星衡半导体 whole=启岳集团"]),
    # the mayor signs for the city, whatever organ stands before his title
    (
        "海宁市委副书记、市长李军与平湖市委副书记、市长王明代表两地签署协议。",
        ["Agreement party=海宁市 party=平湖市"],
    ),
    # a preposition leads a list whose first members are no known names, and what stands behind a strange one
    (
        "南湖区区长周启明先后到市民广场、启岳集团、唐人大厅、澜海智能调研。",
        ["Visit visitor=周启明 host=启岳集团 host=唐人大厅 host=澜海智能"],
    ),
    # projects that are said to be those of a zone lie there
    (
        "集中签约的有临湖开发区的启岳储能技改项目、澜海工贸生产项目。",
        [
            "Construction project=启岳储能技改项目 location=临湖开发区",
            "Construction project=澜海工贸生产项目 location=临湖开发区",
        ],
    ),
    # one with each of a list that goes on
    (
        "南湖区与江海大学、启岳集团等签订了战略合作协议。",
        ["Agreement party=南湖区 party=江海大学", "Agreement party=南湖区 party=启岳集团"],
    ),
    # the first with the first; with whom is not said
    (
        "临湖镇、安平镇分别与启岳集团、澜海智能签订帮扶协议。",
        ["Agreement party=临湖镇 party=启岳集团", "Agreement party=安平镇 party=澜海智能"],
    ),
    ("海宁市、桐乡市等分别与9个乡镇签订帮扶协议。", []),
    # who heads a body signs for it, in a later sentence too
    (
        "启岳集团董事长周启明、南湖区委书记沈漪出席。周启明与沈漪签署合作协议。",
        ["Agreement party=启岳集团 party=南湖区"],
    ),
    # our city is the one that the sentence does not name; a delegation comes for who sent it
    (
        "海宁市召开会议。广州市企业家代表团来我市考察。代表团一行先后到启岳集团、澜海智能实地考察。",
        [
            "Visit visitor=广州市企业家代表团 visitor=广州市 host=海宁市",
            "Visit visitor=广州市企业家代表团 visitor=广州市 host=启岳集团 host=澜海智能",
        ],
    ),
    # a delegation visits under its name, and signs for who sent it
    (
        "南湖区区长周启明会见了江海大学校友企业家考察团一行。随后,考察团前往嘉兴科技城进行实地考察。",
        [
            "Visit host=南湖区 visitor=江海大学校友企业家考察团",
            "Visit visitor=江海大学校友企业家考察团 host=嘉兴科技城",
        ],
    ),
    ("南湖区党政代表团与杨浦区签订合作协议。", ["Agreement party=南湖区 party=杨浦区"]),
    # a delegation without a name is that of who leads it, not of who keeps it company; a list of places goes on
    (
        "南湖区区长周启明率考察团赴杨浦区考察。副区长沈漪陪同。考察团先后到启岳集团物流园区、澜海智能实地考察。",
        ["Visit visitor=周启明 host=杨浦区", "Visit visitor=周启明 host=启岳集团 host=澜海智能"],
    ),
    ("江海大学举行仪式,校党委书记周启明参加。", ["Office person=周启明 organization=江海大学"]),
    ("夏冰清因工作调整,辞去启岳集团总经理职务。", ["Office person=夏冰清 organization=启岳集团"]),
    (
        "临湖高新区举行签约活动。区党工委书记、管委会主任周启明参加。",
        ["Office person=周启明 organization=临湖高新区党工委"],
    ),
    ("江海大学校庆。我校与南湖区签署合作协议。", ["Agreement party=江海大学 party=南湖区"]),
    # 双方 of an earlier clause act in the next; so do those who signed, one point after the other
    (
        "南湖区与启岳集团签订框架协议:双方将在海宁市,设立启岳临湖工业园。",
        [
            "Agreement party=南湖区 party=启岳集团",
            "Establishment founder=南湖区 founder=启岳集团 founded=启岳临湖工业园",
        ],
    ),
    # others without a name are not the subject of the clause before
    ("江海研究院发布报告显示,每天有5家企业从上海迁入苏州。", ["Settlement origin=上海市 location=苏州市"]),
    ("南湖区召开会议,推动支持企业建设发展的启岳集团扩大合作。", []),
    # foreign divisions
    (
        "大庆市与韩国忠清北道忠州市、中山市与智利纽夫莱大区奇廉市签署友好城市协议。",
        ["Agreement party=大庆市 party=忠州市", "Agreement party=中山市 party=奇廉市"],
    ),
    # projects that are begun or signed lie where it was said just before; who is in their name builds them
    (
        "盐都区举行重大项目集中开工仪式。开工项目包括启岳集团测试基地扩建项目、永澜研发中心项目、宏川轴承项目。",
        [
            "Construction project=启岳集团测试基地扩建项目 location=盐都区",
            "Construction project=永澜研发中心项目 location=盐都区",
            "Construction project=宏川轴承项目 location=盐都区",
            "Construction builder=启岳集团 project=启岳集团测试基地扩建项目",
        ],
    ),
    # where somebody pays he builds too
    (
        "启岳集团拟在盐都区投资45亿元,盘活闲置用地,建设启岳储能产业园。",
        ["Construction builder=启岳集团 project=启岳储能产业园 location=盐都区"],
    ),
    # who signs, told over several clauses or by the title of the paper
    (
        "南湖区与启岳集团,杨浦区与星衡半导体、澜海智能,盐都区与容川资本分别签署合作协议。",
        [
            "Agreement party=南湖区 party=启岳集团",
            "Agreement party=杨浦区 party=星衡半导体",
            "Agreement party=杨浦区 party=澜海智能",
            "Agreement party=盐都区 party=容川资本",
        ],
    ),
    ("双方签署《南湖区人民政府江海大学战略合作框架协议》。", ["Agreement party=南湖区人民政府 party=江海大学"]),
    (
        "江海大学党委书记周启明,南湖区区长沈漪代表双方签署战略合作协议。",
        ["Agreement party=江海大学 party=南湖区"],
    ),
    ("江海大学校长周启明一行赴南湖区考察,并签署战略合作协议。", ["Agreement party=江海大学 party=南湖区"]),
    ("南湖区区长沈漪赴江海大学考察,并与启岳集团签署合作协议。", ["Agreement party=南湖区 party=启岳集团"]),
    # 和 before the last partner makes no pair of its own
    (
        "南湖区与启岳科技有限公司、澜海科技有限公司和星衡科技有限公司进行现场签约。",
        [
            "Agreement party=南湖区 party=启岳科技有限公司",
            "Agreement party=南湖区 party=澜海科技有限公司",
            "Agreement party=南湖区 party=星衡科技有限公司",
        ],
    ),
    # commas list the schools; each of them signs with the city
    (
        "嘉兴市与江海大学,浙江大学,复旦大学三所高校签署合作协议。",
        [
            "Agreement party=嘉兴市 party=江海大学",
            "Agreement party=嘉兴市 party=浙江大学",
            "Agreement party=嘉兴市 party=复旦大学",
        ],
    ),
]


@pytest.mark.parametrize(("text", "wanted"), FACTS, ids=[text for text, _ in FACTS])
def test_the_facts_of_a_sentence(read: Read, text: str, wanted: list[str]) -> None:
    kinds = {w.split()[0] for w in wanted}
    found = [roles(f) for f in told(read(text)) if f.split()[0] in kinds]
    # A class alone stands for none of it.
    assert sorted(found, key=str) == sorted((roles(w) for w in wanted if " " in w), key=str)


def test_projects_that_are_only_looked_at_lie_nowhere(read: Read) -> None:
    facts = told(read("盐都区举行项目开工仪式。考察团参观了永澜研发中心项目、宏川轴承项目。"))
    assert not any(f.startswith("Construction") for f in facts)


def test_a_list_of_hosts_who_sign_among_each_other_is_no_signing_with_companies(read: Read) -> None:
    assert not any(f.startswith("Agreement") for f in told(read("南湖区、启岳集团集中签约项目21个。")))


def test_a_place_written_out_is_part_of_what_stands_before_it(read: Read) -> None:
    extraction = read("南湖区与上海杨浦区签订了合作框架协议。")
    names = {e.id: e.name for e in extraction.entities}
    part = only(extraction, "PartOf")
    assert [names[e] for _, e in part.roles] == ["杨浦区", "上海市"]


def test_a_notice_of_elections_is_read_line_by_line(read: Read) -> None:
    extraction = read(
        "盐都区人民代表大会会议选举:\n沈漪(回族)为盐都区人大常委会主任;\n马翠兰(女,回族)、韩江(彝族)为副主任。",
    )
    wanted = [f"Office person={p} organization=盐都区人大常委会" for p in ("沈漪", "马翠兰", "韩江")]
    found = [roles(f) for f in told(extraction) if f.startswith("Office")]
    assert sorted(found, key=str) == sorted((roles(w) for w in wanted), key=str)


def test_who_is_proposed_in_a_public_notice(read: Read) -> None:
    extraction = read("曲别阿洛,男,彝族,1983年6月生,现任宁海县县长,拟任象山县委书记。")
    assert {(f.label, f.status) for f in extraction.facts if f.type == "Office"} == {
        ("县长", "done"),
        ("书记", "planned"),
    }


def test_every_post_of_a_career_has_its_own_date(read: Read) -> None:
    extraction = read("周启明曾任盐都区区长,2012年3月任宁海县委书记,2015年12月后任启岳集团总裁。", date="2020-05-01")
    dates = {f.label: (f.date.value if f.date is not None else None, f.status) for f in extraction.facts}
    assert dates == {"区长": (None, "ended"), "书记": ("2012-03", "ended"), "总裁": ("2015-12", "ended")}


def test_who_takes_and_leaves_a_post_does_so_on_the_day_told_just_before(read: Read) -> None:
    extraction = read("3月5日,盐都区召开会议。\n沈漪任盐都区区长,韩江不再担任盐都区区长。", date="2020-03-06")
    found = {(f.status, f.date.value if f.date is not None else None) for f in extraction.facts if f.type == "Office"}
    assert found == {("done", "2020-03-05"), ("ended", "2020-03-05")}
    later = read("3月5日,盐都区召开会议。\n天气很好。\n气温很高。\n沈漪任盐都区区长。", date="2020-03-06")
    assert [f.date for f in later.facts if f.type == "Office"] == [None]


def test_a_person_proposed_for_a_post_does_not_hold_it(read: Read) -> None:
    fact = only(read("周启明为盐都区区长候选人。"), "Office")
    assert fact.status == "planned"


def test_what_is_invested_in_one_clause_is_what_the_building_of_the_next_costs(read: Read) -> None:
    extraction = read(
        "启岳集团投资3亿元,在盐都区建设临湖生产基地项目。澜海智能投资2亿元;启岳集团在盐都区建设启岳储能产业园。"
    )
    built = [f for f in extraction.facts if f.type == "Construction"]
    assert [f.amount.text if f.amount is not None else None for f in built] == ["3亿元", None]


# ---------------------------------------------------------------- what refers back

REFERENCES = [
    # the subject is carried from clause to clause and from sentence to sentence
    ("启岳集团深耕储能多年,2019年落户南湖区。", "Settlement settler=启岳集团 location=南湖区"),
    ("启岳集团公布了年报。随后,启岳集团收购星衡半导体,并落户南湖区。", "Settlement settler=启岳集团 location=南湖区"),
    ("启岳集团成立于2005年。2018年落户南湖区。", "Settlement settler=启岳集团 location=南湖区"),
    ("南湖区与启岳集团签订协议,并共同设立容江基金。", "Establishment founder=南湖区 founder=启岳集团 founded=容江基金"),
    # 双方, 两地
    ("南湖区与启岳集团签约。双方共建南湖研究院。", "Establishment founder=南湖区 founder=启岳集团 founded=南湖研究院"),
    ("南湖区与杨浦区签约。两地将共同设立容江基金。", "Establishment founder=南湖区 founder=杨浦区 founded=容江基金"),
    # 公司, 该公司, and what the text defines
    ("澜海智能发布公告。公司收购星衡半导体。", "Acquisition acquirer=澜海智能 target=星衡半导体"),
    ("澜海智能发布公告。公司又收购了星衡半导体。", "Acquisition acquirer=澜海智能 target=星衡半导体"),
    ("启岳集团与南湖区签约。该公司将收购星衡半导体。", "Acquisition acquirer=启岳集团 target=星衡半导体"),
    (
        "启岳集团的子公司澜海智能装备股份有限公司(以下简称“公司”)公告,公司拟收购星衡半导体。",
        "Acquisition acquirer=澜海智能装备股份有限公司 target=星衡半导体",
    ),
    (
        "嘉兴浔江产业投资有限公司(以下简称“浔江产投”)成立。浔江产投收购星衡半导体。",
        "Acquisition acquirer=嘉兴浔江产业投资有限公司 target=星衡半导体",
    ),
    # people one after the other visit together; 我县 is not theirs; what they go to may be told in a clause before
    (
        "临泽县委书记王兰,县委副书记、县长陈晰带领考察团来甘谷县考察。",
        "Visit visitor=王兰 visitor=陈晰 host=甘谷县",
    ),
    ("甘谷县新闻。临泽县委书记王兰率考察团来我县考察。", "Visit visitor=王兰 host=甘谷县"),
    ("周启明率考察团来南湖区。周启明一行先后到启岳集团,实地参观学习。", "Visit visitor=周启明 host=启岳集团"),
    ("南湖区与启岳集团签约。双方在嘉兴经济开发区内,建设启岳储能产业园。",
     "Construction builder=南湖区 builder=启岳集团 project=启岳储能产业园 location=嘉兴经济开发区"),
    # a list of posts goes on in the city that it begins with
    ("大庆市委书记王兰来访。伊春市委书记陈晰,市委副书记、市长许君等陪同。", "Office person=许君 organization=伊春市"),
    ("大庆市市长王兰来访。清丰县委书记陈晰、县长许君陪同。", "Office person=许君 organization=清丰县"),
    ("宝鸡市委书记王兰,市委副书记、市长陈晰,副市长许君等出席。", "Office person=许君 organization=宝鸡市"),
    # the delegation of the next sentence are those who came
    (
        "启岳商会赴盐都区考察。盐都区区长许君参加。考察团一行考察了星衡半导体。",
        "Visit visitor=启岳商会 host=星衡半导体",
    ),
    # a school, a place
    ("江海大学与南湖区签约。该校将落户嘉兴科技城。", "Settlement settler=江海大学 location=嘉兴科技城"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), REFERENCES, ids=[text for text, _ in REFERENCES])
def test_what_refers_back_is_found(read: Read, text: str, wanted: str) -> None:
    found = told(read(text))
    assert roles(wanted) in [roles(f) for f in found], found


# ---------------------------------------------------------------- labels, dates, amounts, status


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("南湖区与杨浦区签订了合作框架协议。", "合作框架协议"),
        ("南湖区与杨浦区签订了《战略合作协议》。", "战略合作协议"),
        ("南湖区与杨浦区签署合作备忘录。", "合作备忘录"),
        ("启岳集团与容川资本签订股权转让合同。", "股权转让合同"),
    ],
)
def test_an_agreement_is_called_what_the_text_calls_it(read: Read, text: str, label: str) -> None:
    assert only(read(text), "Agreement").label == label


@pytest.mark.parametrize(
    ("text", "date", "words", "start"),
    [
        ("2017年,南湖区与杨浦区签约。", "2018-08-20", "2017年", "2017"),
        ("2017年5月,南湖区与杨浦区签约。", "2018-08-20", "2017年5月", "2017-05"),
        ("8月11日,南湖区与杨浦区签约。", "2018-08-20", "8月11日", "2018-08-11"),
        ("去年,南湖区与杨浦区签约。", "2018-08-20", "去年", "2017"),
        ("去年,南湖区与杨浦区签约。", None, "去年", None),
        ("近日,南湖区与杨浦区签约。", "2018-08-20", "近日", None),
        ("昨天下午,南湖区与杨浦区签约。", "2018-08-20", "昨天", "2018-08-19"),
        ("南湖区与杨浦区签约。", "2018-08-20", None, None),
    ],
)
def test_a_fact_has_the_date_that_the_text_gives(
    read: Read, text: str, date: str | None, words: str | None, start: str | None
) -> None:
    found = only(read(text, date=date), "Agreement").date
    if words is None:
        assert found is None
    else:
        assert found is not None
        assert (found.text, found.start) == (words, start)


def test_two_clauses_keep_their_own_dates(read: Read) -> None:
    extraction = read("2016年,启岳集团落户南湖区;2018年,启岳集团收购星衡半导体。")
    dates = {f.type: f.date.start for f in extraction.facts if f.date is not None}
    assert dates == {"Settlement": "2016", "Acquisition": "2018"}


def test_a_day_told_once_holds_for_the_same_occasion(read: Read) -> None:
    extraction = read("8月11日,南湖区与杨浦区签订合作协议。会上,启岳集团与澜海智能签约。")
    agreements = [f for f in extraction.facts if f.type == "Agreement"]
    assert [f.date.start for f in agreements if f.date is not None] == ["2018-08-11", "2018-08-11"]
    quotes = [extraction.document.quote(e) for e in agreements[1].evidence]
    assert any("8月11日" in q for q in quotes)
    assert quotes[0].startswith("会上")


@pytest.mark.parametrize(
    ("text", "value", "bound", "currency"),
    [
        ("启岳集团向星衡半导体增资2亿元。", "200000000", "exact", "CNY"),
        ("启岳集团向星衡半导体增资约2.5亿元。", "250000000", "about", "CNY"),
        ("启岳集团向星衡半导体增资不低于3000万美元。", "30000000", "at_least", "USD"),
        ("启岳集团以1.2亿元收购星衡半导体。", "120000000", "exact", "CNY"),
        ("启岳集团收购星衡半导体,交易价格为5亿元。", "500000000", "exact", "CNY"),
        ("启岳集团与南湖区签订总投资超50亿元的合作协议。", "5000000000", "over", "CNY"),
    ],
)
def test_a_fact_has_the_sum_that_the_text_gives(read: Read, text: str, value: str, bound: str, currency: str) -> None:
    sums = [f.amount for f in read(text).facts if f.type not in ("Indicator", "PartOf") and f.amount is not None]
    assert [(a.value, a.bound, a.currency) for a in sums] == [(Decimal(value), bound, currency)]


def test_sums_and_shares_are_shared_out(read: Read) -> None:
    extraction = read("容澜基金由澜海智能、启岳集团、容川资本分别认缴5亿元、3亿元和2亿元。")
    names = {e.id: e.name for e in extraction.entities}
    shares = {names[f.entities("investor")[0]]: f.amount for f in extraction.facts if f.type == "Subscription"}
    assert {n: a.value for n, a in shares.items() if a is not None} == {
        "澜海智能": Decimal(500_000_000),
        "启岳集团": Decimal(300_000_000),
        "容川资本": Decimal(200_000_000),
    }


def test_each_of_those_who_pay_pays_into_what_was_told_before(read: Read) -> None:
    text = "股东双方向星衡半导体增资2亿元,其中,启岳集团增资1.2亿元,容川资本增资8000万元。"
    extraction = read(text)
    names = {e.id: e.name for e in extraction.entities}
    told = {
        (names[f.entities("investor")[0]], names[f.entities("target")[0]]): f.amount
        for f in extraction.facts
        if f.type == "CapitalIncrease" and len(f.entities("investor")) > 0
    }
    assert {k: a.value for k, a in told.items() if a is not None} == {
        ("启岳集团", "星衡半导体"): Decimal(120_000_000),
        ("容川资本", "星衡半导体"): Decimal(80_000_000),
    }


def test_the_size_of_a_fund_is_not_what_it_subscribes(read: Read) -> None:
    text = (
        "启岳集团与关联方容川资本、非关联方星衡半导体共同发起设立容澜基金,"
        "基金总认缴出资1000万元,其中启岳集团出资400万元。"
    )
    facts = read(text).facts
    (founded,) = [f for f in facts if f.type == "Establishment"]
    assert (len(founded.entities("founder")), founded.amount.value) == (3, Decimal(10_000_000))
    assert [f for f in facts if f.type == "Subscription"] == []


def test_a_share_is_kept_as_it_is_written(read: Read) -> None:
    assert dict(only(read("启岳集团收购星衡半导体51.20%股权。"), "Acquisition").qualifiers) == {"share": "51.20%"}


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        ("启岳集团收购星衡半导体。", "Acquisition", "done"),
        ("启岳集团拟收购星衡半导体。", "Acquisition", "planned"),
        ("启岳集团将收购星衡半导体。", "Acquisition", "planned"),
        ("启岳集团计划收购星衡半导体。", "Acquisition", "planned"),
        ("启岳集团未收购星衡半导体。", "Acquisition", "denied"),
        ("启岳集团否认收购星衡半导体。", "Acquisition", "denied"),
        ("启岳集团终止收购星衡半导体。", "Acquisition", "ended"),
        ("南湖区与杨浦区签订合作协议。", "Agreement", "signed"),
        ("南湖区拟与杨浦区签订合作协议。", "Agreement", "planned"),
        ("启岳集团尚未与南湖区签署协议。", "Agreement", "denied"),
        ("启岳集团解除与南湖区签订的合作协议。", "Agreement", "ended"),
        ("启岳储能产业园在盐都区开工。", "Construction", "started"),
        ("启岳储能产业园在盐都区建成投产。", "Construction", "completed"),
        ("启岳集团计划在盐都区建设启岳储能产业园。", "Construction", "planned"),
        ("启岳集团计划明年落户南湖区。", "Settlement", "planned"),
    ],
)
def test_planned_denied_and_ended_are_told_apart_from_done(read: Read, text: str, kind: str, status: str) -> None:
    assert only(read(text), kind).status == status


def test_a_plan_to_invest_in_a_place_is_of_the_place(read: Read) -> None:
    text = "澜海智能拟收购星衡半导体51%股权。公司计划在盐都区投资3亿元建设储能电池项目。"
    assert "Investment investor=澜海智能 target=盐都区" in told(read(text))
    assert "Investment investor=澜海智能 target=星衡半导体" not in told(read(text))


# ---------------------------------------------------------------- what is no fact

SILENT = [
    # who governs a place is no partner of it
    "南湖区举行签约仪式。常务副区长代表南湖区人民政府与企业签订协议。",
    "星衡半导体拟增资扩股。启岳集团表示支持。",
    # who has a post that a country gives is unknown, and so is whose the post of another person is
    "栗志远会见了日本社长周启明。",
    "李军表示,任区长期间做了许多工作。",
    "南湖区加强与企业的合作,签订协议的数量持续增长。",
    "签约仪式在南湖区举行。",
    "投资者对市场充满信心。",
    "南湖区营商环境持续优化,吸引投资。",
    "收购价格尚未确定。",
    "多个重大项目集中签约、开工。",
    "专业园区运营机构提供服务。",
]


@pytest.mark.parametrize("text", SILENT)
def test_sentences_that_say_no_fact(read: Read, text: str) -> None:
    assert told(read(text)) == []


ARTICLE = """南湖区与杨浦区签约

本报讯 2017年,南湖区与杨浦区签订了合作框架协议。

{}
"""
BOILERPLATE = [
    "来源：启岳集团与澜海智能签约日报",
    "责任编辑：周启明",
    "（责任编辑：周启明）",
    "版权声明：本网站由启岳集团与澜海智能合作设立。",
    "免责声明：启岳集团收购星衡半导体的内容仅供参考。",
    "相关阅读：启岳集团收购星衡半导体",
    "上一篇：启岳集团收购星衡半导体",
    "下一篇：启岳集团与澜海智能签订合作协议",
]


@pytest.mark.parametrize("line", BOILERPLATE)
def test_boilerplate_makes_no_facts(read: Read, line: str) -> None:
    assert told(read(ARTICLE.format(line))) == ["Agreement party=南湖区 party=杨浦区"]


def test_a_list_of_partners_without_a_subject_is_no_agreement_among_them(read: Read) -> None:
    assert told(read("我校分别与启岳集团、澜海智能以及容川资本签署合作协议。")) == []


def test_a_part_of_a_word_fires_nothing(read: Read) -> None:
    # 任 in 主任, 收 in 年收入
    rules = {f.rule for f in read("南湖区人大常委会副主任、西湖区委书记周启明出席。").facts}
    assert rules <= {"title", "written-out"}


@pytest.mark.parametrize("when", ["去年", "今年上半年", "2017年"])
def test_a_figure_is_named_without_the_time_before_it(read: Read, when: str) -> None:
    figure = only(read(f"启岳集团{when}产值10亿元。"), "Indicator")
    assert (figure.label, figure.amount and figure.amount.value) == ("产值", Decimal(1_000_000_000))


def test_what_was_found_and_dropped_is_counted(read: Read) -> None:
    extraction = read("南湖区签订了合作协议。")
    assert told(extraction) == []
    assert ("sign", "too few participants") in extraction.dropped


# ---------------------------------------------------------------- traditional script


def test_traditional_script_gives_the_same_facts_and_keeps_its_words(read: Read) -> None:
    simple = read("2017年，南湖区与上海杨浦区签订了合作框架协议。启岳集团收购星衡半导体。")
    old = read("2017年，南湖區與上海楊浦區簽訂了合作框架協議。啟岳集團收購星衡半導體。")
    assert told(old) == told(simple)
    assert [e.name for e in old.entities] == [e.name for e in simple.entities]
    quotes = [old.document.quote(f.evidence[0]) for f in old.facts if f.type == "Agreement"]
    assert quotes == ["2017年，南湖區與上海楊浦區簽訂了合作框架協議。"]
    triggers = [old.document.quote(f.trigger) for f in old.facts if f.trigger is not None and f.type == "Agreement"]
    assert triggers == ["簽訂"]


# ---------------------------------------------------------------- what holds for every text


def sound(extraction: Extraction) -> None:
    """Everything that an extraction promises, whatever the text."""
    document, ontology = extraction.document, EXTRACTOR.ontology
    spans = body(document)
    entities = {e.id: e for e in extraction.entities}
    assert list(entities) == [f"e{n}" for n in range(1, len(entities) + 1)]
    assert [f.id for f in extraction.facts] == [f"f{n}" for n in range(1, len(extraction.facts) + 1)]
    for entity in extraction.entities:
        assert entity.type in ontology.entities
        assert len(entity.mentions) > 0
        assert entity.name not in entity.aliases
        assert entity.parent is None or (entity.parent in entities and entity.parent != entity.id)
        for mention in entity.mentions:
            assert document.quote(mention.span).strip() != ""
            assert mention.name == "".join(document.folded[mention.span.start : mention.span.end].split())
    for fact in extraction.facts:
        declared = ontology.fact(fact.type)
        assert {role for role, _ in fact.roles} <= {r.name for r in declared.roles}
        assert all(e in entities for _, e in fact.roles)
        assert all(ontology.fills(entities[e].type, role) for role, e in fact.roles)
        assert {name for name, _ in fact.qualifiers} <= set(declared.qualifiers)
        assert fact.status in STATUSES
        assert 0 < fact.confidence <= 1
        for span in fact.evidence:
            quote = document.quote(span)
            assert quote == document.text[span.start : span.end]
            assert quote.strip() != ""
            assert any(a <= span.start and span.end <= b for a, b in spans)
        assert fact.trigger is not None
        assert fact.evidence[0].contains(fact.trigger)
        if fact.amount is not None:
            assert fact.amount.text in document.text or fact.amount.text in document.folded
        if fact.date is not None:
            assert fact.date.text in document.text or fact.date.text in document.folded


def test_all_samples_are_sound(samples: Sequence[Extraction]) -> None:
    assert len(samples) > 30
    for extraction in samples:
        sound(extraction)
    assert sum(len(x.facts) for x in samples) > 200


def test_extraction_is_pure(samples: Sequence[Extraction]) -> None:
    for extraction in reversed(samples[:12]):
        assert extract(extraction.document, extractor=EXTRACTOR) == extraction


SENTENCES = st.sampled_from([text for text, _ in FACTS] + [text for text, _ in REFERENCES] + SILENT)
NOISE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["，", "。", "\n", "\n\n", "（", "）", "“", "”", "分别", "双方", "公司", "等", "的", "\u3000", "👍"]
    ),
)


def broken(sentence: str, cut: int, noise: str) -> str:
    return sentence[:cut] + noise + sentence[cut:]


TEXTS = st.lists(st.builds(broken, SENTENCES, st.integers(0, 40), NOISE), min_size=1, max_size=4).map("".join)


@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_noise_in_sentences_breaks_nothing(text: str) -> None:
    try:
        document = read_text(text, date="2018-08-20", id="t")
    except ReadError:
        return
    first = EXTRACTOR.extract(document)
    sound(first)
    assert EXTRACTOR.extract(document) == first


@given(text=st.text(min_size=1, max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_extracted(text: str) -> None:
    try:
        document = read_text(text, id="t")
    except ReadError:
        return
    sound(EXTRACTOR.extract(document))


def test_a_document_without_a_word_of_news_is_empty() -> None:
    assert EXTRACTOR.extract(read_text("今天天气很好。", id="t")).facts == ()


# ---------------------------------------------------------------- sums and days that hold for what stands beside


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("启岳集团与容川资本共同设立容澜基金。该基金总规模50亿元。", "Establishment", 5_000_000_000),
        ("容澜基金由容川资本发起设立,注册资本3亿元。", "Establishment", 300_000_000),
        ("澜海智能拟投资6.2亿元,在德清县建设澜海隔膜产业园。", "Construction", 620_000_000),
        ("澜海智能落户盐都区。该项目总投资1亿美元,主要生产齿轮箱。", "Settlement", 100_000_000),
        ("澜海智能落户盐都区。项目占地20亩,计划总投资1亿元。", "Settlement", 100_000_000),
        ("启岳集团将在盐都区设立全球总部,投资总额20亿元。", "Settlement", 2_000_000_000),
        ("启岳集团与德清县签署合作协议。项目计划总投资16亿元,分三期实施。", "Agreement", 1_600_000_000),
        ("启岳集团中标澜河大桥工程。项目估算总额为3亿元。", "Bid", 300_000_000),
        ("容澜引导基金由容川资本发起设立。引导基金规模48亿元。", "Establishment", 4_800_000_000),
    ],
)
def test_a_sum_said_of_a_thing_holds_for_what_made_it(read: Read, text: str, kind: str, value: int) -> None:
    facts = [f for f in read(text).facts if f.type == kind]
    assert [f.amount.value for f in facts if f.amount is not None] == [Decimal(value)]


def test_a_sum_of_trade_is_not_what_founding_cost(read: Read) -> None:
    facts = read("启岳集团设立了澜海智能装备有限公司。澜海智能装备有限公司去年销售收入8亿元。").facts
    assert [f.amount for f in facts if f.type == "Establishment"] == [None]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "启岳集团与容川资本联手设立容澜基金。基金小镇里来自上海的基金已有500多家,认缴规模加起来近1000亿元。",
            "Establishment",
        ),
        ("启岳集团与德清县签署合作协议。当天共签约项目32个,总投资额336亿元。", "Agreement"),
        ("启岳集团落户德清县;澜海智能的项目正在洽谈,总投资3亿元。", "Settlement"),
    ],
)
def test_a_sum_of_others_is_not_what_it_cost(read: Read, text: str, kind: str) -> None:
    (fact,) = [f for f in read(text).facts if f.type == kind]
    assert fact.amount is None


def test_unnamed_projects_are_summed_up_at_their_ground(read: Read) -> None:
    text = "3月23日,德清经济开发区举行集中签约仪式,现场共签约六个项目,总投资7.24亿元。"
    extraction = read(text)
    names = {e.id: e.name for e in extraction.entities}
    told = [f for f in extraction.facts if f.amount is not None and f.amount.value == Decimal(724_000_000)]
    assert [names[e] for f in told for _, e in f.roles] == ["德清经济开发区"]


def test_places_seen_one_after_the_other_are_seen_on_the_day_of_the_visit(read: Read) -> None:
    text = "8月11日,杨浦区代表团到德清县考察。代表团先后考察了莫干山高新区。"
    visits = [f for f in read(text, date="2018-08-12").facts if f.type == "Visit"]
    assert len(visits) > 1
    assert {f.date.value for f in visits if f.date is not None} == {"2018-08-11"}
    assert all(f.date is not None for f in visits)


def test_a_venture_without_a_name_is_none_of_those_who_found_it(read: Read) -> None:
    facts = read("启岳集团与容川资本签署了出资协议,共同投资设立合资公司。启岳集团出资9350万元。").facts
    assert [f for f in facts if f.type in ("Establishment", "Investment")] == []


def test_a_total_has_the_day_of_the_occasion(read: Read) -> None:
    text = "11月2日,德清县举行集中签约仪式。39个项目集中签约,投资金额275亿元。"
    told = [f for f in read(text, date="2021-11-03").facts if f.type == "Indicator"]
    assert [f.date.value for f in told if f.date is not None] == ["2021-11-02"]


def test_who_pays_without_a_known_name_is_not_the_one_spoken_of_before(read: Read) -> None:
    text = "德清县是签约的重点。蓝图伟业拟投资3.5亿元,在盐都区建设智能卡数据中心项目。"
    (built,) = [f for f in read(text).facts if f.type == "Construction"]
    assert {role for role, _ in built.roles} == {"project", "location"}
    assert built.amount is not None
    assert built.amount.value == Decimal(350_000_000)


def test_a_day_that_only_tells_which_agreement_it_was_dates_nothing_else(read: Read) -> None:
    bought = only(read("根据双方于2016年2月达成的协议,启岳集团收购星衡半导体。", date="2017-06-12"), "Acquisition")
    assert bought.date is None
    signed = only(read("2016年2月达成的协议由启岳集团与德清县签订。", date="2017-06-12"), "Agreement")
    assert signed.date is not None


def test_what_a_fund_is_did_not_happen_on_the_day_of_the_article(read: Read) -> None:
    text = "8月11日,容澜引导基金发布会举行。容澜引导基金是由启岳集团、容川资本发起设立的政策性基金。"
    (founded,) = [f for f in read(text, date="2018-08-12").facts if f.type == "Establishment"]
    assert founded.date is None


def test_who_is_removed_leaves_the_post_that_stands_behind_the_name(read: Read) -> None:
    text = "7月24日,会议通过任命周启明为德清县副县长,免去周启明盐都区区长职务。"
    offices = {f.label: f for f in read(text, date="2015-07-24").facts if f.type == "Office"}
    assert (offices["区长"].status, offices["区长"].date.value) == ("ended", "2015-07-24")
    assert offices["副县长"].status == "done"


@pytest.mark.parametrize(
    ("text", "value", "whose"),
    [
        ("启岳储能项目在德清县开工。计划投资1.2亿元的澜海智能制造项目进展顺利。", 120_000_000, {"澜海智能制造项目"}),
        ("母基金设立了两支子基金,包括10亿元容澜产业基金、15亿元容川创投基金。", 1_500_000_000, {"容川创投基金"}),
        ("德清县重大项目集中签约仪式在莫干山高新区举行,现场签约项目35个、总投资105亿元。", 10_500_000_000, {"德清县"}),
        ("德清县举行洽谈会。总投资36.3亿元的15个项目集中签约。", 3_630_000_000, {"德清县"}),
        ("第二届德清经贸洽谈会举行。总投资36亿元的15个项目落户德清。", 3_600_000_000, {"德清县"}),
        ("启岳集团招聘员工,年产值5亿元以上的企业都来了。", 500_000_000, set()),
        ("日前,澜海智能完成总额近5亿元的C轮融资。", 500_000_000, {"澜海智能"}),
        ("由启岳集团总投资3亿元的德清高端家居材料制造将于年内投产。", 300_000_000, {"启岳集团"}),
        ("德清在深圳招商签约117亿元。", 11_700_000_000, {"德清县"}),
        ("启岳集团已与德清县达成23亿美元的投资项目。", 2_300_000_000, {"启岳集团"}),
        ("德清县实际利用外资累计达10亿美元。", 1_000_000_000, {"德清县"}),
        ("德清县集中开工一批项目。县长周启明出席。产业类6项,总投资规模8.25亿元。", 825_000_000, {"德清县"}),
        ("总投资8亿元的德清县新材料车间即将投产。", 800_000_000, {"德清县"}),
    ],
)
def test_whose_figure_it_is(read: Read, text: str, value: int, whose: set[str]) -> None:
    extraction = read(text)
    names = {e.id: e.name for e in extraction.entities}
    told = [f for f in extraction.facts if f.amount is not None and f.amount.value == Decimal(value)]
    assert {names[e] for f in told for _, e in f.roles} == whose


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("8月11日,德清县举行恳谈会。启岳集团与德清县签订了投资协议。", "2018-08-11"),
        ("8月11日,德清县举行恳谈会。此前启岳集团已与德清县签订了投资协议。", None),
        ("8月11日,德清县举行恳谈会。近年来启岳集团与德清县签订了投资协议。", None),
        ("会议通知于8月3日送达各位董事,会议于8月11日召开。启岳集团与德清县签订了投资协议。", "2018-08-11"),
        ("启岳集团与德清县签订投资协议\n8月11日,德清县举行恳谈会,启岳集团董事长周启明出席。", "2018-08-11"),
        ("2016年,德清县推进开放。5月8日,启岳集团与德清县签订了投资协议。", "2016-05-08"),
        ("今(11)日上午,启岳集团与德清县签订了投资协议。", "2018-08-11"),
    ],
)
def test_a_day_dates_what_is_told_below_it(read: Read, text: str, date: str | None) -> None:
    (fact,) = [f for f in read(text).facts if f.type == "Agreement"]
    assert (fact.date.value if fact.date is not None else None) == date


@pytest.mark.parametrize(
    "text", ["区长杨浦区", "启岳集团(以下简称启岳、)(以下简称", "5亿元((以下简称有限公司其5亿元、)(以下简称"]
)
def test_pieces_of_sentences_are_no_trouble(read: Read, text: str) -> None:
    assert all(f.evidence[0].end <= len(text) for f in read(text).facts)


def test_an_organ_of_a_school_is_nobodys_where_there_are_two(read: Read) -> None:
    two = told(read("江海大学、海山大学举行仪式，校党委书记周启明参加。"))
    one = told(read("江海大学举行仪式，校党委书记周启明参加。"))
    assert ([f for f in two if f.startswith("Office")], len([f for f in one if f.startswith("Office")])) == ([], 1)


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        # Who goes elsewhere is not of where they go; who comes is not of where they come to.
        ("市政协副主席周启明率队赴昆山市考察。", None),
        ("昆山市市长裴照野率团来我市考察,市委书记周启明陪同。", None),
        ("昆山市市长裴照野率团来我市考察,市委书记周启明陪同。临湖市与嘉善县、海宁市相邻。", "海宁市委"),
        ("市委书记周启明率昆山市代表团赴海宁市考察。", "昆山市委"),
        ("虹口区的项目开工,市委书记周启明参加。", "上海市委"),
    ],
)
def test_whose_official_it_is_where_only_the_level_is_told(read: Read, text: str, whose: str | None) -> None:
    extraction = read(text)
    names = {e.id: e.name for e in extraction.entities}
    bodies = [
        names[body] for f in extraction.facts if f.type == "Office" for who in f.entities("person")
        if names[who] == "周启明" for body in f.entities("organization")
    ]  # fmt: skip
    assert bodies == ([] if whose is None else [whose])


def test_all_of_a_list_leave_the_post_that_stands_behind_the_last(read: Read) -> None:
    for text in (
        "会议免去周启明、裴照野、栗明川海宁市人民政府副市长职务。",
        "会议接受周启明、裴照野、栗明川等三名同志辞去海宁市人民政府副市长职务的请求。",
    ):
        left = [f for f in read(text).facts if f.type == "Office"]
        assert len({who for f in left for who in f.entities("person")}) == 3
        assert {f.status for f in left} == {"ended"}


def test_the_places_that_are_seen_are_hosts_though_their_names_are_not_known(read: Read) -> None:
    found = told(
        read(
            "昆山市代表团赴漯河周口考察。考察团一行先后深入东岭作业区、启岳粮油有限公司、凤凰社区等地实地考察海宁市航运。"
        )
    )
    visits = " ".join(f for f in found if f.startswith("Visit"))
    assert all(name in visits for name in ("漯河市", "周口市", "东岭作业区", "启岳粮油有限公司", "凤凰社区"))
    assert "海宁市" not in visits


def test_who_gives_money_does_not_found_what_is_founded_with_it(read: Read) -> None:
    found = [f for f in told(read("江海大学接受启岳基金捐助一亿元成立启岳书院。")) if f.startswith("Establishment")]
    assert len(found) == 1
    assert "启岳基金" not in found[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "星衡股份公告称,公司近日收到公司实际控制人周启明、栗明川的通知,其拟向启岳集团转让公司股份4857万股。",
            "Acquisition seller=周启明 seller=栗明川 acquirer=启岳集团 target=星衡股份",
        ),
        (
            "星衡股份(600123)公告,公司控股股东启岳集团与容川资本签署了《股份转让协议》。",
            "Acquisition seller=启岳集团 acquirer=容川资本 target=星衡股份",
        ),
        (
            "星衡股份公告称,由公司控股股东启岳集团出资2亿元对全资子公司澜海智能进行增资。",
            "CapitalIncrease investor=启岳集团 target=澜海智能",
        ),
        (
            "启岳集团与第三方容川资本、关联方澜海智能共同出资设立合资公司星衡半导体有限公司。",
            "Establishment founder=启岳集团 founder=容川资本 founder=澜海智能 founded=星衡半导体有限公司",
        ),
        (
            "9月27日,星衡股份公告称,拟向全资子公司平湖澜优威增资1亿元。",
            "CapitalIncrease investor=星衡股份 target=平湖澜优威",
        ),
    ],
)
def test_deals_of_a_company_that_announces(read: Read, text: str, wanted: str) -> None:
    assert wanted in told(read(text))


def test_a_company_does_not_sell_itself_and_nobody_invests_in_the_owner(read: Read) -> None:
    assert told(read("星衡股份公告称,公司全资子公司澜海智能认缴出资2亿元。"), "Subscription") == []


def test_what_is_only_called_in_quotes_is_nobody(read: Read) -> None:
    short = "(以下简称“星衡股份”、“上市公司”或“公司”)"
    text = f"2022年9月25日星衡半导体股份有限公司{short}的控股股东周启明先生与启岳集团签署了协议。"
    assert told(read(text), "Agreement") == ["Agreement party=周启明 party=启岳集团"]


def test_sums_dealt_out_in_a_list_go_to_one_each(read: Read) -> None:
    each = "启岳集团认缴出资2亿元、容川资本认缴出资1亿元、澜海智能认缴出资0.5亿元"
    text = f"启岳集团与容川资本、澜海智能共同出资设立容澜基金,其中{each}。"
    found = read(text)
    names = {e.id: e.name for e in found.entities}
    paid = {
        (names[f.entities("investor")[0]], names[f.entities("target")[0]]): f.amount.value
        for f in found.facts if f.type == "Subscription" and f.amount is not None
    }  # fmt: skip
    assert paid == {
        ("启岳集团", "容澜基金"): Decimal(200_000_000),
        ("容川资本", "容澜基金"): Decimal(100_000_000),
        ("澜海智能", "容澜基金"): Decimal(50_000_000),
    }


def test_the_title_of_a_contract_tells_nothing_done(read: Read) -> None:
    sold = "澜海投资控股集团有限公司"
    text = f"启岳集团与容川资本签署《启岳集团关于{sold}股权转让协议》,拟以2亿元受让容川资本全资所持{sold}75%股权。"
    found = told(read(text))
    assert "Acquisition acquirer=启岳集团 target=澜海投资控股集团有限公司 seller=容川资本" in found
    assert [f for f in found if f.startswith("Investment")] == []


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ("启岳集团对外投资的公告2018-08-11\n", None),
        ("公告时间:2018-08-11 19:03:43\n", None),
        ("2018年8月11日,", "2018-08-11"),
    ],
)
def test_the_day_of_publication_dates_no_fact(read: Read, head: str, date: str | None) -> None:
    fact = only(read(head + "启岳集团与容川资本共同设立容澜基金。", date="2018-08-11"), "Establishment")
    assert (fact.date.value if fact.date is not None else None) == date


def test_the_former_of_two_sells_what_it_holds(read: Read) -> None:
    found = told(
        read("启岳集团和容川资本签署股权转让协议,前者将其所持的星衡股份68%股权转让给容川资本。"), "Acquisition"
    )
    assert found == ["Acquisition seller=启岳集团 target=星衡股份 acquirer=容川资本"]
