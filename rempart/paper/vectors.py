"""Inline SVG given the colours of the page: a style sheet does not reach into it by itself.

WeasyPrint draws an inline SVG with the attributes and the `<style>` it holds alone, and knows no
custom properties there. So the rules of the page that speak of drawings are worked out here and
written onto each element.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import cssselect2
import tinycss2

# What a drawing heeds; boxes around it are none of our business.
DRAWN = re.compile(
    r"(fill|stroke|stop)(-[a-z]+)?|opacity|visibility|display|letter-spacing|text-anchor"
    r"|font(-family|-size|-style|-weight)?|dominant-baseline"
)
_SVG = "{http://www.w3.org/2000/svg}"
_FONT = re.compile(r"(?:(?P<weight>bold|[1-9]00)\s+)?(?P<size>[\d.]+(?:px)?)\s+(?P<family>\D.*)")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,\s*((?:[^()]|\([^()]*\))*))?\)")
_DEPTH = 8  # of variables that name variables

Declarations = list[tuple[str, str, bool]]  # name, value, whether it is important


def paint(root: Any, sheets: Iterable[str]) -> None:  # noqa: ANN401  (an etree element)
    """Write what the sheets say about each drawn element into its `style` attribute."""
    concerned = _drawings(root)
    if not concerned:
        return
    rules = cssselect2.Matcher()
    for sheet in sheets:
        _collect(tinycss2.parse_stylesheet(sheet, True, True), rules)
    inherited: dict[Any, dict[str, str]] = {None: {}}
    for wrapper in cssselect2.ElementWrapper.from_html_root(root).iter_subtree():
        element = wrapper.etree_element
        if element not in concerned:
            continue
        declared = _declared(rules, wrapper)
        outside = wrapper.parent.etree_element if wrapper.parent else None
        inherited[element] = {**inherited[outside], **_handed_down(declared)}
        if str(element.tag).startswith(_SVG):
            _write(element, declared, inherited[element])


def _drawings(root: Any) -> set[Any]:  # noqa: ANN401
    """Every element of a drawing, and what stands around it."""
    parents = {child: parent for parent in root.iter() for child in parent}
    found: set[Any] = set()
    for drawing in root.iter(f"{_SVG}svg"):
        found.update(drawing.iter())
        outside = parents.get(drawing)
        while outside is not None and outside not in found:
            found.add(outside)
            outside = parents.get(outside)
    return found


def _collect(nodes: Iterable[Any], rules: Any) -> None:  # noqa: ANN401
    for node in nodes:
        if node.type == "at-rule" and node.lower_at_keyword == "media" and node.content is not None:
            if _on_paper(tinycss2.serialize(node.prelude)):
                _collect(tinycss2.parse_rule_list(node.content, True, True), rules)
        elif node.type == "qualified-rule":
            declarations = list(_declarations(node.content))
            if declarations:
                _add(rules, node.prelude, declarations)


def _on_paper(query: str) -> bool:
    """Whether a media query speaks of print or all media, without a further condition."""
    return any(part.strip().lower() in ("print", "all") for part in query.split(","))


def _declarations(content: Any) -> Iterator[tuple[str, str, bool]]:  # noqa: ANN401
    for item in tinycss2.parse_blocks_contents(content, True, True):
        if item.type == "declaration":
            name = item.name if item.name.startswith("--") else item.lower_name
            if DRAWN.fullmatch(name) or name == "color" or name.startswith("--"):
                yield name, tinycss2.serialize(item.value).strip(), item.important


def _add(rules: Any, prelude: Any, declarations: Declarations) -> None:  # noqa: ANN401
    try:
        selectors = cssselect2.compile_selector_list(prelude)
    except cssselect2.SelectorError:
        return  # WeasyPrint skips it as well
    for selector in selectors:
        rules.add_selector(selector, declarations)


def _declared(rules: Any, wrapper: Any) -> dict[str, str]:  # noqa: ANN401
    """What applies to an element, by property: the most specific rule last, important ones win."""
    usual: dict[str, str] = {}
    important: dict[str, str] = {}
    for _, _, pseudo, declarations in rules.match(wrapper):
        if pseudo is None:
            for name, value, matters in declarations:
                (important if matters else usual)[name] = value
    return usual | important


def _handed_down(declared: Mapping[str, str]) -> dict[str, str]:
    return {
        name: text for name, text in declared.items() if name.startswith("--") or name == "color"
    }


def _write(element: Any, declared: Mapping[str, str], values: Mapping[str, str]) -> None:  # noqa: ANN401
    told = {name: _resolved(value, values) for name, value in declared.items()}
    font = _FONT.fullmatch(told.pop("font", ""))  # WeasyPrint draws no shorthand
    if font:
        told = {f"font-{name}": value for name, value in font.groupdict().items() if value} | told
    said = [f"{name}:{value}" for name, value in told.items() if DRAWN.fullmatch(name)]
    if said:
        element.set("style", ";".join((*said, element.get("style", ""))))
    for name in ("fill", "stroke"):
        if element.get(name, "").lower() == "currentcolor":
            element.set(name, _resolved("currentColor", values))


def _resolved(value: str, values: Mapping[str, str]) -> str:
    """The value with variables and the current colour filled in."""
    for _ in range(_DEPTH):
        if "var(" not in value and value.lower() != "currentcolor":
            break
        if value.lower() == "currentcolor":
            value = values.get("color", "black")
        value = _VARIABLE.sub(lambda found: values.get(found[1], found[2] or ""), value)
    return value
