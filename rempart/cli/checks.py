"""`rempart checks`: what is judged, and how to add to it."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.errors import RempartError, UsageError
from rempart.options import CONTENT, TRUST

if TYPE_CHECKING:
    from rempart.catalogue import Entry, Layer

LANGUAGE = click.option(
    "--lang", type=click.Choice(["en", "fr", "de"]), default="en", help="Language of the words."
)


@click.group()
def command() -> None:
    """List, show, add and try the checks."""


def chosen_layers(content: Path | None, *, trusted: bool) -> "tuple[Layer, ...]":
    """The layers with the workspace a person named."""
    from rempart.catalogue import layers

    return layers(content, trusted=trusted)


@command.command("list")
@click.argument("patterns", nargs=-1)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@LANGUAGE
@CONTENT
def list_(patterns: tuple[str, ...], form: str, lang: str, content: Path | None) -> None:
    """List the checks whose id fits a PATTERN (all without one)."""
    from rempart.catalogue import entries

    found = entries(chosen_layers(content, trusted=False))
    wanted = patterns or ("*",)
    chosen = [e for e in found.values() if any(fnmatchcase(e.id, p) for p in wanted)]
    if form == "json":
        click.echo(json.dumps([_listed(entry) for entry in chosen], ensure_ascii=False, indent=1))
        return
    width = max((len(entry.id) for entry in chosen), default=0)
    for entry in chosen:
        title = entry.card.words(lang).title
        click.echo(f"{entry.id:<{width}}  {entry.card.severity:<8}  {title}")


def _listed(entry: "Entry") -> dict[str, object]:
    card = entry.card
    return {
        "id": entry.id,
        "severity": card.severity,
        "controls": card.controls,
        "title": {language: card.words(language).title for language in ("en", "fr", "de")},
        "revision": card.revision,
        "layer": entry.layer.name,
    }


@command.command()
@click.argument("id_", metavar="ID")
@LANGUAGE
@CONTENT
def show(id_: str, lang: str, content: Path | None) -> None:
    """Show one check: why it is there, what it needs, what may be set."""
    click.echo(_page(_entry(id_, content), lang))


def _entry(id_: str, content: Path | None) -> "Entry":
    from rempart.catalogue import entries

    found = entries(chosen_layers(content, trusted=False))
    if id_ in found:
        return found[id_]
    for entry in found.values():
        if id_ in entry.card.aliases:
            return entry
    import difflib

    close = difflib.get_close_matches(id_, found, 1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    raise UsageError(f'expected the id of a check, found "{id_}"{hint}')


def _page(entry: "Entry", language: str) -> str:
    """A check's page in Markdown, from its card and its signature."""
    from rempart.catalogue import collectors

    card, words, signature = entry.card, entry.card.words(language), entry.check.signature
    lines = [f"# {words.title}", "", f"`{entry.id}` · {card.severity} · since {card.since}", ""]
    lines += [words.rationale, "", "## Remediation", "", words.remediation]
    for name in ("temporary", "rollback", "verify"):
        if text := getattr(words, name):
            lines += ["", f"## {name.capitalize()}", "", text]
    for product, code in words.code.items():
        lines += ["", f"### {product}", "", "```", code.rstrip(), "```"]
    lines += ["", "## How it is judged", ""]
    lines += [f"- controls: {', '.join(card.controls)}"]
    if card.refs:
        lines += [f"- references: {', '.join(card.refs)}"]
    lines += [f"- impact {card.impact}, exploitability {card.exploitability} (ANSSI matrix)"]
    for need in signature.needs:
        lines += [f"- looks at {need.type.__name__}{' (all at once)' if need.every else ''}"]
    for setting in signature.settings:
        bound = card.settings.get(setting.name)
        lines += [f"- setting `{setting.name}`, recommended {setting.default}{_bound(bound)}"]
    if signature.yardstick:
        lines += [f"- asks authorities about {signature.yardstick[1].topic}"]
    needs = {need.type for need in signature.needs}
    for collector in collectors():
        for probe in collector.probes:
            if needs & set(probe.brings):
                lines += [f"- {collector.kind}: {probe.sends} ({probe.intensity})"]
    return "\n".join(lines)


def _bound(bound: object) -> str:
    import msgspec

    if bound is None:
        return ""
    words = [f"{name} {value}" for name, value in msgspec.to_builtins(bound).items()]
    return f" ({', '.join(words)})"


@command.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@LANGUAGE
@CONTENT
def pages(folder: Path, lang: str, content: Path | None) -> None:
    """Write a Markdown page for every check into FOLDER."""
    from rempart.catalogue import entries

    folder.mkdir(parents=True, exist_ok=True)
    found = entries(chosen_layers(content, trusted=False))
    index = ["# Checks", "", "| id | severity | title |", "|---|---|---|"]
    for entry in found.values():
        (folder / f"{entry.id}.md").write_text(_page(entry, lang) + "\n", encoding="utf-8")
        title = entry.card.words(lang).title
        index.append(f"| [{entry.id}]({entry.id}.md) | {entry.card.severity} | {title} |")
    (folder / "index.md").write_text("\n".join(index) + "\n", encoding="utf-8")
    click.echo(f"{len(found)} pages in {folder}")


CARD = """\
impact: important                  # minor | important | major | critical
exploitability: moderate           # hard | high | moderate | easy; severity follows
since: "0.1"
controls: [enc.rest.disk]          # neutral ids of audits/frameworks/_neutral.yaml
en:
  title: The good state, in the present tense
  rationale: What an attacker or an error gains, in one fact.
  remediation: What to type or whom to ask, then how to verify.
fr:
  title: Le bon état, au présent
  rationale: Ce qu'un attaquant ou une erreur y gagne, en un fait.
  remediation: Ce qu'il faut saisir ou à qui le demander, puis comment le vérifier.
de:
  title: Der gute Zustand, im Präsens
  rationale: Was ein Angreifer oder ein Fehler gewinnt, in einer Tatsache.
  remediation: Was einzugeben oder wen zu fragen ist, dann wie man es prüft.
"""
CODE = """\
from rempart.check import Result, verdict
from rempart.observations.volumes import Swap


def check(swap: Swap) -> Result:
    return verdict(swap.encrypted, swap.device, swap)
"""
EXAMPLES = """\
- pass: {swap: {device: /dev/dm-1, encrypted: true}}
- fail: {swap: {device: /dev/sda2, encrypted: false}}
- notchecked:
    swap:
      device: /dev/sda2
      encrypted: {seen: unknown, reason: privilege, detail: lsblk showed no block devices}
"""


@command.command()
@click.argument("name", metavar="DOMAIN/NAME")
@click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder that holds checks/ (this one by default).",
)
def new(name: str, folder: Path) -> None:
    """Start a check: a folder with a card, a judgement and its examples, ready to change."""
    domain, _, short = name.partition("/")
    if not (domain.isidentifier() and short.isidentifier()):
        raise UsageError(f'expected domain/name such as portal/thing, found "{name}"')
    place = folder / "checks" / domain / short
    if place.exists():
        raise UsageError(f"{place} is already there")
    place.mkdir(parents=True)
    for file, text in (("check.yaml", CARD), ("check.py", CODE), ("examples.yaml", EXAMPLES)):
        (place / file).write_text(text, encoding="utf-8")
    click.echo(f"{place}: card, judgement and examples. Try it with: rempart checks test {place}")


@command.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path, file_okay=False, exists=True))
@CONTENT
@TRUST
def test(folders: tuple[Path, ...], content: Path | None, trust_content: bool) -> None:
    """Run the examples of the checks in FOLDERS, or of all checks."""
    failures = 0
    total = 0
    for label, problem in _tried(folders, content, trusted=trust_content):
        total += 1
        if problem:
            failures += 1
            click.echo(f"{label}: {problem}", err=True)
    click.echo(f"{total - failures} passed, {failures} failed")
    if failures or not total:
        raise SystemExit(1)


def _tried(
    folders: tuple[Path, ...], content: Path | None, *, trusted: bool
) -> Iterator[tuple[str, str]]:
    """Each example with what is wrong about it; the empty string where nothing is."""
    from rempart import examples
    from rempart.yardsticks import Yardsticks

    layers = chosen_layers(content, trusted=trusted)
    authorities = Yardsticks.load([each.folder / "audits" / "yardsticks" for each in layers])
    for entry in _entries(folders, content, trusted=trusted):
        shown = set()
        for example in examples.examples(entry.folder):
            try:
                found, seen = examples.outcome(entry.check, example, authorities)
            except RempartError as error:
                yield str(example), str(error)
                continue
            shown.add(example.outcome)
            wrong = "" if found is example.outcome else f"expected it, found {found}: {seen}"
            yield str(example), wrong
        for lacking in {"pass", "fail"} - shown:
            yield str(entry.folder / "examples.yaml"), f"expected an example of {lacking}"


def _entries(folders: tuple[Path, ...], content: Path | None, *, trusted: bool) -> "list[Entry]":
    from rempart.cards import Shelf
    from rempart.catalogue import Entry, Layer, entries

    if not folders:
        return list(entries(chosen_layers(content, trusted=trusted)).values())
    found = []
    with Shelf() as shelf:
        # naming a folder to try is trusting its code: the person is its author
        for folder in folders:
            cards = sorted(folder.resolve().rglob("check.yaml"))
            if not cards:
                raise UsageError(f"{folder}: no check.yaml below it")
            for card in cards:
                place = card.parent
                layer = Layer("tried", place.parents[2], code=True)
                found.append(
                    Entry(f"{place.parent.name}.{place.name}", place, layer, shelf.card(card))
                )
    return found
