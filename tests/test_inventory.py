"""Inventories: every key decodes, every mistake is named with its line, all at once."""

import hashlib
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest

from rempart import documents, inventory
from rempart.errors import ContentError, ContentErrors
from rempart.inventory import Database, Host, Inventory, Period, Portal, Repository, addresses
from rempart.secrets import NoSecret

EXAMPLE = (Path(__file__).parents[1] / "inventories" / "reference.yaml").read_text("utf-8")

MANDATE = """\
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
authorisation:
  reference: DEMO-2026-001
  granted_by: DSI
  contact: soc@payer.example
  valid: {from: 2026-11-01T00:00:00+01:00, until: 2026-12-31T23:59:59+01:00}
  scope: ["127.0.0.0/8"]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "evidence").mkdir(exist_ok=True)
    (folder / "evidence" / "siem-rule.pdf").write_bytes(b"rule")
    (folder / "mandate.pdf").write_bytes(b"signed")
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def loaded(folder: Path, subjects: str, mandate: str = MANDATE) -> Inventory:
    return inventory.load(written(folder, f"{mandate}subjects:\n{subjects}"))


def faults(folder: Path, subjects: str, mandate: str = MANDATE) -> list[str]:
    """The messages, without the file; line 10 is the first of `subjects`."""
    with pytest.raises(ContentErrors) as caught:
        loaded(folder, subjects, mandate)
    return [str(error).removeprefix(f"{folder / 'mine.yaml'}:") for error in caught.value.errors]


def test_reads_every_key_of_the_reference(tmp_path: Path) -> None:
    found = inventory.load(written(tmp_path, EXAMPLE))
    kinds = [subject.kind for subject in found.subjects]
    assert kinds == [
        "portal",
        "host",
        "host",
        "host",
        "service",
        "read_log",
        "read_log",
        "read_log",
        "database",
        "directory",
        "identity",
        "domain",
        "files",
        "backup",
        "repository",
    ]
    portal, host = found.by_id["pro"], found.by_id["claims-1"]
    assert isinstance(portal, Portal)
    assert isinstance(host, Host)
    assert portal.ca == tmp_path / "lab-ca.pem"
    assert portal.lookup is not None
    assert portal.lookup.ceiling is not None
    assert (portal.lookup.ceiling.people, portal.lookup.ceiling.seconds) == (60, 3600)
    assert [canary.may_be_locked for canary in portal.canaries] == [False, False, True]
    assert host.key == Path("~/.ssh/audit").expanduser()
    assert host.budget.per_second == 50
    repository = found.by_id["infra"]
    assert isinstance(repository, Repository)
    assert repository.path == tmp_path.parent / "infra"
    assert repository.declares["adh"] == ("module.db.aws_db_instance.main",)
    assert found.document_sha256 == hashlib.sha256(b"signed").hexdigest()
    assert found.waivers == tmp_path / "waivers.yaml"
    assert found.authorisation.allow == ("active", "canary")


def test_the_schema_is_valid_and_accepts_the_reference() -> None:
    schema = inventory.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(documents.parse(EXAMPLE).value)) == []
    literal = EXAMPLE.replace("env:ADH", "hunter2").replace("organisation:", "organization:")
    assert len(list(validator.iter_errors(documents.parse(literal).value))) >= 2


def test_names_every_mistake_at_once(tmp_path: Path) -> None:
    assert faults(
        tmp_path,
        "  portals:\n"
        "    - {id: pro, url: 'https://pay:hunter2@payer.example/'}\n"
        "    - {id: pro, url: 'ftp://payer.example', connect: '127.0.0.1:99999'}\n"
        "  hosts:\n"
        "    - {id: a, ssh: 'audit@10.0.0.5', bundle: file:a.bundle}\n"
        "    - {id: b}\n"
        "    - {id: c, ssh: 'audit@[10.0.0.0/8]:22', jump: d}\n"
        "  databases:\n"
        "    - {id: adh, url: 'postgresql://10.0.0.5/adh', on: e}\n"
        "  read_logs:\n"
        "    - {id: log, path: /l, of: a, account: $.a, person: $.p, time: $.t}\n"
        "  backups: [{id: n, path: /b, of: [adhh]}]\n"
        "  repositories: [{id: infra, path: ., declares: {zz: [x]}}]\n",
    ) == [
        "11: subjects.portals[0].url: expected the secret as a reference of its own "
        "(password: env:...), found it in the URL",
        '12: subjects.portals[1].id: expected each id once, found "pro" again (portals[0] has it)',
        "12: subjects.portals[1].url: expected a URL with https://, http:// and a host, "
        'found "ftp://payer.example"',
        "12: subjects.portals[1].connect: expected a port from 1 to 65535, found '127.0.0.1:99999'",
        '14: subjects.hosts[0]: expected exactly one of the keys "ssh", "bundle", "captured", '
        "found ssh and bundle",
        '15: subjects.hosts[1]: expected exactly one of the keys "ssh", "bundle", "captured", '
        "found none",
        '16: subjects.hosts[2].ssh: expected one address or name, found "audit@[10.0.0.0/8]:22"',
        '16: subjects.hosts[2].jump: expected the id of a host, found "d"',
        '18: subjects.databases[0].on: expected the id of a host, found "e"',
        '20: subjects.read_logs[0].of: expected the id of a portal, found "a"',
        '21: subjects.backups[0].of[0]: expected the id of a subject, found "adhh", '
        'did you mean "adh"?',
        '22: subjects.repositories[0].declares.zz: expected the id of a subject, found "zz"',
    ]


def test_names_unknown_keys_missing_ids_and_literal_secrets(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        "  hosts:\n"
        "    - {id: a, ssh: local, become: sudo, know_hosts: file:k}\n"
        "    - {ssh: local}\n"
        "  databases:\n"
        "    - {id: adh, url: 'mysql://10.0.0.5/adh',\n"
        "       password: hunter2}\n"
        "  portal: []\n",
    )
    assert found == [
        '11: subjects.hosts[0].know_hosts: expected a known key, found "know_hosts", '
        'did you mean "known_hosts"?',
        '12: subjects.hosts[1]: expected the key "id", found none',
        "15: subjects.databases[0].password: expected env:NAME, file:path, agent: or command:..., "
        "found a literal secret",
        '16: subjects.portal: expected a known key, found "portal", did you mean "portals"?',
    ]
    assert "hunter2" not in "".join(found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("until: 2026-12-31", "until: 2026-10-01"), "7: authorisation.valid.until: expected a m"),
        (("2026-12-31T23:59:59+01:00", "tomorrow"), "7: authorisation.valid.until: expected a da"),
        (("T23:59:59+01:00", "T23:59:59"), "expected a date and time with a timezone component"),
        (("127.0.0.0/8", "*"), "8: authorisation.scope[0]: expected"),
        (("127.0.0.0/8", "0.0.0.0/0"), "8: authorisation.scope[0]: expected a network a mandate"),
        (("127.0.0.0/8", "127.0.0.1:0"), "8: authorisation.scope[0]: expected a port"),
        (
            ('["127.0.0.0/8"]', '["::1"]\n  allow: [canary]'),
            '9: authorisation.allow[0]: expected the key "document"',
        ),
        (
            ('["127.0.0.0/8"]', '["::1"]\n  document: file:none.pdf'),
            "9: authorisation.document: cannot be read",
        ),
        (("reference: DEMO-2026-001", "reference: no"), ""),
    ],
)
def test_is_strict_about_the_mandate(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    mandate = MANDATE.replace(*change)
    if said:
        assert any(said in fault for fault in faults(tmp_path, "  hosts: []\n", mandate))
    else:
        assert loaded(tmp_path, "  hosts: []\n", mandate).authorisation.reference == "no"


def test_an_expired_window_loads_but_is_not_in_force(tmp_path: Path) -> None:
    found = loaded(tmp_path, "  hosts: [{id: a, ssh: local}]\n")
    during, after = datetime(2026, 11, 25, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert found.in_force(during)
    assert not found.in_force(after)
    found.demand(during)
    with pytest.raises(ContentError, match=r"mine\.yaml:7: authorisation\.valid\.until: .* ended"):
        found.demand(after)
    with pytest.raises(ContentError, match=r"authorisation\.valid\.from: .* begins"):
        found.demand(datetime(2026, 1, 1, tzinfo=UTC))


def test_defaults_and_ranges_make_many_subjects_of_few_lines(tmp_path: Path) -> None:
    mandate = MANDATE + (
        "  budget: {connections: 9, seconds: 7}\n"
        "defaults:\n"
        "  hosts: {ssh: 'audit@{id}.payer.example', key: file:audit, jump: bastion, zone: dmz}\n"
    )
    found = loaded(
        tmp_path,
        "  hosts:\n"
        "    - {id: 'claims-[008-011]', owner: Production}\n"
        "    - {id: 'db-[1-2]', ssh: 'audit@10.0.1.{n}', budget: {seconds: 90}}\n"
        "    - {id: bastion, jump: '', sessions: 4}\n",
        mandate,
    )
    hosts = [subject for subject in found.subjects if isinstance(subject, Host)]
    assert [host.id for host in hosts] == [
        "claims-008",
        "claims-009",
        "claims-010",
        "claims-011",
        "db-1",
        "db-2",
        "bastion",
    ]
    assert hosts[2].ssh == "audit@claims-010.payer.example"
    assert (hosts[5].ssh, hosts[5].zone, hosts[5].key) == (
        "audit@10.0.1.2",
        "dmz",
        tmp_path / "audit",
    )
    assert (hosts[5].budget.connections, hosts[5].budget.seconds) == (9, 90)
    assert (hosts[6].jump, hosts[6].sessions, hosts[6].budget.seconds) == ("", 4, 7)


def test_a_fault_in_a_range_or_a_default_has_the_line_it_was_written_on(tmp_path: Path) -> None:
    mandate = MANDATE + "defaults:\n  hosts: {ssh: local, becom: sudo}\n"
    found = faults(tmp_path, "  hosts:\n    - {id: 'a-[1-3]'}\n    - {id: 'b-[3-1]'}\n", mandate)
    assert found == [
        "14: subjects.hosts[1].id: expected a range upwards of at most 100000 numbers, found [3-1]"
    ]
    found = faults(tmp_path, "  hosts:\n    - {id: 'a-[1-3]'}\n", mandate)
    assert found == [
        '10: subjects.hosts[0].becom: expected a known key, found "becom", did you mean "become"?'
    ]


def test_a_fault_in_the_budget_of_all_is_said_once_where_it_stands(tmp_path: Path) -> None:
    mandate = MANDATE + "  budget: {conections: 5}\n"
    found = faults(tmp_path, "  hosts:\n    - {id: 'a-[1-9]', ssh: local}\n", mandate)
    assert found == [
        "9: authorisation.budget.conections: expected a known key, "
        'found "conections", did you mean "connections"?'
    ]


def test_jump_hosts_lead_somewhere(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        "  hosts:\n"
        "    - {id: a, ssh: x@a.example, jump: b}\n"
        "    - {id: b, ssh: x@b.example, jump: a}\n"
        "    - {id: c, ssh: x@c.example, jump: d}\n"
        "    - {id: d, bundle: file:d}\n",
    )
    assert [fault.split(": ", 2)[2] for fault in found] == [
        'expected a jump host that does not lead back, found "b"',
        'expected a jump host that does not lead back, found "a"',
        'expected a host with an ssh address, found "d"',
    ]


def test_canaries_need_a_login_and_names_of_their_own(tmp_path: Path) -> None:
    canaries = "[{account: a, password: env:A}, {account: a, totp: env:T}]"
    found = faults(
        tmp_path, f"  portals: [{{id: p, url: 'https://p.example', canaries: {canaries}}}]\n"
    )
    assert [fault.split(": ", 2)[2] for fault in found] == [
        'expected the key "login" beside canaries, found none',
        'expected each account once, found "a" again',
        'expected the key "password" or "session", found neither',
    ]


@pytest.mark.parametrize("url", ["sqlite:data/c.sqlite", "sqlite:///data/c.sqlite"])
def test_paths_of_sqlite_and_folders_are_relative_to_the_file(url: str, tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        f"  databases: [{{id: adh, url: '{url}'}}]\n  files: [{{id: exports, path: exports}}]\n",
    )
    database = found.by_id["adh"]
    assert isinstance(database, Database)
    assert database.url == f"sqlite:///{tmp_path}/data/c.sqlite"
    assert [missing[:2] for missing in found.missing()] == [("adh", "url"), ("exports", "path")]


@pytest.mark.parametrize("url", ["sqlite:////srv/c.sqlite", "sqlite:/srv/c.sqlite"])
def test_an_absolute_sqlite_path_stays(url: str, tmp_path: Path) -> None:
    database = loaded(tmp_path, f"  databases: [{{id: adh, url: '{url}'}}]\n").by_id["adh"]
    assert isinstance(database, Database)
    assert database.url == "sqlite:////srv/c.sqlite"


@pytest.mark.parametrize("url", ["sqlite:", "sqlite:///", "sqlite://host/c.sqlite", "oracle://h/x"])
def test_refuses_other_databases(url: str, tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f"  databases: [{{id: adh, url: '{url}'}}]\n")
    assert "expected a URL with postgresql://, mysql:// and a host" in fault


def test_secrets_are_found_and_share_one_redactor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = inventory.load(written(tmp_path, EXAMPLE))
    references = {f"{subject}.{key}": secret for subject, key, secret in found.references()}
    assert len(references) == 9
    monkeypatch.setenv("ADH", "correct-horse")
    assert references["adh.password"].resolve() == "correct-horse"
    assert "correct-horse" not in found.redactor.clean("password=correct-horse")


def test_password_managers_are_asked_before_the_audit_begins(tmp_path: Path) -> None:
    script = tmp_path / "manager.py"
    script.write_text("print('correct-' + 'horse')")
    secrets = [f"command:{sys.executable} {script}", "command:/nonexistent/manager"]
    hosts = [f"{{id: h{n}, ssh: a@h, password: '{text}'}}" for n, text in enumerate(secrets)]
    found = loaded(tmp_path, f"  hosts: [{', '.join(hosts)}]\n")
    found.unlock()
    script.unlink()
    first, second = (reference for _, _, reference in found.references())
    assert first.resolve() == "correct-horse"
    with pytest.raises(NoSecret, match="the command failed"):
        second.resolve()


def test_text_that_looks_like_a_template_stays_as_it_is(tmp_path: Path) -> None:
    text = EXAMPLE.replace("Direction digitale", "'{{7*7}}'").replace("RSSI", "'{{7*7}}'")
    text = text.replace("organisation: Tiers Payant Démonstration", "organisation: '{{7*7}}'")
    found = inventory.load(written(tmp_path, text.replace("id: exports", "id: '{{7+7}}'")))
    assert (found.organisation, found.subjects[0].owner) == ("{{7*7}}", "{{7*7}}")
    assert found.statements[0].by == "{{7*7}}"
    assert "{{7+7}}" in found.by_id


@pytest.mark.parametrize("text", ["a b", "a/b", "a*", "estate", "'a\\e[1m'", "''"])
def test_refuses_ids_that_cannot_be_named(text: str, tmp_path: Path) -> None:
    quoted = text if text.startswith("'") else f"'{text}'"
    quoted = quoted.replace("'a\\e[1m'", '"a\\e[1m"')
    found = faults(tmp_path, f"  hosts: [{{id: {quoted}, ssh: local}}]\n")
    assert "expected" in found[0]
    assert "\x1b" not in found[0]


def test_a_statement_is_about_something_and_has_evidence(tmp_path: Path) -> None:
    text = EXAMPLE.replace("about: [pro]", "about: [por]").replace("12 months", "a year")
    with pytest.raises(ContentErrors, match=r'expected a period such as 12 months, found "a year"'):
        inventory.load(written(tmp_path, text))
    text = EXAMPLE.replace("about: [pro]", "about: [por]").replace("siem-rule", "none")
    with pytest.raises(ContentErrors) as caught:
        inventory.load(written(tmp_path, text))
    assert [error.message.split(":")[0] for error in caught.value.errors] == [
        "statements[0].about[0]",
        "statements[0].evidence",
    ]


@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        ("12 months", "2027-02-28"),
        ("1 year", "2027-02-28"),
        ("90 days", "2026-05-29"),
        ("2 weeks", "2026-03-14"),
        ("1 month", "2026-03-28"),
    ],
)
def test_periods_end_on_a_day_that_exists(period: str, wanted: str) -> None:
    assert Period.parse(period).after(date(2026, 2, 28)).isoformat() == wanted
    assert Period.parse("1 month").after(date(2026, 1, 31)) == date(2026, 2, 28)


def test_takes_addresses_apart_without_resolving_them() -> None:
    assert str(addresses.ssh("audit@[2001:db8::1]:2222")) == "[2001:db8::1]:2222"
    assert addresses.ssh("audit@bastion.payer.example").port == 22
    assert addresses.url("postgresql://audit@10.0.0.5/adh", "postgresql").port == 5432
    assert addresses.endpoint("127.0.0.1:5353", 53).port == 5353
    with pytest.raises(ValueError, match="expected an address with a port"):
        addresses.endpoint("127.0.0.1")


def test_ten_thousand_subjects_keep_their_order(tmp_path: Path) -> None:
    lines = "".join(f"    - {{id: h{n}, ssh: 'audit@10.0.0.5:22'}}\n" for n in range(10_000))
    found = loaded(tmp_path, f"  hosts:\n{lines}")
    assert [subject.id for subject in found.subjects[-2:]] == ["h9998", "h9999"]
