"""Whole audits of Debian hosts: what is judged, over one connection."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.auditing import Audited, Conduct, audited
from rempart.case import Choices, case
from rempart.collectors.host.sudoers import fragment
from rempart.inventory import load
from tests.lab.hosts import DEFAULT, HARDENED, SUBTLE, Lab, Variant, running

pytestmark = pytest.mark.lab
INVENTORY = """
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
language: fr
authorisation:
  reference: M-2026-1
  granted_by: Directrice
  contact: rssi@payer.example
  valid: {{from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}}
  scope: ["127.0.0.0/8"]
subjects:
  read_logs:
    - {{id: access, path: /var/log/access.jsonl, on: claims, pseudonyms: env:LAB_KEY}}
  hosts:
    - {{id: claims, ssh: "{ssh}", key: "file:{key}", known_hosts: "file:{known}",
       become: "{become}"}}
  files:
    - {{id: exports, path: /srv/exports, on: claims}}
"""


# A host that keeps its files to root, as guides ask.
CLOSED = Variant(
    files={"etc/sudoers.d/rempart": fragment("audit"), **SUBTLE.files},
    prepare=SUBTLE.prepare + "chmod 600 /etc/ssh/sshd_config; chmod 700 /etc/ssh/sshd_config.d\n",
)


@pytest.fixture(scope="module")
def installed(debian: Path) -> Iterator[Lab]:
    with running(debian, "installed", DEFAULT) as lab:
        yield lab


def audit(lab: Lab, folder: Path, user: str = "root", become: str = "") -> Audited:
    host, file = lab.host(user, become=become), folder / "inventory.yaml"
    text = INVENTORY.format(ssh=host.ssh, key=host.key, known=host.known_hosts, become=become)
    file.write_text(text)
    inventory = load(file)
    return audited(case(inventory, Choices()), inventory, Conduct(folder), lambda _: None)


def outcomes(done: Audited, subject: str = "claims") -> dict[str, set[str]]:
    """The outcomes of each check, by its id and by the thing it judged."""
    found: dict[str, set[str]] = {}
    for one in done.run.results:
        if one.subject == subject:
            found.setdefault(one.check, set()).add(one.outcome)
            found.setdefault(f"{one.check} {one.instance}", set()).add(one.outcome)
    return found


def test_everything_on_a_host_goes_over_its_one_connection(
    installed: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_KEY", "k" * 32)
    done = audit(installed, tmp_path)

    connections = {id_: one.connections for id_, one in done.looked.items()}
    assert sum(connections.values()) == 1
    assert set(connections) == {"access", "claims", "exports"}
    left = "pgrep -c -f '^sh -s' || true"
    assert any(installed.run(left).strip() == "0" for _ in range(50))  # nothing of it runs on


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_KEY", "k" * 32)


def test_a_hardened_host_passes(debian: Path, tmp_path: Path, key: None) -> None:
    with running(debian, "hardened", HARDENED) as lab:
        found = outcomes(audit(lab, tmp_path))

    for name in (
        *("algorithms ciphers", "algorithms key exchanges", "login_grace_time", "session_limits"),
        *("idle_sessions", "forwarding", "host_based", "user_environment", "pam", "gssapi"),
        *("allowed_accounts", "log_level", "file_permissions", "host_keys", "max_auth_tries"),
        *("password_authentication", "keyboard_interactive", "empty_passwords"),
    ):
        assert found[f"ssh.{name}"] == {"pass"}, name
    assert found["ssh.match_widening"] == {"notapplicable"}
    assert found["ssh.two_methods"] == {"fail"}  # a key alone still enters
    assert found["ssh.root_login"] == {"fail"}
    assert found["hosts.answers_complete"] == {"pass"}


def test_a_host_as_installed_fails_where_its_defaults_are_lax(
    installed: Lab, tmp_path: Path, key: None
) -> None:
    found = outcomes(audit(installed, tmp_path))

    for name in (
        *("ssh.algorithms macs", "ssh.login_grace_time", "ssh.idle_sessions", "ssh.forwarding"),
        *("ssh.session_limits MaxStartups", "ssh.allowed_accounts", "ssh.two_methods"),
        *("hosts.audit_trail", "hosts.automatic_updates", "hosts.clock", "hosts.logs_leave"),
        *("hosts.kernel_settings processes", "hosts.kernel_settings network"),
    ):
        assert found[name] == {"fail"}, name
    assert found["ssh.algorithms ciphers"] == {"pass"}
    assert found["hosts.updates"] == {"notchecked"}  # nobody fetched the lists
    assert found["ssh.session_limits MaxSessions"] == {"pass"}


def test_what_an_exception_opens_again_is_found_without_reading_as_root(
    debian: Path, tmp_path: Path, key: None
) -> None:
    with running(debian, "closed", CLOSED) as lab:
        found = outcomes(audit(lab, tmp_path, "audit", "sudo"))
        bare = outcomes(audit(lab, tmp_path, "audit"))
        assert lab.written() == set()

    assert found["ssh.match_widening Match Group sudo"] == {"fail"}
    assert found["ssh.match_widening Match User svc-batch Address 127.0.0.0/8"] == {"fail"}
    assert found["hosts.answers_complete"] == {"pass"}
    assert bare["ssh.match_widening"] == {"notchecked"}
    assert bare["hosts.answers_complete"] == {"notchecked"}
    assert "pass" not in bare["ssh.password_authentication"]
