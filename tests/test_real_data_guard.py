"""Real exports never get into the history: none is tracked, and the hook refuses what is staged."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOOK = ROOT / ".githooks/pre-commit"
KEPT = ["data/inbox/README.md", "data/karamad/README.md"]

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs git in a folder, deaf to the repository or the settings that the tests run under."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=clean | quiet, capture_output=True, text=True
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """An empty repository with the hook switched on as `make hooks` does."""
    shutil.copytree(HOOK.parent, tmp_path / ".githooks")
    for settings in (["init", "-q"], ["config", "core.hooksPath", ".githooks"]):
        assert _git(tmp_path, *settings).returncode == 0
    _git(tmp_path, "config", "user.name", "test")
    _git(tmp_path, "config", "user.email", "test@example.invalid")
    return tmp_path


def _commit(checkout: Path, *names: str) -> subprocess.CompletedProcess[str]:
    for name in names:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("x\n", "utf-8")
    assert _git(checkout, "add", "--force", "--", *names).returncode == 0
    return _git(checkout, "commit", "-q", "-m", "Add files")


def test_only_the_notes_of_the_two_folders_are_tracked() -> None:
    listed = _git(ROOT, "-c", f"safe.directory={ROOT}", "ls-files", "data/karamad", "data/inbox")
    if listed.returncode != 0:
        pytest.skip("no git checkout")
    assert listed.stdout.splitlines() == KEPT


def test_git_ignores_a_file_dropped_into_them() -> None:
    for name in ("data/karamad/x.csv", "data/inbox/deep/x.xlsx"):
        answer = _git(ROOT, "-c", f"safe.directory={ROOT}", "check-ignore", name)
        if answer.returncode == 128:
            pytest.skip("no git checkout")
        assert answer.returncode == 0, name


@pytest.mark.parametrize(
    "name",
    [
        "data/karamad/export.csv",
        "data/karamad/1403/فروش مرداد.xlsx",
        "data/inbox/with space.csv",
        "data/inbox/deep/README.md",
    ],
)
def test_real_data_is_refused_by_name(checkout: Path, name: str) -> None:
    refused = _commit(checkout, "app.py", name)
    assert refused.returncode != 0
    assert name in refused.stderr
    assert "app.py" not in refused.stderr
    assert "git restore --staged" in refused.stderr
    assert _git(checkout, "log").returncode != 0, "nothing was committed"


def test_a_file_moved_there_is_refused(checkout: Path) -> None:
    assert _commit(checkout, "export.csv").returncode == 0
    (checkout / "data/karamad").mkdir(parents=True)
    _git(checkout, "mv", "export.csv", "data/karamad/export.csv")
    assert _git(checkout, "commit", "-q", "-m", "Move").returncode != 0


def test_everything_else_is_let_through(checkout: Path) -> None:
    assert _commit(checkout, *KEPT, "data/samples/karamad_1403-05.csv", "app.py").returncode == 0


def test_what_got_in_can_be_taken_out(checkout: Path) -> None:
    (checkout / "data/karamad").mkdir(parents=True)
    (checkout / "data/karamad/x.csv").write_text("x\n", "utf-8")
    _git(checkout, "add", "--force", "data")
    assert _git(checkout, "commit", "-q", "--no-verify", "-m", "Slip").returncode == 0
    _git(checkout, "rm", "-q", "data/karamad/x.csv")
    assert _git(checkout, "commit", "-q", "-m", "Take it out").returncode == 0


def test_the_hook_can_be_run() -> None:
    """git passes silently over a hook that is not executable."""
    assert HOOK.stat().st_mode & stat.S_IXUSR


def test_make_hooks_switches_it_on_and_keeps_an_own_path(checkout: Path) -> None:
    shutil.copy(ROOT / "Makefile", checkout)
    _git(checkout, "config", "--unset", "core.hooksPath")
    _make_hooks(checkout)
    assert _git(checkout, "config", "core.hooksPath").stdout.strip() == ".githooks"
    _git(checkout, "config", "core.hooksPath", "my-hooks")
    _make_hooks(checkout)
    assert _git(checkout, "config", "core.hooksPath").stdout.strip() == "my-hooks"


def _make_hooks(checkout: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["make", "hooks"], cwd=checkout, env=clean | quiet, check=True)
