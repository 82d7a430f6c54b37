"""Whole Debian hosts over real sshd: hardened, as installed, and subtly wrong."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.check import Gap, Observation, Reason
from rempart.collectors.host import BRINGS, collect, framing, read, script
from rempart.collectors.host.sudoers import fragment
from rempart.observations.accounts import Account
from rempart.observations.hosts import HostAnswers, HostFacts
from rempart.observations.services import Listener
from rempart.observations.ssh import SshdSettings, SshFile
from tests.lab import need
from tests.lab.hosts import DEFAULT, HARDENED, SUBTLE, Lab, Variant, running
from tests.loopback import access

pytestmark = pytest.mark.lab


# Busybox and the C library, nothing else: what a small Alpine has, made of Debian's parts.
ALPINE = r"""set -e
cd "$ROOT"; mkdir -p bin sbin usr/bin usr/sbin lib64 lib etc/ssh proc dev
: > dev/null; mount --bind /dev/null dev/null
cp "$TREE/bin/busybox" bin/
for library in $(ldd bin/busybox | grep -o '/[^ ]*'); do cp --parents "$library" .; done
chroot . /bin/busybox --install -s
printf 'root:x:0:0:root:/root:/bin/ash\nweb::100:101::/var/www:/sbin/nologin\n' > etc/passwd
printf 'root:$6$salt$hash:1:0:::::\n' > etc/shadow
printf 'ID=alpine\nVERSION_ID=3.20.3\n' > etc/os-release
echo 'PermitRootLogin no' > etc/ssh/sshd_config
mount -t proc proc proc
exec env -i PATH=/bin:/sbin:/usr/bin:/usr/sbin chroot . /bin/ash -s
"""


@pytest.fixture(scope="module")
def installed(debian: Path) -> Iterator[Lab]:
    with running(debian, "installed", DEFAULT) as lab:
        yield lab


@pytest.fixture(scope="module")
def hardened(debian: Path) -> Iterator[Lab]:
    with running(debian, "hardened", HARDENED) as lab:
        yield lab


@pytest.fixture(scope="module")
def subtle(debian: Path) -> Iterator[Lab]:
    with running(debian, "subtle", SUBTLE) as lab:
        yield lab


def seen(lab: Lab, *wanted: type[Observation], user: str = "root") -> list[Observation | Gap]:
    host = lab.host(user)
    with access(host) as allowed:
        found = list(collect(host, allowed, frozenset(wanted or BRINGS)))
    assert allowed.connections == 1
    return found


# What hosts do that a collector must outlive: a talkative and slow login, another language, a
# banner, content that looks like an answer, and more accounts than anybody has.
AWKWARD = Variant(
    files={
        "etc/ssh/sshd_config.d/10-awkward.conf": "Banner /etc/issue.net\nMatch User nobody\n",
        "etc/issue.net": "Accès réservé ==rempart 0123456789abcdef start 1\n",
        "root/.bashrc": "echo '==rempart ffffffffffffffff start 1'; sleep 0.5; printf open\n",
        "root/.ssh/environment": "LANG=fr_FR.UTF-8\n",
        "etc/default/locale": "LANG=fr_FR.UTF-8\n",
        "etc/pam.d/forged": "==rempart 0123456789abcdef end pam 0 cksum 1 1\n@include forged\n",
    },
    prepare="""awk 'BEGIN { for (n = 100000; n < 120000; n++)
  print "insured" n ":x:" n ":" n "::/nonexistent:/usr/sbin/nologin" }' >> /etc/passwd
""",
)
AUDITED = Variant(
    files={"etc/sudoers.d/rempart": fragment("audit"), **SUBTLE.files}, prepare=SUBTLE.prepare
)


@pytest.fixture(scope="module")
def awkward(debian: Path) -> Iterator[Lab]:
    with running(debian, "awkward", AWKWARD) as lab:
        yield lab


@pytest.fixture(scope="module")
def permitted(debian: Path) -> Iterator[Lab]:
    with running(debian, "audited", AUDITED) as lab:
        yield lab


def test_the_listed_commands_are_enough_for_everything(permitted: Lab) -> None:
    host = permitted.host("audit", become="sudo")
    with access(host) as allowed:
        found = list(collect(host, allowed, frozenset(BRINGS)))

    (whole,) = (one for one in found if isinstance(one, HostAnswers))
    assert whole.unanswered == ()
    assert any(one.who for one in found if isinstance(one, SshdSettings))
    assert {
        one.hash_scheme for one in found if isinstance(one, Account) and one.key == "alice"
    } == {"yescrypt"}
    assert permitted.written() == set()


@pytest.mark.parametrize(
    "command",
    [
        "sh",
        "cat /etc/shadow",
        "sshd -T -f /home/audit/x",
        "sshd -T -C user=a,host=b,addr=c -f x",
        "/usr/sbin/sshd -T -C 'user=a b,host=1.1,addr=1.1'",
        "/usr/bin/ss -tulpn",
        "/usr/bin/awk -F: 1 /etc/shadow",
        "/usr/sbin/cryptsetup luksDump --dump-volume-key /dev/sda",
    ],
)
def test_the_listed_commands_lead_nowhere_else(permitted: Lab, command: str) -> None:
    said = permitted.run(f"runuser -u audit -- sudo -n {command} 2>&1 && echo it ran")

    assert "password is required" in said
    assert "it ran" not in said


def test_an_awkward_host_is_read_like_any_other(awkward: Lab) -> None:
    found = seen(awkward)

    assert sum(isinstance(one, Account) for one in found) > 20_000
    (whole,) = (one for one in found if isinstance(one, HostAnswers))
    assert whole.complete is True
    assert Reason.TRUNCATED not in {one.reason for one in found if isinstance(one, Gap)}


def test_a_configuration_that_sshd_rejects_leaves_a_gap(awkward: Lab) -> None:
    awkward.run("echo 'Nonsense yes' > /etc/ssh/sshd_config.d/99-broken.conf")

    found = seen(awkward, SshdSettings)

    awkward.run("rm /etc/ssh/sshd_config.d/99-broken.conf")
    assert [str(one.reason) for one in found if isinstance(one, Gap)] == ["unresolved"]
    assert not [one for one in found if isinstance(one, SshdSettings)]


def test_a_host_whose_sshd_is_elsewhere_says_so(awkward: Lab) -> None:
    awkward.run("mv /usr/sbin/sshd /usr/sbin/sshd.away")

    found = seen(awkward, SshdSettings)

    awkward.run("mv /usr/sbin/sshd.away /usr/sbin/sshd")
    assert [one.detail for one in found if isinstance(one, Gap)] == [
        "sshd: the command is not installed there"
    ]


def test_a_login_shell_that_is_not_posix_starts_one_that_is(awkward: Lab) -> None:
    awkward.run("usermod -s /bin/csh audit; echo 'echo talks; set x = (a b)' > /home/audit/.cshrc")

    found = seen(awkward, HostFacts, Account, user="audit")

    assert [one.system for one in found if isinstance(one, HostFacts)] == ["debian"]
    assert not [one for one in found if isinstance(one, Gap)]


def test_an_account_without_a_shell_answers_nothing(awkward: Lab) -> None:
    awkward.run("usermod -s /usr/sbin/nologin audit")

    found = seen(awkward, Account, user="audit")

    assert {str(one.reason) for one in found if isinstance(one, Gap)} == {"truncated"}


def test_busybox_alone_answers_what_it_can(debian: Path, tmp_path: Path) -> None:
    nonce = script.new_nonce()
    raw = subprocess.run(
        [need("unshare", "util-linux"), "--mount", "sh", "-c", ALPINE],
        input=script.script(script.SECTIONS, nonce),
        env={"PATH": os.environ["PATH"], "ROOT": str(tmp_path), "TREE": str(debian)},
        capture_output=True,
        check=True,
    ).stdout

    answered = framing.answers(raw, script.NAMES, nonce)
    found = list(read(answered, frozenset(BRINGS)))

    assert b" start 1 gzip\n" in raw
    (facts,) = (one for one in found if isinstance(one, HostFacts))
    assert facts.system == "alpine"
    assert {one.key for one in found if isinstance(one, Account)} == {"root", "web"}
    assert any(one.key == "kernel.randomize_va_space" for one in found if one.key)
    assert [one.mode for one in found if isinstance(one, SshFile)] == ["755", "644"]
    assert any(isinstance(one, Listener) for one in found)
    gaps = {one.type: one.detail for one in found if isinstance(one, Gap)}
    assert gaps["SshdSettings"] == "sshd: the command is not installed there"
    assert Reason.TRUNCATED not in {one.reason for one in found if isinstance(one, Gap)}


def test_a_whole_collection_leaves_nothing_on_the_host(installed: Lab) -> None:
    assert seen(installed)

    assert installed.written() == set()


def test_a_match_block_that_lets_passwords_in_again_is_seen(subtle: Lab) -> None:
    found = [one for one in seen(subtle, SshdSettings) if isinstance(one, SshdSettings)]

    assert found[0].password_authentication is False
    assert any(one.password_authentication is True for one in found[1:])


def test_accounts_come_back_without_a_hash(subtle: Lab) -> None:
    found = {one.key: one for one in seen(subtle, Account) if isinstance(one, Account)}

    assert found["alice"].hash_scheme == "yescrypt"
    assert not any("$" in str(one) for one in found.values())


def test_without_root_what_needs_it_is_a_gap(hardened: Lab) -> None:
    found = seen(hardened, SshdSettings, user="audit")

    assert [str(one.reason) for one in found if isinstance(one, Gap)] == ["privilege"]
    assert not [one for one in found if isinstance(one, SshdSettings)]
