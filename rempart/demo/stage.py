"""The fictional payer set up in a folder and served while a block runs."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rempart.catalogue import content
from rempart.demo import data, host, portal, readings
from rempart.errors import ContentError

# The ports demo.yaml names, for a reader; what is served takes whatever is free.
HTTPS, PLAIN, SSH = "127.0.0.1:18443", "127.0.0.1:18080", "127.0.0.1:18022"
WAIVED_FOR = timedelta(days=90)


@contextmanager
def served(folder: Path, language: str) -> Iterator[Path]:
    """The payer served from that folder; gives the inventory to audit it with."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = _source("demo.yaml")
    _copied(source.parent / "demo", folder)
    data.write(folder)
    readings.write(folder / "access.jsonl")
    with portal.serve(folder) as web, host.serve(folder) as machine:
        text = source.read_text(encoding="utf-8")
        text = text.replace(HTTPS, f"127.0.0.1:{web.https}")
        text = text.replace(PLAIN, f"127.0.0.1:{web.plain}")
        text = text.replace(SSH, f"127.0.0.1:{machine.port}")
        text = text.replace("file:portal-ca.pem", f"file:{web.ca.name}")
        text = text.replace("file:audit_ed25519", f"file:{machine.key.name}")
        text = text.replace("file:known_hosts", f"file:{machine.known_hosts.name}")
        inventory = folder / "inventory.yaml"
        inventory.write_text(_spoken(text, language), encoding="utf-8")
        yield inventory


def _source(name: str) -> Path:
    path = content("inventories", name)
    if path is None:
        raise ContentError("the demonstration is not installed", file=f"inventories/{name}")
    return path


def _copied(source: Path, folder: Path) -> None:
    """The payer's repository and papers; what is recorded for the host stays where it is."""
    infra = folder / "infra"
    if infra.exists():
        shutil.rmtree(infra)
    shutil.copytree(source / "infra", infra, copy_function=shutil.copyfile)  # modes: umask's
    shutil.copyfile(source / "statement.txt", folder / "statement.txt")
    until = (datetime.now(UTC) + WAIVED_FOR).date().isoformat()
    waivers = (source / "waivers.yaml").read_text(encoding="utf-8")
    waivers = re.sub(r"until: \d{4}-\d\d-\d\d", f"until: {until}", waivers)
    (folder / "waivers.yaml").write_text(waivers, encoding="utf-8")


def _spoken(text: str, language: str) -> str:
    return re.sub(r"^language: \w\w$", f"language: {language}", text, count=1, flags=re.MULTILINE)
