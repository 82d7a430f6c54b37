"""Policies of Wazuh SCA: read, added up and run on this machine."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rempart import policies
from rempart.check import Outcome, Reason
from rempart.collectors import sca
from rempart.collectors.sca.policy import load
from rempart.errors import ContentErrors
from rempart.inventory import Host
from rempart.judge.conditions import together
from rempart.observations.policies import PolicyRules, RuleSeen
from rempart.verdicts import Bench, Sight, verdicts
from tests.loopback import access
from tests.sca_policies import policy

_T, _F = RuleSeen("t", found=True), RuleSeen("f", found=False)
_GONE, _HID = RuleSeen("n", None), RuleSeen("h", None, "may not", Reason.PRIVILEGE)


@pytest.mark.parametrize(
    ("condition", "rules", "outcome"),
    [
        ("all", [_T, _T], Outcome.PASS),
        ("all", [_HID, _F], Outcome.FAIL),
        ("all", [_T, _GONE], Outcome.NOTAPPLICABLE),
        ("all", [_GONE, _HID], Outcome.NOTCHECKED),
        ("any", [_F, _GONE, _T], Outcome.PASS),
        ("any", [_F, _F], Outcome.FAIL),
        ("any", [_F, _HID], Outcome.NOTCHECKED),
        ("none", [_F, _F], Outcome.PASS),
        ("none", [_GONE, _T], Outcome.FAIL),
        ("none", [_F, _GONE], Outcome.NOTAPPLICABLE),
        ("all", [], Outcome.NOTAPPLICABLE),
    ],
)
def test_rules_add_up(condition: str, rules: list[RuleSeen], outcome: Outcome) -> None:
    assert together(condition, rules)[0] is outcome


def judged(file: Path, **how: Any) -> dict[str, Any]:
    """Results of a policy on this machine, by the last part of the check's id."""
    brought = policies.read([file], **how)
    host = Host(id="h", ssh="local")
    with access(host) as own:
        own.policies = brought
        seen = list(sca.collect(host, own, frozenset({PolicyRules})))
    bench: Any = Bench(SimpleNamespace(entry=lambda *_: None), ())
    sight = Sight.of("h", seen)
    found = policies.entries(brought)
    return {
        id_.rpartition(".")[2]: record
        for id_, entry in found.items()
        for record in verdicts(entry.check, sight, bench)
    }


def written(folder: Path, *checks: tuple[str, list[str]], version: int = 5, head: str = "") -> Path:
    word = "title" if version == 4 else "name"
    text = f"policy: {{id: Own Policy, file: own.yml, name: Own, description: d}}\n{head}checks:\n"
    for place, (condition, rules) in enumerate(checks, 1):
        text += f"  - id: {place}\n    {word}: 'Check {place}'\n    condition: {condition}\n"
        text += "    rules:\n"
        text += "".join(f"      - '{one.replace(chr(39), chr(39) * 2)}'\n" for one in rules)
    file = folder / "own.yml"
    file.write_text(text)
    return file


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {name: str(record.outcome) for name, record in found.items()}


def test_a_host_is_asked_and_every_check_answers(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a.conf").write_text("Banner none\nUMASK 027\n")
    (tree / "b'.txt").write_text("secret yes\n")
    (tree / "link").symlink_to(tree / "a.conf")
    (tree / "shadow").write_text(
        "root:$y$j9T$abcdefghijklmnop$0123456789:1:::\nold:AbCdEfGhIjKlM:1:::\n"
    )
    file = written(
        tmp_path,
        ("all", [f"f:{tree}/a.conf", f"not f:{tree}/none", f"d:{tree}"]),
        ("all", [f"f:{tree}/a.conf -> r:^umask\\s+027$"]),
        ("all", [f"f:{tree}/none -> r:x"]),
        ("all", [f"d:{tree} -> r:\\.conf$ -> r:^banner && !r:issue"]),
        ("all", [f"d:{tree} -> b'.txt -> r:secret"]),
        ("all", [f"d:{tree} -> link"]),
        ("all", [f"c:cat {tree}/a.conf -> r:banner", "c:echo exact -> exact"]),
        ("all", ["c:no-such-command-here -> r:x"]),
        ("all", [f"c:rm -rf {tree} -> r:x"]),
        ("all", ["q:/etc -> r:x", "f:/etc/os-release"]),
        (
            "all",
            [
                f"f:{tree}/shadow -> r:^root:\\$y\\$\\[hash\\]",
                f"f:{tree}/shadow -> r:^old:\\[hash",
            ],
        ),
        ("all", ["p:sh"]),
        ("all", ['c:sh -c "echo a | grep -c a" -> r:^1$']),
    )
    found = judged(file)
    assert outcomes(found) == {
        **dict.fromkeys(["1", "2", "4", "5", "7", "11", "12", "13"], "pass"),
        "3": "notapplicable",
        "6": "fail",  # version 5 leaves links out
        "8": "notchecked",
        "9": "notchecked",
        "10": "notchecked",
    }
    assert found["9"].reason is Reason.NOT_AUTHORISED
    assert "rm is not on the list" in found["9"].seen
    assert "unknown rule letter" in found["10"].seen
    assert found["1"].check == "wazuh.own_policy.1"
    assert (tree / "a.conf").exists()


def test_processes_are_names_for_version_5_and_files_for_version_4(tmp_path: Path) -> None:
    rules = [("any", ["p:r:/(?:dash|bash|sh|ps|ls)$", "p:r:/busybox$"]), ("all", ["p:r:/none$"])]
    found = judged(written(tmp_path, *rules, version=4))
    assert outcomes(found) == {"1": "fail", "2": "fail"}  # OS_Regex: no groups that choose
    rules = [
        ("any", ["p:r:/sh$|/dash$|/bash$|/busybox$"]),
        ("all", ["d:/etc,/none", "not d:/none"]),
    ]
    found = judged(written(tmp_path, *rules, version=4))
    assert outcomes(found) == {"1": "pass", "2": "pass"}


def test_a_policy_for_other_hosts_does_not_apply(tmp_path: Path) -> None:
    head = "requirements: {name: r, condition: all, rules: ['f:/no/such/file']}\n"
    found = judged(written(tmp_path, ("all", ["f:/etc/os-release"]), head=head))
    assert outcomes(found) == {"1": "notapplicable"}


def test_two_hundred_and_seven_checks_have_an_outcome_each(tmp_path: Path) -> None:
    file = tmp_path / "own_linux.yml"
    file.write_text(policy(4, left_out=4))
    brought = policies.read([file])
    assert (brought[0].dialect.version, len(brought[0].items)) == (4, 207)
    assert brought[0].left_out[0] == "9.1 Ensure a thing nobody looks at (Manual)"
    found = policies.entries(brought)
    assert len(found) == 208
    assert found["wazuh.own_linux.30001"].card.en.rationale.endswith("[cis 1.1, pci_dss_v4.0 2.2]")


def test_requirements_our_catalogues_have_are_cited(tmp_path: Path) -> None:
    file = tmp_path / "own.yml"
    file.write_text(
        "policy: {id: own, name: Own}\nchecks:\n- {id: 1, title: t, condition: all, "
        "compliance: [{cis_csc_v8: ['4.8', '99.9']}, {hipaa: ['164.312.a.2.IV']}, {cis: ['1.1']}], "
        "rules: ['f:/etc']}\n"
    )
    known = {"cis-v8.1:4.8", "hipaa:164.312(a)(2)(iv)", "cis:1.1"}
    (entry,) = policies.entries(policies.read([file]), known.__contains__).values()
    assert entry.card.refs == ("cis-v8.1:4.8", "hipaa:164.312(a)(2)(iv)")


@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "[]",
        "policy: {id: a}\nchecks: 5",
        "policy: {id: a}\nvariables: {dir: /etc}\nchecks: [{id: 1}]",
        "policy: &a {id: a}\nchecks: [*a]",
        "policy: [",
    ],
)
def test_what_is_no_policy_is_said_with_its_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.yml"
    file.write_text(text)
    with pytest.raises(ContentErrors, match=r"bad\.yml:\d"):
        load(file)


def test_a_faulty_check_stays_and_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "odd.yml"
    file.write_text(
        "policy: {id: odd, name: Odd}\nchecks:\n"
        "- 7\n- {id: x, name: a, condition: all, rules: ['f:/etc']}\n"
        "- {id: 3, name: b, condition: some, rules: ['f:/etc']}\n"
        "- {id: 3, name: c, condition: all, rules: []}\n"
        "- {id: 5, name: d, condition: all, rules: [5]}\n"
        "- {id: 6, name: e, condition: all, rules: ['f:/etc/os-release']}\n"
    )
    found = judged(file)
    assert outcomes(found) == {
        **dict.fromkeys(["item-1", "item-2", "3", "3-4", "5"], "notchecked"),
        "6": "pass",
    }
    assert "twice" in found["3-4"].seen
