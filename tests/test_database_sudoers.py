"""What databases add to the sudoers fragment."""

import subprocess
from pathlib import Path

from click.testing import CliRunner

from rempart.cli.inventory import sudoers
from tests.lab import need

INVENTORY = """
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
language: fr
authorisation:
  reference: M-2026-1
  granted_by: Directrice
  contact: rssi@payer.example
  valid: {from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}
  scope: ["127.0.0.0/8"]
subjects:
  hosts:
    - {id: h, ssh: "checker@127.0.0.1:22", become: sudo}
  databases:
    - {id: pg, url: "postgresql://reader@127.0.0.1:5433/adh", on: h}
    - {id: my, url: "mysql://reader@127.0.0.1/adh?socket=/run/my.sock", on: h}
    - {id: driven, url: "postgresql://reader@127.0.0.1/other", on: h, password: env:ADH}
"""


def test_visudo_takes_the_lines_of_databases(tmp_path: Path) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text(INVENTORY)
    printed = CliRunner().invoke(sudoers, [str(file)], catch_exceptions=False).output
    lines = [line for line in printed.splitlines() if "/usr/bin/psql" in line]
    assert len(lines) == 4
    assert all(
        line.startswith("checker ALL = (postgres) NOPASSWD: /usr/bin/psql -X") for line in lines
    )
    assert all("-p 5433" in line for line in lines)
    assert sum("/usr/bin/mariadb --no-defaults" in line for line in printed.splitlines()) == 4
    fragment = tmp_path / "fragment"
    fragment.write_text(printed)
    done = subprocess.run(
        [need("visudo", "sudo"), "-cf", str(fragment)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_policys_reading_commands_are_listed_for_root(tmp_path: Path) -> None:
    file = tmp_path / "own.yml"
    file.write_text(
        "policy: {id: own, name: Own}\nchecks:\n- {id: 1, name: n, condition: all, rules: "
        "['c:sshd -T -> r:x', 'c:auditctl -l -> r:x', 'c:auditctl -D -> r:x', 'c:lsmod -> r:x', "
        "'f:/etc/shadow -> r:x', 'c:passwd -S root -> r:x', 'c:sh -c \"sshd -T\" -> r:x', "
        "'c:sshd -T -> r:y']}\n"
    )
    printed = CliRunner().invoke(sudoers, ["--policy", str(file)], catch_exceptions=False).output
    ours = CliRunner().invoke(sudoers, [], catch_exceptions=False).output
    added = [line.partition("NOPASSWD: ")[2] for line in printed.splitlines()]
    added = added[len(ours.splitlines()) :]
    assert added == ["/usr/sbin/sshd -T", "/usr/sbin/auditctl -l", "/usr/bin/passwd -S root"]


def test_without_a_file_no_database_is_named() -> None:
    assert "psql" not in CliRunner().invoke(sudoers, [], catch_exceptions=False).output
