"""The words of a dossier in one language, from `reports/dossier/<language>.yaml`."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from rempart import documents
from rempart.mandate import filled, prose
from rempart.report.language import Language, language


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Five papers with `$names`, the label of each field, the duties in words, sentences."""

    authority: str
    people: str
    clients: str
    nis2: str
    dora: str
    fields: dict[str, str]
    duties: dict[str, str]
    sentences: dict[str, str]


class Wording:
    """Texts and the language they are in; what is filled in is made harmless first."""

    def __init__(self, texts: Texts, told: Language) -> None:
        self.texts = texts
        self.told = told

    def say(self, key: str, **values: object) -> str:
        """A sentence with its values made harmless."""
        return filled(
            self.texts.sentences[key], {name: prose(str(one)) for name, one in values.items()}
        )

    def pair(self, name: str, text: str) -> str:
        """Two harmless texts with this language's colon between them."""
        return filled(self.texts.sentences["pair"], {"name": name, "text": text})

    def moment(self, value: datetime | None) -> str:
        """A date and time with its zone; to be filled in when nobody knows it."""
        return prose(self.told.moment(value)) if value else self.say("blank")

    def number(self, value: int | None) -> str:
        """A number, or that it is not known: never a guess."""
        return self.say("unknown_number") if value is None else self.told.number(value)

    def listed(self, items: Iterable[str]) -> str:
        """Items that are harmless already, one a line; to be filled in when there are none."""
        return "\n".join(f"- {item}" for item in items) or f"- {self.say('blank')}"


def wording(folder: Path, lang: str) -> Wording:
    """The words of one language, from the folder that holds `dossier/`."""
    told = language(lang)
    return Wording(documents.load(folder / "dossier" / f"{told.id}.yaml", Texts), told)
