"""Two languages: which one this run speaks, and help that holds both until it is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from typer.core import TyperCommand, TyperGroup

LANGUAGES = ("zh", "en")


BREAK = "\x1f"


INTERRUPTED = 130


class Voice:
    """The language of messages; one process speaks one."""

    language = "en"


def locale_language(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for: KG_LANG, else the locale; Chinese locales mean Chinese.

    >>> locale_language({"LANG": "zh_CN.UTF-8"}), locale_language({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    ('zh', 'en')
    """
    chosen = environment.get("KG_LANG", "").strip().lower()[:2]
    if chosen in LANGUAGES:
        return chosen
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value != "":
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(zh: str, en: str) -> str:
    """The words in the language of this run."""
    return zh if Voice.language == "zh" else en


def both(zh: str, en: str) -> str:
    """Help in both languages; `_speak` keeps one when the commands are built."""
    return zh + BREAK + en


def _pick(text: str | None) -> str | None:
    if text is None or BREAK not in text:
        return text
    zh, en = text.split(BREAK)
    return say(zh, en)


class _Spoken:
    """Help and usage of a command in the language of this run."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the help, its headings translated."""
        _name_panels()
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def get_usage(self, ctx: Any) -> str:
        """The line of usage."""
        return _usage(super().get_usage(ctx))  # type: ignore[misc]

    def get_help_option(self, ctx: Any) -> Any:
        """The option `--help`, its help translated."""
        return _help_option(super().get_help_option(ctx))  # type: ignore[misc]


class Command(_Spoken, TyperCommand):
    """A command that speaks the language of this run."""


class Group(_Spoken, TyperGroup):
    """A group of commands that speaks the language of this run."""


def _usage(text: str) -> str:
    """The line of usage in the language of this run; arguments without the braces of the library."""
    text = re.sub(r"\{(\w+)\}", r"\1", text)
    if Voice.language != "zh":
        return text
    for en, zh in (("Usage:", "用法："), ("[OPTIONS]", "[选项]"), ("COMMAND [ARGS]...", "命令 [参数]...")):
        text = text.replace(en, zh)
    return text


def _help_option(option: Any) -> Any:
    if option is not None:
        option.help = say("显示这段帮助", "Show this help")
    return option


def _name_panels() -> None:
    """The headings of help in the language of this run."""
    from typer import rich_utils

    for name, zh, en in (
        ("ARGUMENTS_PANEL_TITLE", "参数", "Arguments"),
        ("OPTIONS_PANEL_TITLE", "选项", "Options"),
        ("COMMANDS_PANEL_TITLE", "命令", "Commands"),
        ("DEFAULT_STRING", "[默认：{}]", "[default: {}]"),
        ("ENVVAR_STRING", "[环境变量：{}]", "[env var: {}]"),
        ("REQUIRED_LONG_STRING", "[必填]", "[required]"),
    ):
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, say(zh, en))
    make = getattr(rich_utils, "_make_rich_text", None)
    if make is not None and not hasattr(make, "folds"):

        def folded(**given: Any) -> Any:
            # Chinese has no blanks to break a line at: without this, help longer than a line ends in "…".
            text = make(**given)
            if hasattr(text, "overflow"):
                text.overflow = "fold"
            return text

        folded.folds = True  # type: ignore[attr-defined]
        setattr(rich_utils, "_make_rich_text", folded)  # noqa: B010 - mypy knows no such attribute


def speak(command: Any) -> Any:
    """Leaves one language in the help of a command and everything below it."""
    for name in ("help", "short_help", "epilog"):
        setattr(command, name, _pick(getattr(command, name, None)))
    for parameter in command.params:
        if getattr(parameter, "help", None) is not None:
            parameter.help = _pick(parameter.help)
    for inner in getattr(command, "commands", {}).values():
        speak(inner)
    return command


def help_with(zh: str, en: str, *examples: str) -> str:
    """Help in both languages with examples below it."""
    shown = "\n".join(f"  {line}" for line in examples)
    return f"{zh}\n\n\b\n例：\n{shown}{BREAK}{en}\n\n\b\nExamples:\n{shown}"
