"""Reports through Jinja templates; the only module that imports jinja2.

Every template runs in an immutable sandbox with escaping forced on: nothing in a template can turn
it off, and what was found is data, never a template. A template from outside rempart's own folder
also runs in a child process with bounded memory and time (`rempart.report.confined`).
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from jinja2 import meta
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from rempart import brand
from rempart.catalogue import Layer, built_in, layers
from rempart.errors import RenderError, UsageError
from rempart.plain import plain, slug
from rempart.report import confined
from rempart.report.analysis import Analysis
from rempart.report.answer import complete, reader, replayed, translated, verdict
from rempart.report.findings import Findings, control_title, said, words
from rempart.report.interactive import STATIC, payload
from rempart.report.language import Language, language
from rempart.report.playbook import sheet
from rempart.report.printing import Sandbox
from rempart.report.readings import answered, lasting, noticed, within
from rempart.results import Run, run_digest
from rempart.self_contained import fetched

SCHEMES = frozenset({"http", "https", "mailto"})
PARTS = ("macros", "sections", "layouts", "docx")  # folders whose files others include
UNSAFE_FILTERS = ("safe", "urlize", "xmlattr")  # each can let unescaped text through
SUFFIX = ".html.j2"
TEAM = "team:"
SCREEN, PAPER = "screen", "paper"


def render(run: Run, template: str = "report", language: str = "", *, medium: str = SCREEN) -> str:
    """The run as an HTML page in that language, the run's own by default.

    `template` is a name in the `reports/` folder of a layer (`team:NAME`: the sheet of a team), or
    the path of a file; `medium` is SCREEN or PAPER, and on paper nothing may wait for a script.
    Raises UsageError where there is no such template, RenderError where it asks for what is not
    there or not allowed.
    """
    chosen = language or run.language
    folder, name, ours = located(template)
    team = template.removeprefix(TEAM) if template.startswith(TEAM) else ""
    if ours:
        return rendered(run, folder, name, chosen, medium, team)
    return confined.call(rendered, run, folder, name, chosen, medium, team)


def rendered(
    run: Run, folder: Path, name: str, chosen: str, medium: str = SCREEN, team: str = ""
) -> str:
    """The template `name` of a folder, in this process."""
    with refusals(name):
        template = sandbox(folder).get_template(name)
        page = template.render(context(run, language(chosen), medium, team))
    if folder != built_in() / "reports" and (elsewhere := fetched(page)):
        first = plain(elsewhere[0])[:200]
        raise RenderError(f"{name}: a page loads nothing from elsewhere, found {first}")
    return page


@contextmanager
def refusals(name: str) -> Iterator[None]:
    """Tell what a template did wrong as a RenderError that begins with its name."""
    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        known = error.name and not error.name.startswith("<")
        place = f"{error.name if known else name}:{error.lineno}"
        raise RenderError(f"{place}: {error.message}") from None
    except jinja2.TemplateNotFound as error:
        raise RenderError(f"{name}: there is no template {error.name!r} to include") from None
    except jinja2.TemplateError as error:  # undefined names, what the sandbox refuses
        raise RenderError(f"{_place(name, error)}: {error.message}") from None
    except RenderError as error:  # such as a sentence that is not there
        raise RenderError(f"{_place(name, error)}: {error}") from None
    except (RecursionError, OverflowError, MemoryError) as error:
        raise RenderError(f"{name}: {type(error).__name__}: it asks for too much") from None
    except (TypeError, ValueError, KeyError, ArithmeticError, AttributeError) as error:
        raise RenderError(f"{_place(name, error)}: {error}") from None


def _place(name: str, error: BaseException) -> str:
    """Where in which template it went wrong: jinja2 puts template lines into the traceback."""
    place, frame = name, error.__traceback__
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            path = Path(file)
            part = path.parent.name in PARTS and path.name != name
            place = f"{path.parent.name if part else ''}/{path.name}:{frame.tb_lineno}".lstrip("/")
        frame = frame.tb_next
    return place


def located(template: str) -> tuple[Path, str, bool]:
    """The folder and file name of a template, and whether it is rempart's own."""
    template = "team" if template.startswith(TEAM) else template
    path = Path(template)
    if path.suffix == ".j2" or len(path.parts) > 1:
        if not path.is_file():
            raise UsageError(f"{template}: there is no such template")
        return path.parent.resolve(), path.name, False
    name = f"{template}{SUFFIX}"
    for layer in layers():
        if (layer.folder / "reports" / name).is_file():
            return layer.folder / "reports", name, layer.folder == built_in()
    raise UsageError(f"no template {template!r}; there are: {', '.join(_names(layers()))}")


def _names(chosen: tuple[Layer, ...]) -> list[str]:
    return sorted(
        file.name.removesuffix(SUFFIX)
        for layer in chosen
        for file in (layer.folder / "reports").glob(f"*{SUFFIX}")
    )


class _Escaped(Extension):
    """Refuses `{% autoescape %}`: what was found on a target is always escaped."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        opened = False
        for token in stream:
            if opened and token.test("name:autoescape"):
                raise jinja2.TemplateSyntaxError(
                    "autoescape cannot be switched", token.lineno, stream.name, stream.filename
                )
            opened = token.type == "block_begin"
            yield token


@lru_cache(maxsize=4)
def sandbox(folder: Path) -> Sandbox:
    """Where the templates of a folder run: sandboxed, escaping, strict about names."""
    ours = built_in() / "reports"
    environment = Sandbox(
        loader=jinja2.FileSystemLoader(list(dict.fromkeys((folder, ours)))),
        undefined=jinja2.StrictUndefined,
        extensions=[_Escaped],
        optimized=False,  # folding constants takes longer than it saves: a template runs once
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in UNSAFE_FILTERS:
        environment.filters.pop(name, None)
    environment.filters |= {"prose": prose, "href": href, "slug": slug}
    environment.globals["stylesheet"] = partial(_inlined, environment)
    environment.globals["script"] = partial(_inlined, environment)
    mark = brand.load(folder)
    environment.globals["brand"] = mark
    environment.globals["brand_style"] = _hashed(mark.css)
    return environment


def undeclared(folder: Path, name: str) -> tuple[Any, frozenset[str]]:
    """The syntax tree of a template and the names it leaves to others to set."""
    environment = sandbox(folder)
    with refusals(name):
        source, file, _ = jinja2.FileSystemLoader(folder).get_source(environment, name)
        tree = environment.parse(source, name, file)
        return tree, frozenset(meta.find_undeclared_variables(tree)) - environment.globals.keys()


def context(run: Run, spoken: Language, medium: str = SCREEN, team: str = "") -> dict[str, Any]:
    """What a template sees; `reports/README.md` tells its authors.

    With a `team`, `sheet` is what falls to it; raises UsageError where nothing does.
    """
    fingerprints = {result.fingerprint: result.check for result in run.results}
    found = Findings(run)
    analysis = Analysis(found)
    return {
        "run": run,
        "digest": run_digest(run),
        "found": found,
        "analysis": analysis,
        "sheet": sheet(analysis.sheets, team) if team else None,
        "STATIC": STATIC,
        "payload": partial(_payload, analysis, spoken),
        "verdict": verdict(found, spoken),
        "incomplete": complete(found, spoken),
        "reader": reader(run, spoken),
        "replayed": partial(_spoken, replayed, spoken),
        "answered": partial(_spoken, answered, spoken),
        "detected": partial(_spoken, noticed, spoken),
        "within": partial(_spoken, within, spoken),
        "lasting": partial(_spoken, lasting, spoken),
        "translated": partial(_spoken, translated, spoken),
        "language": spoken,
        "medium": medium,
        "say": spoken.say,
        "word": spoken.word,
        "words": partial(_with_language, words, run, spoken),
        "said": partial(_with_language, said, run, spoken),
        "control_title": partial(_with_language, control_title, run, spoken),
        "checks_of": partial(_checks_of, fingerprints),
    }


def _with_language(function: Any, run: Run, spoken: Language, thing: Any) -> Any:  # noqa: ANN401
    return function(run, thing, spoken)


def _spoken(function: Any, spoken: Language, thing: Any) -> Any:  # noqa: ANN401
    return function(thing, spoken)


def _checks_of(by_fingerprint: Mapping[str, str], results: tuple[str, ...]) -> tuple[str, ...]:
    """The checks behind some fingerprints, each once."""
    found = (by_fingerprint[item] for item in results if item in by_fingerprint)
    return tuple(dict.fromkeys(found))


def href(target: str) -> str:
    """The link target when its scheme is harmless or it points into the page, else nothing."""
    if re.fullmatch(r"#[\w.:-]+", target):
        return target
    try:
        scheme = urlsplit(target).scheme.lower()
    except ValueError:
        return ""
    harmless = scheme in SCHEMES and plain(target) == target and not re.search(r"\s", target)
    return target if harmless else ""


def prose(text: str) -> Markup:
    """Paragraphs, with `code` between backticks; all else is escaped."""
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", plain(text)))
    marked = (
        re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(part))) for part in paragraphs if part
    )
    return Markup("").join(Markup(f"<p>{part}</p>") for part in marked)  # noqa: S704  (escaped)


@dataclass(frozen=True, slots=True)
class Inlined:
    """A style sheet or script to put into the page, and its hash for the page's policy."""

    text: Markup
    source: str


def _inlined(environment: jinja2.Environment, name: str) -> Inlined:
    if environment.loader is None:
        raise RenderError("style sheets and scripts need a folder")
    text = environment.loader.get_source(environment, name)[0]
    if "</" in text:
        raise RenderError(f"{name}: a style sheet or script cannot hold `</`")
    return _hashed(text)


def _hashed(text: str) -> Inlined:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Inlined(Markup(text), f"sha256-{digest}")  # noqa: S704  (a file of the template's)


def _payload(analysis: Analysis, spoken: Language) -> Markup:
    return Markup(payload(analysis, spoken))  # noqa: S704  (escaped for a script element)
