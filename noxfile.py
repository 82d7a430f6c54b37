"""Every task of this project; `nox` runs what a change must pass, `nox -l` lists them all."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
# The lab comes first: what it installs, the tests of PDFs and age files use too.
nox.options.sessions = ["lab", "tests", "oscal", "lint", "types", "layers"]
nox.options.reuse_existing_virtualenvs = True

PROJECT = nox.project.load_toml("pyproject.toml")
# What the lab starts and opens, and what lays out PDFs, by the Debian package that brings it.
LAB_PACKAGES = [
    *("nginx-light", "openssh-server", "nftables", "postgresql", "mariadb-server"),
    *("busybox", "sudo", "systemd", "mmdebstrap", "libpam-pwquality"),
    *("slapd", "samba-ad-dc", "samba-ad-provision", "samba-dsdb-modules", "ldb-tools"),
    *("restic", "borgbackup", "pgbackrest", "duplicity", "gocryptfs", "fscrypt", "sqlcipher"),
    *("gpg", "gpg-agent", "7zip", "zip", "qpdf", "cryptsetup-bin", "gdb", "e2fsprogs"),
    *("bind9", "bind9-utils", "redis-server", "dropbear-bin", "endlessh"),
    *("haproxy", "stunnel4", "lighttpd", "lighttpd-mod-openssl", "apache2-bin"),
    *("age", "poppler-utils", "libreoffice-writer-nogui", "chromium"),
    *("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core"),
]
NODE_PACKAGES = ["nodejs", "npm"]  # where no node of another source is there


def groups(*names: str) -> list[str]:
    """The requirements of these dependency groups."""
    return list(nox.project.dependency_groups(PROJECT, *names))


def arguments(session: nox.Session) -> list[str]:
    """What was written after `--`, less what is meant for the lab alone."""
    return [each for each in session.posargs if each != "--install"]


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests that need no real server; arguments go to pytest."""
    session.install("-e", ".[all]", *groups("test"))
    session.run("coverage", "run", "-m", "pytest", "-m", "not lab", *arguments(session))
    session.run("coverage", "report")


@nox.session
def lab(session: nox.Session) -> None:
    """Run the tests against real servers; `--install` lets it install their Debian packages."""
    may_install = os.environ.get("CI") == "true" or "--install" in session.posargs
    wanted = LAB_PACKAGES + ([] if shutil.which("npm") else NODE_PACKAGES)
    missing = [package for package in wanted if not _installed(session, package)]
    if missing and may_install and os.geteuid() == 0 and Path("/etc/debian_version").exists():
        _apt(session, missing)
    elif missing:
        session.warn("real-server tests are skipped for want of: " + ", ".join(missing))
        session.warn(f"apt-get install --no-install-recommends {' '.join(missing)}")
    if may_install and shutil.which("npm"):
        session.run("npm", "install", "--prefix", "tests/lab", "--no-package-lock", external=True)
    elif not Path("tests/lab/node_modules").is_dir():
        session.warn("tests in a browser are skipped: npm install --prefix tests/lab")
    session.install("-e", ".[all]", *groups("test"))
    session.run("pytest", "-m", "lab", *arguments(session), success_codes=[0])


def _installed(session: nox.Session, package: str) -> bool:
    if not Path("/usr/bin/dpkg-query").exists():
        return False
    state = session.run(
        "dpkg-query",
        "-W",
        "-f",
        "${db:Status-Status}",
        package,
        external=True,
        silent=True,
        success_codes=[0, 1],
    )
    return str(state).strip() == "installed"


def _apt(session: nox.Session, packages: list[str]) -> None:
    """Install Debian packages without letting them start services."""
    policy = Path("/usr/sbin/policy-rc.d")
    kept = policy.read_bytes() if policy.exists() else None
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        session.run("apt-get", "update", "-qq", external=True, env=env)
        session.run(
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            *packages,
            external=True,
            env=env,
        )
    finally:
        if kept is None:
            policy.unlink()
        else:
            policy.write_bytes(kept)


@nox.session
def oscal(session: nox.Session) -> None:
    """Hold OSCAL exports to compliance-trestle, which pins libraries and so lives apart."""
    session.install(".", *groups("test", "oscal"))
    session.run("pytest", "tests/lab/test_oscal_model.py", *arguments(session))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting with ruff."""
    session.install(*groups("lint"))
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy, strict, over engine, checks and tests."""
    session.install("-e", ".[all]", *groups("types"))
    session.run("mypy", *session.posargs)


@nox.session
def layers(session: nox.Session) -> None:
    """Check that imports go down only (import-linter)."""
    session.install("-e", ".", *groups("layers"))
    session.run("lint-imports", *session.posargs, env={"PYTHONPATH": "."})


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Write the page of every check from its card into docs/checks/."""
    session.install("-e", ".")
    session.run("rempart", "checks", "pages", "docs/checks")


@nox.session(default=False)
def build(session: nox.Session) -> None:
    """Build sdist and wheel, install the wheel into an empty environment, run it there."""
    session.install(*groups("build"))
    out = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", "--outdir", str(out))
    wheel = max(out.glob("*.whl"), key=lambda path: path.stat().st_mtime)
    session.install("--force-reinstall", str(wheel))
    session.chdir(session.create_tmp())
    session.run("rempart", "checks", "list")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure what the project promises and print it as a table; asserts nothing."""
    session.install(".[all]", *groups("test"))
    session.run("python", "tests/bench.py", *session.posargs)


@nox.session(default=False)
def golden(session: nox.Session) -> None:
    """Rewrite the golden files in tests/golden/; look at the diff before committing it."""
    session.install("-e", ".[all]", *groups("test"))
    session.run("pytest", "tests", "-k", "golden", env={"REMPART_GOLDEN": "write"})
