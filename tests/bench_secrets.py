"""Secrets in texts: megabytes a CPU second by engine, memory, and finds where there are none."""

import random
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from tests.bench import Row, best
from tests.made_up import made

SIZE = 40_000_000
PLANTED = 40
SEARCH = """
import sys
from pathlib import Path
from rempart.collectors.repository.secrets.people import people
from rempart.collectors.repository.secrets.rules import own
from rempart.collectors.repository.secrets.search import Search
from rempart.collectors.repository.secrets.text import text_of

engine, linear, root = sys.argv[1], sys.argv[2] == "re2", Path(sys.argv[3])
search, found = Search(own(), engine=engine, linear_time=linear), 0
for file in sorted(root.iterdir()) if len(sys.argv) == 4 else ():
    content = text_of(root, file.name.encode(), 16_000_000).content
    found += len(list(search.secrets(file.name, content)))
    list(people(file.name, content))
print(found)
"""


def mixed_text() -> Iterator[Row]:
    """The standard library's sources, logs, settings and data, 40 MB; the start is taken off."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = _write(folder) / 1e6
        for engine, patterns in (
            ("ahocorasick_rs", "re2"),
            ("hyperscan", "re2"),
            ("python", "re"),
        ):
            if find_spec(engine if engine != "python" else "re") and find_spec(patterns):
                command = (sys.executable, "-c", SEARCH, engine, patterns, name)
                bare, full = best(3, *command, "start only"), best(3, *command)
                yield Row(
                    f"secrets and people in {size:.0f} MB, {engine} and {patterns}",
                    f"{size / (full.cpu - bare.cpu):.0f} MB a CPU second, "
                    f"{full.peak_mb:.0f} MB memory, {full.out.strip()} found",
                    f">= 50 MB a CPU second, {PLANTED} planted" if engine != "python" else "",
                )


def _write(folder: Path) -> int:
    chance = random.Random(6)  # noqa: S311
    parts = [_sources, _log, _settings, _data]
    size = 0
    for number in range(10_000):
        text = parts[number % 4](chance)
        if size < SIZE and number < PLANTED * 20 and number % 20 == 1:
            text += f"\n{made('AKIA<B:16>', number)} ghost line\n"
        name = f"{number}{('.py', '.log', '.yaml', '.json')[number % 4]}"
        size += (folder / name).write_bytes(text.encode())
        if size >= SIZE and number >= PLANTED * 20:
            break
    return size


_LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))


def _sources(chance: random.Random) -> str:
    return chance.choice(_LIBRARY).read_text(encoding="utf-8")


def _log(chance: random.Random) -> str:
    return "".join(
        f"2026-11-25T10:{n % 60:02}:00Z INFO request {chance.getrandbits(64):016x} GET /rights/"
        f"{chance.randrange(10**6)} 200 {chance.randrange(900)}ms token accepted\n"
        for n in range(600)
    )


_MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: service{n}
  labels: {{app: a{n}}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: a{n}}}}}
  template:
    metadata: {{labels: {{app: a{n}}}}}
    spec:
      securityContext: {{runAsNonRoot: true, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
        - name: main
          image: registry.example/claims/app:{n}.2.{m}
          ports: [{{containerPort: 8443}}]
          env:
            - {{name: DB_HOST, value: db{n}.claims.svc}}
            - {{name: LOG_LEVEL, value: info}}
            - name: DB_PASSWORD
              valueFrom: {{secretKeyRef: {{name: db{n}, key: password}}}}
          resources:
            limits: {{cpu: 500m, memory: 256Mi}}
            requests: {{cpu: 100m, memory: 128Mi}}
          readinessProbe: {{httpGet: {{path: /ready, port: 8443, scheme: HTTPS}}}}
---
"""


def _settings(chance: random.Random) -> str:
    return "".join(_MANIFEST.format(n=n, m=chance.randrange(99)) for n in range(60))


def _data(chance: random.Random) -> str:
    return "[" + ",\n".join(
        f'{{"id": {chance.getrandbits(40)}, "name": "item {n}", '
        f'"key": "{chance.getrandbits(80):x}", "price": {chance.random():.9f}, "passed": true}}'
        for n in range(500)
    ) + "]"  # fmt: skip


def noise() -> Iterator[Row]:
    """What is found in texts that hold no secret: the standard library, tests and all."""
    from rempart.collectors.repository.secrets.rules import own
    from rempart.collectors.repository.secrets.search import Search

    search, size, found = Search(own()), 0, 0
    for file in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        content = file.read_bytes()
        size += len(content)
        found += len(list(search.secrets(str(file), content)))
    yield Row(
        f"finds in the {size / 1e6:.0f} MB of the standard library",
        f"{found}, {found / size * 1e6:.2f} a MB",
        "near none",
    )


BENCHES: dict[str, Callable[[], Iterator[Row]]] = {"secrets": mixed_text, "secrets_noise": noise}
