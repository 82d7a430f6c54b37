import base64
import hashlib
from pathlib import Path

import pytest

from rempart.errors import RenderError, UsageError
from rempart.report import confined
from rempart.report.render import render, rendered
from tests.samples import sample_run


def written(folder: Path, source: str) -> Path:
    file = folder / "mine.html.j2"
    file.write_text(source, encoding="utf-8")
    return file


def ours(folder: Path, source: str) -> str:
    return rendered(sample_run(), folder, written(folder, source).name, "fr")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{{ run.nothing }}", "nothing"),
        ("{{ nothing }}", "nothing"),
        ("{{ run.__class__ }}", "unsafe|__class__"),
        ("{{ say.__globals__ }}", "unsafe|__globals__"),
        ("{{ run.checks.clear() }}", "unsafe|clear"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "unsafe|__init__"),
        ("{% autoescape false %}{{ run.id }}{% endautoescape %}", "autoescape"),
        ("{%- autoescape false %}{{ run.id }}{% endautoescape %}", "autoescape"),
        ("{{ run.id | safe }}", "safe"),
        ("{{ run }}", "Run cannot be printed"),
        ("{{ run.results[0].reason }}", "NoneType cannot be printed"),
        ("{{ run.results[0].binding }}", "bool cannot be printed"),
        ("{{ run.started }}", "language.moment"),
        ("{{ say('no.such.sentence') }}", "no sentence"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "too much"),
        ("{% include 'mine.html.j2' %}", "too much"),
        ("{% include '../secret' %}", "no template"),
        ("{% include '/etc/passwd' %}", "no template"),
        ("{% if %}", "mine.html.j2:1"),
        ("{{ 1 / 0 }}", "zero"),
    ],
)
def test_a_template_that_asks_for_too_much_is_refused(
    tmp_path: Path, source: str, complaint: str
) -> None:
    with pytest.raises(RenderError, match=complaint):
        ours(tmp_path, source)


def test_a_template_of_yours_may_replace_a_part(tmp_path: Path) -> None:
    source = (
        '{% extends "report.html.j2" %}{% block head %}<header>{{ run.organisation }} & Co'
        "</header>{% endblock %}{% block replay %}{% endblock %}"
    )
    html = render(sample_run(organisation="<b>A</b>"), str(written(tmp_path, source)))
    assert "<header>&lt;b&gt;A&lt;/b&gt; & Co</header>" in html
    assert 'id="replay-h"' not in html


def test_a_template_of_yours_is_bounded_in_memory(tmp_path: Path) -> None:
    file = written(tmp_path, "{% set x = 'a' * (2 ** 34) %}{{ x | length }}")
    with pytest.raises(RenderError, match=r"too much|memory"):
        render(sample_run(), str(file))


def test_a_template_of_yours_is_bounded_in_time(tmp_path: Path) -> None:
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    name = written(tmp_path, loop).name
    with pytest.raises(RenderError, match=r"time|seconds"):
        confined.call(rendered, sample_run(), tmp_path, name, "fr", seconds=2)


def test_a_style_sheet_of_yours_joins_the_policy(tmp_path: Path) -> None:
    (tmp_path / "mine.css").write_text("h1 { color: teal }", encoding="utf-8")
    html = ours(
        tmp_path,
        '{% extends "report.html.j2" %}'
        "{% block styles_allowed %} '{{ stylesheet(\"mine.css\").source }}'{% endblock %}"
        '{% block styles %}<style>{{ stylesheet("mine.css").text }}</style>{% endblock %}',
    )
    digest = base64.b64encode(hashlib.sha256(b"h1 { color: teal }").digest()).decode()
    assert f" 'sha256-{digest}'; script-src" in html
    assert "<style>h1 { color: teal }</style>" in html


def test_a_file_beside_your_template_replaces_ours(tmp_path: Path) -> None:
    (tmp_path / "sections").mkdir()
    (tmp_path / "sections" / "scope.j2").write_text("<p>our scope</p>", encoding="utf-8")
    html = ours(tmp_path, '{% extends "report.html.j2" %}')
    assert "<p>our scope</p>" in html
    assert 'id="scope-h"' not in html


def test_a_style_sheet_cannot_leave_its_element(tmp_path: Path) -> None:
    (tmp_path / "mine.css").write_text("</style><script>", encoding="utf-8")
    with pytest.raises(RenderError, match="style sheet"):
        ours(tmp_path, "{{ stylesheet('mine.css').text }}")


def test_a_template_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"there are: .*report"):
        render(sample_run(), "nothing")
    with pytest.raises(UsageError, match="no such template"):
        render(sample_run(), "no/such.html.j2")
