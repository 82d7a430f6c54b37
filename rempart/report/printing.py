"""What a template may print, however it puts it into words: text and whole numbers.

An object written by `%`, `~`, `str.format` or a filter would be text before it is printed, so each
of these holds its values to the same rule.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import wraps
from typing import Any, Final

import jinja2
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Concat
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from rempart.plain import plain

# Filters that write their values as text.
WRITING: Final = (
    "format", "string", "e", "escape", "forceescape", "join", "upper", "lower", "title",
    "capitalize", "trim", "center", "replace", "wordwrap", "wordcount", "indent", "truncate",
    "striptags", "tojson", "urlencode", "filesizeformat",
)  # fmt: skip


def printable(value: object) -> object:
    """Text and whole numbers may be printed; anything else is a mistake in the template."""
    if isinstance(value, Markup | jinja2.Undefined):
        return value
    if isinstance(value, str):
        return plain(str(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    kind = type(value).__name__
    hint = " (use language.date or language.moment)" if isinstance(value, date) else ""
    raise jinja2.TemplateRuntimeError(f"a value of type {kind} cannot be printed{hint}")


class _Generator(CodeGenerator):
    """Code in which `~` joins only what may be printed."""

    def visit_Concat(self, node: Concat, frame: Frame) -> None:  # noqa: N802
        self.write("markup_join((")
        for each in node.nodes:
            self.write("environment.finalize(")
            self.visit(each, frame)
            self.write("), ")
        self.write("))")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which nothing but text and whole numbers becomes text."""

    code_generator_class = _Generator
    intercepted_binops = frozenset({"%"})

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(finalize=printable, autoescape=True, **options)
        for name in WRITING:
            self.filters[name] = _held(self.filters[name])
        for name in ("pprint", "xmlattr"):
            self.filters.pop(name, None)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        if isinstance(left, str):
            _demand(right)
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ANN401
        inner = super().wrap_str_format(value)
        if inner is None:
            return None

        def formatted(*args: Any, **kwargs: Any) -> str:  # noqa: ANN401
            _demand((*args, *kwargs.values()))
            return inner(*args, **kwargs)

        return formatted


def _held(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose values are looked at first; a list that is made on demand is made whole."""
    passes = int(hasattr(function, "jinja_pass_arg"))  # the environment, or what evaluates

    @wraps(function)
    def held(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        given = [tuple(one) if isinstance(one, Iterator) else one for one in args]
        if len(args) < passes + 2 or kwargs.get("attribute") is None:
            _demand((*given[passes:], *kwargs.values()))
        return function(*given, **kwargs)

    return held


def _demand(value: object) -> None:
    """Raise TemplateRuntimeError where anything in the value may not be printed."""
    if value is None or isinstance(value, bool):
        return  # an option, or a word of Jinja's own
    if isinstance(value, dict):
        _demand((*value, *value.values()))
    elif isinstance(value, Iterable) and not isinstance(value, str | jinja2.Undefined):
        for each in value:
            _demand(each)
    else:
        printable(value)
