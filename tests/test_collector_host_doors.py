"""What doors let through: a real Debian's, Red Hat's, and what is changed in them."""

import pytest

from rempart.check import Gap, Reason, Unknown
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.lines import files
from rempart.collectors.host.pam_change import change
from rempart.collectors.host.pam_doors import door, doors
from rempart.collectors.host.pam_files import seen_files
from rempart.observations.pam import PamDoor
from tests.pam_hosts import DEBIAN, RED_HAT, answered, host, opened


def test_debians_own_doors() -> None:
    found = files(DEBIAN)

    sshd, su = door(found, "sshd"), door(found, "su")
    assert (sshd.wrong_enters, sshd.empty_enters, sshd.factors) == (False, True, ())
    assert (sshd.counted, sshd.locked_refused, sshd.reset) == (None, None, None)
    assert sshd.at("empty_enters").source == "/etc/pam.d/common-auth"
    assert sshd.at("empty_enters").line == 17
    assert (su.outsider_becomes_root, sshd.outsider_becomes_root) == (True, None)


def test_red_hats_faillock_counts_refuses_and_sets_back() -> None:
    found = door(host(sshd=RED_HAT), "sshd")

    assert (found.wrong_enters, found.empty_enters) == (False, True)
    assert (found.counted, found.locked_refused, found.reset) == (True, True, True)


@pytest.mark.parametrize(
    ("line", "changed", "field"),
    [
        ("auth required pam_faillock.so preauth silent\n", "", "locked_refused"),
        ("auth required pam_faillock.so authfail\n", "", "counted"),
        ("account required pam_faillock.so\n", "", "reset"),
        ("auth required pam_deny.so", "auth required pam_permit.so", "wrong_enters"),
    ],
)
def test_a_line_of_red_hats_missing_shows(line: str, changed: str, field: str) -> None:
    found = door(host(sshd=RED_HAT.replace(line, changed)), "sshd")

    assert getattr(found, field) is (field == "wrong_enters")


def test_authfail_after_a_module_that_ends_the_stack_hears_of_nothing() -> None:
    text = (
        "auth required pam_faillock.so preauth\nauth requisite pam_unix.so\n"
        "auth [default=die] pam_faillock.so authfail"
    )
    assert opened(text).counted is False


def test_a_success_that_skips_the_gate_lets_a_locked_account_in() -> None:
    text = (
        "auth [success=2 default=ignore] pam_unix.so\n"
        "auth [default=die] pam_faillock.so authfail\nauth requisite pam_deny.so\n"
        "auth required pam_permit.so"
    )
    gated = text.replace("auth required pam_permit.so", "auth required pam_faillock.so authsucc")

    assert opened(text).locked_refused is False
    assert "pam_unix.so success" in opened(text).ways["locked_refused"]
    assert (opened(gated).locked_refused, opened(gated).reset) == (True, True)


@pytest.mark.parametrize(
    ("text", "enters"),
    [
        ("auth sufficient pam_rootok.so\nauth required pam_unix.so", True),  # sshd runs as root
        ("auth sufficient pam_permit.so\nauth required pam_unix.so", True),
        ("auth [success=1 default=1] pam_unix.so\nauth required pam_deny.so\n"
         "auth required pam_permit.so", True),
        ("auth optional pam_unix.so\nauth required pam_permit.so", True),
        ("auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
         "auth required pam_permit.so", False),
        ("auth sufficient pam_rhosts.so\nauth required pam_unix.so", True),
    ],
)  # fmt: skip
def test_a_wrong_password_that_enters_is_found(text: str, enters: bool) -> None:
    assert opened(text).wrong_enters is enters


def test_a_module_nobody_described_leaves_what_hangs_on_it_unknown() -> None:
    text = "auth sufficient pam_strange.so\nauth required pam_unix.so"

    found = opened(text)
    assert isinstance(found.wrong_enters, Unknown)
    assert "pam_strange.so" in found.wrong_enters.detail
    after = "auth required pam_unix.so\nauth optional pam_strange.so"
    assert opened(after).wrong_enters is False


GOOGLE = "pam_google_authenticator.so"
UNIX = "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so"


@pytest.mark.parametrize(
    ("text", "demanded", "unenrolled"),
    [
        (f"{UNIX}\nauth required {GOOGLE}", True, False),
        (f"{UNIX}\nauth required pam_permit.so\nauth required {GOOGLE} nullok", True, True),
        (f"{UNIX}\nauth optional {GOOGLE}\nauth required pam_permit.so", False, True),
        (f"auth sufficient pam_unix.so\nauth required {GOOGLE}", False, True),
        (f"auth sufficient {GOOGLE}\nauth required pam_unix.so", False, True),
        # somebody put a line between and forgot the jump
        (f"auth [success=2 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
         f"auth required {GOOGLE}\nauth required pam_permit.so", False, True),
        (f"{UNIX}\nauth [success=1 default=ignore] pam_succeed_if.so user ingroup staff\n"
         f"auth required {GOOGLE}\nauth required pam_permit.so", False, True),
        ("auth required pam_unix.so\nauth required pam_u2f.so nouserok", True, True),
        ("auth required pam_unix.so", False, False),
    ],
)  # fmt: skip
def test_a_second_factor_is_demanded_when_no_way_leads_past(
    text: str, demanded: bool, unenrolled: bool
) -> None:
    found = opened(text)

    assert (found.factor_demanded, found.unenrolled_enter) == (demanded, unenrolled)


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("auth required pam_wheel.so use_uid", False),
        ("auth required pam_wheel.so use_uid group=admins", False),
        ("auth sufficient pam_wheel.so trust use_uid", True),  # others go on to the password
        ("auth required pam_wheel.so deny group=nosu", True),
        ("auth optional pam_wheel.so use_uid", True),
        ("# auth required pam_wheel.so", True),
    ],
)
def test_su_is_restricted_when_outsiders_are_refused(line: str, becomes: bool) -> None:
    text = f"auth sufficient pam_rootok.so\n{line}\nauth required pam_unix.so"

    assert opened(text, "su").outsider_becomes_root is becomes


def test_a_door_whose_include_was_not_seen_is_a_gap_and_the_others_are_seen() -> None:
    text = "/etc/pam.d/sshd:1:auth include gone\n/etc/pam.d/login:1:auth required pam_unix.so\n"
    text += "/etc/pam.d/other:1:account required pam_deny.so\n?/etc/pam.d/su"

    found = list(doors(answered(text)))
    assert [item.key for item in found if isinstance(item, PamDoor)] == ["login"]
    gaps = {item.key: item.reason for item in found if isinstance(item, Gap)}
    assert gaps == {"sshd": Reason.UNRESOLVED, "su": Reason.PRIVILEGE}


def test_a_module_that_is_not_installed_is_answered_for_by_pam() -> None:
    text = "/etc/pam.d/sshd:1:auth required pam_unix.so\n/etc/pam.d/sshd:2:auth {} pam_u2f.so\n"
    installed = Answer(0, "pam_unix.so\npam_deny.so")

    def found(control: str) -> PamDoor:
        seen = doors(Answers({"pam": Answer(0, text.format(control)), "pam_modules": installed}))
        return next(one for one in seen if isinstance(one, PamDoor))

    # required: nobody comes in; ignored: everybody does without a token
    assert found("required").factor_demanded is True
    assert found("[success=ok module_unknown=ignore]").factor_demanded is False
    policy = "/etc/pam.d/passwd:1:password requisite pam_pwquality.so\n"
    seen = Answers({"pam": Answer(0, policy), "pam_modules": installed})
    assert change(seen_files(seen)).quality == ""


SSHD = """port 22
permitrootlogin no
passwordauthentication {}
kbdinteractiveauthentication no
usepam {}
permitemptypasswords no
maxauthtries 6
authenticationmethods any
pubkeyauthentication yes"""


@pytest.mark.parametrize(
    ("password", "pam", "asked"), [("yes", "yes", True), ("no", "yes", False), ("yes", "no", False)]
)
def test_an_sshd_that_takes_no_password_never_walks_its_stack(
    password: str, pam: str, asked: bool
) -> None:
    text = "".join(
        f"/etc/pam.d/{name}:1:auth required pam_unix.so nullok\n" for name in ("sshd", "su")
    )
    printed = {"pam": text, "sshd": SSHD.format(password, pam)}
    printed["sshd_config"] = "/etc/ssh/sshd_config:1:Port 22"
    seen = Answers({name: Answer(0, one) for name, one in printed.items()}, captured=True)

    found = {one.key: one for one in doors(seen) if isinstance(one, PamDoor)}
    assert {name: one.asked for name, one in found.items()} == {"sshd": asked, "su": True}
    # PermitEmptyPasswords no: sshd tells PAM to let none by, su does not
    assert {name: one.empty_enters for name, one in found.items()} == {"sshd": False, "su": True}
    # where sshd was not asked, its stack counts
    alone = next(iter(doors(answered(text))))
    assert isinstance(alone, PamDoor)
    assert (alone.asked, alone.empty_enters) == (True, True)


def test_a_modules_own_password_is_not_shown() -> None:
    found = opened("auth required pam_mysql.so user=pam passwd=s3cr3t bindpw=s3cr3t nullok")

    assert found.modules[0] == "required pam_mysql.so user=pam passwd=... bindpw=... nullok"
    assert "s3cr3t" not in repr(found)


def test_authfail_at_the_top_lets_nobody_in() -> None:
    text = (
        "auth required pam_faillock.so preauth\nauth [default=die] pam_faillock.so authfail\n"
        "auth sufficient pam_unix.so\nauth required pam_deny.so"
    )

    assert opened(text).right_enters is False
    assert opened(RED_HAT).right_enters is True
