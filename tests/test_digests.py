"""The digest of a file is that of its bytes, whenever it was begun."""

from __future__ import annotations

import hashlib
from pathlib import Path
from unittest.mock import patch

import pytest

from pipeline import digests
from pipeline.digests import begin_to_hash, hash_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "month.csv"
    path.write_bytes(b"a,b\n1,2\n")
    return path


def test_a_digest_begun_early_is_not_worked_out_again(file: Path) -> None:
    begin_to_hash(file)
    with patch.object(digests, "_digest", side_effect=AssertionError):
        assert hash_file(file) == hashlib.sha256(b"a,b\n1,2\n").digest()
    assert hash_file(file) == hashlib.sha256(b"a,b\n1,2\n").digest()


def test_a_file_that_was_replaced_meanwhile_is_read_anew(file: Path) -> None:
    begin_to_hash(file)
    other = file.with_name("other.csv")
    other.write_bytes(b"a,b\n3,4\n")
    other.replace(file)
    assert hash_file(file) == hashlib.sha256(b"a,b\n3,4\n").digest()


def test_a_file_that_cannot_be_read_fails_where_its_digest_is_asked_for(tmp_path: Path) -> None:
    begin_to_hash(tmp_path)
    begin_to_hash(tmp_path / "nothing.csv")
    with pytest.raises(IsADirectoryError):
        hash_file(tmp_path)
    with pytest.raises(FileNotFoundError):
        hash_file(tmp_path / "nothing.csv")
