"""What an exception in a file speaks of, in every format."""

import time

import pytest

from rempart.check import Outcome, Vantage
from rempart.gate import baseline
from rempart.gate.baseline import Entry, encoded, matched, read
from rempart.gate.blocks import Text
from rempart.gate.markers import declared, markers
from rempart.gate.modules import Modules
from rempart.results import Place
from tests.samples import result

KNOWN = {"iac.x": "iac.x", "iac.old": "iac.x"}
SERVER = "server {\n  listen 80;\n  # here\n  ssl_protocols TLSv1;\n}\nserver {\n  listen 81;\n}\n"
COMPOSE = "services:\n  # here\n  web:\n    image: x\n  db:\n    image: y  # here\n"
TASKS = "- hosts: all\n  tasks:\n    # here\n    - name: db\n      rds: {a: b}\n    - name: other\n"
STACK = (
    '{"Resources": {\n  "Db": {\n    "Type": "T",\n    "Metadata": {"//": "here"},\n'
    '    "Properties": {}\n  },\n  "B": {}\n}}\n'
)
NAMED = SERVER.replace("listen 80;", "listen 80; # server_name no;\n  server_name a.example b;")
FLOW = "apiVersion: v1\nkind: Pod\nmetadata: {labels: {}, name: a}\nspec: {}  # here\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  # here\n  x: y\n---\nkind: Pod\n"
HCL = '# here\nresource "a" "b" {\n  x = "}"\n  y = <<E\n}\nE\n  z {\n  }\n}\nresource "c" "d" {}\n'


@pytest.mark.parametrize(
    ("path", "text", "line", "alone", "lines", "name"),
    [
        ("a.tf", HCL, 1, True, (2, 9), "resource a b"),
        ("a.tf", HCL, 7, False, (2, 9), "resource a b"),
        ("a.tf", HCL, 10, False, (10, 10), "resource c d"),
        ("nginx.conf", SERVER, 3, True, (1, 5), "server"),
        ("nginx.conf", NAMED, 4, True, (1, 6), "server a.example b"),
        ("pod.yaml", FLOW, 4, False, (1, 5), "Pod/a"),
        ("pod.yaml", FLOW.replace("labels: {}, ", ""), 4, False, (1, 5), "Pod/a"),
        ("compose.yml", COMPOSE, 2, True, (3, 4), "services/web:"),
        ("compose.yml", COMPOSE, 6, False, (5, 6), "services/db:"),
        ("site.yml", TASKS, 3, True, (4, 5), "hosts/tasks/- name: db"),
        ("t.json", STACK, 4, False, (2, 6), '"Db":'),
        ("pod.yaml", POD, 6, True, (1, 7), "Pod/a"),
        ("sshd_config", "# here\nPermitRootLogin yes\nPort 22\n", 1, True, (2, 2), None),
        ("Dockerfile", "FROM x\n# here\nRUN a \\\n  b\n", 2, True, (3, 4), None),
    ],
)
def test_lines_that_belong_together(
    path: str, text: str, line: int, lines: tuple[int, int], name: str | None, *, alone: bool
) -> None:
    block = Text(path, text).around(line, alone=alone)
    assert (block.start, block.end) == lines
    assert name is None or block.name == name


@pytest.mark.parametrize("text", ['"' * 500_000, "{" * 500_000, "/*" * 250_000, "<<A\n" * 100_000])
def test_hostile_text_is_walked_once(text: str) -> None:
    begun = time.process_time()
    Text("a.tf", text).around(1, alone=False)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.tf", "x = 1 // rempart:ignore=iac.x until=2027-01-31 -- why"),
        ("a.tf", "/* rempart:ignore=iac.x until=2027-01-31 -- why */"),
        ("q.sql", "-- rempart:ignore=iac.x until=2027-01-31 -- why"),
        ("my.ini", "; rempart:ignore=iac.x until=2027-01-31 -- why"),
        ("a.xml", "<!-- rempart:ignore=iac.x until=2027-01-31 -- why -->"),
        ("page.md", "<!-- rempart:ignore=iac.x until=2027-01-31 -- why -->"),
        ("x.json", '"//": "rempart:ignore=iac.x until=2027-01-31 -- why",'),
        ("x.j2", "{# rempart:ignore=iac.old until=2027-01-31 -- why #}"),
        ("x.yaml", "a: b # rempart:ignore=iac.x until=2027-01-31 -- why"),
    ],
)
def test_comments_of_every_format_may_hold_an_exception(path: str, line: str) -> None:
    (found,) = markers(path, line, KNOWN)
    assert (found.ids, found.reason, found.fault) == (("iac.x",), "why", "")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("page.md", "    # rempart:ignore=iac.x until=2027-01-31 -- an example"),
        ("t.py", 'x = "# rempart:ignore=iac.x until=2027-01-31 -- a string"'),
        ("a.tf", "x" * 3000 + "# rempart:ignore=iac.x until=2027-01-31 -- too long"),
    ],
)
def test_examples_and_strings_are_no_exceptions(path: str, line: str) -> None:
    assert not list(markers(path, line, KNOWN))


def test_reasons_are_shown_without_what_a_terminal_would_obey() -> None:
    (found,) = markers("a.tf", "# rempart:ignore=iac.x until=2027-01-31 -- a\x1b[31mb\x07", KNOWN)
    assert found.reason == "ab"
    (other,) = declared("a.tf", "#checkov:skip=CKV_1:a\x1b]0;x\x07b")
    assert other.reason == "ab"


def entry(instance: str, **changed: str) -> Entry:
    digest = "a" * 20
    whole = {"check": "c", "root": "", "path": "d/x.tf", "authority": "", **changed}
    return Entry(instance=instance, fingerprint=f"{hash(instance) % 10**20:020d}", digest=digest,
                 **whole)  # fmt: skip


def test_a_baseline_is_read_as_it_was_written() -> None:
    entries = (entry("b"), entry("a[0]"))
    assert set(read(encoded(entries), "file")) == set(entries)
    assert encoded(entries) == encoded(reversed(entries))


@pytest.mark.parametrize(
    ("before", "now", "folder", "known"),
    [
        ("t.a[0]", "t.a[1]", "d", True),
        ("t.a", "t.b", "d", False),
        ("d/.env:KEY", "e/.env:KEY", "e", True),
        ('t.a["x"]', 't.a["y"]', "d", False),
    ],
)
def test_what_counts_as_the_same_thing(before: str, now: str, folder: str, known: bool) -> None:
    one = result(instance=now, where=Place(f"{folder}/x.tf", 3), outcome=Outcome.FAIL,
                 vantage=Vantage.DECLARED)  # fmt: skip
    there = Entry.of(one)
    was = Entry(there.check, "", "d/x.tf", before, there.authority, "0" * 20, there.digest)
    found, left = matched([was], [one, one], Modules({}))
    assert len(found) == int(known), "one entry accounts for one finding"
    assert bool(left) is not known


def test_moves_inside_modules_are_followed() -> None:
    modules = Modules(
        {
            "main.tf": 'module "m" {\n  source = "./mods/m"\n}\n',
            "mods/m/main.tf": "moved {\n  from = t.a\n  to = t.b\n}\n",
        }
    )
    assert list(modules.moved("", 'module.m["x"].t.a[0]')) == ['module.m["x"].t.b[0]']
    assert list(modules.moved("", "t.a")) == []
    assert baseline.FIELDS == len(Entry.__slots__)


@pytest.mark.parametrize(
    ("path", "text", "line", "shown"),
    [
        ("Dockerfile", "# here\nENV PASSWORD=Xk29fjQp\n", 1, ""),
        ("pgpass", "# here\nXk29fj/Qp:\n", 1, ""),
        ("a.yml", "# here\npassword: Xk29fjQp\n", 1, ""),
        ("a.yml", "Key: |\n  # here\n  Xk29fjQp\n", 2, ""),
        ("a.yml", "- b:\n    # here\n    - password: Xk29fjQp\n", 2, ""),
        ("a.json", '{"a": "Xk29fjQp", "b": {\n"//": "here"}}', 2, ""),
        ("t.json", STACK, 4, '"Db":'),
        ("compose.yml", COMPOSE, 2, "services/web:"),
        ("pod.yaml", POD, 6, "Pod/a"),
        ("nginx.conf", NAMED, 4, "server a.example b"),
        ("a.tf", 'resource "a" "b" {\n# here\n}\n', 2, "a.b"),
    ],
)
def test_an_exception_tells_no_value_of_the_file(
    path: str, text: str, line: int, shown: str
) -> None:
    assert Text(path, text).around(line, alone=True).shown == shown
