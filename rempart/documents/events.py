"""YAML read from the parser's events: one pass that guards, builds values and keeps line numbers.

`yaml.load` is not used. libyaml's composer crashes the process on a million nested brackets, and
the pure one takes minutes on chained merge keys; events come one at a time and can be refused.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from rempart.documents.document import Document, Limits, Lines, Step, shown
from rempart.errors import ContentError, ContentErrors

if TYPE_CHECKING:
    import yaml

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,40}(?:[eE][-+]?[0-9]{1,3})?")
WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
NUMERIC = frozenset("-0123456789")
MANY = 100  # repeated keys of one text; more of them say nothing new
STANDARD = "tag:yaml.org,2002:"
# A surrogate pair as JSON writes it; YAML has \U for that.
PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB]\w\w)\\u([dD][c-fC-F]\w\w)")


def documents(
    text: str | bytes, file: str, limits: Limits, *, tagged: bool
) -> tuple[Document, ...]:
    """All documents of a YAML stream, or the one of a JSON text."""
    import yaml

    reader = _Reader(file, limits, tagged=tagged)
    loader = None
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(_decoded(text, file, limits))
        while (event := loader.get_event()) is not None:
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reader.refuse(f"expected YAML, found: {error.problem}", mark.line + 1 if mark else 1)
    except yaml.reader.ReaderError as error:
        reader.refuse(f"expected YAML, found: {error.reason}", 1)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reader.refuse(f"expected YAML, found: {shown(str(error))}", 1)
    finally:
        if loader is not None:
            loader.dispose()
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
    merging: bool = False  # the next value stands at a merge key
    anchor: str | None = None
    before: int = 0  # nodes of the text before it
    depth: int = 0  # levels below it
    merged: list[Any] = field(default_factory=list)  # what stands at its merge key


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an anchor names: its nodes and levels count again wherever an alias stands."""

    value: Any
    nodes: int = 1
    depth: int = 0


class _Reader:
    """Takes events, leaves documents and errors."""

    def __init__(self, file: str, limits: Limits, *, tagged: bool) -> None:
        self.file, self.limits, self.tagged = file, limits, tagged
        self.errors: list[ContentError] = []
        self.found: list[Document] = []
        self.nodes = 0
        self.anchors: dict[str, _Anchored] = {}
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
        name = type(event).__name__
        if name == "ScalarEvent" and self.bare(event):
            return
        handler = self.handlers.get(name)
        if handler is not None:
            handler(event)

    def alias(self, event: Any) -> None:  # noqa: ANN401  (an event of libyaml, untyped)
        line: int = event.start_mark.line + 1
        name = shown(event.anchor)
        if not self.limits.aliases:
            self.refuse(f"expected no alias, found *{name}: write the value out", line)
        known = self.anchors.get(event.anchor)
        if known is None:
            self.refuse(f"expected an alias of something above, found *{name}", line)
        self.count(known.nodes, line)
        if len(self.stack) + known.depth > self.limits.depth:
            self.refuse(f"expected at most {self.limits.depth} levels, found more", line)
        top = self.top
        if top is None or not top.mapping or top.key is not None:
            self.add(known.value, line, known.depth)
        elif isinstance(known.value, str):
            self.keyed(top, known.value, line, plain=False)
        else:
            self.refuse("expected a word as key, found a list or mapping", line)

    def guarded(self, event: Any) -> int:  # noqa: ANN401
        """The line of a node, once it is found harmless."""
        line: int = event.start_mark.line + 1
        if event.anchor is not None and not self.limits.aliases:
            self.refuse(f"expected no anchor, found &{shown(event.anchor)}", line)
        self.count(1, line)
        return line

    def count(self, nodes: int, line: int) -> None:
        self.nodes += nodes
        if self.nodes > self.limits.nodes:
            self.refuse(f"expected at most {self.limits.nodes} keys and values, found more", line)

    def named(self, anchor: str | None, value: _Anchored) -> None:
        if anchor is not None:
            self.anchors[anchor] = value

    def tag_of(self, event: Any, standard: tuple[str, ...], line: int) -> str:  # noqa: ANN401
        """The tag without its prefix; refuses what is neither standard nor tolerated."""
        tag: str = event.tag
        if tag.startswith(STANDARD) and tag.removeprefix(STANDARD) in standard:
            return tag.removeprefix(STANDARD)
        if self.tagged and tag.startswith("!"):
            return tag
        return self.refuse(f"expected no tag, found {shown(tag)}", line)

    def bare(self, event: Any) -> bool:  # noqa: ANN401
        """Take a word without anchor and tag, which nearly all are; whether it was one.

        What is counted and refused elsewhere is so here; a key that stands twice or merges is left.
        """
        top = self.top
        if top is None or top.merging or event.anchor is not None or event.tag is not None:
            return False
        text: str = event.value
        line: int = event.start_mark.line + 1
        asked = top.mapping and top.key is None
        if self.nodes >= self.limits.nodes or (asked and (text == "<<" or text in top.keys)):
            return False
        self.nodes += 1
        if asked:
            top.keys[text] = line
            top.key = text
            return True
        value = scalar(text) if event.implicit[0] else text
        if top.mapping:
            top.value[top.key] = value
            top.key = None
        else:
            top.keys[len(top.value)] = line
            top.value.append(value)
        return True

    def scalar(self, event: Any) -> None:  # noqa: ANN401
        line = self.guarded(event)
        text: str = event.value
        top = self.top
        if top is not None and top.mapping and top.key is None:
            if event.tag is not None and event.tag != "!":
                self.tag_of(event, ("str",), line)
            self.named(event.anchor, _Anchored(text))
            self.keyed(top, text, line, plain=event.implicit[0])
            return
        value: Any = text
        if event.tag is None:
            value = scalar(text) if event.implicit[0] else text
        elif event.tag != "!":
            tag = self.tag_of(event, ("str", "int", "float", "bool", "null"), line)
            value = text if tag == "str" or tag[0] == "!" else scalar(text)
            value = self.wrapped(tag, value, line)
        self.named(event.anchor, _Anchored(value))
        self.add(value, line)

    def keyed(self, top: _Frame, key: str, line: int, *, plain: bool) -> None:
        if key == "<<" and plain and not self.limits.aliases:
            self.refuse("expected no merge key, found <<: write the keys out", line)
        if key in top.keys:
            message = f'expected each key once, found "{shown(key)}" again (line {top.keys[key]})'
            if len(self.errors) >= MANY:
                self.refuse(message, line)
            self.errors.append(ContentError(message, file=self.file, line=line))
        top.keys[key] = line
        top.key, top.merging = key, key == "<<" and plain

    def opened(self, event: Any) -> None:  # noqa: ANN401
        line = self.guarded(event)
        mapping = type(event).__name__ == "MappingStartEvent"
        if self.top is not None and self.top.mapping and self.top.key is None:
            self.refuse("expected a word as key, found a list or mapping", line)
        if len(self.stack) >= self.limits.depth:
            self.refuse(f"expected at most {self.limits.depth} levels, found more", line)
        tag = "" if event.tag in (None, "!") else self.tag_of(event, ("map", "seq"), line)
        value: Any = {} if mapping else []
        self.top = _Frame(value, {}, line, mapping, tag, anchor=event.anchor, before=self.nodes)
        self.anchors.pop(event.anchor, None)  # nothing stands for it before its end
        self.stack.append(self.top)

    def closed(self, _: Any) -> None:  # noqa: ANN401
        frame = self.stack.pop()
        if frame.merged:
            frame.keys.pop("<<")
        for source in frame.merged:
            self.merge(frame, source)
        self.lines[id(frame.value)] = frame.keys
        self.top = self.stack[-1] if self.stack else None
        value = self.wrapped(frame.tag, frame.value, frame.line)
        self.named(frame.anchor, _Anchored(value, self.nodes - frame.before + 1, frame.depth + 1))
        self.add(value, frame.line, frame.depth + 1)

    def merge(self, frame: _Frame, source: Any) -> None:  # noqa: ANN401
        """Add the keys of a merged mapping that are not there; of several the first one wins."""
        if not isinstance(source, dict):
            self.refuse("expected mappings at a merge key, found something else", frame.line)
        lines = self.lines.get(id(source), {})
        for key in source:
            if key not in frame.value:
                frame.value[key] = source[key]
                frame.keys[key] = lines.get(key, frame.line)

    def wrapped(self, tag: str, value: Any, line: int) -> Any:  # noqa: ANN401
        """The value itself, or under its own tag."""
        if not tag.startswith("!"):
            return value
        wrapper = {tag: value}
        self.lines[id(wrapper)] = {tag: line}
        return wrapper

    def add(self, value: Any, line: int, depth: int = 0) -> None:  # noqa: ANN401
        top = self.top
        if top is None:
            self.found.append(Document(value, self.file, line, self.lines))
            self.anchors = {}
            return
        top.depth = max(top.depth, depth)
        if top.mapping:
            if top.merging:
                top.merged += value if isinstance(value, list) else [value]
            else:
                top.value[top.key] = value
            top.key, top.merging = None, False
        else:
            top.keys[len(top.value)] = line
            top.value.append(value)
