"""Text from a target, made fit to keep: hostile until it went through here."""

import re
import unicodedata

LONGEST = 500

# Whole terminal sequences go, not only their first character: CSI, then OSC/DCS/APC/PM/SOS strings.
_TERMINAL = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_BREAK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
# Cc control, Cf format (bidi, zero-width, tags), Cs surrogates, Co private use, Cn unassigned.
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
# Thirteen digits and more, also in groups: an insured person's number (NIR) and its kin.
_IDENTIFIER = re.compile(r"\d(?:(?:[ \u00a0\u202f+_-]|%20)?\d){12,}")
_CORSICAN = re.compile(r"(?<!\d)[1-478](?:[ _-]?\d){4}[ _-]?2[abAB](?:[ _-]?\d){6,8}(?!\d)")


def clean(text: str, limit: int = LONGEST) -> str:
    """The text without control characters, terminal sequences, bidi and zero-width characters.

    Line breaks become a space, runs of 13 digits or more are masked (a NIR in a URL is health
    data), and what exceeds `limit` characters is cut with an ellipsis.
    """
    text = text[: limit * 8]
    if not (text.isascii() and text.isprintable()):  # most text is, and is looked at quickly
        text = _BREAK.sub(" ", _TERMINAL.sub("", text))
        text = "".join(letter for letter in text if _shown(letter))
    text = _CORSICAN.sub(_masked, _IDENTIFIER.sub(_masked, text)).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _shown(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNSHOWN and letter not in _INVISIBLE


def _masked(match: re.Match[str]) -> str:
    count = sum(letter.isalnum() for letter in match[0].replace("%20", ""))
    return f"[{count} digits]"
