"""Names a person could take for the domain's: the next phishing mail comes from one of them.

The spellings are those that typosquatting studies and squatters use: a letter left out, doubled,
swapped, mistaken for one that looks like it or lies beside it, a hyphen more or less, a word of
the trade added, another public ending. Each is asked for once, and only where the inventory asks.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from rempart.errors import CollectError, Limited
from rempart.observations.dns import LookalikeSurvey

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.dns import Questions

MOST: Final = 300
# A letter and what passes for it.
_ALIKE: Final = (
    "a4 bd b6 ce db dcl e3 ec gq g9 hn i1 il ij ji klc l1 li mn mrn nm nr o0 pq qg rn s5 sz t7 tf "
    "uv vu wvv z2 zs 0o 1l 1i 5s"
)
_BESIDE: Final = ("azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm", "qwertyuiop")
_ADDED: Final = (
    *("pro", "portail", "extranet", "connexion", "espace", "client", "sante", "mutuelle"),
    *("login", "secure", "support", "info", "service", "remboursement", "facture"),
)
_ENDINGS: Final = ("fr", "com", "net", "org", "eu", "info", "online", "site", "sante", "co", "de")


def lookalike_survey(
    subject: Any,  # noqa: ANN401
    access: "Access",
    questions: "Questions",
) -> LookalikeSurvey | None:
    """The similar names that exist; nothing where nobody asked for that or it is not allowed."""
    if not subject.lookalikes or not access.allows("active"):
        return None
    domain = subject.id.rstrip(".").lower()
    own = {domain, *(name.rstrip(".").lower() for name in subject.owned)}
    registered, mail, asked = [], [], 0
    failed: CollectError | None = None
    for name in spellings(domain):
        if name in own:
            continue
        try:
            exists = questions.ask(name, "NS").status == "found"
            writes = exists and questions.ask(name, "MX").status == "found"
        except Limited:
            raise
        except CollectError as error:  # one name's servers may be broken: the others are asked
            failed = error
            continue
        asked += 1
        registered += [name] * exists
        mail += [name] * writes
    if failed is not None and not asked:
        raise failed
    return LookalikeSurvey(
        asked,
        tuple(sorted(registered)),
        tuple(sorted(mail)),
        key=domain,
        source=f"NS of {asked} names like {domain}",
    )


def spellings(domain: str) -> list[str]:
    """Names like the domain, those most easily overlooked first, at most 300."""
    labels = domain.split(".")
    if len(labels) < 2:
        return []
    word, ending = labels[-2], labels[-1]
    found = [f"{one}.{ending}" for one in _words(word) if _possible(one)]
    found += [f"{word}.{other}" for other in _ENDINGS if other != ending]
    found += [f"{word}{join}{added}.{ending}" for join in ("-", "") for added in _ADDED]
    found += [f"{added}-{word}.{ending}" for added in _ADDED]
    return [name for name in dict.fromkeys(found) if name != f"{word}.{ending}"][:MOST]


def _words(word: str) -> Iterator[str]:
    for place, letter in enumerate(word):
        for pair in _ALIKE.split():
            if pair[0] == letter:
                yield word[:place] + pair[1:] + word[place + 1 :]
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]
        yield word[: place + 1] + word[place:]
    for place in range(1, len(word)):
        yield word[:place] + "-" + word[place:]
    for place, letter in enumerate(word):
        for other in _neighbours(letter):
            yield word[:place] + other + word[place + 1 :]


def _neighbours(letter: str) -> list[str]:
    """The keys beside it on French, German and English keyboards."""
    found = set[str]()
    for row in _BESIDE:
        place = row.find(letter)
        if place >= 0:
            found.update(row[max(0, place - 1) : place] + row[place + 1 : place + 2])
    return sorted(found)


def _possible(word: str) -> bool:
    return 1 < len(word) < 64 and not word.startswith("-") and not word.endswith("-")
