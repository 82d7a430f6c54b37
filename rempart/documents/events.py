"""YAML read from the parser's events: one pass that guards, builds values and keeps line numbers.

`yaml.load` is not used. libyaml's composer crashes the process on a million nested brackets, and
the pure one takes minutes on chained merge keys; events come one at a time and can be refused.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from rempart.errors import ContentError, ContentErrors

if TYPE_CHECKING:
    import yaml

Step: TypeAlias = str | int
Lines: TypeAlias = dict[int, dict[Step, int]]

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,40}(?:[eE][-+]?[0-9]{1,3})?")
WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
NUMERIC = frozenset("-0123456789")
MANY = 100  # repeated keys of one text; more of them say nothing new
STANDARD = "tag:yaml.org,2002:"
# A surrogate pair as JSON writes it; YAML has \U for that.
PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB]\w\w)\\u([dD][c-fC-F]\w\w)")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a text is read: bytes, levels of nesting, keys and values together."""

    size: int = 16_000_000
    depth: int = 64
    nodes: int = 1_500_000


DEFAULT = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A value and where each of its parts stands. `lines` is by the identity of a container."""

    value: Any
    file: str
    line: int
    lines: Lines = field(repr=False)

    def line_of(self, path: Sequence[Step]) -> int:
        """The line of a key or element; of the nearest thing around it when it is not there."""
        line, value = self.line, self.value
        for step in path:
            known = self.lines.get(id(value), {})
            if step not in known:
                break
            line, value = known[step], value[step]
        return line

    def at(self, path: Sequence[Step]) -> Any:  # noqa: ANN401
        """The part at a path that exists."""
        value = self.value
        for step in path:
            value = value[step]
        return value

    def error(self, path: Sequence[Step], message: str) -> ContentError:
        """A content error at that path, with its file and line."""
        words = f"{dotted(path)}: {message}" if path else message
        return ContentError(words, file=self.file, line=self.line_of(path))


def dotted(path: Sequence[Step]) -> str:
    """A path as people write it: `subjects.hosts[3].ssh`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{shown(step)}" for step in path)
    return "".join(steps).removeprefix(".")


def shown(text: str, most: int = 60) -> str:
    """A text safe to show: without control characters, and not too long."""
    plain = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def documents(
    text: str | bytes, file: str, limits: Limits, *, tagged: bool
) -> tuple[Document, ...]:
    """All documents of a YAML stream, or the one of a JSON text."""
    import yaml

    reader = _Reader(file, limits, tagged=tagged)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(_decoded(text, file, limits), Loader=loader):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reader.refuse(f"expected YAML, found: {error.problem}", mark.line + 1 if mark else 1)
    except yaml.reader.ReaderError as error:
        reader.refuse(f"expected YAML, found: {error.reason}", 1)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reader.refuse(f"expected YAML, found: {shown(str(error))}", 1)
    if reader.errors:
        raise ContentErrors(reader.errors)
    return tuple(reader.found)


def _decoded(text: str | bytes, file: str, limits: Limits) -> str:
    try:
        raw = text.encode() if isinstance(text, str) else text
        words = raw.decode("utf-8-sig")
    except UnicodeError:
        message = "expected UTF-8 text, found other bytes"
        raise ContentErrors([ContentError(message, file=file)]) from None
    if len(raw) > limits.size:
        message = f"expected at most {limits.size} bytes, found {len(raw)}"
        raise ContentErrors([ContentError(message, file=file)])
    return _from_json(words) if file.endswith(".json") else words


def _from_json(text: str) -> str:
    """JSON in the spelling YAML reads: no tab between tokens (none can stand in a string)."""
    return PAIR.sub(_joined, text.replace("\t", " "))


def _joined(pair: re.Match[str]) -> str:
    try:
        high, low = int(pair[2], 16), int(pair[3], 16)
    except ValueError:
        return pair[0]
    return f"{pair[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def scalar(text: str) -> Any:  # noqa: ANN401
    """What a plain word means: true, false, nothing, a decimal number, or itself."""
    if text in WORDS:
        return WORDS[text]
    if text[0] in NUMERIC:
        if INTEGER.fullmatch(text):
            return int(text)
        if FLOAT.fullmatch(text):
            return float(text)
    return text


@dataclass(slots=True)
class _Frame:
    """A container being filled: `keys` holds the lines of a mapping's keys or a list's elements."""

    value: Any
    keys: dict[Step, int]
    line: int
    mapping: bool
    tag: str
    key: str | None = None


class _Reader:
    """Takes events, leaves documents and errors."""

    def __init__(self, file: str, limits: Limits, *, tagged: bool) -> None:
        self.file, self.limits, self.tagged = file, limits, tagged
        self.errors: list[ContentError] = []
        self.found: list[Document] = []
        self.nodes = 0
        self.lines: Lines = {}
        self.stack: list[_Frame] = []
        self.top: _Frame | None = None
        self.handlers = {
            "ScalarEvent": self.scalar,
            "MappingStartEvent": self.opened,
            "SequenceStartEvent": self.opened,
            "MappingEndEvent": self.closed,
            "SequenceEndEvent": self.closed,
            "AliasEvent": self.alias,
        }

    def refuse(self, message: str, line: int) -> NoReturn:
        raise ContentErrors([*self.errors, ContentError(message, file=self.file, line=line)])

    def take(self, event: "yaml.Event") -> None:
        handler = self.handlers.get(type(event).__name__)
        if handler is not None:
            handler(event)

    def alias(self, event: Any) -> None:  # noqa: ANN401  (an event of libyaml, untyped)
        self.refuse(
            f"expected no alias, found *{shown(event.anchor)}: write the value out",
            event.start_mark.line + 1,
        )

    def guarded(self, event: Any) -> int:  # noqa: ANN401
        """The line of a node, once it is found harmless."""
        line: int = event.start_mark.line + 1
        if event.anchor is not None:
            self.refuse(f"expected no anchor, found &{shown(event.anchor)}", line)
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            self.refuse(f"expected at most {self.limits.nodes} keys and values, found more", line)
        return line

    def tag_of(self, event: Any, standard: tuple[str, ...], line: int) -> str:  # noqa: ANN401
        """The tag without its prefix; refuses what is neither standard nor tolerated."""
        tag: str = event.tag
        if tag.startswith(STANDARD) and tag.removeprefix(STANDARD) in standard:
            return tag.removeprefix(STANDARD)
        if self.tagged and tag.startswith("!"):
            return tag
        return self.refuse(f"expected no tag, found {shown(tag)}", line)

    def scalar(self, event: Any) -> None:  # noqa: ANN401
        line = self.guarded(event)
        text: str = event.value
        top = self.top
        if top is not None and top.mapping and top.key is None:
            if event.tag is not None and event.tag != "!":
                self.tag_of(event, ("str",), line)
            self.keyed(top, text, line, plain=event.implicit[0])
            return
        if event.tag is None:
            self.add(scalar(text) if event.implicit[0] else text, line)
        elif event.tag == "!":
            self.add(text, line)
        else:
            tag = self.tag_of(event, ("str", "int", "float", "bool", "null"), line)
            value: Any = text if tag == "str" or tag[0] == "!" else scalar(text)
            self.add(self.wrapped(tag, value, line), line)

    def keyed(self, top: _Frame, key: str, line: int, *, plain: bool) -> None:
        if key == "<<" and plain:
            self.refuse("expected no merge key, found <<: write the keys out", line)
        if key in top.keys:
            message = f'expected each key once, found "{shown(key)}" again (line {top.keys[key]})'
            if len(self.errors) >= MANY:
                self.refuse(message, line)
            self.errors.append(ContentError(message, file=self.file, line=line))
        top.keys[key] = line
        top.key = key

    def opened(self, event: Any) -> None:  # noqa: ANN401
        line = self.guarded(event)
        mapping = type(event).__name__ == "MappingStartEvent"
        if self.top is not None and self.top.mapping and self.top.key is None:
            self.refuse("expected a word as key, found a list or mapping", line)
        if len(self.stack) >= self.limits.depth:
            self.refuse(f"expected at most {self.limits.depth} levels, found more", line)
        tag = "" if event.tag in (None, "!") else self.tag_of(event, ("map", "seq"), line)
        self.top = _Frame({} if mapping else [], {}, line, mapping, tag)
        self.stack.append(self.top)

    def closed(self, _: Any) -> None:  # noqa: ANN401
        frame = self.stack.pop()
        self.lines[id(frame.value)] = frame.keys
        self.top = self.stack[-1] if self.stack else None
        self.add(self.wrapped(frame.tag, frame.value, frame.line), frame.line)

    def wrapped(self, tag: str, value: Any, line: int) -> Any:  # noqa: ANN401
        """The value itself, or under its own tag."""
        if not tag.startswith("!"):
            return value
        wrapper = {tag: value}
        self.lines[id(wrapper)] = {tag: line}
        return wrapper

    def add(self, value: Any, line: int) -> None:  # noqa: ANN401
        top = self.top
        if top is None:
            self.found.append(Document(value, self.file, line, self.lines))
        elif top.mapping:
            top.value[top.key] = value
            top.key = None
        else:
            top.keys[len(top.value)] = line
            top.value.append(value)


def paths(value: Any, above: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:  # noqa: ANN401
    """Every scalar of a value with its path, in order: what text scanners walk over."""
    stack: list[tuple[tuple[Step, ...], Any]] = [(above, value)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            stack.extend(((*path, key), item[key]) for key in reversed(item))
        elif isinstance(item, list):
            stack.extend(((*path, n), item[n]) for n in reversed(range(len(item))))
        else:
            yield path, item
