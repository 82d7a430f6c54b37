from pathlib import Path

from rempart.collectors.repository.moved import earlier, moves


def test_a_moved_resource_has_its_earlier_names(tmp_path: Path) -> None:
    (tmp_path / "live").mkdir()
    (tmp_path / "db").mkdir()
    (tmp_path / "live" / "main.tf").write_text(
        "moved {\n  from = aws_db_instance.a\n  to   = aws_db_instance.b # renamed\n}\r\n"
        "moved {\n  from = aws_db_instance.b\n  to = module.db.aws_db_instance.main\n}\n"
        'moved {\n  from = aws_s3_bucket.x[0]\n  to = aws_s3_bucket.x["k"]\n}\n'
        "moved { from = one.line, to = not.hcl }\n"
    )
    (tmp_path / "db" / "main.tf").write_text(
        "moved {\n from = aws_db_instance.old\n to = aws_db_instance.new\n}\n"
    )
    known = moves(tmp_path)
    assert list(earlier(known, "live", "module.db.aws_db_instance.main")) == [
        "aws_db_instance.b",
        "aws_db_instance.a",
    ]
    assert list(earlier(known, "live", 'aws_s3_bucket.x["k"].more')) == ["aws_s3_bucket.x[0].more"]
    assert list(earlier(known, "live", "module.c[0].aws_db_instance.new")) == [
        "module.c[0].aws_db_instance.old"
    ]
    assert list(earlier(known, "live", "aws_db_instance.bb")) == []
    assert list(earlier(known, "db", "aws_db_instance.main")) == []


def test_moves_in_a_ring_end(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        "moved {\n from = a.a\n to = a.b\n}\nmoved {\n from = a.b\n to = a.a\n}\n"
    )
    assert list(earlier(moves(tmp_path), "", "a.a")) == ["a.b"]
