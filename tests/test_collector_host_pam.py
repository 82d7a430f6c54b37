"""PAM's stacks, walked as libpam walks them, and how passwords are set and locked by them."""

import pytest

from rempart.check import Gap
from rempart.collectors.host.lines import Line, files
from rempart.collectors.host.lockout import locks
from rempart.collectors.host.pam import stack
from rempart.collectors.host.pam_change import change, changes
from rempart.collectors.host.pam_control import RETURNS, actions
from rempart.collectors.host.pam_stack import endings
from rempart.errors import CollectError, Limited
from rempart.observations.pam import PamChange, PamLock
from tests.pam_hosts import DEBIAN, RED_HAT, answered, host


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


def test_forged_lines_of_a_file_stay_lines_of_that_file() -> None:
    text = "/etc/pam.d/passwd:1:password required pam_unix.so\n"
    text += "/etc/pam.d/passwd:2:/etc/pam.d/passwd:1:password requisite pam_pwquality.so\n"

    found = change(files(text))
    assert isinstance(found, PamChange)
    assert found.quality == ""


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
