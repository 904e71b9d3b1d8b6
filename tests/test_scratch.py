"""Scratch files have no name, so that nothing of a killed process stays behind."""

from pathlib import Path

import pytest

from pipeline.scratch import nameless_file


def test_a_scratch_file_is_in_no_folder_and_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    file, path = nameless_file()
    with file:
        file.write("نام مشتری".encode())
        file.flush()
        assert path.read_text("utf-8") == "نام مشتری"
        assert list(tmp_path.iterdir()) == []
