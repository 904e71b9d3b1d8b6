"""docker-compose.yml keeps the names, the port and the order of start that documents promise."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def _compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = _compose()["services"]
    return found


def test_the_database_has_its_promised_name_and_address(services: dict[str, Any]) -> None:
    db = services["db"]
    assert db["image"] == "postgres:18"
    assert db["container_name"] == "sales_engine_db"
    assert db["environment"]["POSTGRES_DB"] == "sales_engine"
    assert db["environment"]["POSTGRES_USER"] == "postgres"
    assert db["ports"] == ["127.0.0.1:5433:5432"]


def test_the_database_keeps_its_data_in_a_named_volume(services: dict[str, Any]) -> None:
    """The images of version 18 and later keep data below /var/lib/postgresql, not in …/data."""
    name, _, target = services["db"]["volumes"][0].partition(":")
    assert name in _compose()["volumes"]
    assert target == "/var/lib/postgresql"


def test_the_database_says_over_tcp_when_it_is_ready(services: dict[str, Any]) -> None:
    command = " ".join(services["db"]["healthcheck"]["test"])
    assert "pg_isready --host 127.0.0.1" in command
    assert "--dbname sales_engine" in command


def test_the_password_comes_from_the_environment_and_has_no_default(
    services: dict[str, Any],
) -> None:
    for name, service in services.items():
        settings = service["environment"]
        password = settings.get("POSTGRES_PASSWORD", settings.get("PGPASSWORD"))
        assert password.startswith("${POSTGRES_PASSWORD:?"), name
        assert re.search(r"://\w+:", settings.get("DATABASE_URL", "")) is None, name


@pytest.mark.parametrize("name", ["migrate", "app", "worker", "api"])
def test_the_product_is_built_here_and_waits_for_the_database(
    services: dict[str, Any], name: str
) -> None:
    service = services[name]
    assert service["build"] == "."
    assert service["environment"]["DATABASE_URL"].endswith("@db:5432/sales_engine")
    assert service["depends_on"]["db"] == {"condition": "service_healthy"}


@pytest.mark.parametrize("name", ["app", "worker", "api"])
def test_screens_wait_for_the_migration(services: dict[str, Any], name: str) -> None:
    waits = services[name]["depends_on"]["migrate"]
    assert waits == {"condition": "service_completed_successfully"}


def test_every_port_is_open_to_this_machine_only(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_installs_pinned_packages_and_runs_as_nobody_special() -> None:
    assert "FROM python:3.11-slim" in DOCKERFILE
    assert "--require-hashes -r requirements.txt" in DOCKERFILE
    users = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}


def test_no_secret_or_real_data_gets_into_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {".env", ".git", "var", "data/karamad/*", "data/inbox/*"} <= set(ignored)
