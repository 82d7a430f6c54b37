"""sslyze, `--json_out`: accepted suites by version, flaws, the certificate's verdicts."""

from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Grade
from rempart.imports import Failed, Foreign
from rempart.judge.suites import FAMILIES, graded_families

OLD: Final = {
    "ssl_2_0_cipher_suites": ("SSLv2", "critical"),
    "ssl_3_0_cipher_suites": ("SSLv3", "critical"),
    "tls_1_0_cipher_suites": ("TLS 1.0", "high"),
    "tls_1_1_cipher_suites": ("TLS 1.1", "high"),
}
BROKEN: Final = FAMILIES[: FAMILIES.index("static_rsa")]
# A command, the field of its result that is true where the flaw is there, and how bad it is.
FLAWS: Final = (
    ("heartbleed", "is_vulnerable_to_heartbleed", "critical"),
    ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", "critical"),
    ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", "medium"),
)


def findings(value: Any) -> Iterator[Foreign]:  # noqa: ANN401  (JSON)
    """What sslyze accepted that should be refused, and what it found flawed."""
    servers = value["server_scan_results"]
    if not any(server.get("scan_result") for server in servers):
        raise Failed("no server was scanned")
    for server in servers:
        where = server["server_location"]
        place = f"{where.get('hostname', '')}:{where.get('port', '')}"
        results = server.get("scan_result") or {}
        for name, (version, severity) in OLD.items():
            if _suites(results, name):
                said = f"{version} is accepted"
                yield Foreign(name, said, severity, said, instance=place, controls=_VERSION)
        yield from _broken(results, place)
        yield from _flaws(results, place)
        yield from _certificates(results, place)


_CIPHERS: Final = ("portal.tls.ciphers",)
_VERSION: Final = ("portal.tls.version",)


def _suites(results: dict[str, Any], name: str) -> list[str]:
    accepted = ((results.get(name) or {}).get("result") or {}).get("accepted_cipher_suites") or []
    return [str(one["cipher_suite"]["name"]) for one in accepted]


def _broken(results: dict[str, Any], place: str) -> Iterator[Foreign]:
    names = {suite for name in results if name.endswith("cipher_suites")
             for suite in _suites(results, name)}  # fmt: skip
    _, found = graded_families(names, {Grade.FORBID: BROKEN}, BROKEN)
    if found:
        said = ", ".join(f"{family} ({count})" for family, count in found.items())
        title = "Suites of broken families are accepted"
        yield Foreign(
            "suites", title, "high", said, instance=place, controls=("portal.tls.ciphers",)
        )


def _flaws(results: dict[str, Any], place: str) -> Iterator[Foreign]:
    for name, field, severity in FLAWS:
        result = (results.get(name) or {}).get("result") or {}
        if result.get(field) is True:
            said = field.replace("_", " ")
            yield Foreign(name, said, severity, said, instance=place, controls=("exp.patching",))
    robot = str(((results.get("robot") or {}).get("result") or {}).get("robot_result", ""))
    if robot.startswith("VULNERABLE"):
        yield Foreign("robot", robot, "high", robot, instance=place, controls=("exp.patching",))


def _certificates(results: dict[str, Any], place: str) -> Iterator[Foreign]:
    info = (results.get("certificate_info") or {}).get("result") or {}
    for one in info.get("certificate_deployments") or []:
        paths = one.get("path_validation_results") or []
        if paths and not any(path.get("was_validation_successful") for path in paths):
            said = str(paths[0].get("validation_error") or "not trusted by any store")
            title = "The certificate is not trusted"
            controls = ("portal.tls.certificate",)
            yield Foreign("certificate", title, "high", said, instance=place, controls=controls)
