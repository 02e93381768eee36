"""`patterns.toml` by its own sentences: what frames accept and reject, and what the name grammar takes for a name.

The sentences of the frames stand in the ontology, where they also document it; those of the names stand here.
"""

from __future__ import annotations

import pytest
from conftest import Read

from kg.model import Entity, Extraction, Fact
from kg.ontology import Frame, Ontology

ONTOLOGY = Ontology.load()


def _sentences(kind: str) -> list[object]:
    return [
        pytest.param(frame, sentence, id=f"{frame.id}-{sentence.split(' =>')[0]}")
        for frame in ONTOLOGY.frames
        for sentence in getattr(frame, kind)
    ]


def _named(entity: Entity, name: str) -> bool:
    return name == entity.name or name in entity.aliases


def _told(extraction: Extraction) -> list[str]:
    """The facts in words, for the message of a test that fails."""
    names = {e.id: e.name for e in extraction.entities}
    return [
        f"{f.rule}: {f.type}({', '.join(f'{role}={names[e]}' for role, e in f.roles)})" for f in extraction.facts
    ] + [f"{e.type} {e.name}" for e in extraction.entities]


def _of(extraction: Extraction, frame: Frame) -> list[Fact]:
    return [fact for fact in extraction.facts if fact.rule == frame.id]


# ---------------------------------------------------------------- frames


@pytest.mark.parametrize(("frame", "sentence"), _sentences("accepts"))
def test_a_frame_reads_what_it_accepts(read: Read, frame: Frame, sentence: str) -> None:
    text, _, wanted = sentence.partition(" => ")
    extraction = read(f"{text}。")
    entities = {e.id: e for e in extraction.entities}
    pairs = [pair.split("=", 1) for pair in wanted.split()]
    assert len(pairs) > 0, f"{frame.id}: an accepted sentence says which roles it fills"
    for fact in _of(extraction, frame):
        if all(any(r == role and _named(entities[e], name) for r, e in fact.roles) for role, name in pairs):
            assert fact.type == frame.fact
            return
    pytest.fail(f"no fact of {frame.id} with {wanted}; there is {_told(extraction)}")


@pytest.mark.parametrize(("frame", "sentence"), _sentences("rejects"))
def test_a_frame_leaves_what_it_rejects(read: Read, frame: Frame, sentence: str) -> None:
    extraction = read(f"{sentence}。")
    assert _of(extraction, frame) == [], _told(extraction)


def test_every_frame_has_sentences_for_and_against() -> None:
    for frame in ONTOLOGY.frames:
        assert len(frame.accepts) > 0, frame.id
        assert len(frame.rejects) > 0, frame.id


# ---------------------------------------------------------------- names

#: sentence, then what must be found as CLASS:name (blanks between), then words that must be no name of any entity
NAMES = [
    # companies by their legal ending, with all that stands before it
    ("嘉兴永瑞电子科技有限公司落户南湖区。", "Company:嘉兴永瑞电子科技有限公司 Place:南湖区", ""),
    ("启岳新能源集团股份有限公司发布公告。", "Company:启岳新能源集团股份有限公司", "股份有限公司"),
    ("澜海智能装备股份有限公司宁波分公司开业。", "Company:澜海智能装备股份有限公司宁波分公司", ""),
    ("中国工商银行嘉兴分行与南湖区签约。", "Company:中国工商银行嘉兴分行 Place:南湖区", "嘉兴分行"),
    ("盐城正隆科技有限公司签约。", "Company:盐城正隆科技有限公司", ""),
    ("盐城宏盛企业管理有限公司签约。", "Company:盐城宏盛企业管理有限公司", "宏盛企业"),
    ("盐城宏盛咨询管理合伙企业(有限合伙)签约。", "Fund:盐城宏盛咨询管理合伙企业(有限合伙)", ""),
    ("盐城企业星衡半导体与南湖区签约。", "Company:星衡半导体 Place:南湖区", "盐城企业"),
    # projects by a brand before a dot, by what they make, by a list that is called so
    ("启岳汇谷·盐都智造园在盐都区奠基。", "Project:启岳汇谷·盐都智造园 Place:盐都区", ""),
    (
        "启岳汇谷·盐都智造园奠基。启岳汇谷·盐都智造园项目总投资3亿元。",
        "Project:启岳汇谷·盐都智造园",
        "智造园 智造园项目",
    ),
    ("年产10GWh固态电池及电芯生产项目开工。", "Project:年产10GWh固态电池及电芯生产项目", ""),
    ("启岳集团年产30万吨铝单板项目开工。", "Company:启岳集团 Project:年产30万吨铝单板项目", ""),
    ("签约的有澜豚智能农业机械生产项目。", "Project:澜豚智能农业机械生产项目", ""),
    ("启岳集团副总裁沈漪作项目介绍。", "Company:启岳集团 Person:沈漪", "作项目"),
    ("项目集中签约,有3个技改项目、一个医学类项目。", "", "技改项目 医学类项目 一个医学类项目"),
    (
        "涉及启岳西南区域总部、超宽幅偏光片生产基地、澜海科技大厦等8个项目。",
        "Project:启岳西南区域总部 Project:超宽幅偏光片生产基地 Project:澜海科技大厦",
        "",
    ),
    ("启岳储能电池生产基地在盐都区奠基。", "Project:启岳储能电池生产基地 Place:盐都区", "启岳储能电池"),
    ("星衡半导体拟向容川资本定向增发。", "Company:星衡半导体 Company:容川资本", "拟向"),
    ("启岳股份(600123.SH)发布公告。", "Company:启岳股份", "SH)"),
    ("启岳集团在盐都区建设医疗器械厂。", "Company:启岳集团 Place:盐都区", "医疗器械厂"),
    ("王晓明一行走访了启岳集团。", "Person:王晓明 Company:启岳集团", ""),
    # brackets are part of the name
    (
        "海之林(嘉兴)股权投资合伙企业(有限合伙)完成备案。",
        "Fund:海之林(嘉兴)股权投资合伙企业(有限合伙)",
        "有限合伙 股权投资",
    ),
    ("开天(上海)传动参展。", "Company:开天(上海)传动", "传动"),
    ("南湖区引进了开天(上海)传动项目。", "Company:开天(上海)传动", "传动"),
    # what is begun or finished is the project, not the company that it is called after
    ("开天(上海)传动项目投产。", "Project:开天(上海)传动项目", "传动"),
    ("星衡半导体(苏州)有限公司参展。", "Company:星衡半导体(苏州)有限公司", ""),
    ("星衡半导体（苏州）有限公司参展。", "Company:星衡半导体(苏州)有限公司", ""),
    ("江海大学(南湖)先进制造研究院揭牌。", "Institution:江海大学(南湖)先进制造研究院", "先进制造研究院"),
    # short forms that the text defines
    ("嘉兴浔江产业投资有限公司(以下简称“浔江产投”)成立。", "Company:浔江产投", ""),
    ("合肥庐阳湾产业投资有限公司（下称“庐阳湾产投”）成立。", "Company:庐阳湾产投", ""),
    ("宁波澜海智能装备股份有限公司(证券简称:澜海智能)公告。", "Company:宁波澜海智能装备股份有限公司", "证券简称"),
    # names known from the word of an industry behind a stem that is no word
    ("南湖区引进了德景电子。", "Company:德景电子", ""),
    ("澜海智能与闻泰通讯签约。", "Company:澜海智能 Company:闻泰通讯", ""),
    ("容川资本和容亿投资发起设立容江基金。", "Company:容川资本 Company:容亿投资 Fund:容江基金", ""),
    # government bodies; 区发改局 belongs to the district of the text
    ("南湖区召开会议,区发改局负责人参加。", "Government:南湖区发改局", "发改局"),
    ("嘉兴市人民政府与江海大学签约。", "Government:嘉兴市人民政府 University:江海大学", "人民政府"),
    ("浙江省发展和改革委员会批复了方案。", "Government:浙江省发展和改革委员会", "改革委员会"),
    ("南湖区委召开常委会。", "Government:南湖区委", ""),
    ("嘉兴科技城管委会主任出席。", "Government:嘉兴科技城管委会", "管委会"),
    # parks and zones
    ("企业入驻苏州工业园区。", "Park:苏州工业园区", ""),
    ("松江经济技术开发区与嘉兴科技城结对。", "Park:松江经济技术开发区 Park:嘉兴科技城", "经济技术开发区"),
    ("南湖基金小镇集聚了一批机构。", "Park:南湖基金小镇", ""),
    ("南湖区建设全面接轨上海示范区。", "Park:全面接轨上海示范区", "上海示范区"),
    # schools, hospitals, associations
    ("上海大学(浙江·嘉兴)新兴产业研究院揭牌。", "Institution:上海大学(浙江·嘉兴)新兴产业研究院", "新兴产业研究院"),
    (
        "江海大学附属第一医院与南湖区妇幼保健院签约。",
        "Hospital:江海大学附属第一医院 Hospital:南湖区妇幼保健院",
        "第一医院",
    ),
    ("上海市集成电路行业协会来访。", "Organization:上海市集成电路行业协会", "行业协会"),
    # quoted names
    ("第一届“南湖之春”经贸活动开幕。", "Event:南湖之春", "经贸活动"),
    ("南湖区深入实施“八八战略”。", "Policy:八八战略", ""),
    # people beside their posts
    ("南湖区区长周启明会见来宾。", "Person:周启明 Place:南湖区", "区长 周启"),
    ("启岳集团董事长、总裁欧阳静说。", "Person:欧阳静 Company:启岳集团", "欧阳"),
    ("市委书记张兵、市长李军出席。", "Person:张兵 Person:李军", ""),
    ("会议任命裴松岭为铁东区副区长。", "Person:裴松岭 Place:铁东区", ""),
    # people in a list of leaders, whatever their names begin with; a bracket or a word of its own beside the name
    ("南湖区领导沈漪、但文清、别南山参加。", "Person:沈漪 Person:但文清 Person:别南山 Place:南湖区", "南山区"),
    ("南湖区副区长(主持工作)沈明晓致辞。", "Person:沈明晓 Place:南湖区", "主持"),
    ("南湖区发改局局长李欣全程陪同。", "Person:李欣 Government:南湖区发改局", "李欣全"),
    ("江海大学校长郁光作专题汇报。", "Person:郁光 University:江海大学", "郁光作"),
    ("南湖区区长沈新就产业定位作了推介。", "Person:沈新 Place:南湖区", "沈新就"),
    ("中科院院士郁其坤,江海大学副校长欧阳静出席。", "Person:郁其坤 Person:欧阳静", ""),
    ("启岳集团首席投资官王政参加座谈。", "Person:王政 Company:启岳集团", "投资官"),
    ("副区长侯岭伟、徐泽星等接待。副区长王文、林月和参加了仪式。", "Person:徐泽星 Person:林月和", "徐泽 林月"),
    ("江海集团党委副书记、总经理沈漪到会。", "Company:江海集团 Person:沈漪", "江海集团党委"),
    # names with characters that are ordinary elsewhere; a known name inside a longer one
    ("汇新电商公司成立。", "Company:汇新电商公司", ""),
    ("走访了迈思科电子。", "Company:迈思科电子", "思科"),
    ("平阳-乐清山海协作产业园开工。", "Park:平阳-乐清山海协作产业园", ""),
    ("走访了广东便捷星科技股份有限公司。", "Company:广东便捷星科技股份有限公司", "星科技股份有限公司"),
    ("泸县召开会议,县经开区负责人参加。", "Park:泸县经开区", ""),
    ("机电工程学院党总支书记沈漪到会。", "Institution:机电工程学院 Person:沈漪", ""),
    ("签约的有宁德博川、江苏嘉盛川、浙江银川轮,均为动力电池企业。", "Company:宁德博川", "宁德市"),
    # who speaks at the head of a clause is a person
    ("韩江说,南湖区前景看好。水利部表示支持。", "Person:韩江 Place:南湖区", ""),
    # names that no surname begins, behind a title and in a notice; words behind a name
    ("启岳集团董事长泽仁旺堆出席。", "Person:泽仁旺堆 Company:启岳集团", ""),
    ("王磊,男,汉族,1978年4月生,现任盐都区区长。", "Person:王磊 Place:盐都区", "汉族"),
    ("启岳集团董事长助理办公室发布通知。", "Company:启岳集团", "助理办公室 办公室"),
    # bodies whose place the tokenizer cuts at, bodies of bodies, organs of zones
    ("赤壁市委书记沈漪出席。", "Government:赤壁市委 Place:赤壁市 Person:沈漪", ""),
    (
        "赤壁市召开会议,市政府办公室主任沈漪、市政协主席韩江参加。",
        "Government:赤壁市政府办公室 Government:赤壁市政协",
        "",
    ),
    ("西安市召开会议,省教育厅厅长沈漪到会。", "Government:陕西省教育厅 Place:西安市", ""),
    ("合肥市开展招商,高新区管委会主任沈漪带队。", "Government:合肥高新区管委会 Person:沈漪", ""),
    ("海安经济技术开发区党工委书记沈漪出席。", "Government:海安经济技术开发区党工委 Park:海安经济技术开发区", ""),
    ("绍兴滨海新区党工委副书记沈漪出席。", "Government:绍兴滨海新区党工委 Park:绍兴滨海新区", "滨海新区 绍兴市"),
    ("临湖新区筹委会与启岳集团签约。", "Government:临湖新区筹委会 Company:启岳集团", ""),
    # organs of a school belong to the title; a quoted strategy is no place; parks in chains of short places
    ("江海大学党委副书记沈漪主持。", "University:江海大学 Person:沈漪", "江海大学党委"),
    ("两区落实“双城”战略。", "Policy:双城", ""),
    ("企业迁往安徽马鞍山江滨新区。", "Park:安徽马鞍山江滨新区 Place:马鞍山市 Place:安徽省", ""),
    ("启岳集团与深圳市坪山新区管委会签约。", "Government:深圳市坪山新区管委会 Company:启岳集团", "坪山区"),
    # ordinary words name what is built right behind the verb that builds it
    ("双方共建前沿医学研究中心。", "Institution:前沿医学研究中心", ""),
    ("启岳集团在双流建设锂离子动力电池项目。", "Project:锂离子动力电池项目", ""),
    # what stands in a list of companies is one
    ("走访了海翔翔能、启岳集团。", "Company:海翔翔能 Company:启岳集团", ""),
    ("启岳集团与高新控股、鲲岭投资三方签约。", "Company:启岳集团 Company:高新控股 Company:鲲岭投资", ""),
    # people of the minorities, whose names have a dot
    ("阿克苏市市长艾力江·买买提出席签约仪式。", "Person:艾力江·买买提 Place:阿克苏市", "艾力江"),
    ("喀什市副市长古丽娜尔·阿不都拉致辞。", "Person:古丽娜尔·阿不都拉", ""),
    # the same word is a name of another thing elsewhere
    ("杨浦区四平路街道与南湖区新嘉街道结对。", "Place:四平路街道 Place:新嘉街道", ""),
    ("海门区和海宁市签约。", "Place:海门区 Place:海宁市", "海门区和海宁市 和海"),
]


@pytest.mark.parametrize(("sentence", "wanted", "unwanted"), NAMES, ids=[s for s, _, _ in NAMES])
def test_the_names_of_a_sentence(read: Read, sentence: str, wanted: str, unwanted: str) -> None:
    extraction = read(sentence)
    for one in wanted.split():
        kind, _, name = one.partition(":")
        found = [e for e in extraction.entities if _named(e, name)]
        assert len(found) == 1, f"{name}: {_told(extraction)}"
        assert ONTOLOGY.is_a(found[0].type, kind), f"{name} is taken for {found[0].type}"
    for name in unwanted.split():
        assert not any(e.name == name for e in extraction.entities), _told(extraction)


#: Sentences in which the words are common nouns, verbs or parts of other words: no entity but those listed.
NO_NAMES = [
    ("专业园区运营机构提供服务。", ""),
    ("双方将在产业、科技、人才等方面开展合作。", ""),
    ("职工福利不断改善,世界和平得到维护。", ""),
    ("公司加快数字化转型,打造智能工厂。", ""),
    ("一批高新技术企业和上市公司相继成立。", ""),
    ("投资者对新能源基金的热情很高。", ""),
    ("推动产业园区建设,完善基础设施。", ""),
    ("全市工业企业利润增长一成。", ""),
    ("加强与高校、科研院所、医院的合作。", ""),
    ("政府部门要为企业做好服务。", ""),
    ("园区内的企业享受优惠政策。", ""),
    ("项目建成后将形成完整的产业链。", ""),
    ("市场对新产品的反应很好,海洋经济前景广阔。", ""),
    ("南湖区优化营商环境,推动高质量发展。", "南湖区"),
    ("南湖区经济平稳运行。", "南湖区"),
    ("南湖区重点项目集中开工。", "南湖区"),
    ("上海相关平台表示欢迎。", "上海市"),
    ("启岳集团投资4500万元。", "启岳集团"),
    ("澜海智能拟投资建设生产线。", "澜海智能"),
    ("闻泰通讯总部大楼的员工说。", "闻泰通讯"),
    ("加快建设高水平研究型医院,建设老旧小区改造工程,建设重大项目。", ""),
    ("双方表示,专家说,农户介绍,大会指出,领导干部要带头。", ""),
    ("启岳集团与采购商、供应商座谈。", "启岳集团"),
]


@pytest.mark.parametrize(("sentence", "only"), NO_NAMES, ids=[s for s, _ in NO_NAMES])
def test_common_nouns_are_no_names(read: Read, sentence: str, only: str) -> None:
    assert [e.name for e in read(sentence).entities if e.name not in only.split()] == []


#: A verb before a name is not part of it.
VERBS = [
    ("启岳集团收购星衡半导体。", "启岳集团 星衡半导体"),
    ("南湖区走访澜海智能。", "南湖区 澜海智能"),
    ("代表团考察嘉兴科技城。", "嘉兴科技城"),
    ("容川资本领投星衡半导体。", "容川资本 星衡半导体"),
    ("启岳集团控股星衡半导体。", "启岳集团 星衡半导体"),
    ("南湖区服务澜海智能。", "南湖区 澜海智能"),
    ("嘉兴市引进江海大学。", "嘉兴市 江海大学"),
    ("启岳集团牵手容川资本。", "启岳集团 容川资本"),
    ("浙江省批准设立嘉兴综合保税区。", "浙江省 嘉兴综合保税区"),
    ("启岳集团发起设立容江基金。", "启岳集团 容江基金"),
    ("澜海智能委托容川资本管理。", "澜海智能 容川资本"),
    ("江海大学携手澜海智能。", "江海大学 澜海智能"),
]


@pytest.mark.parametrize(("sentence", "names"), VERBS, ids=[s for s, _ in VERBS])
def test_names_swallow_no_verb(read: Read, sentence: str, names: str) -> None:
    extraction = read(sentence)
    assert {e.name for e in extraction.entities} >= set(names.split()), _told(extraction)
    for entity in extraction.entities:
        assert all(entity.name == name or name not in entity.name for name in names.split()), _told(extraction)
