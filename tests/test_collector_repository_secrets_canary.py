"""Planted secrets appear nowhere: in no output, log, journal, archive or traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rempart import export
from rempart.collectors.repository.secrets.given import LONG
from tests.made_up import made

ROOT = Path(__file__).parents[1]
OUTPUTS = (
    *("run.json", "out.observations.json", "out.sarif", "out.csv", "out.md", "out.html"),
    *("out.junit.xml", "out.codequality.json", "out.gitlab.json", "out.comment.md"),
)


def canary(number: int) -> str:
    """A secret no other text holds, with letters, digits and marks as each file takes them."""
    return made(f"<a:6>{number}Qz<d:3><a:8>", number)


def planted(folder: Path) -> list[str]:
    """A repository with a secret in every sort of file, and the secrets."""
    secrets = [canary(number) for number in range(1, 40)]
    taken = iter(secrets)
    texts = {
        "main.tf": 'resource "aws_db_instance" "a" {\n  password = "%s"\n}\n'
        'variable "token" {\n  default = "%s"\n}\nlocals {\n  api_key = "x-${"%s"}"\n}\n',
        "broken.tf": 'resource "aws_db_instance" "b" {\n  password = "%s"\n  = = "%s"\n',
        "prod.tfvars": 'db_password = "%s"\n',
        "compose.yml": "services:\n  db:\n    image: postgres\n    environment:\n"
        "      POSTGRES_PASSWORD: %s\n      OTHER: postgresql://app:%s@db/x\n",
        "secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n"
        "stringData:\n  password: %s\n",
        "bad.yaml": "password: %s\n  : [\n token: '%s\n",
        "site.yml": "- hosts: all\n  vars:\n    db_password: %s\n  tasks:\n"
        "    - name: use\n      shell: mysql -p%s\n",
        "stack.json": '{"Resources": {"D": {"Type": "AWS::RDS::DBInstance",'
        ' "Properties": {"MasterUserPassword": "%s"}}}}',
        "app.env": "API_TOKEN=%s\nDB_PASSWORD=%s\n",
        "run.sh": "#!/bin/sh\nPGPASSWORD='%s' psql\ncurl -u deploy:%s https://x.example\n",
        "Dockerfile": "FROM debian\nENV DB_PASSWORD=%s\nRUN echo app:%s | chpasswd\n",
        "realm.json": '{"realm": "x", "clients": [{"clientId": "a", "secret": "%s"}]}',
        "redis.conf": "requirepass %s\n",
        "key.pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKC%s%s\n",
        "noise.txt": "Authorization: Bearer %s%s\n",
        ".npmrc": "//r.example/:_authToken=%s\n",
        "nginx.conf": "server { listen 80; set $password '%s'; }\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text % tuple(next(taken) for _ in range(text.count("%s"))))
    (folder / "utf16.yaml").write_bytes(f"password: {next(taken)}\n".encode("utf-16"))
    (folder / "notes%s.txt").write_text(f"token = {next(taken)}\n")
    used = len(secrets) - len(list(taken))
    return secrets[:used]


def everything(folder: Path) -> bytes:
    return b"\n".join(
        str(file).encode() + b"\n" + file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    )


@pytest.mark.parametrize("level", ["debug", "warning"])
def test_no_planted_secret_is_in_any_output(tmp_path: Path, level: str) -> None:
    code, out, home = tmp_path / "code", tmp_path / "out", tmp_path / "home"
    for folder in (code, out, home):
        folder.mkdir()
    secrets = planted(code)
    names = [name for name in OUTPUTS if _is_a_format(out / name)]
    done = subprocess.run(
        [sys.executable, "-m", "rempart", "--log-level", level, "gate", str(code)]
        + [part for name in names for part in ("-o", str(out / name))],
        check=False,
        capture_output=True,
        cwd=out,
        env={**_environment(), "HOME": str(home), "XDG_STATE_HOME": str(home / "state")},
        timeout=120,
    )
    assert done.returncode in (1, 3), done.stderr
    assert b"Traceback" not in done.stderr
    assert {"run.json", "out.sarif", "out.observations.json"} <= {
        file.name for file in out.iterdir()
    }
    told = done.stdout + done.stderr + _unpacked(out) + everything(home)
    assert b"iac.literal_secrets" in told
    for secret in secrets:
        for piece in (secret, secret[: LONG - 2], secret[-(LONG - 2) :]):
            assert piece.encode() not in told, secret


def test_a_worker_that_stops_tells_the_kind_of_error_alone(tmp_path: Path) -> None:
    secret = canary(99)
    (tmp_path / "a.yaml").write_text(f"password: {secret}\n")
    code = (
        "import sys\nimport rempart.collectors.repository.worker as worker\n"
        "import rempart.collectors.repository.secrets.text as text\n"
        "def searched(path, content, file=''):\n    raise KeyError(content)\n"
        "text.searched = searched\nworker.main()\n"
    )
    job = f'{{"root": "{tmp_path}", "kind": "text", "files": ["a.yaml"]}}\n'
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        input=job.encode(),
        capture_output=True,
        env=_environment(),
        timeout=60,
    )
    assert b"KeyError" in done.stdout
    assert secret[:6].encode() not in done.stdout + done.stderr


def _is_a_format(path: Path) -> bool:
    if path.name.endswith(export.OBSERVATIONS):
        return True
    try:
        export.format_of(path)
    except Exception:  # noqa: BLE001  (formats come and go; two of them are demanded above)
        return False
    return True


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _unpacked(folder: Path) -> bytes:
    import gzip
    import zlib

    parts = [everything(folder)]
    for file in folder.iterdir():
        raw = file.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            parts.append(gzip.decompress(raw))
        elif raw[:1] == b"\x78":
            parts.append(zlib.decompress(raw))
    return b"\n".join(parts)
