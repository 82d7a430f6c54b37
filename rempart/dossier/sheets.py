"""A draft as a page, a PDF or a Word document, from the little Markdown the drafts are written in.

Headings, paragraphs, quotes, lists, tables, and within a line bold, emphasis, code and characters
made plain by a backslash: nothing else is known, and nothing a person typed becomes more than text.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final

from rempart.errors import Lacking

WORD: Final = "Word documents need one package: pip install 'rempart[docx]'"
_HEADING: Final = re.compile(r"(#{1,6}) +(.*)")
_ITEM: Final = re.compile(r"- +(.*)")
_RULE: Final = re.compile(r"\|(?: *:?-+:? *\|)+")
_CELL: Final = re.compile(r"(?<!\\)\|")
LABEL: Final = re.compile(r"\*\*[^*]+\*\*( – \*[^*]+\*)?")  # stays with what it names
_INLINE: Final = re.compile(r"\\(?P<plain>[^\w\s])|(?P<mark>\*\*|\*)|`(?P<code>[^`]*)`")
STYLE: Final = """
@page { size: A4; margin: 22mm 20mm; @bottom-right { content: counter(page) " / " counter(pages);
  font: 7.5pt Inter, sans-serif } }
:root { color-scheme: light dark }
body { font: 1rem/1.5 Inter, system-ui, sans-serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; overflow-wrap: break-word } code { overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25 } h2 { font-size: 1.2rem; margin-top: 2rem }
h3 { font-size: 1rem }
blockquote { margin: 1rem 0; padding: .6rem 1rem; border: 2px solid #a33 }
hr { border: 0; border-top: 1px solid #888; margin: 1.5rem 0 }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #888; padding: .35rem .5rem; text-align: left; vertical-align: top }
@media print { body { max-width: none; margin: 0; padding: 0; font-size: 10pt }
  h1, h2, h3, .label { break-after: avoid } tr, blockquote { break-inside: avoid } }
"""
PAPER: Final = """
@font-face { font-family: Inter; src: url("font:Inter-Regular.ttf") }
@font-face { font-family: Inter; font-style: italic; src: url("font:Inter-Italic.ttf") }
@font-face { font-family: Inter; font-weight: 700; src: url("font:Inter-Bold.ttf") }
@font-face { font-family: "JetBrains Mono"; src: url("font:JetBrainsMono-Regular.ttf") }
code { font-family: "JetBrains Mono", monospace; font-size: .86em }
"""  # on paper: the fonts of the reports folder


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one look: bold, emphasis or code."""

    text: str
    look: str = ""  # strong | em | code


@dataclass(slots=True)
class Block:
    """A heading (with its depth), paragraph, quote, list, table (lines of cells) or a rule."""

    kind: str  # heading | paragraph | quote | list | table | rule
    depth: int = 0
    lines: list[list[str]] = field(default_factory=list)


def written(text: str, suffix: str, language: str) -> bytes:
    """The draft in the format of that suffix, Markdown by default. Raises Lacking."""
    if suffix == ".html":
        return page(text, language).encode()
    if suffix == ".pdf":
        return _pdf(text, language)
    if suffix == ".docx":
        return _word(text, language)
    return text.encode()


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a draft."""
    held: Block | None = None
    for line in text.split("\n"):
        found = _begun(line)
        if held is not None and (found is None or not _joins(held, found, line)):
            yield held
            held = None
        if found is None:
            continue
        if held is None:
            held = found
        elif held.kind in ("paragraph", "quote"):
            held.lines[-1][0] += " " + found.lines[0][0]
        elif not _RULE.fullmatch(line):
            held.lines += found.lines
    if held is not None:
        yield held


def _begun(line: str) -> Block | None:
    if not line.strip():
        return None
    if heading := _HEADING.fullmatch(line):
        return Block("heading", len(heading[1]), [[heading[2]]])
    if line.startswith("> "):
        return Block("quote", 0, [[line[2:]]])
    if item := _ITEM.fullmatch(line):
        return Block("list", 0, [[item[1]]])
    if line.startswith("|"):
        return Block("table", 0, [[cell.strip() for cell in _CELL.split(line)[1:-1]]])
    return Block("rule") if line == "---" else Block("paragraph", 0, [[line]])


def _joins(held: Block, found: Block, line: str) -> bool:
    return held.kind == found.kind not in ("heading", "rule") and bool(line)


def runs(text: str) -> Iterator[Run]:
    """The looks of a line, and every character a person typed as it is."""
    look, begun, place = "", "", 0
    for found in _INLINE.finditer(text):
        begun += text[place : found.start()]
        place = found.end()
        if found["plain"] is not None:
            begun += found["plain"]
            continue
        if begun:
            yield Run(begun, look)
            begun = ""
        if found["code"] is not None:
            yield Run(found["code"], "code")
        else:
            mark = "strong" if found["mark"] == "**" else "em"
            look = "" if look == mark else mark
    if begun + text[place:]:
        yield Run(begun + text[place:], look)


def page(text: str, language: str) -> str:
    """One page that loads nothing and runs nothing."""
    held = list(blocks(text))
    title = next((_plain(one.lines[0][0]) for one in held if one.kind == "heading"), "")
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(map(_html, held))
        + "\n</main></body></html>\n"
    )


def _plain(text: str) -> str:
    return "".join(run.text for run in runs(text))


def _html(block: Block) -> str:
    cells = [list(map(_inline, line)) for line in block.lines]
    if block.kind == "heading":
        return f"<h{block.depth}>{cells[0][0]}</h{block.depth}>"
    if block.kind == "rule":
        return "<hr>"
    if block.kind == "quote":
        return f"<blockquote><p>{cells[0][0]}</p></blockquote>"
    if block.kind == "list":
        return "<ul>" + "".join(f"<li>{line[0]}</li>" for line in cells) + "</ul>"
    if block.kind == "table":
        head = "".join(f'<th scope="col">{cell}</th>' for cell in cells[0])
        rows = "".join(f"<tr>{_cells(line)}</tr>" for line in cells[1:])
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f'<div class="scroll">{table}</div>'
    label = ' class="label"' if LABEL.fullmatch(block.lines[0][0]) else ""
    return f"<p{label}>{cells[0][0]}</p>"


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _inline(text: str) -> str:
    return "".join(
        f"<{run.look}>{escape(run.text)}</{run.look}>" if run.look else escape(run.text)
        for run in runs(text)
    )


def _pdf(text: str, language: str) -> bytes:
    from rempart.catalogue import built_in
    from rempart.paper import laid_out

    part = laid_out(page(text, language), PAPER, (built_in() / "reports",))
    made: bytes = part.document.write_pdf(pdf_tags=True)
    return made


def _word(text: str, language: str) -> bytes:
    try:
        from rempart.dossier.word import document
    except ImportError:
        raise Lacking(WORD) from None
    return document(blocks(text), language)
