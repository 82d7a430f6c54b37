"""What checks and collectors say in English, in the language of a report.

A closed list, `reports/phrases.yaml`: whole sentences with `{placeholders}`, which stand for what
was seen. A text that is none of them is printed as it is, in the product's own words.
"""

import re
from functools import lru_cache

import msgspec

from rempart.catalogue import built_in
from rempart.report.language import filled

_PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")
LONGEST = 1000  # characters of a text that is looked for
COLON = {"fr": "\N{NO-BREAK SPACE}: "}


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in three languages, with the same placeholders."""

    en: str
    fr: str
    de: str


@lru_cache(maxsize=1)
def phrases() -> tuple[Phrase, ...]:
    """The closed list."""
    from rempart.documents import decode
    from rempart.documents.kept import kept

    return decode(kept(built_in() / "reports" / "phrases.yaml"), tuple[Phrase, ...])


@lru_cache(maxsize=4096)
def spoken(text: str, language: str) -> str:
    """The text in that language where it is a phrase, several of them, or one after a name."""
    if language == "en" or not text or len(text) > LONGEST:
        return text
    whole = _whole(text, language)
    if whole is not None:
        return whole
    if "; " in text:
        return "; ".join(spoken(part, language) for part in text.split("; "))
    name, colon, rest = text.partition(": ")
    told = spoken(rest, language) if colon else rest
    return text if told == rest else f"{name}{COLON.get(language, ': ')}{told}"


def _whole(text: str, language: str) -> str | None:
    exact, patterns = _known()
    if text in exact:
        return str(getattr(exact[text], language))
    for own, pattern, phrase in patterns:
        if own in text and (found := pattern.fullmatch(text)):
            values = {name: spoken(value, language) for name, value in found.groupdict().items()}
            return filled(getattr(phrase, language), values)
    return None


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, Phrase], tuple[tuple[str, re.Pattern[str], Phrase], ...]]:
    """Phrases as they are, and as patterns, those with most words of their own first.

    A pattern comes with its longest piece without a placeholder: a text without it cannot match.
    """
    known = phrases()
    exact = {phrase.en: phrase for phrase in known if "{" not in phrase.en}
    ranked = sorted(
        (phrase for phrase in known if "{" in phrase.en),
        key=lambda phrase: -len(re.sub(r"\{\w+\}", "", phrase.en)),
    )
    # A value has no colon and no line break: a name before a phrase is not taken for one.
    patterns = (
        (
            max(re.split(r"\{\w+\}", one.en), key=len),
            re.compile(_PLACEHOLDER.sub(_value, re.escape(one.en))),
            one,
        )
        for one in ranked
    )
    return exact, tuple(patterns)


def _value(found: re.Match[str]) -> str:
    return rf"(?P<{found[1]}>(?:(?!; )[^\n])+?)"
