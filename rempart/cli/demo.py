"""`rempart demo`: the fictional payer, served on loopback, audited and reported."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

import click

from rempart.card import LANGUAGES

FOLDER = Path("rempart-demo")
NEXT = {
    "en": """\
Written in {seconds} s:
  {folder}/report.html   the report: open it in a browser
  {folder}/run.json      the run; in French:
      rempart report {folder}/run.json -o french.html --lang fr
  {folder}/gate.sarif    what the repository alone would say to a CI gate
  {folder}/payer/        the fictional payer, with its inventory

Now with your own:
  rempart inventory new mine.yaml     a commented starter
  rempart inventory check mine.yaml   what would be contacted, who allowed it
  rempart audit mine.yaml -o report.html -o run.json""",
    "fr": """\
Écrit en {seconds} s :
  {folder}/report.html   le rapport : à ouvrir dans un navigateur
  {folder}/run.json      les résultats ; en anglais :
      rempart report {folder}/run.json -o anglais.html --lang en
  {folder}/gate.sarif    ce que le dépôt seul dirait à l’intégration
  {folder}/payer/        le payeur fictif, avec son inventaire

Et maintenant, avec les vôtres :
  rempart inventory new mien.yaml     un modèle commenté
  rempart inventory check mien.yaml   ce qui serait contacté, qui l’autorise
  rempart audit mien.yaml -o rapport.html -o resultats.json""",
    "de": """\
Geschrieben in {seconds} s:
  {folder}/report.html   der Bericht: im Browser zu öffnen
  {folder}/run.json      die Ergebnisse; auf Englisch:
      rempart report {folder}/run.json -o englisch.html --lang en
  {folder}/gate.sarif    was das Repository allein einer CI sagen würde
  {folder}/payer/        die fiktive Abrechnungsstelle mit Inventar

Und nun mit den eigenen:
  rempart inventory new meins.yaml    eine kommentierte Vorlage
  rempart inventory check meins.yaml  was kontaktiert würde, wer es erlaubt
  rempart audit meins.yaml -o bericht.html -o ergebnisse.json""",
}


@click.command(name="demo")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    help="Language of the report; that of your environment by default.",
)
def command(lang: str | None) -> None:
    """Serve a fictional payer on loopback, audit it, and write its report into rempart-demo/.

    It needs no root, no network and no setting up.
    """
    from rempart import outputs as files
    from rempart.auditing import Conduct, audited
    from rempart.case import Choices, case, opened
    from rempart.demo.stage import served
    from rempart.inventory.single import of_repository
    from rempart.progress import shown

    begun = time.monotonic()
    language = lang or spoken(os.environ)
    with served(FOLDER / "payer", language) as inventory:
        source = opened(inventory)
        one = case(source, Choices())
        keeper = files.Keeper(one, [FOLDER / "run.json", FOLDER / "report.html"])
        with shown(len(one.plan.tasks)) as tell:
            audited(one, source, Conduct(FOLDER / "state", tell=tell), keeper)
    gated = of_repository(FOLDER / "payer" / "infra", "infra", language)
    gate = case(gated, Choices("gate"))
    keeper = files.Keeper(gate, [FOLDER / "gate.sarif"], quiet=True)
    audited(gate, gated, Conduct(FOLDER / "state"), keeper)
    seconds = f"{time.monotonic() - begun:.1f}"
    click.echo("\n" + NEXT[language].format(folder=FOLDER, seconds=seconds))


def spoken(environment: Mapping[str, str]) -> str:
    """The language of a person's environment among those rempart speaks; English otherwise."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return value[:2] if value[:2] in LANGUAGES else "en"
    return "en"
