import base64
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rempart.check import Gap, Observation, OneOf, Unknown, Vantage
from rempart.collectors import repository
from rempart.errors import Reason, Unreachable
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret, OpenPort, PublicEndpoint
from rempart.observations.ssh import SshdSettings
from rempart.observations.tls import TlsVersion
from rempart.observations.volumes import Volume
from rempart.transport.access import Access

INFRA = Path(__file__).parents[1] / "inventories" / "demo" / "infra"


def seen(path: Path, *types: type[Observation]) -> list[Observation | Gap]:
    subject = SimpleNamespace(id="infra", kind="repository", path=path)
    wanted = frozenset(types or repository.BRINGS)
    return list(repository.collect(subject, Access.offline(subject), wanted))


def by_key(found: list[Observation | Gap], type_: type[Observation]) -> dict[str, Any]:
    return {item.key: item for item in found if type(item) is type_}


def gaps(found: list[Observation | Gap]) -> set[tuple[str, str, Reason]]:
    return {(item.type, item.key, item.reason) for item in found if isinstance(item, Gap)}


def test_reads_what_the_demonstration_declares() -> None:
    found = seen(INFRA)
    assert gaps(found) == set()
    assert {item.vantage for item in found if isinstance(item, Observation)} == {Vantage.DECLARED}
    volumes, stores = by_key(found, Volume), by_key(found, DataStore)
    assert volumes["aws_ebs_volume.claims"].encrypted is True
    assert volumes["aws_ebs_volume.claims"].key_holder == "customer"
    assert volumes["aws_ebs_volume.invoices"].encrypted is False
    assert volumes["aws_ebs_volume.invoices"].line == 37
    reporting = stores["aws_db_instance.reporting"]
    assert isinstance(reporting.encrypted, Unknown)
    assert reporting.encrypted.detail == "var.reporting_encrypted has no default"
    assert stores["module.claims.aws_db_instance.main"].key_name == "aws_kms_key.claims"
    endpoints = by_key(found, PublicEndpoint)
    assert endpoints["aws_s3_bucket.claims_backup"].public is False
    assert endpoints["aws_s3_bucket.forms"].public is True
    ports = {(one.key, one.use): one for one in found if isinstance(one, OpenPort)}
    database = ports["aws_security_group.database", "data"]
    assert (database.public, database.ports) == (True, ("5432 PostgreSQL",))
    assert ports["sessions", "data"].public is True
    assert ports["queue", "data"].public is False
    secrets = by_key(found, LiteralSecret)
    assert [key for key, one in secrets.items() if one.literal] == ["module.claims.password"]
    offered = {key for key, one in by_key(found, TlsVersion).items() if one.offered}
    assert "portail.payer.example TLSv1.1" in offered
    assert "partenaires.payer.example TLSv1.1" not in offered
    (sshd,) = by_key(found, SshdSettings).values()
    assert (sshd.key, sshd.permit_root_login) == ("ssh/sshd_config", "no")


def test_the_literal_password_is_in_no_observation() -> None:
    assert "Soleil2019" in (INFRA / "main.tf").read_text()
    assert "Soleil2019" not in repr(seen(INFRA))


def test_brings_only_what_is_wanted() -> None:
    found = seen(INFRA, OpenPort)
    assert {type(item) for item in found} == {OpenPort}


def test_a_yaml_bomb_costs_only_itself(tmp_path: Path) -> None:
    lines = ["a: &a [x, x]"]
    for name, before in zip("bcdefghi", "abcdefgh", strict=True):
        lines.append(f"{name}: &{name} [" + ", ".join([f"*{before}"] * 9) + "]")
    (tmp_path / "compose.bomb.yml").write_text("\n".join(lines))
    (tmp_path / "compose.yml").write_text(
        "services:\n  db:\n    image: postgres\n    ports:\n      - 5432:5432\n"
    )
    found = seen(tmp_path)
    assert by_key(found, OpenPort)["db"].public is True
    assert ("OpenPort", "compose.bomb.yml", Reason.LIMIT) in gaps(found)


@pytest.mark.parametrize("text", ["a = " + "[" * 3000, "a = " + "[" * 3000 + "]" * 3000])
def test_thousands_of_brackets_cost_only_their_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "deep.tf").write_text(text)
    (tmp_path / "compose.deep.yml").write_text("a: " + text[4:])
    (tmp_path / "good.tf").write_text('resource "aws_ebs_volume" "a" { encrypted = false }')
    found = seen(tmp_path)
    assert by_key(found, Volume)["aws_ebs_volume.a"].encrypted is False
    assert ("OpenPort", "compose.deep.yml") in {(type_, key) for type_, key, _ in gaps(found)}


def test_a_broken_file_keeps_its_good_part_and_says_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text(
        'resource "aws_ebs_volume" "a" { encrypted = false }\n\nresource "x" "y" {\n  z = = 1\n'
    )
    found = seen(tmp_path)
    assert by_key(found, Volume)["aws_ebs_volume.a"].encrypted is False
    assert ("DataStore", "a.tf", Reason.TRUNCATED) in gaps(found)


def test_pipes_devices_and_loops_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tf")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket.tf"))
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "zero.tf").symlink_to("/dev/zero")
    (tmp_path / "a.tf").write_text('resource "aws_ebs_volume" "a" { encrypted = true }')
    found = seen(tmp_path)
    assert [item.key for item in found] == ["aws_ebs_volume.a"]


def test_names_of_any_bytes_stay_text(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff<img src=x onerror=alert(1)>.tf"
    with open(raw, "wb") as file:  # noqa: PTH123  (Path takes no bytes)
        file.write(b'resource "aws_ebs_volume" "a" { encrypted = true }')
    (volume,) = seen(tmp_path)
    assert volume.source == "\\xff<img src=x onerror=alert(1)>.tf"


def test_a_huge_file_is_a_limit(tmp_path: Path) -> None:
    (tmp_path / "huge.tf").touch()
    os.truncate(tmp_path / "huge.tf", 3_000_000_000)
    (tmp_path / "good.tf").write_text('resource "aws_ebs_volume" "a" { encrypted = true }')
    found = seen(tmp_path)
    assert "aws_ebs_volume.a" in by_key(found, Volume)
    assert ("Volume", "huge.tf", Reason.LIMIT) in gaps(found)


def test_git_and_downloaded_modules_are_left_out(tmp_path: Path) -> None:
    for folder in (".git", ".terraform", "node_modules"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.tf").write_text('resource "aws_ebs_volume" "a" {}')
    assert seen(tmp_path) == []


def test_terraform_written_as_json_and_plans_are_read(tmp_path: Path) -> None:
    database = {"aws_db_instance": {"a": {"storage_encrypted": "${var.on}"}}}
    (tmp_path / "main.tf.json").write_text(
        json.dumps({"resource": database, "variable": {"on": {}}})
    )
    (tmp_path / "terraform.tfvars.json").write_text('{"on": true}')
    (tmp_path / "broken.tf.json").write_text('{"resource": ')
    named = {"address": "aws_db_instance.p", "type": "aws_db_instance", "name": "p"}
    made = {"resources": [{**named, "values": {"storage_encrypted": False}}]}
    values = {"root_module": made}
    (tmp_path / "tfplan.json").write_text(json.dumps({"planned_values": values}))
    found = seen(tmp_path)
    stores = by_key(found, DataStore)
    assert {key: store.encrypted for key, store in stores.items()} == {
        "aws_db_instance.a": True,
        "aws_db_instance.p": False,
    }
    assert ("DataStore", "broken.tf.json", Reason.TRUNCATED) in gaps(found)


def test_no_folder_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        seen(tmp_path / "absent")


def test_private_keys_count_unless_a_passphrase_guards_them(tmp_path: Path) -> None:
    begin, end = "-----BEGIN {}PRIVATE KEY-----", "-----END {}PRIVATE KEY-----"
    plain = base64.b64encode(b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none").decode()
    sealed = base64.b64encode(b"openssh-key-v1\0\0\0\0\naes256-ctr\0\0\0\x06bcrypt").decode()
    (tmp_path / "open.pem").write_text(f"x\n{begin.format('RSA ')}\nMIIE\n{end.format('RSA ')}\n")
    (tmp_path / "sealed.pem").write_text(f"{begin.format('ENCRYPTED ')}\nMIIE\n")
    (tmp_path / "two.pem").write_text(f"{begin.format('')}\nMII\n{end.format('')}\n" * 2)
    (tmp_path / "id_open").write_text(f"{begin.format('OPENSSH ')}\n{plain}\n")
    (tmp_path / "id_sealed").write_text(f"{begin.format('OPENSSH ')}\n{sealed}\n")
    found = by_key(seen(tmp_path), LiteralSecret)
    assert {key: one.literal for key, one in found.items()} == {
        "open.pem:private-key": True,
        "sealed.pem:private-key": False,
        "two.pem:private-key": True,
        "two.pem:private-key #2": True,
        "id_open:private-key": True,
        "id_sealed:private-key": False,
    }
    lines = {key.partition(":")[0]: one.line for key, one in found.items() if "#" not in key}
    assert (lines["open.pem"], lines["two.pem"]) == (2, 1)
    assert found["two.pem:private-key #2"].line == 4


def test_environment_files_and_compose_environments_are_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# DB_PASSWORD=old\nDB_PASSWORD=hunter2\nAPI_TOKEN=${TOKEN}\nNAME=x\nADMIN_PWD=changeme\n"
    )
    (tmp_path / ".env.example").write_text("DB_PASSWORD=hunter2\n")
    (tmp_path / "env.py").write_text("DB_PASSWORD = secret()\n")
    (tmp_path / "docker-compose.prod.yml").write_text(
        "services:\n  a:\n    environment:\n"
        "      A_PASSWORD: hunter2\n      B_PASSWORD: ${B}\n      C_PASSWORD: ${C:-hunter2}\n"
        "      D_PASSWORD_FILE: /run/secrets/d\n"
        "  b:\n    environment: [E_PASSWORD=hunter2, F_PASSWORD]\n"
    )
    found = by_key(seen(tmp_path), LiteralSecret)
    assert {key.rpartition(".")[2]: one.literal for key, one in found.items()} == {
        "env:DB_PASSWORD": True,
        "env:API_TOKEN": False,
        "A_PASSWORD": True,
        "B_PASSWORD": False,
        "C_PASSWORD": True,
        "D_PASSWORD_FILE": False,
        "E_PASSWORD": True,
    }
    assert "hunter2" not in repr(found)


def test_two_workers_bring_the_same_as_one(tmp_path: Path) -> None:
    for number in range(450):
        text = f'resource "aws_ebs_volume" "v{number}" {{ encrypted = true }}\n'
        (tmp_path / f"{number}.tf").write_text(text)
        (tmp_path / f"{number}.env").write_text("A_PASSWORD=hunter2\n")
    found = seen(tmp_path)
    assert len(by_key(found, Volume)) == 450
    assert len(by_key(found, LiteralSecret)) == 450
    assert gaps(found) == set()


def test_a_choice_whose_arms_agree_is_decided(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text(
        'variable "x" {}\n'
        'resource "aws_ebs_volume" "same" { encrypted = var.x ? true : true }\n'
        'resource "aws_ebs_volume" "either" { encrypted = var.x ? true : false }\n'
    )
    volumes = by_key(seen(tmp_path), Volume)
    assert volumes["aws_ebs_volume.same"].encrypted is True
    assert volumes["aws_ebs_volume.either"].encrypted.values == OneOf((True, False)).values


def test_collectors_start_without_heavy_libraries() -> None:
    code = (
        "import sys, rempart.collectors.files, rempart.collectors.database, "
        "rempart.collectors.repository; "
        "print(sorted({'sqlite3', 'yaml', 'tree_sitter', 'subprocess'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert done.stdout.strip() == "[]"
