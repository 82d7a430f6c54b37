"""Who has registered the second factor a door asks for.

Sources: google-authenticator(1), pam_u2f(8), pam_oath(8). Tokens are counted, never read: of files
that hold those of many, the names alone are printed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from shlex import join
from typing import Final

from rempart.check import Fact, Observation, Reason, Seen, Unknown, any_of
from rempart.collectors.host.accounts import accounts
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.hashes import AWK
from rempart.collectors.host.homes import FIND, Places, homes, places
from rempart.collectors.host.lines import Files
from rempart.collectors.host.pam import Module, file_of, stack
from rempart.collectors.host.pam_doors import INSIDERS, STRANGERS
from rempart.collectors.host.pam_files import seen_files
from rempart.collectors.host.pam_modules import FACTORS
from rempart.collectors.host.section import Section, written
from rempart.errors import CollectError
from rempart.observations.accounts import Account
from rempart.observations.people import Enrolment

GOOGLE: Final = "pam_google_authenticator.so"
U2F: Final = "pam_u2f.so"
OATH: Final = "pam_oath.so"
LISTS: Final = {
    U2F: ("/etc/u2f_mappings", "/etc/Yubico/u2f_keys"),
    OATH: ("/etc/users.oath", "/etc/liboath/users.oath", "/etc/security/users.oath"),
}
_ALL: Final = tuple(file for files in LISTS.values() for file in files)
_NAMES: Final = '!/^[ \\t]*(#|$)/{n=FILENAME~/oath/?$2:$1;sub(/:.*/,"",n);print FILENAME"|"n}'
_LOOK: Final = (FIND, *_ALL, "-maxdepth", "0", "-type", "f", "-exec", AWK, _NAMES, "{}", "+")
_CODE: Final = f"""tokens() {{
  as_root {join(_LOOK)}; code=$?
  [ "$code" -le 1 ] || return "$code"
}}
"""


def enrolments(answers: Answers) -> Iterator[Observation]:
    """Each account that may sign in, where a door asks for a second factor; else nothing."""
    found = seen_files(answers)
    asked = _asked(found)
    if not asked:
        return
    tokens = _Tokens.of(answers)
    for one in accounts(answers):
        if isinstance(one, Account) and one.can_sign_in:
            yield Enrolment(
                modules=tuple(asked),
                enrolled=tokens.enrolled(one, asked),
                admin=one.admin,
                signs_in=_signs_in(one),
                key=one.key,
                source=next(iter(asked.values())).place.source,
                line=next(iter(asked.values())).place.line,
            )


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Files of tokens in homes, and the names that central files list."""

    files: frozenset[str] | Unknown
    listed: Mapping[str, frozenset[str]] | Unknown
    looked: Places

    @classmethod
    def of(cls, answers: Answers) -> "_Tokens":
        files: frozenset[str] | Unknown
        listed: Mapping[str, frozenset[str]] | Unknown
        try:
            found = homes(answers)
            files = frozenset((*(one.file for one in found.guards), *found.there))
        except CollectError as error:
            files = Unknown(error.reason, str(error))
        try:
            listed = _listed(answers.text("tokens"))
        except CollectError as error:
            listed = Unknown(error.reason, str(error))
        return cls(files, listed, places(answers))

    def enrolled(self, account: Account, asked: Mapping[str, Module]) -> Fact:
        return any_of(*(self._one(account, name, module) for name, module in asked.items()))

    def _one(self, account: Account, name: str, module: Module) -> Fact:
        said = module.options.get("authfile") or module.options.get("usersfile")
        if name == GOOGLE:
            secret = module.options.get("secret", "${HOME}/.google_authenticator")
            return self._file(_expanded(secret, account))
        if name == U2F and not said:
            return self._file(f"{account.home}/.config/Yubico/u2f_keys")
        if name not in LISTS:
            return Unknown(Reason.UNRESOLVED, f"where {name} keeps its tokens is not looked at")
        files = LISTS[name] if not said or said.startswith("$") else (said,)
        if isinstance(self.listed, Unknown):
            return self.listed
        if said and said not in _ALL:
            return Unknown(Reason.UNRESOLVED, f"{said} was not looked at")
        return any(account.key in self.listed.get(file, frozenset()) for file in files)

    def _file(self, path: str) -> Fact:
        if isinstance(self.files, Unknown):
            return self.files
        named = path.endswith(("/.google_authenticator", "/u2f_keys"))
        if not self.looked.looked_at(path) or not (named or "/google-authenticator/" in path):
            return Unknown(Reason.UNRESOLVED, f"{path} was not looked at")
        return path in self.files


def _asked(found: Files) -> dict[str, Module]:
    """The modules that ask for something held, by name, of all doors there are."""
    asked: dict[str, Module] = {}
    for service in (*STRANGERS, *INSIDERS):
        if file_of(found, service):
            for module in stack(found, service, "auth"):
                if module.name in FACTORS:
                    asked.setdefault(module.name, module)
    return asked


def _signs_in(account: Account) -> Seen[bool]:
    locked = account.locked
    return locked if isinstance(locked, Unknown) else locked is not True


def _expanded(path: str, account: Account) -> str:
    for word in ("${HOME}", "~"):
        path = path.replace(word, account.home)
    return path.replace("${USER}", account.key)


def _listed(text: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in text.split("\n"):
        file, mark, name = row.partition("|")
        if mark and name:
            found.setdefault(file, set()).add(name)
    return {file: frozenset(names) for file, names in found.items()}


SECTIONS = (
    Section(
        "tokens",
        "awk",
        (Enrolment,),
        (("tokens",),),
        code=_CODE,
        sudo=(written(*_LOOK),),
    ),
)
READERS = {Enrolment: enrolments}
