"""The proof that nothing leaves the scope: the kernel counts, not we."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab import lacking, need

ROOT = Path(__file__).parent.parent
PROBE = ROOT / "tests" / "hostile" / "namespace_probe.py"


@pytest.mark.lab
def test_no_packet_leaves_the_scope(tmp_path: Path) -> None:
    unshare, nft = need("unshare", "util-linux"), need("nft", "nftables")
    namespace = [unshare, "--user", "--map-root-user", "--net"]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        lacking("user namespaces are switched off: sysctl kernel.unprivileged_userns_clone")
    done = subprocess.run(
        [*namespace, sys.executable, str(PROBE), nft],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert found["control"]["outside"] >= 9, "the counters see what leaves without the gate"
    assert found["gate"]["outside"] == 0
    assert found["gate"]["inside"] > 0
    assert found["kept"] == found["attempts"] >= 28
