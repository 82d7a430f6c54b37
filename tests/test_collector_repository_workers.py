import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.check import Gap
from rempart.collectors.repository.jobs import Job
from rempart.collectors.repository.workers import Limits, answered
from rempart.errors import Reason
from rempart.observations.volumes import Volume
from rempart.transport.deadline import Deadline

# A worker that behaves, but for the file it is told to stumble over.
STUMBLING = """
import os, sys, time
import rempart.collectors.repository.worker as worker
from rempart.collectors import tree
read = tree.content
def content(root, raw, cap):
    if raw == b"crash.tf": os.abort()
    if raw == b"hang.tf": time.sleep(60)
    if raw == b"flood.tf":
        while True: sys.stdout.write("x" * 1000000)
    if raw == b"lie.tf": print("no JSON", flush=True)
    if raw == b"eat.tf": bytearray(1 << 40)
    return read(root, raw, cap)
worker.content = content
worker.main()
"""


@pytest.fixture
def deadline() -> Iterator[Deadline]:
    one = Deadline(60)
    yield one
    one.release()


@pytest.mark.parametrize("culprit", ["crash.tf", "hang.tf", "flood.tf", "lie.tf", "eat.tf"])
def test_whatever_a_file_does_to_the_worker_costs_only_that_file(
    tmp_path: Path, deadline: Deadline, culprit: str
) -> None:
    for name in ("a.tf", culprit, "z.tf"):
        (tmp_path / name).write_text(
            f'resource "aws_ebs_volume" "{name[0]}" {{ encrypted = true }}'
        )
    limits = Limits(2.0, 5_000_000, (sys.executable, "-c", STUMBLING))
    job = Job(str(tmp_path), "terraform", ("a.tf", culprit, "z.tf"))
    found = list(answered([job], deadline, limits))
    volumes = {item.key for item in found if isinstance(item, Volume)}
    assert volumes == {"aws_ebs_volume.a", "aws_ebs_volume.z"}
    lost = {(item.type, item.key, item.reason) for item in found if isinstance(item, Gap)}
    assert ("Volume", culprit, Reason.LIMIT) in lost
    assert {key for _, key, _ in lost} == {culprit}


def test_too_many_bad_files_give_the_job_up(tmp_path: Path, deadline: Deadline) -> None:
    limits = Limits(command=(sys.executable, "-c", "raise SystemExit(1)"))
    (tmp_path / "a.tf").write_text("")
    job = Job(str(tmp_path), "terraform", ("a.tf",))
    (gap, *_) = answered([job], deadline, limits)
    assert isinstance(gap, Gap)
    assert gap.reason is Reason.LIMIT


def test_no_time_left_is_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text('resource "aws_ebs_volume" "a" {}')
    late = Deadline(0)
    found = list(answered([Job(str(tmp_path), "terraform", ("a.tf",))], late))
    late.release()
    assert {type(item) for item in found} == {Gap}


# A worker that stumbles over a whole root of Terraform, whatever its files are.
ROOTED = """
import os, time
import rempart.collectors.repository.worker as worker
from rempart.collectors.repository.terraform.modules import Repository
evaluated = Repository.evaluated
def stumbling(self, root):
    if root == "crash": os.abort()
    if root == "hang": time.sleep(60)
    return evaluated(self, root)
Repository.evaluated = stumbling
worker.main()
"""


@pytest.mark.parametrize("culprit", ["crash", "hang"])
def test_a_root_that_kills_the_worker_costs_only_itself(
    tmp_path: Path, deadline: Deadline, culprit: str
) -> None:
    names = ("a", culprit, "z")
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text('resource "aws_ebs_volume" "v" {}')
    limits = Limits(2.0, 5_000_000, (sys.executable, "-c", ROOTED))
    job = Job(str(tmp_path), "terraform", tuple(f"{name}/main.tf" for name in names))
    found = list(answered([job], deadline, limits))
    assert {item.root for item in found if isinstance(item, Volume)} == {"a", "z"}
    lost = {(item.type, item.key, item.reason) for item in found if isinstance(item, Gap)}
    assert ("Volume", culprit, Reason.LIMIT) in lost
    assert {key for _, key, _ in lost} == {culprit}
