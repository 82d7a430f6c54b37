"""The report: one self-contained page."""

from rempart.results import Run

SUFFIX = ".html"


def export(run: Run, *, template: str = "report", language: str = "") -> bytes:
    """The page a template makes of the run."""
    from rempart.report.render import render  # brings jinja2

    return render(run, template or "report", language).encode()


def located(template: str) -> None:
    """Raise UsageError where there is no such template."""
    from rempart.report.render import located as page

    page(template)
