"""What a PAM module may answer in a scene: the right password, a wrong one, a locked account ...

Sources: the manual pages and sources of Linux-PAM 1.5, libpwquality 1.4, sssd 2.8,
google-authenticator-libpam 1.09, pam-u2f 1.1, pam_oath 2.6. A module nobody described may answer
anything.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from rempart.check import Fact, Reason, Unknown
from rempart.collectors.host.pam import Module, Stack
from rempart.collectors.host.pam_control import RETURNS
from rempart.collectors.host.pam_stack import Ending, endings

Codes: TypeAlias = frozenset[str]
Holds: TypeAlias = Callable[[Ending], bool]

UNIX: Final = "pam_unix.so"
LOCAL: Final = frozenset({UNIX, "pam_unix2.so", "pam_tcb.so"})  # keep passwords on the host itself
FAILLOCK: Final = "pam_faillock.so"
# Modules that ask for a password and compare it.
VERIFIERS: Final = frozenset(
    {
        *(UNIX, "pam_sss.so", "pam_ldap.so", "pam_krb5.so", "pam_winbind.so", "pam_pwdfile.so"),
        *("pam_userdb.so", "pam_systemd_home.so", "pam_radius_auth.so", "pam_tacplus.so"),
        *("pam_unix2.so", "pam_tcb.so", "pam_aad.so", "pam_himmelblau.so", "pam_kanidm.so"),
    }
)
# Modules that ask for something the person has.
FACTORS: Final = frozenset(
    {
        *("pam_google_authenticator.so", "pam_oath.so", "pam_u2f.so", "pam_duo.so"),
        *("pam_yubico.so", "pam_pkcs11.so", "pam_p11.so", "pam_multiotp.so", "pam_privacyidea.so"),
    }
)
WITHOUT_ENROLMENT: Final = ("nullok", "nouserok")  # lets those through who have no token yet
QUALITY: Final = frozenset({"pam_pwquality.so", "pam_cracklib.so", "pam_passwdqc.so"})
TALLIES: Final = frozenset({"pam_tally2.so", "pam_tally.so"})  # gone since Linux-PAM 1.4

_YES: Final = frozenset({"success"})
_NO: Final = frozenset({"auth_err"})
_QUIET: Final = frozenset({"ignore"})
_EITHER: Final = frozenset({"success", "auth_err", "perm_denied"})
_MAYBE: Final = frozenset({"success", "ignore"})
_ELSEWHERE: Final = frozenset({"user_unknown", "authinfo_unavail"})
_REFUSED: Final = frozenset({"auth_err", "maxtries", "cred_insufficient"}) | _ELSEWHERE
_ABSENT: Final = frozenset({"module_unknown"})
_ANYTHING: Final = frozenset(RETURNS) - {"incomplete", "conv_again"}
# Modules whose answer hangs on nothing a scene knows; those of accounts and sessions too.
_FIXED: Final[Mapping[str, Codes]] = {
    "": frozenset({"perm_denied"}),
    "pam_permit.so": _YES,
    "pam_deny.so": _NO,
    **dict.fromkeys(
        (
            *("pam_env.so", "pam_faildelay.so", "pam_echo.so", "pam_warn.so", "pam_issue.so"),
            *("pam_limits.so", "pam_loginuid.so", "pam_keyinit.so", "pam_umask.so"),
            *("pam_group.so", "pam_tty_audit.so", "pam_motd.so", "pam_systemd.so"),
        ),
        _QUIET,
    ),
    **dict.fromkeys(
        (
            *("pam_cap.so", "pam_mount.so", "pam_gnome_keyring.so", "pam_kwallet.so"),
            *("pam_kwallet5.so", "pam_ecryptfs.so", "pam_fscrypt.so", "pam_selinux.so"),
            *("pam_setcred.so", "pam_mkhomedir.so", "pam_oddjob_mkhomedir.so", "pam_xauth.so"),
            *("pam_lastlog.so", "pam_lastlog2.so", "pam_sepermit.so", "pam_mail.so"),
        ),
        _MAYBE,
    ),
    **dict.fromkeys(
        (
            *("pam_shells.so", "pam_listfile.so", "pam_access.so", "pam_time.so"),
            *("pam_localuser.so", "pam_rhosts.so", "pam_require.so"),
        ),
        _EITHER,
    ),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """Who stands at the door. `word`, the password, is right, wrong or empty; `factor` given,
    missing or, for one who has none, unenrolled. `daemon`: the program that asks runs as root, for
    strangers; `root`: it is root who is signed in. `refused`: the new password does not please the
    module that judges it.
    """

    word: str = "right"
    factor: str = "given"
    locked: bool = False
    wheel: bool = True
    daemon: bool = True
    root: bool = False
    refused: bool = False


def answers(module: Module, scene: Scene) -> Codes | None:
    """The codes it may return as an `auth` module; None when nobody described it."""
    if module.name in VERIFIERS:
        return _verified(module, scene)
    if module.name in FACTORS:
        return _factor(module, scene)
    described = _ANSWERS.get(module.name)
    return described(module, scene) if described else _FIXED.get(module.name)


def passwords(module: Module, scene: Scene) -> Codes | None:
    """The codes it may return as a `password` module, for a local account."""
    name = module.name
    if name in QUALITY:
        return frozenset({"authtok_err", "maxtries"}) if scene.refused else _YES
    if name in LOCAL or name == "pam_pwhistory.so":
        kept = scene.refused and "use_authtok" in module.options
        return _YES | {"authtok_err"} if kept else _YES
    if name == "pam_localuser.so":
        return _YES
    if name == "pam_deny.so":
        return frozenset({"authtok_err"})
    if name == "pam_succeed_if.so":
        return _condition(module, scene)
    return _ELSEWHERE if name in VERIFIERS else _FIXED.get(name)


def accounts(module: Module, _: Scene) -> Codes | None:
    """The codes it may return as an `account` module for an account in order."""
    if module.name in VERIFIERS or module.name in (FAILLOCK, "pam_localuser.so"):
        return _YES
    if module.name == "pam_nologin.so":
        return _QUIET
    return _FIXED.get(module.name, _EITHER)


Behaviour: TypeAlias = Callable[[Module, Scene], Codes | None]
# What modules nobody described are tried with: where all three agree, it does not hang on them.
_TRIED: Final = (_YES, _QUIET, _NO)


def leads(
    modules: Stack,
    scene: Scene,
    holds: Holds,
    watched: Sequence[int] = (),
    behaviour: Behaviour = answers,
) -> tuple[Fact, str]:
    """Whether some way through the stack ends so that `holds`, and the words of one such way.

    Unknown where it hangs on a module nobody described. Raises Limited for too many ways.
    """

    def ways(other: Codes) -> Iterator[Ending]:
        def answering(module: Module) -> Codes:
            found = told(module)
            return other if found is None else found

        return endings(modules, answering, watched)

    def told(module: Module) -> Codes | None:
        return _ABSENT if module.missing else behaviour(module, scene)

    strange = next((one for one in modules if told(one) is None), None)
    found = next((end for end in ways(_ANYTHING if strange else _NO) if holds(end)), None)
    if found is None:
        return False, ""
    words = _words(modules, found)
    if strange and not all(any(holds(end) for end in ways(codes)) for codes in _TRIED):
        return Unknown(Reason.UNRESOLVED, f"what {strange.name} answers decides it"), words
    return True, words


def _words(modules: Stack, end: Ending) -> str:
    """The answers on the way, in the modules' own words."""
    steps = [f"{modules[index].name or 'a line PAM cannot read'} {code}" for index, code in end.way]
    return ", ".join(steps[-6:])


def _verified(module: Module, scene: Scene) -> Codes:
    if scene.word == "right":
        return _YES | _ELSEWHERE
    if scene.word == "empty" and module.name == UNIX and _nullok(module):
        return _YES
    return _REFUSED


def _nullok(module: Module) -> bool:
    return "nullok" in module.options or "nullok_secure" in module.options


def _factor(module: Module, scene: Scene) -> Codes:
    if scene.factor == "given":
        return _YES
    if scene.factor == "unenrolled" and any(word in module.options for word in WITHOUT_ENROLMENT):
        return _MAYBE
    return _REFUSED | {"cred_unavail"}


def _faillock(module: Module, scene: Scene) -> Codes:
    options = module.options
    if scene.locked and not (scene.root and "even_deny_root" not in options):
        return _NO
    return _QUIET if "authfail" in options else _YES


def _wheel(module: Module, scene: Scene) -> Codes:
    options = module.options
    if "root_only" in options and not scene.root:
        return _QUIET
    if "deny" in options:
        refused, other = frozenset({"perm_denied"}), _YES if "trust" in options else _QUIET
        return refused if scene.wheel else other
    if scene.wheel:
        return _YES if "trust" in options else _QUIET
    return frozenset({"perm_denied"})


_MANNERS = frozenset({"quiet", "quiet_success", "quiet_fail", "use_uid", "debug", "audit"})
_UID = re.compile(r"uid (<|<=|>|>=|=|eq|lt|le|gt|ge|!=|ne) (\d{1,9})\b")


def _condition(module: Module, scene: Scene) -> Codes:
    """pam_succeed_if: a number of the account decides for root and for a first ordinary account."""
    uid = 0 if scene.root else 1000
    words = [one for one in module.arguments if one not in _MANNERS]
    match = _UID.fullmatch(" ".join(words))
    if match is None:
        return _EITHER
    kind, figure = match[1], int(match[2])
    holds = {
        **dict.fromkeys(("<", "lt"), uid < figure),
        **dict.fromkeys(("<=", "le"), uid <= figure),
        **dict.fromkeys((">", "gt"), uid > figure),
        **dict.fromkeys((">=", "ge"), uid >= figure),
        **dict.fromkeys(("=", "eq"), uid == figure),
        **dict.fromkeys(("!=", "ne"), uid != figure),
    }
    return _YES if holds[kind] else _NO


def _usertype(module: Module, scene: Scene) -> Codes:
    return _YES if ("issystem" in module.options) is scene.root else frozenset({"perm_denied"})


def _other_proof(_: Module, scene: Scene) -> Codes:
    """A key, a finger, an earlier sign-in: what one without the password has not either."""
    return _EITHER if scene.word == "right" else _NO


_ANSWERS: Final[Mapping[str, Callable[[Module, Scene], Codes]]] = {
    FAILLOCK: _faillock,
    **dict.fromkeys(TALLIES, lambda _, scene: _NO if scene.locked else _YES),
    "pam_rootok.so": lambda _, scene: _YES if scene.daemon else _NO,
    "pam_wheel.so": _wheel,
    "pam_nologin.so": lambda module, _: _YES if "successok" in module.options else _QUIET,
    "pam_usertype.so": _usertype,
    "pam_securetty.so": lambda _, scene: _EITHER if scene.root else _YES,
    "pam_succeed_if.so": _condition,
    **dict.fromkeys(("pam_ssh_agent_auth.so", "pam_timestamp.so", "pam_fprintd.so"), _other_proof),
}
