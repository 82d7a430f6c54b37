"""However a template puts a value into words, only text and whole numbers are printed."""

from datetime import UTC, datetime
from types import SimpleNamespace

import jinja2
import pytest

from rempart.report.printing import Sandbox

THING = SimpleNamespace(name="x", secret="s3cret")
WAYS = (
    '{{ thing }}', '{{ "%s" | format(thing) }}', '{{ "%s" % thing }}', '{{ "%s %s" % (1, thing) }}',
    '{{ "{}".format(thing) }}', '{{ "{0.secret}".format(thing) }}', '{{ "{x}".format(x=thing) }}',
    '{{ "{x}".format_map({"x": thing}) }}', '{{ thing | string }}', '{{ thing | e }}',
    '{{ "a" ~ thing }}', '{{ thing ~ "" }}', '{{ [thing] | join }}', '{{ [thing] | join(",") }}',
    '{{ thing | upper }}', '{{ thing | title }}', '{{ thing | trim }}', '{{ thing | center(9) }}',
    '{{ "a" | replace("a", thing) }}', '{{ [thing, thing] | map("string") | join }}',
    '{{ thing | tojson }}', '{{ thing | forceescape }}', '{{ thing | urlencode }}',
    '{{ {"a": thing} | tojson }}', '{{ "%(x)s" | format(x=thing) }}', '{{ [[thing]] | join }}',
    '{{ thing | capitalize }}', '{{ thing | indent }}', '{{ thing | wordwrap }}',
    '{{ thing | striptags }}', '{{ thing | truncate }}', '{{ [[thing]] | string }}',
    '{% set a %}{{ thing }}{% endset %}{{ a }}', '{{ ("%s" | format)(thing) }}',
)  # fmt: skip


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(undefined=jinja2.StrictUndefined)


@pytest.mark.parametrize("thing", [THING, datetime(2026, 11, 25, tzinfo=UTC), 1.5, object(), print])
@pytest.mark.parametrize("written", WAYS)
def test_no_way_of_writing_prints_an_object(sandbox: Sandbox, written: str, thing: object) -> None:
    with pytest.raises((jinja2.TemplateError, TypeError)):
        sandbox.from_string(written).render(thing=thing)


def test_pprint_is_not_there(sandbox: Sandbox) -> None:
    with pytest.raises(jinja2.TemplateAssertionError, match="pprint"):
        sandbox.from_string("{{ thing | pprint }}")


@pytest.mark.parametrize(
    ("written", "text"),
    [
('{{ "%02d" | format(7) }}', "07"),
        ('{{ "%s-%s" % ("a", 1) }}', "a-1"),
        ('{{ "{:>3}".format(7) }}', "  7"),
        ('{{ "a" ~ 1 ~ "<" }}', "a1&lt;"),
        ('{{ ["a", 1] | join(", ") }}', "a, 1"),
        ('{{ 7 | string | center(3) }}', " 7 "),
        ('{{ "ab" | replace("a", "<") }}', "&lt;b"),
        ('{{ [{"n": "x"}] | join(attribute="n") }}', "x"),
        ('{{ things | map(attribute="name") | join(" ") }}', "x x"),
        ('{{ {"a": [1]} | tojson }}', '{"a": [1]}'),
        ('{{ things | join(", ", attribute="name") }}', "x, x"),
        ('{{ 7 % 4 }}', "3"),
        ('{{ "a b" | title | wordcount }}', "2"),
        ('{{ things[0].name ~ ("<b>" | e) }}', "x&lt;b&gt;"),
    ],
)  # fmt: skip
def test_text_and_numbers_are_written_as_ever(sandbox: Sandbox, written: str, text: str) -> None:
    assert sandbox.from_string(written).render(things=[THING, THING]) == text
