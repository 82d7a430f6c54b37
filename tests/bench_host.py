"""Measures the audit of one Debian host beside Lynis and OpenSCAP on the same host, same run.

Needs root and mmdebstrap; `REMPART_TREE` may name a Debian tree that is there already. OpenSCAP's
content of Debian 12 covers 10 and 11: the host says that it is 11 for its sake, and rules that
apply are counted.
"""

import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rempart import assess, policies
from rempart.assess import Orders
from rempart.case import Case, Choices, case
from rempart.collectors import sca
from rempart.collectors.host import script
from rempart.inventory import Inventory, load
from rempart.observations.policies import PolicyRules
from rempart.results import ResultRecord
from rempart.scope import Scope
from rempart.transport.access import Access
from rempart.transport.ssh import run_script
from rempart.verdicts import Bench, Sight, verdicts
from rempart.yardsticks import Yardsticks
from tests.bench import Row, best
from tests.lab.hosts import Lab, Variant, debian, running
from tests.loopback import access
from tests.sca_policies import policy

PEERS = ("lynis", "openscap-scanner", "ssg-debian")
CONTENT = "/usr/share/xml/scap/ssg/content/ssg-debian11-ds.xml"
PROFILE = "xccdf_org.ssgproject.content_profile_anssi_np_nt28_high"
HOSTS = 20
TICK = os.sysconf("SC_CLK_TCK")
INVENTORY = """
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
language: fr
authorisation:
  reference: B-2026-1
  granted_by: Directrice
  contact: rssi@payer.example
  valid: {from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}
  scope: ["127.0.0.0/8"]
subjects:
  hosts:
"""
LINE = "    - {{id: host-{n}, ssh: '{ssh}', key: 'file:{key}', known_hosts: 'file:{known}'}}\n"


def host() -> Iterator[Row]:
    """One host: CPU on both sides, bytes, connections; then what others take for it."""
    with tempfile.TemporaryDirectory() as name:
        given = os.environ.get("REMPART_TREE", "")
        tree = Path(given) if given else debian(Path(name), *PEERS)
        eleven = Variant(files={"etc/debian_version": "11.9\n"})
        with running(tree, "bench", eleven) as lab:
            yield from measured(lab, Path(name))


def measured(lab: Lab, folder: Path) -> Iterator[Row]:
    """Our rows, then each peer's."""
    results, cpu, there, connections = audited(lab, folder)
    evaluated = sum(1 for one in results if one.outcome in ("pass", "fail"))
    checks = len({one.check for one in results})
    yield Row(
        f"host: collect, parse, judge {checks} checks",
        f"{1000 * cpu:.0f} ms CPU",
        "<= 60 ms CPU of the auditor",
    )
    yield Row("  on the target", f"{there:.2f} s CPU", "<= 0.3 s CPU")
    yield Row("  connections", str(connections), "1")
    sent, plain = carried(lab)
    yield Row("  bytes of answers", f"{sent} packed, {plain} plain", "<= 300,000 plain")
    whole = cpu + there
    yield Row("  evaluated results", f"{evaluated}, {1000 * whole / evaluated:.1f} ms each", "")
    yield from policy_of_207(lab, folder)
    lynis = best(1, *lab.command("lynis audit system --quick --no-colors --no-log"))
    tests = re.search(r"Tests performed\s*:\s*(\d+)", lynis.out)
    yield Row(
        "  Lynis",
        f"{lynis.cpu:.1f} s CPU, {tests[1] if tests else '?'} tests",
        f"ours is 1/{lynis.cpu / whole:.0f} (<= 1/20)",
    )
    oscap = best(1, *lab.command(f"oscap xccdf eval --profile {PROFILE} {CONTENT}"))
    said = Counter(re.findall(r"^Result\s+(\w+)", oscap.out, re.MULTILINE))
    rules = said["pass"] + said["fail"]
    yield Row(
        "  OpenSCAP",
        f"{oscap.cpu:.2f} s CPU, {rules} rules of {sum(said.values())} evaluated",
        f"{1000 * oscap.cpu / max(rules, 1):.1f} ms a rule",
    )


def policy_of_207(lab: Lab, folder: Path) -> Iterator[Row]:
    """A Wazuh policy of that size on the same host: one of our own, or that of `REMPART_POLICY`."""
    file = Path(os.environ.get("REMPART_POLICY", "") or folder / "own_linux.yml")
    if not file.exists():
        file.write_text(policy())
    ours, theirs = time.process_time(), child_cpu(lab)
    brought = policies.read([file])
    one = lab.host()
    with access(one) as own:
        own.policies = brought
        sight = Sight.of(one.id, sca.collect(one, own, frozenset({PolicyRules})))
    bench = Bench(Yardsticks.load([]), ())
    found = [
        record
        for entry in policies.entries(brought).values()
        for record in verdicts(entry.check, sight, bench)
    ]
    ours = time.process_time() - ours
    time.sleep(0.3)
    theirs = child_cpu(lab) - theirs
    told = ", ".join(f"{n} {outcome}" for outcome, n in Counter(r.outcome for r in found).items())
    yield Row(
        f"policy of {len(brought[0].items)} checks: {told}",
        f"{ours:.2f} s CPU here, {theirs:.2f} s there",
        "<= 1.0 s CPU",
    )


def audited(lab: Lab, folder: Path) -> tuple[list[ResultRecord], float, float, int]:
    """Results of one host, CPU seconds an audited host here and there, and its connections."""
    one = lab.host()
    file = folder / "inventory.yaml"
    lines = (
        LINE.format(n=n, ssh=one.ssh, key=one.key, known=one.known_hosts) for n in range(HOSTS)
    )
    file.write_text(INVENTORY + "".join(lines))
    inventory = load(file)
    chosen = case(inventory, Choices("payer"))
    carried_out(chosen, inventory)  # modules, keys and cards are read
    ours, theirs = time.process_time(), child_cpu(lab)
    found = carried_out(chosen, inventory)
    ours = time.process_time() - ours
    time.sleep(0.3)  # sshd buries its sessions
    theirs = child_cpu(lab) - theirs
    first = next(iter(found.results))
    return (
        found.results[first],
        ours / HOSTS,
        theirs / HOSTS,
        found.looked[first].connections,
    )


def carried_out(chosen: Case, inventory: Inventory) -> assess.Assessed:
    """Every host of the plan looked at and judged, one after another."""
    scope = Scope.of(inventory.authorisation)

    def opened(subject: Any) -> Access:
        return Access.open(subject, inventory, scope)

    with ThreadPoolExecutor(1) as pool:
        return assess.assess(chosen.plan, Orders(chosen.bench), opened, pool)


def child_cpu(lab: Lab) -> float:
    """CPU seconds of the sshd and of all it has waited for."""
    fields = Path(f"/proc/{lab.process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK


def carried(lab: Lab) -> tuple[int, int]:
    """Bytes of one whole answer as it comes, and unpacked."""
    nonce = script.new_nonce()
    asked = script.script(script.SECTIONS, nonce)
    plain = asked.replace(b"packed=' gzip' pack='gzip -c'", b":")
    with access(lab.host()) as reach:
        packed = run_script(reach, lab.host(), asked)
        whole = run_script(reach, lab.host(), plain)
    return len(packed.stdout), len(whole.stdout)


BENCHES = {"host": host}
