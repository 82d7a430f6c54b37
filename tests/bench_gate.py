"""Measures the gate beside Checkov and Trivy, on the same folders in the same run; judges nothing.

The peers are taken from the environment's `bin` folder that REMPART_PEERS names; without it their
rows are left out.
"""

import os
import random
import string
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import Row, Spent, best, rempart

GROUP = """\
variable "size_{n}" {{ default = 20 }}
locals {{ name_{n} = "store-{n}" }}
resource "aws_s3_bucket" "b{n}" {{ bucket = local.name_{n} }}
resource "aws_s3_bucket_server_side_encryption_configuration" "b{n}" {{
  bucket = aws_s3_bucket.b{n}.id
  rule {{
    apply_server_side_encryption_by_default {{ sse_algorithm = "aws:kms" }}
  }}
}}
resource "aws_ebs_volume" "v{n}" {{
  availability_zone = "eu-west-3a"
  size              = var.size_{n}
  encrypted         = {good}
}}
resource "aws_db_instance" "d{n}" {{
  engine            = "postgres"
  instance_class    = "db.t3.micro"
  storage_encrypted = {good}
}}
resource "aws_security_group" "g{n}" {{
  ingress {{
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }}
}}
"""
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web-{n}, namespace: claims}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web-{n}}}}}
  template:
    metadata: {{labels: {{app: web-{n}}}}}
    spec:
      securityContext: {{runAsNonRoot: true}}
      containers:
        - name: web
          image: registry.payer.example/web:1.{n}
          ports: [{{containerPort: 8443}}]
          env:
            - {{name: LOG_LEVEL, value: info}}
            - name: DB_PASSWORD
              valueFrom: {{secretKeyRef: {{name: db, key: password}}}}
          resources: {{limits: {{memory: 256Mi, cpu: 500m}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: web-{n}, namespace: claims}}
spec: {{type: ClusterIP, selector: {{app: web-{n}}}, ports: [{{port: 443, targetPort: 8443}}]}}
"""
BARS = {
    "empty folder": "<= 0.20 s CPU",
    "1,000 Terraform resources": "<= 0.6 s CPU, <= 120 MB",
    "5,000 Terraform resources": "<= 2.5 s CPU",
    "500 Kubernetes manifests": "<= 0.6 s CPU",
}


def terraform(folder: Path, resources: int) -> None:
    """Resources in 50 files of one folder, five to a group."""
    groups = resources // 5
    for file in range(50):
        here = range(file * groups // 50, (file + 1) * groups // 50)
        text = "".join(GROUP.format(n=n, good=str(n % 10 > 0).lower()) for n in here)
        (folder / f"part_{file}.tf").write_text(text)


def manifests(folder: Path, count: int) -> None:
    """Manifests, one Deployment with its Service a file."""
    for number in range(count):
        (folder / f"web-{number}.yaml").write_text(MANIFEST.format(n=number))


def mixed(folder: Path, size: int) -> None:
    """Text of many kinds, without a secret but a few."""
    chance = random.Random(6)  # noqa: S311  (the same text each time)
    words = ["".join(chance.choices(string.ascii_lowercase, k=k)) for k in range(2, 12)] * 20
    kinds = ("md", "py", "json", "yaml", "log", "txt", "js", "conf")
    for number in range(size // 200_000):
        lines = []
        left = 200_000
        while left > 0:
            line = " ".join(chance.choices(words, k=12)) + f" = {chance.random()}\n"
            lines.append(line)
            left -= len(line)
        (folder / f"text_{number}.{kinds[number % len(kinds)]}").write_text("".join(lines))


def peers(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The other tools that are there, by name and command line."""
    place = os.environ.get("REMPART_PEERS", "")
    if not place:
        return
    checkov, trivy = Path(place) / "bin/checkov", Path(place) / "bin/trivy"
    if checkov.exists():
        yield "Checkov", (str(checkov), "-d", str(folder), "--quiet", "--compact", "-o", "json")
    if trivy.exists():
        scan = ("config", "--quiet", "--skip-check-update", "--format", "json", str(folder))
        yield "Trivy", (str(trivy), *scan)


def compared(what: str, fill: Callable[[Path], None], runs: int = 3) -> Iterator[Row]:
    """One folder judged by the gate and by every peer."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "repository"
        folder.mkdir()
        fill(folder)
        env = {"XDG_STATE_HOME": f"{name}/state", "XDG_CACHE_HOME": f"{name}/cache"}
        command = rempart("gate", str(folder), "-o", f"{name}/run.json")
        best(1, *command, env=env)  # the card index is written
        yield _row(f"gate: {what}", best(runs, *command, env=env), BARS[what])
        for peer, other in peers(folder):
            yield _row(f"  {peer}", best(1, *other, env={"HOME": name}), "")


def _row(what: str, one: Spent, bar: str) -> Row:
    return Row(what, f"{one.cpu:.2f} s CPU, {one.peak_mb:.0f} MB, {one.wall:.2f} s", bar)


def gate() -> Iterator[Row]:
    """An empty folder, Terraform of two sizes, manifests, text to search for secrets."""
    yield from compared("empty folder", lambda folder: None)
    yield from compared("1,000 Terraform resources", lambda folder: terraform(folder, 1000))
    yield from compared("5,000 Terraform resources", lambda folder: terraform(folder, 5000), 2)
    yield from compared("500 Kubernetes manifests", lambda folder: manifests(folder, 250))
    yield from secrets()


def secrets() -> Iterator[Row]:
    """40 MB of mixed text, against an empty folder."""
    with tempfile.TemporaryDirectory() as name:
        env = {"XDG_STATE_HOME": f"{name}/state", "XDG_CACHE_HOME": f"{name}/cache"}
        spent = []
        for size in (0, 40_000_000):
            folder = Path(name) / str(size)
            folder.mkdir()
            mixed(folder, size)
            spent.append(best(2, *rempart("gate", str(folder)), env=env).cpu)
    rate = 40 / max(spent[1] - spent[0], 0.01)
    yield Row("gate: secrets in 40 MB of text", f"{rate:.0f} MB/s of CPU", ">= 50 MB/s of CPU")


BENCHES = {"gate": gate}
