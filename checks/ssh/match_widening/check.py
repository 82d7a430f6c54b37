from collections.abc import Iterator, Sequence

from rempart.check import Fact, Result, Unknown, all_of, negated, notapplicable, verdict
from rempart.observations.ssh import SshdSettings

# From strict to lax, for settings that are words.
ROOT = ("no", "forced-commands-only", "prohibit-password", "yes")
OPENING = {
    "password_authentication": "PasswordAuthentication",
    "keyboard_interactive": "KbdInteractiveAuthentication",
    "permit_empty_passwords": "PermitEmptyPasswords",
    "host_based": "HostbasedAuthentication",
}


def check(sshd: tuple[SshdSettings, ...]) -> Iterator[Result]:
    blocks = [one for one in sshd if one.who]
    if not blocks and sshd:
        yield notapplicable("nobody is treated apart", sshd[0])
    for block in blocks:
        base = _everybody(sshd, block)
        if base is None:
            continue
        wider = list(_wider(base, block))
        open_ones = [words for words, fact in wider if fact is True]
        seen = ", ".join(open_ones) or "nothing is opened again"
        good = all_of(*(negated(fact) for _, fact in wider))
        yield verdict(good, seen, block, facts={"opened": ", ".join(open_ones) or "-"})


def _everybody(sshd: Sequence[SshdSettings], block: SshdSettings) -> SshdSettings | None:
    """The settings for everybody of the same daemon: a repository may declare several."""
    whole = [one for one in sshd if not one.who and block.key.startswith(one.key)]
    return max(whole, key=lambda one: len(one.key), default=None)


def _wider(base: SshdSettings, block: SshdSettings) -> Iterator[tuple[str, Fact]]:
    for name, written in OPENING.items():
        before, after = getattr(base, name), getattr(block, name)
        if str(before) == str(after):
            continue  # as for everybody, known or not
        yield f"{written} yes", all_of(before == False, after == True)  # noqa: E712
    before, after = base.permit_root_login, block.permit_root_login
    if isinstance(before, str) and isinstance(after, str):
        if before in ROOT and after in ROOT:
            yield f"PermitRootLogin {after}", ROOT.index(after) > ROOT.index(before)
    elif isinstance(after, Unknown):
        yield "PermitRootLogin", after
    fewest, now = _steps(base.authentication_methods), _steps(block.authentication_methods)
    yield f"AuthenticationMethods {block.authentication_methods}", now < fewest


def _steps(methods: object) -> int:
    """How many methods the shortest way in takes; 1 where any will do."""
    if not isinstance(methods, str):
        return 1
    return min((one.count(",") + 1 for one in methods.split()), default=1)
