"""What PAM does with a module's answer: control values, as libpam reads them.

Source: pam.d(5) and libpam of Linux-PAM 1.5. Keywords are the same in any case, the words in
brackets are not; a bracket that cannot be read turns every answer into a refusal.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeAlias

Action: TypeAlias = str | int  # a word, or how many modules to jump over

SUCCESS: Final = "success"
RETURNS: Final = (
    *(SUCCESS, "open_err", "symbol_err", "service_err", "system_err", "buf_err", "perm_denied"),
    *("auth_err", "cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries"),
    *("new_authtok_reqd", "acct_expired", "session_err", "cred_unavail", "cred_expired"),
    *("cred_err", "no_module_data", "conv_err", "authtok_err", "authtok_recover_err"),
    *("authtok_lock_busy", "authtok_disable_aging", "try_again", "ignore", "abort"),
    *("authtok_expired", "module_unknown", "bad_item", "conv_again", "incomplete"),
)
_KEYWORDS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    # success, new_authtok_reqd, ignore, all others
    "required": ("ok", "ok", "ignore", "bad"),
    "requisite": ("ok", "ok", "ignore", "die"),
    "sufficient": ("done", "done", "ignore", "ignore"),
    "optional": ("ok", "ok", "ignore", "ignore"),
}
_PAIR = re.compile(
    rf"\s*({'|'.join(sorted((*RETURNS, 'default'), key=len, reverse=True))})"
    r"\s*=\s*(ignore|ok|done|bad|die|reset|\d{1,9})\s*"
)
_REFUSED: Final[Mapping[str, Action]] = MappingProxyType(dict.fromkeys(RETURNS, "bad"))


@lru_cache(maxsize=1024)
def actions(control: str) -> Mapping[str, Action]:
    """The action for every answer a module can give."""
    if control.startswith("["):
        return _bracket(control.removeprefix("[").removesuffix("]"))
    words = _KEYWORDS.get(control.lower())
    if words is None:
        return _REFUSED
    good, renew, ignored, other = words
    found: dict[str, Action] = dict.fromkeys(RETURNS, other)
    found |= {SUCCESS: good, "new_authtok_reqd": renew, "ignore": ignored}
    return MappingProxyType(found)


def _bracket(text: str) -> Mapping[str, Action]:
    said: dict[str, Action] = {}
    place = 0
    while place < len(text):
        pair = _PAIR.match(text, place)
        if pair is None or (pair[2].isdigit() and not int(pair[2])):
            return _REFUSED
        word: Action = int(pair[2]) if pair[2].isdigit() else pair[2]
        if pair[1] != "default":
            said[pair[1]] = word
        else:  # for what nothing was said of until then; a later word still counts
            said = dict.fromkeys(RETURNS, word) | said
        place = pair.end()
    return MappingProxyType({**_REFUSED, **said})
