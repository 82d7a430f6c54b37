"""A page of anybody's template is one file."""

from pathlib import Path

import pytest

from rempart.errors import RenderError
from rempart.report.render import render
from rempart.self_contained import fetched
from tests.samples import sample_run


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<img alt="" src="logo.png">',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        "<style>@import 'https://cdn.example/x.css';</style>",
        "<style>body { background: url(https://cdn.example/x.png) }</style>",
        '<p style="background: url(&quot;x.png&quot;)">',
        '<svg><image href="x.png"/></svg>',
    ],
)
def test_what_a_browser_would_fetch_is_refused(tmp_path: Path, text: str) -> None:
    template = tmp_path / "mine.html.j2"
    template.write_text(text, encoding="utf-8")
    with pytest.raises(RenderError, match=r"mine\.html\.j2: a page loads nothing from elsewhere"):
        render(sample_run(), str(template), "en")


def test_links_data_and_places_in_the_page_are_no_loading() -> None:
    page = (
        '<a href="https://cnil.fr">x</a><img src="data:image/png;base64,AA"><svg><use href="#a"/>'
        "</svg><style>p { background: url(data:image/png;base64,AA) } q { fill: url(#a) }</style>"
        "<script>var text = 'url(https://x)'</script><p>url(https://x)</p>"
    )
    assert fetched(page) == []


def test_our_own_pages_load_nothing() -> None:
    for template in ("report", "executive", "technical", "compliance"):
        assert fetched(render(sample_run(), template, "fr")) == []
