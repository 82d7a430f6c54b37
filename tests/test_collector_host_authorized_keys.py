"""Keys, private keys and permissions, from what a host's programs print."""

import subprocess
from pathlib import Path

import pytest

from rempart.check import Gap, Reason, Unknown
from rempart.collectors.host.homes import _READ, LOOKS
from rempart.collectors.host.keys import authorized_keys, private_keys
from rempart.collectors.host.permissions import guards
from rempart.collectors.host.public_keys import measured
from rempart.errors import Privilege
from rempart.observations.people import AuthorizedKey, FileGuard, PrivateKey
from tests.host_people import answered, by_name
from tests.lab import need

ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIBuIPYpENvNR5LowMk3D7bLAXe69EmAFlHof/CRYOUQc"


def test_a_key_is_told_by_its_account_size_and_options() -> None:
    row = f"K|/home/alice/.ssh/authorized_keys|3|from,command,|ssh-ed25519|{ED25519}"
    stray = f"K|/home/gone/.ssh/authorized_keys|1||ssh-ed25519|{ED25519}"

    (key,) = authorized_keys(answered(homes=f"{row}\n{stray}"))
    assert isinstance(key, AuthorizedKey)
    assert (key.account, key.bits, key.options, key.line) == ("alice", 256, ("from", "command"), 3)
    assert str(key.fingerprint).startswith("SHA256:")
    assert by_name(answered(homes=row))["alice"].keys == 1


def test_places_that_sshd_looks_at_and_we_do_not_are_gaps() -> None:
    said = "authorizedkeysfile /etc/keys/%u .ssh/authorized_keys\nauthorizedkeyscommand /bin/ask %u"
    link = "G|777|1000|1000|symbolic link|/home/alice/.ssh/authorized_keys"

    found = list(authorized_keys(answered(sshd=said, homes=link)))
    assert [(one.key, one.reason) for one in found if isinstance(one, Gap)] == [
        ("/home/alice/.ssh/authorized_keys", Reason.UNRESOLVED),
        ("/etc/keys/%u", Reason.UNRESOLVED),
        ("/bin/ask", Reason.UNRESOLVED),
    ]
    assert isinstance(by_name(answered(sshd=said))["alice"].keys, Unknown)


def test_keys_in_a_folder_of_sshd_belong_to_the_name_of_the_file() -> None:
    row = f"K|/etc/ssh/authorized_keys/alice|1||ssh-ed25519|{ED25519}"

    found = list(
        authorized_keys(answered(sshd="authorizedkeysfile /etc/ssh/authorized_keys/%u", homes=row))
    )
    assert [one.account for one in found if isinstance(one, AuthorizedKey)] == ["alice"]


@pytest.mark.parametrize("blob", ["", "AAAA", "!!", "A" * 5000, "AAAAB3NzaC1yc2E="])
def test_a_key_that_is_none_has_no_size(blob: str) -> None:
    bits, _ = measured(blob)

    assert isinstance(bits, Unknown)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys of every format, with and without a passphrase."""
    program, folder = need("ssh-keygen", "openssh-client"), tmp_path_factory.mktemp("home")
    for name, kind, form, words in (
        ("id_plain", "ed25519", "RFC4716", ""),
        ("id_sealed", "ed25519", "RFC4716", "a passphrase"),
        ("id_pem", "ecdsa", "PEM", ""),
        ("id_pem_sealed", "ecdsa", "PEM", "a passphrase"),
        ("id_pkcs8", "ecdsa", "PKCS8", ""),
        ("id_pkcs8_sealed", "ecdsa", "PKCS8", "a passphrase"),
    ):
        subprocess.run(
            [program, "-q", "-t", kind, "-m", form, "-N", words, "-f", str(folder / name)],
            check=True,
        )
    public = (folder / "id_pem.pub").read_text()
    (folder / "authorized_keys").write_text(
        "# a comment\n\n"
        'from="10.0.0.0/8",command="/bin/x --token=\\"s3cr3t, from=y\\"",restrict '
        + public
        + 'command="no end of this\n'
        + f'cert-authority,principals="a b" {public}'
        + f"\t{public}nonsense\n"
    )
    return folder


@pytest.mark.parametrize("awk", ["awk", "busybox"])
def test_what_is_read_in_homes_is_no_secret(home: Path, awk: str) -> None:
    program = need(awk, "mawk" if awk == "awk" else awk)
    words = [program, "awk"] if awk == "busybox" else [program]
    files = sorted(str(file) for file in home.iterdir() if file.suffix != ".pub")

    done = subprocess.run([*words, _READ, *files], capture_output=True, check=True, text=True)

    rows = [row.replace(f"{home}/", "").split("|") for row in done.stdout.splitlines()]
    keys = [row for row in rows if row[0] in "KX"]
    assert [row[2:4] for row in keys] == [
        ["3", "from,command,restrict,"],
        ["4"],
        ["5", "cert-authority,principals,"],
        ["6", ""],
        ["7"],
    ]
    assert {row[1]: row[2:] for row in rows if row[0] == "P"} == {
        "id_plain": ["openssh", "clear"],
        "id_sealed": ["openssh", "sealed"],
        "id_pem": ["pem", "clear"],
        "id_pem_sealed": ["pem", "sealed"],
        "id_pkcs8": ["pkcs8", "clear"],
        "id_pkcs8_sealed": ["pkcs8", "sealed"],
    }
    assert "s3cr3t" not in done.stdout
    bodies = {line for file in files for line in Path(file).read_text().splitlines()}
    private = [line for line in bodies if len(line) > 40 and " " not in line]
    assert not any(line in done.stdout for line in private)


def test_a_line_break_in_a_name_forges_no_row(tmp_path: Path) -> None:
    home = tmp_path / "home" / "mallory" / ".ssh"
    home.mkdir(parents=True)
    for name in ("authorized_keys", "id_x\nK|.home.alice.|1||ssh-ed25519|AAAA", "id_\xe9t\xe9"):
        (home / name).write_text("\n")
    words = [word.replace("/home", f"{tmp_path}/home") for word in LOOKS[0]]

    done = subprocess.run(words, capture_output=True, check=False)

    rows = done.stdout.decode().replace(str(tmp_path), "").splitlines()
    assert sorted(row.rpartition("|")[2] for row in rows if "/mallory" in row) == [
        "/home/mallory",
        "/home/mallory/.ssh",
        "/home/mallory/.ssh/authorized_keys",
        "/home/mallory/.ssh/id_\xe9t\xe9",
    ]
    assert not any(row.startswith("K") for row in rows)


def test_private_keys_belong_to_whose_home_they_are_in() -> None:
    text = "P|/home/alice/.ssh/id_rsa|pem|clear\nP|/home/gone/key.pem|pkcs8|sealed\nP|x"

    found = [one for one in private_keys(answered(homes=text)) if isinstance(one, PrivateKey)]
    assert [(one.account, one.encrypted) for one in found] == [("alice", False), ("", True)]


def test_files_are_told_by_what_they_are_about() -> None:
    text = """G|644|0|0|regular file|/etc/passwd
G|640|0|42|regular file|/etc/shadow-
G|444|0|0|regular file|/etc/sudoers.d/deploy
G|644|0|0|regular file|/etc/pam.d/sshd
G|4755|0|0|regular file|/usr/bin/su
G|999|0|0|regular file|/etc/group
G|644|0|0|regular file|/tmp/elsewhere
?/etc/sudoers.d"""
    homes = """G|755|1000|1000|directory|/home/alice
G|700|1000|1000|directory|/home/alice/.ssh
G|666|1000|1000|regular file|/home/alice/.ssh/authorized_keys
G|600|1000|1000|regular file|/home/alice/.ssh/id_rsa
G|644|0|0|regular file|/etc/sudoers"""

    found = list(guards(answered(guards=text, homes=homes)))
    seen = {
        one.key: (one.about, one.mode, one.holder) for one in found if isinstance(one, FileGuard)
    }
    assert seen == {
        "/etc/passwd": ("accounts", 0o644, None),
        "/etc/shadow-": ("accounts", 0o640, None),
        "/etc/sudoers.d/deploy": ("sudo", 0o444, None),
        "/etc/pam.d/sshd": ("pam", 0o644, None),
        "/usr/bin/su": ("su", 0o4755, None),
        "/home/alice": ("keys", 0o755, 1000),
        "/home/alice/.ssh": ("keys", 0o700, 1000),
        "/home/alice/.ssh/authorized_keys": ("keys", 0o666, 1000),
    }
    assert [one.key for one in found if isinstance(one, Gap)] == ["/etc/sudoers.d"]


def test_homes_that_may_not_be_looked_at_are_a_gap() -> None:
    found = list(guards(answered(homes=Privilege("homes"))))

    assert [(one.key, one.reason) for one in found if isinstance(one, Gap)] == [
        ("authorized keys", Reason.PRIVILEGE)
    ]


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/home/alice/.ssh/authorized_keys", True),
        ("/home/domain/alice/.ssh/authorized_keys", True),
        ("/home/a/b/alice/.ssh/authorized_keys", False),
        ("/var/lib/postgresql/.ssh/authorized_keys", True),
        ("/srv/data/app/.ssh/authorized_keys", False),
        ("/data/home/alice/.ssh/authorized_keys", False),
        ("/homes/alice/.ssh/authorized_keys", False),
    ],
)
def test_homes_that_are_not_looked_into_leave_their_keys_open(path: str, seen: bool) -> None:
    home = path.removesuffix("/.ssh/authorized_keys")
    found = answered(passwd=f"alice|shadow|none||1000|/bin/sh|1000|{home}")

    assert isinstance(by_name(found)["alice"].keys, Unknown) is not seen
    gaps = [one.key for one in authorized_keys(found) if isinstance(one, Gap)]
    assert (path in gaps) is not seen
    for reader in (private_keys, guards):
        assert [one.key for one in reader(found) if isinstance(one, Gap)] == (
            [] if seen else [home]
        )
