"""Messages of the library, the system and the option parser, said in Chinese where the run speaks it."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from typing import Any

from kg.cli.printing import load_ontology
from kg.cli.voice import Voice, say


def system_words(error: OSError) -> str:
    """What the system says of a fault, in the language of this run."""
    en = error.strerror or str(error)
    return say(_SYSTEM.get(error.errno or 0, en), en)


#: What the system says, in Chinese.
_SYSTEM: Mapping[int, str] = {
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许这样做",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EFBIG: "文件大小超过限制",
    errno.EROFS: "文件系统只读",
    errno.EISDIR: "这是文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EIO: "磁盘读写出错",
    errno.EEXIST: "这里已有同名文件",
}


def usage_words(error: Any) -> str:
    """What is wrong with a call, in the language of this run."""
    english = str(error.format_message())
    if Voice.language != "zh":
        return english
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    name = getattr(error, "param_hint", None) or (max(parameter.opts, key=len) if parameter is not None else "")
    if kind == "NoSuchOption":
        near = "、".join(error.possibilities or ())
        return f"没有选项 {error.option_name}" + (f"，是不是 {near}？" if near != "" else "")
    if kind == "MissingParameter":
        return f"缺少参数 {str(name).upper() if not str(name).startswith('-') else name}"
    if kind == "BadParameter":
        return f"{name} 的值不对：{error.message}"
    command = re.fullmatch(r"No such command '(.+?)'\.?(.*)", english, re.DOTALL)
    if command is not None:
        near = "、".join(re.findall(r"'(.+?)'", command.group(2)))
        return f"没有命令 {command.group(1)}" + (f"，是不是 {near}？" if near != "" else "")
    option = re.fullmatch(r"Option '(.+?)' requires an argument\.", english)
    if option is not None:
        return f"选项 {option.group(1)} 后面要有值"
    extra = re.fullmatch(r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)\.?", english)
    return f"多余的参数：{extra.group(1)}" if extra is not None else english


#: What the library says, and how it is said in Chinese; a message without an entry stays English.
_ZH: tuple[tuple[str, str], ...] = (
    (r"port (\d+) of (.+) is in use; choose another one with --port", r"\2 的端口 \1 已被占用；请用 --port 另选一个"),
    (r"port (\d+) is not allowed to this user; .*", r"当前用户不能使用端口 \1；请用 --port 选 1024 以上的端口"),
    (r"'(.+)' is no address of this machine; .*", r"“\1”不是本机的地址；请用 --host 给出本机地址，如 127.0.0.1"),
    (r"there is no such file or folder; check the spelling of the path", "没有这个文件或文件夹，请检查路径"),
    (r"has (\d+) sentences; there is no sentence (\d+)", r"只有 \1 句，没有第 \2 句"),
    (r"holds (\d+) articles; --html explains one", r"里有 \1 篇文章，--html 一次只写一篇"),
    (r"(.+) holds no article that can be read; (.+)", r"\1 里没有可读的文章（支持 .txt .md .html .jsonl .csv）"),
    (r"no entity is called '(.+?)'; did you mean (.+)\?", r"没有名为“\1”的实体；是不是 ⟨2⟩？"),
    (r"no entity is called '(.+?)'.*", r"没有名为“\1”的实体；kg search 可在原句里查找"),
    (r"'(.+?)' may mean (\d+) things; type one of these ids: (.+)", r"“\1”可能指 \2 个对象，请改用编号：⟨3⟩"),
    (
        r"there is no (?:entity|fact) type '(.+?)'; did you mean (.+?)\? known: (.+)",
        r"没有类型“\1”；是不是 ⟨2⟩？可用：⟨3⟩",
    ),
    (r"there is no (?:entity|fact) type '(.+?)'; known: (.+)", r"没有类型“\1”；可用：⟨2⟩"),
    (r"not a calendar date: '(.+?)'; .*", r"不是日期：“\1”；请写成 2018-08-20、2018-08、2018 或 2018年8月20日"),
    (r"not a sum of money: '(.+?)'; .*", r"不是金额：“\1”；请写成 1亿元、5000万 或 3e8"),
    (r"since '(.+?)' lies after until '(.+?)'", r"起始日期 \1 晚于截止日期 \2"),
    (r"there is no document '(.+?)'; did you mean (.+)\?", r"没有文章“\1”；是不是 ⟨2⟩？"),
    (r"there is no document '(.+?)'.*", r"没有文章“\1”；kg search 可按词查找文章"),
    (r"'(.+?)' begins (\d+) document ids: (.+)", r"有 \2 篇文章的编号以“\1”开头：⟨3⟩"),
    (r"question '(.+?)' has no parameter '(.+?)'; it has none", r"问题 \1 没有参数"),
    (r"question '(.+?)' has no parameter '(.+?)'; it has (.+)", r"问题 \1 没有参数 \2；它的参数是 ⟨3⟩"),
    (r"question '(.+?)' needs -p (.+?)=…; for example: (.+)", r"问题 \1 需要 -p \2=…；例如：\3"),
    (r"-p (\w+)=(.*): not a sum of money; .*", r"-p \1=\2：不是金额；请写成 1亿元、5000万 或 3e8"),
    (r"-p (\w+)=(.*): not a number", r"-p \1=\2：不是数字"),
    (r"nothing to look for; type a word", "没有要找的词；请输入一个词"),
    (r"there is no such folder of gold files; .*", "没有这个标注文件夹，请检查路径"),
    (r"holds no gold files; .*", "里没有标注文件（每篇文章一个 .json）"),
    (r"is no JSON: (.+); mend the file at this line", r"不是 JSON（\1）；请改正这一行"),
    (r"is not UTF-8; save it as UTF-8", "不是 UTF-8；请存为 UTF-8"),
    (
        r"its article '(.+?)' is not in (.+); mend the url, or name the folder of the articles",
        r"找不到它的文章“\1”；请改正 url，或用 --articles 给出文章所在文件夹",
    ),
    (
        r"is about an article that starts with '(.+?)'; (.+) does not hold these words",
        r"标注的是以“\1”开头的文章，\2 里没有这些字；请改正 url 或 starts_with",
    ),
    (r"its article cannot be read: (.+)", r"它的文章不能读：\1"),
    (r"another file of this folder has the id '(.+?)' too; rename one", r"另一个标注文件的 id 也是“\1”；请改其中一个"),
    (r"there is no store here; .*", "这里没有图谱库；先用 kg build 建库，或用 --store 指定"),
    (r"is no store: it holds '(.+?)'; .*", r"不是图谱库：其中有“\1”；请用 --store 指定空的或新的文件夹"),
    (r"is a file, not a store; .*", "是文件，不是图谱库；请用 --store 指定文件夹"),
    (r"built by another version: .*", "由另一版本建立；请用 kg build --rebuild 重建"),
    (r"another kg process is writing to this store; .*", "另一个 kg 进程正在写这个图谱库；请等它结束"),
    (r"no permission to write or read here; .*", "没有读写权限；请改文件夹的权限，或用 --store 换一个"),
    (r"the disk is full or cannot be written; .*", "磁盘已满或不能写；腾出空间后再建，原有内容不会丢失"),
    (r"'(.+?)' begins (\d+) fact ids: (.+)", r"有 \2 条事实的编号以“\1”开头：⟨3⟩"),
    (r"there is no fact '(.*?)'; .*", r"没有事实“\1”；kg facts --ids 列出编号"),
    (r"the document (.+) names nothing '(.+?)'; .*", r"文章 \1 里没有名称“\2”"),
    (r"'(.+?)' and '(.+?)' are one thing already \((.+)\)", r"“\1”和“\2”已经是同一个对象（\3）"),
    (
        r"'(.+?)' is one name; say in which articles it means what: NAME@DOCUMENT",
        r"“\1”是同一个名称；请用 名称@文章编号 说明各在哪篇文章里",
    ),
    (r"(\S+) (.+): (.+); nothing was written", r"\1 \2：⟨problem⟩；没有写入"),
    (r"'(.+?)' names nothing", r"没有叫“\1”的对象"),
    (r"'(.+?)' names (\d+) things", r"“\1”可能指 \2 个对象；请用编号"),
    (r"'(.+?)' names no fact", r"没有事实“\1”"),
    (r"'(.+?)' names several facts", r"“\1”现在对应多条事实"),
    (r"a person is nothing but a person", "一个是人，另一个不是"),
    (r"they are two divisions with two codes", "这是两个代码不同的行政区划"),
    (r"a later judgement tells them apart \((.+)\)", r"后来的判断 \1 把它们分开了"),
    (r"'(.+?)' and '(.+?)' are one name in all documents", r"“\1”和“\2”在各篇文章里都是同一个名称"),
    (r"it applies to nothing", "库中已没有它所说的对象"),
    (r"a judgement needs a reason; .*", "判断要有理由；请用 --reason（-m）给出"),
    (r"nobody is named as the one who judges; .*", "不知道是谁在判断；请用 --who 给出"),
    (r"is a folder; name a file", "是文件夹，请给出文件名"),
    (
        r"no folder of articles is known to this store; .*",
        "这个库不知道文章文件夹在哪里；请用 --judgements 指定判断文件",
    ),
    (
        r"there are several places for judgements \((.+)\); .*",
        r"判断可以写在几个地方（\1）；请用 --judgements 指定一个",
    ),
    (
        r"kg review asks in a terminal, and this is none; .*",
        "kg review 要在终端里问答，这里不是终端；--json 列出待定的，kg merge、split、confirm、reject 可写判断",
    ),
    (r"there is no kind '(.+?)' to review; known: pair, fact", r"没有“\1”这一种；可用：pair、fact"),
    (r"holds no judgement to undo", "里没有可撤销的判断"),
    (r"no judgement has the id '(.+?)'; .*", r"没有编号为“\1”的判断；kg judgements 列出全部"),
    (r"(\d+) judgements begin with the id '(.+?)'; .*", r"有 \1 个判断的编号以“\2”开头；kg judgements 列出全部"),
    (r"there is no such file of judgements; .*", "没有这个判断文件；请检查路径，或用 --judgements - 取消"),
    (r"an unfinished git merge; keep the lines you want", "git 合并没有完成；请留下要的那些行，删去标记"),
    (
        r"'(.+?)' has (\d+) fields, not 6 or 7; .*",
        r"“\1”有 \2 格，应为 6 或 7 格，用制表符分开：判断、对象、另一对象、理由、谁、何时、事实",
    ),
    (r"there is no judgement '(.*?)'; known: (.+)", r"没有判断“\1”；可用：⟨2⟩"),
    (r"(\S+) does not say what it is about", r"\1 没有写对象"),
    (r"(\S+) needs two fields: about and other", r"\1 要写两个对象"),
    (r"(\S+) gives no reason", r"\1 没有写理由"),
    (r"(\S+) does not say who judged", r"\1 没有写是谁判断的"),
    (r"'(.*?)' is no time; .*", r"“\1”不是时间；请写成 2026-03-02T09:30:00Z"),
    (r"the line has no name", "这一行没有名称"),
    (r"there is no type '(.*?)'; known: (.+)", r"没有类型“\1”；可用：⟨2⟩"),
    (r"'(.+?)' stands in line (\d+) too; .*", r"“\1”在第 \2 行已有；每个实体只写一行"),
    (r"the name '(.+?)' is too short: .*", r"名称“\1”太短，会到处被认出来；请去掉"),
    (r"the name '(.+?)' is an ordinary word: .*", r"名称“\1”是普通词语，会到处被认出来；请去掉"),
    (
        r"the name '(.+?)' belongs to the entity of line (\d+) too; .*",
        r"名称“\1”也属于第 \2 行的实体；表中一个名称只能指一个对象",
    ),
    (r"the parent '(.+?)' is no id and no name of the table; .*", r"上级“\1”不是表中的编号或名称；请为它加一行"),
    (r"'(.+?)' is its own parent", r"“\1”的上级是它自己"),
    (r"is neither UTF-8 nor GB18030; .*", "既不是 UTF-8 也不是 GB18030；请存为 UTF-8"),
    (r"the file is empty; its first line names .*", "文件是空的；第一行应是各列名称 name、aliases、type、id、parent"),
    (
        r"there is no column '(.+?)'; the columns are: (.+); name them .*",
        r"没有 \1 列；现有各列：⟨2⟩；请命名为 name、aliases、type、id、parent（或 名称、别名、类型、编号、上级）",
    ),
    (
        r"the line has (\d+) cells and the heading (\d+); .*",
        r"这一行有 \1 格，表头只有 \2 格；含逗号的格请用引号括起来",
    ),
    (r"is no csv: (.+); mend the quotes", r"不是 CSV（\1）；请补上引号"),
    (r"cannot be written: (.+); free space or name another file", r"不能写（⟨system⟩）；请腾出空间或换一个文件"),
    (r"a record cannot be read \((.+)\); built by another version: .*", "有记录读不出；请用 kg build --rebuild 重建"),
    (r"is damaged \((.+)\); built by another version: .*", r"已损坏（\1）；请用 kg build --rebuild 重建"),
    (r"the store cannot be used: (.+); rebuild .*", r"图谱库不能用（\1）；若总是这样，请用 kg build --rebuild 重建"),
    (r"the query failed: (.+)", r"查询失败：\1"),
    (r"a worker process died, .*", "一个工作进程被终止，多半是内存不足；已读的都已保存，请加 --jobs 1 再运行"),
    (
        r"the store is damaged; rebuild with kg build --rebuild \((.+)\)",
        r"图谱库已损坏；请用 kg build --rebuild 重建（\1）",
    ),
    (r"a build of this store was broken off .*", "这个库的建立在写入之前中断了；请再运行 kg build"),
    (r"'(.+?)' cannot be the base of IRIs: .*", r"“\1”不能作为 IRI 的前缀；请写成 https://kg.example/ 的样子"),
    (r"its IRIs begin with (.+?), not with (.+?); .*", r"库中 IRI 以 \1 开头，不是 \2；请用 kg build --rebuild 重建"),
    (r"line (\d+), column (\d+): the query is not SPARQL 1\.1: (.*)", r"第 \1 行第 \2 列：不是正确的 SPARQL 1.1：\3"),
    (r"the query is not SPARQL 1\.1: (.*)", r"不是正确的 SPARQL 1.1：\1"),
    (r"line (\d+), column (\d+): (\w+) is an update; .*", r"第 \1 行第 \2 列：\3 是更新，kg 只回答查询"),
    (r"line (\d+), column (\d+): SERVICE is not allowed: .*", r"第 \1 行第 \2 列：不允许 SERVICE，kg 不联网"),
    (r"the file is empty; its first row .*", "文件是空的；表格第一行应是各列的名称"),
    (r"the file is empty; .*", "文件是空的；请写入文章或删除文件"),
    (r"the table is empty; .*", "表格是空的；第一行应是各列的名称"),
    (r"the article has no text; .*", "文章没有正文；请补上正文或删除这条记录"),
    (r"the page has no text; .*", "网页里没有正文；请把正文另存为 .txt"),
    (
        r"an article of (?:more than )?(\S+) (bytes|characters) is too long \(limit (\S+) characters\); .*",
        r"文章太长（\1 ⟨unit⟩，上限 \3 字）；请拆成每篇一个文件",
    ),
    (
        r"no column holds the text; the columns are: (.*); name the one .*",
        r"没有正文列；现有各列：⟨1⟩；请把正文列命名为 text",
    ),
    (
        r"has no text; the (?:fields|columns) are: (.*); name the one .*",
        r"没有正文；现有字段：⟨1⟩；请把正文命名为 text",
    ),
    (r"the text is no string: (.*); put it in quotes", r"正文不是字符串：\1；请加引号"),
    (r"is a JSON array; .*", "是 JSON 数组；请每行写一个对象（JSON Lines）"),
    (r"is no JSON object \(.+?\): (.*); write one object a line", r"不是 JSON 对象：\1；请每行写一个对象"),
    (r"is no JSON object: (.*); write one a line", r"不是 JSON 对象：\1；请每行写一个对象"),
    (
        r"the row has (\d+) fields and the header (\d+); .*",
        r"这一行有 \1 格，表头只有 \2 格；含逗号的正文请用引号括起来",
    ),
    (r"the row is no CSV \((.+)\); .*", "这一行不是 CSV；请补上引号，字段里的引号写两个"),
    (r"before byte (\d+): the table is damaged or mixes encodings; .*", "表格损坏或混用了两种编码；请重新存为 UTF-8"),
    (
        r"another record has the id '(.+?)' too; rename it",
        r"另一条记录的编号也是“\1”，内容却不同；请改其中一个编号",
    ),
    (r"is (.+?), not text; save its text .*", r"是⟨kind⟩，不是文本；请把正文存为 .txt（UTF-8）"),
    (r"cannot be read: (.+)", r"不能读：⟨system⟩"),
    (r"cannot be read \((.+)\); please report it", r"不能读（\1）；请报告这个问题"),
    (r"files of the kind (\S+) are not read; .*", r"不读 \1 文件；请转成 .txt、.md、.html、.jsonl 或 .csv"),
    (r"files without a suffix are not read; .*", "不读没有后缀的文件；请转成 .txt、.md、.html、.jsonl 或 .csv"),
    (
        r"is binary, or UTF-16 without a byte order mark; .*",
        "是二进制文件，或没有字节序标记的 UTF-16；请存为 UTF-8 文本",
    ),
    (r"has many control characters, .*", "有大量控制字符，是二进制文件；请把正文存为 .txt（UTF-8）"),
    (r"byte (\d+) \((.+?)\) is not (.+?): .*", r"第 \1 字节（\2）不是 ⟨3⟩：文本损坏或混用了两种编码；请重新存为 UTF-8"),
    (r"the date '(.+?)' is none; .*", r"日期“\1”不是日期；请写成 2018-08-20，或者去掉"),
    (r"cannot be analysed \((.+)\); please report it", r"无法分析（\1）；请报告这个问题"),
    (r"is no ordinary file, or a link that leads nowhere", "不是普通文件，或是失效的链接"),
    (r"the name is empty; .*", r"名称为空；请输入名称、名称的一部分或拼音"),
    (r"facts are sorted by (.+), not '(.+?)'", r"排序只能是 ⟨1⟩，不能是“\2”"),
    (r"dates are compared by event or by published, not '(.+?)'", r"--by 只能是 event 或 published，不能是“\1”"),
)


def translate(message: str) -> str:
    """A message of the library in the language of this run; the place in front of it (file, line) stays."""
    if Voice.language != "zh":
        return message
    for pattern, words in _ZH:
        found = re.search(rf"(?:^|(?<=: )){pattern}$", message, re.DOTALL)
        if found is not None:
            groups = re.split(r"⟨(\w+)⟩", words)
            told = [_words_of(found, g) if n % 2 == 1 else found.expand(g) for n, g in enumerate(groups)]
            return message[: found.start()] + "".join(told)
    return message


#: What a file is that is no text, in Chinese.
_KINDS: Mapping[str, str] = {
    "a PDF": " PDF",
    "a zip archive or an office document": "压缩包或 Office 文档",
    "an old office document": "旧版 Office 文档",
    "compressed": "压缩文件",
    "a picture": "图片",
}


def _words_of(found: re.Match[str], name: str) -> str:
    """A part of a message that has words of its own: a list (by its number), a unit, what the system says."""
    if name == "problem":
        return translate(found.group(3))
    if name == "kind":
        return _KINDS.get(found.group(1), found.group(1))
    if name == "unit":
        return {"bytes": "字节", "characters": "字"}[found.group(2)]
    if name == "system":
        known = {os.strerror(number).lower(): zh for number, zh in _SYSTEM.items()}
        return known.get(found.group(1).lower(), found.group(1))
    words = found.group(int(name)).replace(" or ", "、").replace(", ", "、").replace("; ", "；")
    # Classes are named as the ontology does, and may be typed so.
    return class_names(words) if re.search(r" type |may mean", found.re.pattern) is not None else words


def class_names(text: str) -> str:
    """Names of classes in a text by their labels, in the language of this run."""
    labels = load_ontology().labels
    text = re.sub(r"\b[A-Z][A-Za-z]+\b", lambda m: labels.get(m.group(), {}).get(Voice.language, m.group()), text)
    for en, zh in ((", found under another type", "（类别不同）"), (", repeats ", "，重复 "), ("→ none", "→ 无")):
        text = say(text.replace(en, zh), text)
    return text
