import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rempart import imports, overlay
from rempart.cli import cli
from rempart.errors import ContentError, ContentErrors
from rempart.imports import Foreign, findings
from tests.samples import sample_run

RECORDED = Path(__file__).parent / "recorded"
TODAY = date(2026, 11, 25)
NUCLEI = [
    {
        "template-id": "git-config",
        "info": {"name": "Git Config - Detect", "severity": "medium", "tags": ["config", "git"]},
        "matched-at": "https://portail.payer.example/.git/config",
    },
    {"template-id": "tech-detect", "info": {"name": "nginx", "severity": "info"}, "host": "x"},
]
ZAP = {
    "site": [
        {
            "@name": "https://portail.payer.example",
            "alerts": [
                {
                    "alertRef": "10038-1",
                    "alert": "Content Security Policy (CSP) Header Not Set",
                    "riskcode": "2",
                    "confidence": "3",
                    "desc": "<p>CSP is an added layer.</p>",
                    "solution": "<p>Set it.</p>",
                    "instances": [{"uri": "https://portail.payer.example/"}],
                },
                {"alert": "False", "riskcode": "3", "confidence": "0", "instances": []},
                {"alert": "User agent", "riskcode": "0", "confidence": "2", "instances": []},
            ],
        }
    ]
}
OBSERVATORY = {
    "scan": {"grade": "C"},
    "tests": {
        "content-security-policy": {
            "pass": False,
            "result": "csp-not-implemented",
            "scoreModifier": -25,
            "scoreDescription": "CSP header not implemented",
        },
        "cookies": {"pass": True, "result": "cookies-not-found", "scoreModifier": 0},
    },
}


def read(tool: str, value: Any) -> tuple[Foreign, ...]:
    return findings(tool, json.dumps(value).encode(), "file.json")


def recorded(tool: str) -> tuple[Foreign, ...]:
    (file,) = RECORDED.glob(f"{tool}-*.json")
    return findings(tool, file.read_bytes(), file.name)


def test_testssl_recorded_on_nginx_with_everything_on() -> None:
    found = {one.id: one for one in recorded("testssl")}
    assert found["TLS1"].severity in ("low", "medium", "high")
    assert found["TLS1"].controls == ("portal.tls.version",)
    assert "heartbleed" not in found  # it is well


def test_sslyze_recorded_on_nginx_with_everything_on() -> None:
    found = {one.id: one for one in recorded("sslyze")}
    assert {"tls_1_0_cipher_suites", "tls_1_1_cipher_suites", "suites", "certificate"} <= set(found)
    assert "anon" in found["suites"].seen
    assert "heartbleed" not in found


def test_nuclei_in_lines_or_as_a_list() -> None:
    lines = "\n".join(map(json.dumps, NUCLEI)).encode()
    for found in (read("nuclei", NUCLEI), findings("nuclei", lines, "file.jsonl")):
        (one,) = found
        assert (one.id, one.severity, one.controls) == ("git-config", "medium", ("exp.files",))


def test_zap_leaves_false_ones_and_mere_notes_out() -> None:
    (one,) = read("zap", ZAP)
    assert (one.severity, one.controls) == ("medium", ("portal.headers",))


def test_observatory_says_what_did_not_pass() -> None:
    (one,) = read("observatory", OBSERVATORY)
    assert (one.id, one.severity) == ("content-security-policy", "high")


@pytest.mark.parametrize("tool", sorted(imports.readers()))
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b'{"a": {"b": 1}}',
        b'"x"',
        b"[" * 100_000,
        b"\xff\xfe",
        b'[{"a":1}]',
    ],
)
def test_what_is_no_result_is_refused(tool: str, raw: bytes) -> None:
    with pytest.raises(ContentError):
        findings(tool, raw, "file.json")


@pytest.mark.parametrize(
    ("tool", "raw"),
    [
        ("sslyze", b'{"server_scan_results": []}'),
        ("sslyze", b'{"server_scan_results": [{"server_location": {}, "scan_result": null}]}'),
        ("testssl", b'[{"id": "scanProblem", "severity": "FATAL", "finding": "no route"}]'),
    ],
)
def test_a_scan_that_reached_nobody_is_no_clean_one(tool: str, raw: bytes) -> None:
    with pytest.raises(ContentError, match="says that"):
        findings(tool, raw, "file.json")


def test_peoples_numbers_in_addresses_are_not_kept() -> None:
    nir = "185057800000163"
    value = [{"id": "a", "severity": "HIGH", "finding": f"/x?nir={nir}"}]
    assert nir[:6] not in imports.overlay("testssl", read("testssl", value), "pro", TODAY)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    value = [
        {
            "id": "x\n: [evil]",
            "severity": "HIGH",
            "finding": 'a" \n  fr: {title: b}\x1b[31m <script>alert(1)</script>' + "z" * 9000,
        }
    ]
    file = tmp_path / "overlay.yaml"
    file.write_text(imports.overlay("testssl", read("testssl", value), "pro", TODAY))
    (own,) = overlay.load(file).file.findings
    assert own.id == "testssl.x-evil"
    assert "\x1b" not in str(own)
    assert own.en is not None
    assert len(own.en.title) <= 60


def test_every_finding_becomes_one_of_an_overlay_that_applies(tmp_path: Path) -> None:
    run = sample_run()
    subject = run.subjects[0].id
    file = tmp_path / "overlay.yaml"
    found = (*recorded("testssl"), *recorded("sslyze"))
    file.write_text(imports.overlay("tools", found, subject, TODAY))
    read_back = overlay.load(file)
    assert len(read_back.file.findings) == len(found)
    assert {own.source for own in read_back.file.findings} == {"tool"}


def test_the_command_writes_an_overlay_and_never_over_one(tmp_path: Path) -> None:
    source, target = tmp_path / "zap.json", tmp_path / "overlay.yaml"
    source.write_text(json.dumps(ZAP))
    command = ["import", "zap", str(source), "--subject", "pro", "-o", str(target)]
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 0, done.output
    assert "1 findings" in done.output
    assert target.stat().st_mode & 0o777 == 0o600
    again = CliRunner().invoke(cli, command)
    assert again.exit_code != 0


def test_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    done = CliRunner().invoke(cli, ["import", "zap", str(tmp_path / "link"), "--subject", "pro"])
    assert isinstance(done.exception, ContentErrors | ContentError | SystemExit)
    assert "root:" not in done.output
