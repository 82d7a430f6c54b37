from pathlib import Path

import pytest

from rempart.check import Gap, Observation, Reason, Unknown, Vantage
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.sshd import sshd_settings
from rempart.collectors.sshd_config import read, settings
from rempart.errors import Unresolved
from rempart.observations.ssh import SshdSettings

RECORDED = Path(__file__).parent / "recorded"
FILES = {"/etc/ssh/sshd_config.d/10-root.conf": "PermitRootLogin yes\n"}


def included(pattern: str) -> list[tuple[str, str]]:
    return list(FILES.items()) if pattern == "/etc/ssh/sshd_config.d/*.conf" else []


def everybody(text: str, file: str = "/etc/ssh/sshd_config") -> SshdSettings:
    return next(settings(text, file))


def test_reads_what_a_running_sshd_said() -> None:
    sshd = read((RECORDED / "sshd-9.2-debian12.txt").read_text(), "sshd -T")

    assert sshd.permit_root_login == "prohibit-password"
    assert sshd.password_authentication is True
    assert sshd.keyboard_interactive is False
    assert sshd.use_pam is True
    assert sshd.max_auth_tries == 6
    assert sshd.permit_empty_passwords is False
    assert sshd.authentication_methods == "any"
    assert sshd.vantage is Vantage.OBSERVED


def test_says_what_an_unknown_daemon_left_out() -> None:
    sshd = read("port 22\n", "sshd -T")

    assert isinstance(sshd.permit_root_login, Unknown)
    assert sshd.permit_root_login.detail == "sshd -T does not say PermitRootLogin"


def test_the_first_value_wins_and_names_its_line() -> None:
    sshd = everybody("# top\nPermitRootLogin no\nPermitRootLogin yes\n")

    assert sshd.permit_root_login == "no"
    assert sshd.at("permit_root_login").line == 2
    assert sshd.at("max_auth_tries").line is None
    assert sshd.vantage is Vantage.DECLARED


def test_a_keyword_may_stand_in_quotes() -> None:
    sshd = everybody('"PermitRootLogin" "yes"\nPermitRootLogin no\n')

    assert sshd.permit_root_login == "yes"


def test_defaults_of_a_whole_file_are_sshds_own() -> None:
    sshd = everybody("Port 22\n")

    assert sshd.permit_root_login == "prohibit-password"
    assert sshd.password_authentication is True
    assert sshd.max_auth_tries == 6


def test_a_drop_in_decides_only_what_it_says() -> None:
    sshd = everybody("MaxAuthTries 3\n", "roles/ssh/files/sshd_config.d/10-tries.conf")

    assert sshd.max_auth_tries == 3
    assert isinstance(sshd.permit_root_login, Unknown)


@pytest.mark.parametrize(
    "line",
    [
        "permitrootlogin no",
        "PermitRootLogin=no",
        "PermitRootLogin = no",
        '\tPermitRootLogin\t"no"  # why',
        "PERMITROOTLOGIN no",
    ],
)
def test_reads_each_spelling_sshd_reads(line: str) -> None:
    assert everybody(line).permit_root_login == "no"


def test_a_match_block_overrides_for_its_people_only() -> None:
    text = "PasswordAuthentication no\nMatch User bob\n  PasswordAuthentication yes\n"

    first, second = settings(text, "sshd_config")

    assert first.password_authentication is False
    assert second.key == "Match User bob"
    assert second.password_authentication is True
    assert second.at("password_authentication").line == 3


def test_a_match_block_that_changes_nothing_judged_is_left_out() -> None:
    assert len(list(settings("Match Group sftp\n  ChrootDirectory /srv\n", "sshd_config"))) == 1


def test_match_all_holds_for_everybody() -> None:
    text = (
        "PermitRootLogin no\nMatch User bob\n X11Forwarding no\nMatch all\n PermitRootLogin yes\n"
    )

    assert everybody(text).permit_root_login == "yes"


def test_an_include_that_is_not_followed_leaves_what_follows_open() -> None:
    text = "MaxAuthTries 3\nInclude /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n"

    sshd = everybody(text)

    assert sshd.max_auth_tries == 3
    for value in (sshd.permit_root_login, sshd.password_authentication):
        assert isinstance(value, Unknown)
        assert value.reason is Reason.UNRESOLVED
        assert "Include" in value.detail


def test_an_include_that_is_followed_decides_first() -> None:
    text = "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n"

    sshd = next(settings(text, "/etc/ssh/sshd_config", included))

    assert sshd.permit_root_login == "yes"
    assert sshd.at("permit_root_login").source == "/etc/ssh/sshd_config.d/10-root.conf"


def test_includes_that_include_themselves_come_to_an_end() -> None:
    def itself(pattern: str) -> list[tuple[str, str]]:
        return [("a", "Include a\n")]

    assert next(settings("Include a\n", "sshd_config", itself)).max_auth_tries is not None


@pytest.mark.parametrize(
    "value", ["{{ root }}", "${ROOT}", "<%= root %>", "$root", "%{hiera('x')}", ""]
)
def test_a_templated_value_is_not_decided(value: str) -> None:
    assert isinstance(everybody(f"PermitRootLogin {value}\n").permit_root_login, Unknown)


@pytest.mark.parametrize("value", ["true", "maybe", "ÿes"])
def test_what_sshd_would_refuse_is_not_decided(value: str) -> None:
    sshd = everybody(f"PasswordAuthentication {value}\nMaxAuthTries six\n")

    assert isinstance(sshd.password_authentication, Unknown)
    assert isinstance(sshd.max_auth_tries, Unknown)


def test_includes_that_multiply_are_left_open() -> None:
    text = "Include a\n" * 1000 + "PermitRootLogin no\n"

    sshd = next(settings(text, "sshd_config", lambda _: [("a", text)]))

    assert isinstance(sshd.permit_root_login, Unknown)


@pytest.mark.parametrize("value", ["maybe", "no#x", "no;yes"])
def test_a_word_permit_root_login_does_not_know_is_not_decided(value: str) -> None:
    assert isinstance(everybody(f"PermitRootLogin {value}\n").permit_root_login, Unknown)


def test_an_include_within_a_match_leaves_that_match_open() -> None:
    found = list(settings("Match User bob\n MaxAuthTries 9\n Include more\n", "f/sshd_config"))
    assert found[0].password_authentication is True
    assert found[1].key == "Match User bob"
    assert found[1].max_auth_tries == 9
    assert isinstance(found[1].password_authentication, Unknown)


def test_the_file_of_crypto_policies_says_nothing_of_sign_in() -> None:
    text = "Include /etc/crypto-policies/back-ends/opensshserver.config\nPermitRootLogin no\n"
    assert everybody(text).permit_root_login == "no"


def test_a_byte_order_mark_and_single_quotes_hide_nothing() -> None:
    assert everybody("\ufeffPermitRootLogin 'no'\n").permit_root_login == "no"


LISTENING = "sshd: /usr/sbin/sshd -D{options} [listener] 0 of 10-100 startups"
SAYS = (RECORDED / "sshd-9.2-debian12.txt").read_text()


def asked(*daemons: str) -> list[Observation | Gap]:
    sections = {"sshd": Answer(0, SAYS), "daemon": Answer(0, "\n".join(daemons))}
    sections["sshd_config"] = Answer(0, "/etc/ssh/sshd_config:1:Port 22")
    return list(sshd_settings(Answers(sections)))


def started(options: str) -> SshdSettings:
    (settings_,) = asked(LISTENING.format(options=options))
    assert isinstance(settings_, SshdSettings)
    return settings_


@pytest.mark.parametrize(
    "options",
    [
        " -oPermitRootLogin=yes",
        " -oCiphers=aes256-gcm@openssh.com -oPermitRootLogin=yes",
        " -o PermitRootLogin yes -p 2222",
        " -4 -E /var/log/sshd.log -o permitrootlogin=yes -o PermitRootLogin=no",
    ],
)
def test_what_the_daemon_was_started_with_comes_before_its_file(options: str) -> None:
    sshd = started(options)

    assert sshd.permit_root_login == "yes"
    assert sshd.at("permit_root_login").source == "sshd -o"
    assert sshd.max_auth_tries == 6


@pytest.mark.parametrize(
    "options",
    ["", " -p 2222", " -f /etc/ssh/sshd_config", " -o AuthorizedKeysCommandUser=nobody"],
)
def test_options_about_something_else_change_nothing(options: str) -> None:
    assert started(options).permit_root_login == "prohibit-password"


@pytest.mark.parametrize("options", [" -f /srv/sshd_config", " -4f/srv/sshd_config"])
def test_a_daemon_that_reads_another_file_is_not_what_sshd_t_says(options: str) -> None:
    with pytest.raises(Unresolved, match="sshd runs with -f /srv/sshd_config"):
        asked(LISTENING.format(options=options))


def test_another_daemon_beside_the_usual_one_does_not_hide_it() -> None:
    (found,) = asked("/usr/sbin/sshd -f /srv/sshd_config", "/usr/sbin/sshd -D")
    assert isinstance(found, SshdSettings)


def test_a_host_whose_processes_cannot_be_seen_is_taken_at_sshd_t_s_word() -> None:
    (found,) = asked()
    assert isinstance(found, SshdSettings)
