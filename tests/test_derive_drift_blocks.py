"""`Match` blocks that stand only in the repository, or only on the host."""

from dataclasses import replace

from rempart.archive import Tie
from rempart.check import Gap, Vantage
from rempart.collectors.sshd_config import settings
from rempart.derive import Estate, drift
from rempart.errors import Reason
from rempart.observations.estate import Drift
from rempart.observations.ssh import SshdSettings

SUBJECTS = [
    Tie("db-1", "host"),
    Tie("infra", "repository", declares={"db-1": ("ssh/*",)}),
]
PLAIN = "PermitRootLogin no\n"
OPENED = f"{PLAIN}Match User bob\n PasswordAuthentication no\n PermitEmptyPasswords yes\n"


def apart(declared: str, running: str, *gaps: Gap, file: str = "ssh/sshd_config") -> list[Drift]:
    ours = tuple(settings(declared, file))
    theirs = tuple(_seen(one) for one in settings(running, "/etc/ssh/sshd_config"))
    estate = Estate({"infra": ours, "db-1": theirs}, {"db-1": gaps}, SUBJECTS)
    found = (one for one in drift.derived(estate) if isinstance(one, Drift))
    return [one for one in found if one.setting.startswith("Match")]


def _seen(one: SshdSettings) -> SshdSettings:
    return replace(one, vantage=Vantage.OBSERVED)


def test_a_block_only_the_host_has_is_a_difference() -> None:
    (one,) = apart(PLAIN, OPENED)

    assert (one.setting, one.declared) == ("Match User bob", None)
    assert one.observed == "password_authentication False, permit_empty_passwords True"
    assert one.observed_at == "db-1: /etc/ssh/sshd_config:3"


def test_a_block_only_the_repository_has_is_one_too() -> None:
    (one,) = apart(OPENED, PLAIN)

    assert (one.observed, one.line) == (None, 3)


def test_blocks_are_compared_where_both_sides_are_whole() -> None:
    assert apart(OPENED, OPENED) == []
    assert apart(PLAIN, OPENED, file="ssh/sshd_config.d/10.conf") == []  # the rest is elsewhere
    gap = Gap("SshdSettings", Reason.PRIVILEGE, "Match blocks", key="Match")
    assert apart(PLAIN, OPENED, gap) == []
