"""What PAM's stacks let through: a real Debian's files, Red Hat's, and what is changed in them."""

from pathlib import Path

import pytest

from rempart.check import Gap, Reason, Unknown
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.lines import Files, Line, files
from rempart.collectors.host.lockout import locks
from rempart.collectors.host.pam import stack
from rempart.collectors.host.pam_change import change, changes
from rempart.collectors.host.pam_control import RETURNS, actions
from rempart.collectors.host.pam_doors import door, doors
from rempart.collectors.host.pam_files import seen_files
from rempart.collectors.host.pam_stack import endings
from rempart.errors import CollectError, Limited
from rempart.observations.pam import PamChange, PamDoor, PamLock

DEBIAN = (Path(__file__).parent / "recorded" / "pam-1.5-pwquality-1.4-debian12.txt").read_text()
RED_HAT = """auth required pam_env.so
auth required pam_faildelay.so delay=2000000
auth required pam_faillock.so preauth silent
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth [default=1 ignore=ignore success=ok] pam_localuser.so
auth sufficient pam_unix.so nullok
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth sufficient pam_sss.so forward_pass
auth required pam_faillock.so authfail
auth required pam_deny.so
account required pam_faillock.so
account required pam_unix.so
account sufficient pam_localuser.so
account required pam_permit.so"""


def host(**services: str) -> Files:
    """A host whose files of /etc/pam.d are these."""
    named = {f"/etc/pam.d/{name.replace('_', '-')}": text for name, text in services.items()}
    named.setdefault("/etc/pam.d/other", "auth required pam_deny.so\naccount required pam_deny.so")
    return Files(
        {
            file: [Line(file, number, line) for number, line in enumerate(text.split("\n"), 1)]
            for file, text in named.items()
        }
    )


def opened(text: str, service: str = "sshd") -> PamDoor:
    return door(host(**{service: f"{text}\naccount required pam_permit.so"}), service)


def outcome(text: str, **codes: str) -> bool:
    """Whether a stack grants where each module answers as named, else with success."""
    modules = stack(host(x=text), "x", "auth")
    (end,) = endings(modules, lambda one: (codes.get(one.name, "success"),))
    return end.granted


@pytest.mark.parametrize(
    ("control", "answers"),
    [
        ("required", {"success": "ok", "new_authtok_reqd": "ok", "ignore": "ignore"}),
        ("REQUISITE", {"success": "ok", "auth_err": "die", "ignore": "ignore"}),
        ("sufficient", {"success": "done", "new_authtok_reqd": "done", "auth_err": "ignore"}),
        ("optional", {"success": "ok", "auth_err": "ignore"}),
        ("[success=2 default=ignore]", {"success": 2, "auth_err": "ignore"}),
        ("[default=die success=ok]", {"success": "ok", "auth_err": "die"}),
        ("[success = ok]", {"success": "ok", "auth_err": "bad"}),
        # what cannot be read refuses, and brackets know no capital letters
        ("[success=ok bogus=ok]", {"success": "bad"}),
        ("[SUCCESS=ok]", {"success": "bad"}),
        ("[success=0 default=ok]", {"success": "bad", "auth_err": "bad"}),
        ("mandatory", {"success": "bad"}),
    ],
)
def test_controls_are_read_as_libpam_reads_them(
    control: str, answers: dict[str, str | int]
) -> None:
    found = actions(control)

    assert {answer: found[answer] for answer in answers} == answers
    assert set(found) == set(RETURNS)


@pytest.mark.parametrize(
    ("text", "codes", "granted"),
    [
        ("auth required a.so\nauth required b.so", {}, True),
        ("auth required a.so\nauth sufficient b.so", {"a.so": "auth_err"}, False),
        ("auth sufficient a.so\nauth required b.so", {"b.so": "auth_err"}, True),
        ("auth optional a.so", {"a.so": "auth_err"}, False),
        ("auth [success=1 default=ignore] a.so\nauth requisite d.so\nauth required p.so", {}, True),
        (
            "auth [success=1 default=ignore] a.so\nauth requisite d.so\nauth required p.so",
            {"a.so": "auth_err", "d.so": "auth_err"},
            False,
        ),
        ("auth [success=2 default=ignore] a.so\nauth required b.so", {}, False),  # too far
        ("auth [default=reset] a.so\nauth required b.so", {"a.so": "auth_err"}, True),
        ("auth required a.so\nauth [default=reset] r.so\nauth required b.so", {}, True),
        (
            "auth required a.so\nauth [default=reset] r.so\nauth required b.so",
            {"a.so": "auth_err"},
            True,
        ),
        ("auth [ignore=ok default=bad] a.so\nauth required b.so", {"a.so": "ignore"}, False),
        ("auth required pam_permit.so\nnonsense required a.so", {}, False),  # refuses as auth
        ("auth required", {}, False),
        ("auth required a.so # \\\nauth required b.so", {"b.so": "auth_err"}, False),
        ("auth required \\\n  a.so", {"a.so": "auth_err"}, False),
        ("auth [success=ok default=bad]a.so", {}, True),
    ],
)
def test_a_stack_grants_as_libpam_would(text: str, codes: dict[str, str], granted: bool) -> None:
    # a line PAM cannot read is a module that answers perm_denied
    assert outcome(text, **{"": "perm_denied", **codes}) is granted


def test_done_ends_the_substack_and_no_more() -> None:
    inner, outer = "auth sufficient a.so\nauth required b.so", "auth {} inner\nauth required c.so"

    for word, granted in (("substack", False), ("include", True)):
        modules = stack(host(x=outer.format(word), inner=inner), "x", "auth")
        (end,) = endings(modules, lambda one: ("auth_err" if one.name == "c.so" else "success",))
        assert end.granted is granted


def test_a_jump_counts_a_substack_as_one_and_an_include_as_its_lines() -> None:
    inner = "auth required b.so\nauth required b.so"
    for word, jump in (("substack", 1), ("include", 2)):
        text = f"auth [success={jump}] a.so\nauth {word} inner\nauth required c.so"
        modules = stack(host(x=text, inner=inner), "x", "auth")
        (end,) = endings(modules, lambda _: ("success",), range(len(modules)))
        assert [modules[at].name for at in sorted(end.met)] == ["a.so", "c.so"]


def test_a_service_without_lines_of_a_type_falls_back_to_other() -> None:
    found = host(x="account required pam_permit.so", other="auth required pam_warn.so")

    assert [one.name for one in stack(found, "x", "auth")] == ["pam_warn.so"]
    assert [one.name for one in stack(found, "X", "account")] == ["pam_permit.so"]


@pytest.mark.parametrize("line", ["auth include x", "@include x", "auth substack x"])
def test_a_loop_of_includes_comes_to_an_end(line: str) -> None:
    with pytest.raises(CollectError, match="includes more than"):
        stack(host(x=f"{line}\n{line}"), "x", "auth")


def test_a_stack_with_too_many_ways_is_given_up() -> None:
    text = "\n".join(f"auth [success={n % 7 + 1} default=ignore] m{n}.so" for n in range(300))
    modules = stack(host(x=text), "x", "auth")

    with pytest.raises(Limited):
        list(endings(modules, lambda _: RETURNS[:-2], range(len(modules))))


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


@pytest.mark.parametrize(
    ("lines", "enforced", "reused"),
    [
        ("requisite pam_pwquality.so\nrequired pam_unix.so use_authtok", True, True),
        ("requisite pam_pwquality.so\nrequired pam_unix.so", True, False),
        ("required pam_pwquality.so\nrequired pam_unix.so", False, False),
        ("required pam_pwquality.so\nrequired pam_unix.so use_authtok", True, True),
        (
            "required pam_pwquality.so\nrequired pam_pwhistory.so\n"
            "required pam_unix.so use_authtok",
            False,
            False,
        ),
        ("required pam_unix.so\nrequisite pam_pwquality.so", False, True),
        (
            "[success=1 default=ignore] pam_localuser.so\nrequisite pam_pwquality.so\n"
            "required pam_unix.so use_authtok",
            False,
            True,
        ),
        ("required pam_unix.so yescrypt", False, None),
    ],
)
def test_a_refused_password_is_not_set_when_no_way_sets_it(
    lines: str, enforced: bool, reused: bool | None
) -> None:
    text = "\n".join(f"password {line}" for line in lines.split("\n"))

    found = change(host(passwd=text))
    assert (found.enforced, found.token_reused) == (enforced, reused)


@pytest.mark.parametrize(
    ("conf", "root", "warns"),
    [
        ("minlen = 12", False, False),
        ("enforce_for_root", True, False),
        ("enforcing = 0\nenforce_for_root", False, True),
    ],
)
def test_pwquality_is_told_whom_it_binds(conf: str, root: bool, warns: bool) -> None:
    found = host(passwd="password requisite pam_pwquality.so\npassword required pam_unix.so")
    file = "/etc/security/pwquality.conf"
    found.lines[file] = [Line(file, n, line) for n, line in enumerate(conf.split("\n"), 1)]

    assert (change(found).binds_root, change(found).warns_only) == (root, warns)


@pytest.mark.parametrize(
    ("arguments", "defs", "scheme"),
    [
        ("yescrypt", "", "yescrypt"),
        ("sha512 rounds=65536", "", "sha512crypt"),
        ("", "ENCRYPT_METHOD SHA512", "sha512crypt"),
        ("md5", "ENCRYPT_METHOD YESCRYPT", "md5crypt"),
        ("", "", "descrypt"),
    ],
)
def test_new_hashes_are_pam_unixs_word_else_login_defs(
    arguments: str, defs: str, scheme: str
) -> None:
    found = host(passwd=f"password required pam_unix.so {arguments}")
    found.lines["/etc/login.defs"] = [Line("/etc/login.defs", 1, defs)]

    assert change(found).scheme == scheme


def test_history_counts_where_its_refusal_does() -> None:
    text = "password {} pam_pwhistory.so remember=7\npassword required pam_unix.so remember=3"

    assert change(host(passwd=text.format("requisite"))).remembers == 7
    assert change(host(passwd=text.format("optional"))).remembers == 3


def answered(text: str) -> Answers:
    return Answers({"pam": Answer(0, text)})


def test_faillocks_figures_come_from_its_file_and_its_arguments() -> None:
    text = "".join(
        f"/etc/pam.d/sshd:{n}:{line}\n" for n, line in enumerate(RED_HAT.split("\n"), 1)
    ).replace("preauth silent", "preauth deny=4")
    conf = "unlock_time = never\neven_deny_root\nroot_unlock_time = 60\nfail_interval=300"
    text += "".join(
        f"/etc/security/faillock.conf:{n}:{line}\n" for n, line in enumerate(conf.split("\n"), 1)
    )

    (lock,) = locks(answered(text))
    assert isinstance(lock, PamLock)
    assert (lock.failures, lock.unlock_seconds, lock.window_seconds) == (4, 0, 300)
    assert (lock.binds_root, lock.root_unlock_seconds) == (True, 60)


def test_nothing_locks_where_no_door_has_faillock() -> None:
    assert list(locks(answered(DEBIAN))) == []


def test_a_door_whose_include_was_not_seen_is_a_gap_and_the_others_are_seen() -> None:
    text = "/etc/pam.d/sshd:1:auth include gone\n/etc/pam.d/login:1:auth required pam_unix.so\n"
    text += "/etc/pam.d/other:1:account required pam_deny.so\n?/etc/pam.d/su"

    found = list(doors(answered(text)))
    assert [item.key for item in found if isinstance(item, PamDoor)] == ["login"]
    gaps = {item.key: item.reason for item in found if isinstance(item, Gap)}
    assert gaps == {"sshd": Reason.UNRESOLVED, "su": Reason.PRIVILEGE}


def test_forged_lines_of_a_file_stay_lines_of_that_file() -> None:
    text = "/etc/pam.d/passwd:1:password required pam_unix.so\n"
    text += "/etc/pam.d/passwd:2:/etc/pam.d/passwd:1:password requisite pam_pwquality.so\n"

    found = change(files(text))
    assert isinstance(found, PamChange)
    assert found.quality == ""


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


def test_a_door_that_sets_passwords_otherwise_is_seen_beside_passwd() -> None:
    asked = "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok"
    files_ = {
        "passwd": asked,
        "login": asked,
        "sshd": "password required pam_unix.so",
        "su": "password required pam_deny.so",
        "sudo": "@include gone",
    }
    text = "".join(
        f"/etc/pam.d/{name}:{number}:{line}\n"
        for name, lines in files_.items()
        for number, line in enumerate(lines.split("\n"), 1)
    )

    found = list(changes(answered(text)))
    seen = {one.key: one.enforced for one in found if isinstance(one, PamChange)}
    assert seen == {"passwd": True, "sshd": False}
    assert [one.key for one in found if isinstance(one, Gap)] == ["sudo"]


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
    text = "/etc/pam.d/sshd:1:auth required pam_unix.so\n/etc/pam.d/su:1:auth required pam_unix.so"
    printed = {"pam": text, "sshd": SSHD.format(password, pam)}
    printed["sshd_config"] = "/etc/ssh/sshd_config:1:Port 22"
    seen = Answers({name: Answer(0, one) for name, one in printed.items()}, captured=True)

    found = {one.key: one.asked for one in doors(seen) if isinstance(one, PamDoor)}
    assert found == {"sshd": asked, "su": True}
    # where sshd was not asked, its stack counts
    alone = next(iter(doors(answered(text))))
    assert isinstance(alone, PamDoor)
    assert alone.asked is True
