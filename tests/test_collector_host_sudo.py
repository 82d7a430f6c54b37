"""Rules of sudo as people write them, from the files of a host without cvtsudoers."""

import pytest

from rempart.check import Gap, Observation
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.sudo import all_powerful, sudo_rules
from rempart.collectors.host.sudo_settings import settings
from rempart.errors import Unresolved
from rempart.judge.sudo_commands import leaves_open, starts_shell
from rempart.observations.accounts import SudoRule, SudoSettings


def written(**files: str) -> Answers:
    rows = [
        f"/etc/{name.replace('_', '.', 1).replace('__', '/')}:{number}:{line}"
        for name, text in files.items()
        for number, line in enumerate(text.split("\n"), 1)
    ]
    return Answers({"sudoers": Unresolved("none"), "sudoers_files": Answer(0, "\n".join(rows))})


def rules(**files: str) -> list[SudoRule]:
    return [one for one in sudo_rules(written(**files)) if isinstance(one, SudoRule)]


def gaps(found: list[Observation | Gap]) -> list[str]:
    return [one.key for one in found if isinstance(one, Gap)]


def test_an_alias_of_run_as_users_is_read_as_its_members() -> None:
    text = "Runas_Alias OPS = root, www-data\nbob ALL = (OPS : adm) ALL"
    (rule,) = rules(sudoers=text)

    assert rule.run_as == "root,www-data:adm"
    assert all_powerful(written(sudoers=text)) == {"bob"}


def test_a_folder_nobody_includes_is_not_read() -> None:
    line = "Defaults use_pty\nbob ALL=(ALL) ALL"

    assert rules(sudoers="root ALL=(ALL) ALL", sudoers_d__bob=line)[1:] == []
    for include in (
        "@includedir /etc/sudoers.d",
        "#includedir sudoers.d/",
        "@include sudoers.d/bob",
    ):
        (rule,) = rules(sudoers=include, sudoers_d__bob=line)
        assert (rule.who, rule.source, rule.line) == ("bob", "/etc/sudoers.d/bob", 2)


def test_an_include_out_of_sight_leaves_rules_and_settings_open() -> None:
    seen = written(sudoers="@include /etc/sudoers.%h\n@includedir /usr/local/etc/sudoers.d")

    places = ["/etc/sudoers.%h", "/usr/local/etc/sudoers.d"]
    assert gaps(list(sudo_rules(seen))) == places
    assert gaps(list(settings(seen))) == places


def test_a_group_that_is_exempt_is_never_asked() -> None:
    text = 'Defaults exempt_group="docker"\n%docker ALL = /bin/ls -l'
    (rule,) = rules(sudoers=text)
    told = [one for one in settings(written(sudoers=text)) if isinstance(one, SudoSettings)]

    assert rule.nopasswd is True
    assert told[0].exempt == ("%docker",)


@pytest.mark.parametrize(
    "command",
    [
        *(
            "/usr/bin/python3.11",
            "/usr/bin/perl5.36-x86_64-linux-gnu",
            "/usr/bin/vim.basic /etc/motd",
        ),
        *("/usr/bin/systemctl", "/usr/bin/apt-get", "/usr/bin/crontab", "/usr/sbin/usermod *"),
    ],
)
def test_a_program_that_gives_a_shell_is_known_by_any_build(command: str) -> None:
    assert starts_shell(command)


@pytest.mark.parametrize(
    ("command", "open_"),
    [
        ("/usr/bin/cat ^/var/log/.+$", True),
        ("^/usr/bin/[^ ]+$", True),
        (r"/usr/bin/cat ^/var/log/[a-z]*\.log$", False),
        ("/usr/bin/cat /var/log/*", True),
        ("/usr/bin/pythonic.sh", False),
    ],
)
def test_a_regular_expression_that_fits_anything_is_open(command: str, open_: bool) -> None:
    assert leaves_open(command) is open_
    assert not starts_shell("/usr/bin/systemctl restart claims")
