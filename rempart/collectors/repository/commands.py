"""Shell text cut into commands, and what their options give away.

No shell is run and nothing is expanded: a word with `$` in it is a reference. A text that is no
shell script makes words that name no command, and says nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from rempart.collectors.repository.environment import rows, turned_off
from rempart.collectors.repository.secrets.given import kind_of, written
from rempart.documents import decode
from rempart.documents.kept import kept

TABLE = Path(__file__).parent / "tables" / "commands.yaml"
MOST = 20_000  # commands of one text
_TOKEN = re.compile(
    r"""(?P<space>(?:[ \t\r\f\v]|\\\r?\n)+|\#[^\n]*)|(?P<end>\n|;+|&+|\|+|[()`])"""
    r"""|(?P<redirect>\d?[<>]+&?(?:[-\d](?!\S))?)"""
    r"""|(?P<word>(?:[^\s;&|<>()"'`\\]|\\.|"(?:\\.|[^"\\])*"|'[^']*'|["'\\])+)""",
    re.S,
)
_ASSIGNED = re.compile(r"(?:-D|--?)?([A-Za-z_][\w.-]*)=(.*)", re.S)
_QUOTED = re.compile(r""""((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)""", re.S)
_BEFORE = frozenset(
    [
        "sudo",
        "env",
        "exec",
        "nohup",
        "time",
        "command",
        "then",
        "do",
        "if",
        "else",
        "elif",
        "while",
        "until",
        "!",
        "export",
        "declare",
        "local",
        "readonly",
        "set",
        "typeset",
        "eval",
        "builtin",
        "{",
        "}",
        "ENV",
    ]
)
_FED = re.compile(r"[^\s:$]{1,64}:([^\s:$]+)")  # what chpasswd reads


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command: its words unquoted, the line it starts on, and what is piped into it."""

    words: tuple[str, ...]
    line: int
    fed: "Command | None" = None


@dataclass(frozen=True, slots=True)
class Told:
    """What an option says: `topic` is secret, unverified, unsigned, clear or open.

    `name` is the option or variable; `kind`, `literal` and `value` belong to secrets, and the value
    is not to be kept.
    """

    topic: str
    program: str
    name: str
    line: int
    kind: str = ""
    literal: bool = True
    value: str = ""


class Program(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a command; see the head of the table."""

    programs: tuple[str, ...]
    source: str
    secrets: dict[str, Literal["value", "userinfo", "percent", "named"]] = {}
    attached: tuple[str, ...] = ()
    arguments: int = 0
    where: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


NOTHING = Program((), "")


@lru_cache(maxsize=1)
def table() -> dict[str, Program]:
    """The commands by name."""
    return {name: row for row in decode(kept(TABLE), list[Program]) for name in row.programs}


def commands(text: str, line: int = 1) -> Iterator[Command]:
    """The simple commands of a text, in order; `line` is where it starts."""
    words: list[str] = []
    started, fed, count, position = line, None, 0, 0
    while position < len(text) and count < MOST:
        match = _TOKEN.match(text, position)
        if match is None:  # cannot be: every character starts a token
            return
        position = match.end()
        if match["word"] is not None:
            started = started if words else line
            words.append(_unquoted(match["word"]))
        elif match["end"]:
            command = Command(tuple(words), started, fed) if words else None
            if command is not None:
                count += 1
                yield command
            fed = command if match["end"] == "|" else None
            words = []
        line += match[0].count("\n")
    if words:
        yield Command(tuple(words), started, fed)


def _unquoted(word: str) -> str:
    if not ('"' in word or "'" in word or "\\" in word):
        return word
    return _QUOTED.sub(
        lambda part: next((one for one in part.groups() if one is not None), ""), word
    )


def told(text: str, line: int = 1) -> Iterator[Told]:
    """What the commands of a text give away, each secret and each way once a command."""
    for command in commands(text, line):
        yield from of_words(command.words, command.line, command.fed)


def of_words(words: Sequence[str], line: int, fed: Command | None = None) -> Iterator[Told]:
    """What one command gives away."""
    name, rest = program_of(words)
    program = table().get(name, NOTHING)
    seen: set[str] = set()
    for option, value, kind in (*_options(program, words), *_piped(name, fed)):
        literal = _written(value)
        if literal is not None and option not in seen:
            seen.add(option)
            yield Told("secret", name, option, line, kind, literal, value)
    spoken = f" {' '.join(rest)} "
    yield from _set_here(name, words, line)
    for topic in ("unverified", "unsigned", "clear", "open"):
        for option in getattr(program, topic):
            if _stands(option, spoken, rest):
                yield Told(topic, name, option, line)
                break


def _set_here(program: str, words: Sequence[str], line: int) -> Iterator[Told]:
    """Variables given to a command, or exported, that open or turn something off."""
    for word in words:
        assigned = _ASSIGNED.fullmatch(word)
        if assigned is None or word[0] == "-":
            continue
        for row in rows(assigned[1]):
            if turned_off(row, assigned[2]) and not row.images:
                yield Told(row.topic, program, word, line)


def _stands(option: str, spoken: str, words: Sequence[str]) -> bool:
    if f" {option} " in spoken or f" {option}=true " in spoken:
        return True
    if option.startswith("--") and "=" in option:  # --mode=x is also written --mode x
        return f" {option.replace('=', ' ', 1)} " in spoken
    if len(option) == 2 and option[0] == "-" and option[1].isalpha():  # -k within -sSLk
        return any(re.fullmatch(rf"-[a-zA-Z]*{option[1]}[a-zA-Z]*", word) for word in words)
    return "=" in option and option in spoken.replace('"', " ").replace("'", " ").split()


def program_of(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The command's name, and the words after it."""
    for place, word in enumerate(words):
        if word in _BEFORE or (_ASSIGNED.fullmatch(word) and not word.startswith("-")):
            continue
        return word.rpartition("/")[2].lower(), words[place + 1 :]
    return "", ()


def _options(program: Program, words: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Options and variables that hold a secret: name, value and kind."""
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        assigned = _ASSIGNED.fullmatch(word)
        name, value = (word.partition("=")[0], assigned[2]) if assigned else (word, following)
        if how := program.secrets.get(name):
            if assigned or not following.startswith("--"):
                yield name, _part(value, how), "password"
        elif any(word.startswith(one) and word != one for one in program.attached):
            attached = next(one for one in program.attached if word.startswith(one))
            if not word.startswith("--"):
                yield attached, word[len(attached) :], "password"
        elif assigned:
            kind = kind_of(assigned[1]) or kind_of(assigned[1].rpartition(".")[2])
            if kind:
                yield assigned[1], value, kind
        elif (kind := kind_of(word[2:])) and word[:2] == "--" and following[:1] not in ("", "-"):
            yield word, following, kind
    if program.arguments and set(program.where).intersection(words):
        yield "argument", words[program.arguments], "password"


def _part(value: str, how: str) -> str:
    match how:
        case "userinfo":
            return value.partition(":")[2]
        case "percent":
            return value.partition("%")[2]
        case "named":
            return value.removeprefix("pass:") if value.startswith("pass:") else ""
    return value


def _piped(name: str, fed: Command | None) -> Iterator[tuple[str, str, str]]:
    """`echo root:secret | chpasswd` and `echo secret | passwd --stdin`."""
    if fed is None or fed.words[0].rpartition("/")[2] not in ("echo", "printf"):
        return
    said = " ".join(word for word in fed.words[1:] if not word.startswith("-"))
    if name == "chpasswd" and (match := _FED.search(said.replace("\\n", " "))):
        yield "chpasswd", match[1], "password"
    elif name in ("passwd", "cryptsetup", "smbpasswd") and said.strip():
        yield f"{name} on standard input", said.strip(), "password"


def _written(value: str) -> bool | None:
    """Whether the secret itself stands there; what a shell fills in is a reference."""
    if not value:
        return None
    literal = written(value)
    if literal and ("$" in value or "`" in value) and not value.startswith("${"):
        return False
    return literal
