"""The password policy PAM applies, from a real Debian 12 and from what is changed in it."""

from pathlib import Path

import pytest

from rempart.check import Reason, Unknown
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.lines import files
from rempart.collectors.host.pam import stack
from rempart.collectors.host.policy import password_policy
from rempart.errors import CollectError, Unresolved
from rempart.observations.passwords import PasswordPolicy

DEBIAN = (Path(__file__).parent / "recorded" / "pam-1.5-pwquality-1.4-debian12.txt").read_text()
QUALITY = "pam_pwquality.so retry=3"
FAILLOCK = """/etc/pam.d/common-auth:1:auth required pam_faillock.so preauth
/etc/pam.d/common-auth:2:auth [success=2 default=ignore] pam_unix.so nullok
/etc/pam.d/common-auth:3:auth [default=die] pam_faillock.so authfail
/etc/pam.d/common-auth:4:auth sufficient pam_faillock.so authsucc
/etc/pam.d/common-auth:5:auth requisite pam_deny.so
/etc/pam.d/common-auth:6:auth required pam_permit.so
"""
RED_HAT = """/etc/pam.d/passwd:4:password substack system-auth
/etc/pam.d/system-auth:14:password requisite pam_pwquality.so local_users_only
/etc/pam.d/system-auth:15:password sufficient pam_unix.so yescrypt shadow use_authtok
/etc/pam.d/system-auth:17:password required pam_deny.so
/etc/pam.d/sshd:1:auth substack password-auth
/etc/pam.d/password-auth:5:auth required pam_env.so
/etc/pam.d/password-auth:6:auth required pam_faillock.so preauth silent
/etc/pam.d/password-auth:7:auth sufficient pam_unix.so
/etc/pam.d/password-auth:8:auth required pam_faillock.so authfail
/etc/pam.d/password-auth:9:auth required pam_deny.so
"""


def policy(text: str) -> PasswordPolicy:
    (found,) = password_policy(Answers({"pam": Answer(0, text)}))
    assert isinstance(found, PasswordPolicy)
    return found


def quality(arguments: str, *conf: str, text: str = DEBIAN) -> PasswordPolicy:
    lines = [
        f"/etc/security/pwquality.conf:{number}:{line}" for number, line in enumerate(conf, 60)
    ]
    return policy(text.replace(QUALITY, f"pam_pwquality.so {arguments}") + "\n" + "\n".join(lines))


def without(text: str, file: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith(f"{file}:"))


def test_debians_own_policy() -> None:
    found = policy(DEBIAN)

    assert (found.min_length, found.min_classes, found.dictionary) == (8, 0, True)
    assert (found.lower, found.upper, found.digits, found.specials) == (0, 0, 0, 0)
    assert (found.max_failures, found.unlock_seconds, found.max_age_days) == (None, None, None)
    assert (found.binds_admins, found.second_factor) == (False, False)
    assert (found.key, found.source, found.line) == ("pam", "/etc/pam.d/common-password", 25)


def test_the_file_speaks_and_the_argument_has_the_last_word() -> None:
    found = quality("minlen=14 enforce_for_root", "minlen = 10", "dcredit=-2", "ocredit = 1")

    assert (found.min_length, found.digits, found.specials) == (14, 2, -1)
    assert found.binds_admins is True


def test_a_drop_in_is_read_before_the_file() -> None:
    drop_in = "\n/etc/security/pwquality.conf.d/10.conf:1:minlen = 20"

    assert policy(DEBIAN + drop_in).min_length == 20
    assert quality("", "minlen = 12", text=DEBIAN + drop_in).min_length == 12


def test_pwquality_refuses_to_go_below_six() -> None:
    assert quality("minlen=3").min_length == 6


def test_a_policy_that_only_warns_is_not_in_force() -> None:
    found = quality("minlen=16 minclass=4", "enforcing = 0")

    assert (found.min_length, found.min_classes, found.dictionary) == (6, 0, False)


@pytest.mark.parametrize("control", ["optional", "required", "[success=ok default=ignore]"])
def test_a_refusal_that_lets_another_be_asked_for_is_not_in_force(control: str) -> None:
    text = DEBIAN.replace(f"requisite\t\t\t{QUALITY}", f"{control} {QUALITY} minlen=16")

    # tried: with use_authtok nothing is set after a refusal, without it any password is
    assert policy(text).min_length == 16
    assert policy(text.replace("use_authtok", "")).min_length == 6


def test_a_refusal_that_ends_the_stack_needs_no_use_authtok() -> None:
    assert policy(DEBIAN.replace("use_authtok", "")).min_length == 8


def test_a_jump_over_the_judge_is_not_in_force() -> None:
    line = "password\trequisite\t\t\tpam_pwquality"
    jump = "password [success=1 default=ignore] pam_succeed_if.so uid >= 1000\n"

    found = policy(DEBIAN.replace(line, f"{jump}/etc/pam.d/common-password:25:{line}"))

    assert found.min_length == 6


@pytest.mark.parametrize(("module", "sure"), [("pam_sss.so", True), ("pam_strange.so", False)])
def test_a_module_that_may_keep_a_password_itself_is_unknown(module: str, sure: bool) -> None:
    line = f"password\trequisite\t\t\t{QUALITY}"
    before = f"password sufficient {module}\n/etc/pam.d/common-password:25:"

    found = policy(DEBIAN.replace(line, before + line))

    if sure:  # a local account is not sssd's
        assert found.min_length == 8
    else:
        assert isinstance(found.min_length, Unknown)
        assert module in found.min_length.detail


def test_without_pwquality_pam_unix_asks_for_six_or_its_minlen() -> None:
    bare = DEBIAN.replace(QUALITY, "pam_permit.so")

    assert (policy(bare).min_length, policy(bare).dictionary) == (6, False)
    assert policy(bare.replace("pam_unix.so obscure", "pam_unix.so minlen=9")).min_length == 9


@pytest.mark.parametrize("module", ["pam_passwdqc.so", "pam_cracklib.so"])
def test_rules_that_are_not_read_are_unknown(module: str) -> None:
    found = policy(DEBIAN.replace("pam_pwquality.so", module))

    assert isinstance(found.min_length, Unknown)
    assert module in found.min_length.detail


@pytest.mark.parametrize("line", ["minlen = many", "dcredit = 1x", "minlen = " + "9" * 5000])
def test_a_figure_that_is_none_is_unknown(line: str) -> None:
    assert isinstance(quality("", line).min_length, Unknown)


@pytest.mark.parametrize(
    "hidden", ["/etc/security/pwquality.conf", "/etc/security", "/etc/pam.d/common-password"]
)
def test_what_may_not_be_read_is_unknown(hidden: str) -> None:
    found = policy(without(DEBIAN, hidden) + f"\n?{hidden}")

    assert isinstance(found.min_length, Unknown)
    assert found.min_length.reason is Reason.PRIVILEGE


def test_an_include_that_is_missing_is_unknown() -> None:
    found = policy(without(DEBIAN, "/etc/pam.d/common-password"))

    assert isinstance(found.min_length, Unknown)
    assert found.min_length.reason is Reason.UNRESOLVED


def test_faillock_counts_when_it_is_asked_and_told() -> None:
    text = without(DEBIAN, "/etc/pam.d/common-auth") + "\n" + FAILLOCK

    assert (policy(text).max_failures, policy(text).unlock_seconds) == (3, 600)
    conf = "/etc/security/faillock.conf:9:deny = 10\n/etc/security/faillock.conf:10:unlock_time = 0"
    assert (policy(text + conf).max_failures, policy(text + conf).unlock_seconds) == (10, None)


@pytest.mark.parametrize("missing", ["authfail", "preauth"])
def test_half_a_faillock_locks_nothing(missing: str) -> None:
    without_succ = [line for line in FAILLOCK.split("\n") if "authsucc" not in line]
    lines = [line for line in without_succ if missing not in line]

    found = policy(without(DEBIAN, "/etc/pam.d/common-auth") + "\n" + "\n".join(lines))

    assert found.max_failures is None


def test_the_weakest_door_counts() -> None:
    text = without(DEBIAN, "/etc/pam.d/common-auth") + "\n" + FAILLOCK
    login = "\n/etc/pam.d/login:1:auth required pam_unix.so"

    found = policy(without(text, "/etc/pam.d/login") + login)
    assert found.max_failures is None
    assert found.at("max_failures").source == "/etc/pam.d/login"
    assert found.at("min_length").source == "/etc/pam.d/common-password"


def test_an_unread_faillock_file_is_unknown() -> None:
    text = without(DEBIAN, "/etc/pam.d/common-auth") + "\n" + FAILLOCK

    found = policy(text + "?/etc/security/faillock.conf")

    assert isinstance(found.max_failures, Unknown)


def test_reads_red_hats_substacks() -> None:
    found = policy(RED_HAT)

    assert (found.min_length, found.max_failures, found.unlock_seconds) == (8, 3, 600)


def test_old_tallies_are_not_read() -> None:
    found = policy(RED_HAT.replace("pam_faillock.so preauth", "pam_tally2.so deny=5"))

    assert isinstance(found.max_failures, Unknown)


@pytest.mark.parametrize(
    ("line", "demanded"),
    [
        ("auth required pam_google_authenticator.so", True),
        ("auth required pam_google_authenticator.so nullok", False),
        ("auth optional pam_u2f.so", False),
    ],
)
def test_a_second_factor_counts_when_nobody_may_go_without(line: str, demanded: bool) -> None:
    # `sufficient` ends the substack it stands in, and no more
    assert policy(RED_HAT + f"/etc/pam.d/sshd:2:{line}\n").second_factor is demanded
    included = RED_HAT.replace("auth substack", "auth include")
    assert policy(included + f"/etc/pam.d/sshd:2:{line}\n").second_factor is False

    debian = without(DEBIAN, "/etc/pam.d/login") + f"\n/etc/pam.d/sshd:99:{line}"
    assert policy(debian).second_factor is demanded


@pytest.mark.parametrize(("days", "seen"), [("90", 90), ("99999", None), ("-1", None)])
def test_passwords_expire_as_login_defs_says(days: str, seen: int | None) -> None:
    text = DEBIAN.replace("PASS_MAX_DAYS\t99999", f"PASS_MAX_DAYS\t{days}")

    assert policy(text).max_age_days == seen


def test_a_system_without_pam_has_no_policy_to_judge() -> None:
    with pytest.raises(Unresolved, match="no PAM"):
        policy("/etc/login.defs:1:PASS_MAX_DAYS 99999")


def test_stacks_follow_includes_in_place() -> None:
    found = files(DEBIAN)

    names = [module.name for module in stack(found, "passwd", "password")]
    assert names[:3] == ["pam_pwquality.so", "pam_unix.so", "pam_deny.so"]


def test_a_service_without_a_file_is_other() -> None:
    found = files(DEBIAN)

    assert stack(found, "nothing", "auth") == stack(found, "other", "auth")


def test_includes_that_include_each_other_come_to_an_end() -> None:
    text = "/etc/pam.d/a:1:@include a\n/etc/pam.d/a:2:@include a"

    with pytest.raises(CollectError, match="more than"):
        stack(files(text), "a", "auth")


@pytest.mark.parametrize("control", ["requisite", "[success=2 default=die]"])
def test_a_failure_that_ends_the_stack_is_never_counted(control: str) -> None:
    text = without(DEBIAN, "/etc/pam.d/common-auth") + "\n" + FAILLOCK
    assert policy(text).max_failures == 3
    assert policy(text.replace("[success=2 default=ignore]", control)).max_failures is None


def test_a_vendors_services_stand_in_for_those_nobody_changed() -> None:
    text = DEBIAN.replace("/etc/pam.d/passwd:", "/usr/lib/pam.d/passwd:")
    assert policy(text).min_length == 8


def test_quality_that_is_looked_at_too_late_is_not_in_force() -> None:
    text = (
        "/etc/pam.d/passwd:1:password required pam_unix.so\n"
        "/etc/pam.d/passwd:2:password requisite pam_pwquality.so minlen=14\n"
    )
    assert policy(text).min_length == 6


def test_defaults_hold_only_where_the_whole_host_was_seen() -> None:
    text = without(DEBIAN, "/etc/security/pwquality.conf")
    (found,) = password_policy(Answers({"pam": Answer(0, text)}, captured=True))
    assert isinstance(found, PasswordPolicy)
    assert isinstance(found.min_length, Unknown)
    assert found.min_length.detail == "/etc/security/pwquality.conf: not handed over"
