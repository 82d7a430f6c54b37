"""Which lines of a file belong together: what an exception stands in or above.

Text is walked once, never evaluated and never parsed by a grammar, so that a broken or hostile file
costs no more than its length. Braces make blocks in HCL, JSON and server configuration, indentation
in YAML; a line that ends in a backslash goes on.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

HCL = (".tf", ".tofu", ".hcl", ".tfvars")
YAML = (".yaml", ".yml")
COMMENTS = ("#", "//", "/*", "*", ";", "--", "<!--", "{#", "{{/*")
LISTED = frozenset({"services", "Resources", "resources"})  # keys whose members are things
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*|//[^\n]*|/\*(?:.*?\*/|.*))
    |<<-?(?P<tag>[A-Za-z_][\w-]*)[^\n]*
    |"(?:[^"\\\n]|\\[^\n])*"?
    |(?P<brace>[{}])
    |(?P<line>\n)
    |[^\s{}"\#/<]+|.""",
    re.DOTALL | re.VERBOSE,
)
_LABEL = re.compile(r'"([^"\n]*)"|([\w.-]+)')
_THING = re.compile(r"""\s*- (?:[\w.-]+|"[^"]*"|'[^']*'):(?:\s|$)""")  # a mapping in a list
_TOP_KIND = re.compile(r"^kind:\s*['\"]?([\w.-]+)", re.MULTILINE)
_TOP_NAME = re.compile(
    r"^metadata:(?:[^\n]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+|[ \t]*\{(?:[^\n]*?[\s,])??)"
    r"name:\s*([^\s#,}]+)",
    re.MULTILINE,
)
_PLAIN = re.compile(r'[\w./-]+/[\w.-]*:?|[\w.-]+:|"[\w.-]+":|server(?: [\w.*-]+)*')
_SERVED = re.compile(r"^[^#\n]*?\bserver_name\s+([^;{}\n]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, the first being 1.

    `name` tells it apart within its file, whatever its lines; it may hold what the file says. A
    block of Terraform has the address it has in its module.
    """

    start: int
    end: int
    name: str = ""
    address: str = ""

    @property
    def shown(self) -> str:
        """What may be told of its name: nothing where it could hold a value, maybe a secret."""
        return self.address or (self.name if _PLAIN.fullmatch(self.name) else "")

    def __contains__(self, line: object) -> bool:
        return isinstance(line, int) and self.start <= line <= self.end


class Text:
    """A file's text, cut into blocks once for all comments in it."""

    def __init__(self, path: str, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.suffix = PurePosixPath(path).suffix.lower()

    @cached_property
    def braced(self) -> tuple["_Braces", ...]:
        """All blocks of braces, outer ones before inner ones."""
        return tuple(sorted(_braced(self.text), key=lambda one: (one.start, one.level)))

    @cached_property
    def outermost(self) -> tuple[Block, ...]:
        """The outermost blocks of HCL."""
        return tuple(_hcl(one) for one in self.braced if one.level == 0)

    def around(self, line: int, *, alone: bool) -> Block:
        """What a comment on that line speaks of; `alone` when nothing else stands on the line."""
        about = _next(self.lines, line) if alone else line
        if self.suffix in HCL:
            found = enclosing(self.outermost, about) or enclosing(self.outermost, line)
            return found or _single(self.lines, about)
        if self.suffix in YAML:
            return _in_yaml(self.lines, about, line)
        chain = [one for one in self.braced if one.start <= line <= one.end]
        if self.suffix == ".json":
            return _in_json(chain) or _single(self.lines, about)
        chain += [one for one in self.braced if one.start == about][:1]
        if not chain:
            return _single(self.lines, about)
        return Block(chain[-1].start, chain[-1].end, self._told_apart(chain[-1]))

    def _told_apart(self, found: "_Braces") -> str:
        """What a block begins with, and which names a server of nginx answers to."""
        if found.head != "server":
            return found.head
        served = _SERVED.search("\n".join(self.lines[found.start - 1 : found.end]))
        return f"{found.head} {served[1].strip()}" if served else found.head


@dataclass(frozen=True, slots=True)
class _Braces:
    level: int
    start: int
    end: int
    head: str


def enclosing(blocks: Sequence[Block], line: int) -> Block | None:
    """The block that holds a line, of blocks one after the other."""
    place = bisect_right([block.start for block in blocks], line) - 1
    return blocks[place] if place >= 0 and line in blocks[place] else None


def _hcl(found: _Braces) -> Block:
    words = [quoted or bare for quoted, bare in _LABEL.findall(found.head)]
    return Block(found.start, found.end, " ".join(words), _address(words))


def _address(words: list[str]) -> str:
    match words:
        case ["resource", kind, name]:
            return f"{kind}.{name}"
        case ["data", kind, name]:
            return f"data.{kind}.{name}"
        case ["module", name]:
            return f"module.{name}"
    return ""


def _braced(text: str) -> Iterator[_Braces]:
    """Every block of braces as it ends; one that is not closed goes on to the end."""
    line, place, head, begun = 1, 0, "", 0
    opened: list[tuple[int, str]] = []
    while found := _TOKEN.match(text, place):
        place = found.end()
        if tag := found["tag"]:
            end = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t]*$", re.MULTILINE).search(text, place)
            place = end.end() if end else len(text)
        token = text[found.start() : place]
        if found["brace"]:
            if found["brace"] == "{":
                opened.append((begun or line, head.strip()))
            elif opened:
                yield _Braces(len(opened) - 1, opened[-1][0], line, opened.pop()[1])
            head, begun = "", 0
        elif found["line"]:
            head, begun = "", 0
        elif not found["comment"]:
            begun = begun or (0 if token.isspace() else line)
            head = (head + token)[-300:]
        line += token.count("\n")
    for level, (start, name) in enumerate(opened):
        yield _Braces(level, start, line, name)


def _in_json(chain: Sequence[_Braces]) -> Block | None:
    """The thing of a template that holds a line, or the outermost member."""
    if not chain:
        return None
    listed = len(chain) > 2 and chain[1].head.strip(' ":') in LISTED
    found = chain[2] if listed else chain[min(1, len(chain) - 1)]
    return Block(found.start, found.end, found.head)


def _in_yaml(lines: list[str], about: int, line: int) -> Block:
    """A Kubernetes document, a member of a list of things, the innermost item, or the key."""
    first, last = _document(lines, line)
    whole = "\n".join(lines[first - 1 : last]) + "\n"
    kind = _TOP_KIND.search(whole)
    if kind and "apiVersion" in whole:
        name = _TOP_NAME.search(whole)
        return Block(first, last, f"{kind[1]}/{name[1] if name else ''}")
    chain = _chain(lines, first, last, about)
    if len(chain) > 1 and _key(lines[chain[0] - 1]) in LISTED:
        start = chain[1]
    else:
        items = [start for start in chain if _THING.match(lines[start - 1])]
        start = items[-1] if items else chain[0] if chain else about
    above = "/".join(_key(lines[number - 1]) for number in chain if number < start)
    said = lines[start - 1].strip()
    own = said if ":" in said else f"line {said}"
    return Block(start, _last(lines, start, last), f"{above}/{own}")


def _document(lines: list[str], line: int) -> tuple[int, int]:
    """The first and last line of the YAML document around a line."""
    first, last = 1, len(lines)
    for number, text in enumerate(lines, 1):
        if text.startswith("---"):
            if number <= line:
                first = number + 1
            else:
                last = number - 1
                break
    return min(first, last), last


def _chain(lines: list[str], first: int, last: int, line: int) -> list[int]:
    """The lines that open what holds a line, outermost first, and the line itself."""
    found: list[int] = []
    indent = 1 << 30
    for number in range(min(line, last), first - 1, -1):
        text = lines[number - 1]
        if _content(text) and (own := _indent(text)) < indent:
            found.append(number)
            indent = own
    return found[::-1]


def _last(lines: list[str], start: int, last: int) -> int:
    """The last line of what a line opens: deeper ones, and list items of a key at its own depth."""
    own, end = _indent(lines[start - 1]), start
    item = _is_item(lines[start - 1])
    for number in range(start + 1, last + 1):
        text = lines[number - 1]
        if not _content(text):
            continue
        deep = _indent(text)
        if deep < own or (deep == own and (item or not _is_item(text))):
            break
        end = number
    return end


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _is_item(text: str) -> bool:
    return text.lstrip(" ").startswith("- ")


def _key(text: str) -> str:
    return text.strip().removeprefix("- ").partition(":")[0].strip("'\"")


def _content(text: str) -> bool:
    bare = text.strip()
    return bool(bare) and not bare.startswith("#")


def _next(lines: list[str], line: int) -> int:
    """The next line that says something; the line itself where nothing follows."""
    for number in range(line + 1, len(lines) + 1):
        bare = lines[number - 1].strip()
        if bare and not bare.startswith(COMMENTS):
            return number
    return line


def _single(lines: list[str], line: int) -> Block:
    """One line with those it goes on to."""
    end = line
    while end < len(lines) and lines[end - 1].rstrip().endswith("\\"):
        end += 1
    said = lines[line - 1].partition("#")[0].strip() if line <= len(lines) else ""
    return Block(line, end, f"line {said}")
