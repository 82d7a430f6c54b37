"""What the name of a column says it holds, in French, English and German."""

import re
from collections.abc import Iterable
from typing import Final

_INSURER: Final = re.compile(
    r"(?<![a-z])(amc|amo|mutuelle|organisme|assureur|regime|caisse|insurer|payer|payor|health_?plan"
    r"|plan_?id|krankenkasse|kasse|versicherer|kostentr[aä]ger|(code|num|no|id)_?(amc|amo|org\w*))",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"(^|_)(nom|prenom|pr[ée]nom|surname|first_?name|last_?name|full_?name|family_?name"
    r"|given_?name|nachname|vorname|patronyme)(_|$|\d)",
    re.IGNORECASE,
)
_HEALTH: Final = re.compile(
    r"diagnos|patholog|(^|_)(ald|cim10|icd10?|ccam|ngap|lpp|lppr|atc|motif|acte)(_|$|\d)"
    r"|prescri(ption|t)|traitement|medicament|m[ée]dicament|medication|diagnose|krankheit",
    re.IGNORECASE,
)
_PASSWORD: Final = re.compile(
    r"passw|(^|_)(mdp|pwd|pass|pin|secret)(_|$)|mot_?de_?passe|kennwort|passwort", re.IGNORECASE
)
WORDS: Final = {
    "insurers": _INSURER,
    "names": _NAME,
    "health": _HEALTH,
    "passwords": _PASSWORD,
}


def speaking_of(topic: str, columns: Iterable[str]) -> tuple[str, ...]:
    """The columns whose name speaks of the topic."""
    return tuple(column for column in columns if WORDS[topic].search(column))
