"""Soda: a contract of eight checks over a table that the file is copied into first."""

import contextlib
import io
import tempfile
from pathlib import Path

import psycopg
from common import ENCODING, KEYS, PATTERNS, arguments, say
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from soda_core.contracts import verify_contract_locally


def copied(path: Path, url: str) -> int:
    with path.open(encoding=ENCODING) as file:
        headers = file.readline().rstrip("\r\n").split(",")
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(h)) for h in headers)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("create table public.peer_soda ({})").format(columns))
        statement = "copy public.peer_soda from stdin (format csv, header)"
        with path.open("rb") as file, cursor.copy(statement) as copy:
            while chunk := file.read(1 << 20):
                copy.write(chunk)
        return cursor.execute("select count(*) from public.peer_soda").fetchone()[0]


def contract(database: str) -> str:
    lines = [f"dataset: peer/{database}/public/peer_soda", "columns:"]
    for name in KEYS:
        lines += [f"  - name: '{name}'", "    checks:", "      - missing:"]
    for name, pattern in PATTERNS.items():
        lines += [f"  - name: '{name}'", "    valid_format:"]
        lines += [f"      regex: '{pattern}'", "      name: rule"]
        lines += ["    checks:", "      - invalid:"]
    return "\n".join(lines) + "\n"


def source(facts: dict) -> str:
    lines = ["type: postgres", "name: peer", "connection:"]
    lines += [f"  host: {facts['host']}", f"  port: {facts.get('port', 5432)}"]
    lines += [f"  user: {facts['user']}", f"  database: {facts['dbname']}", "  password: ''"]
    return "\n".join(lines) + "\n"


def main() -> None:
    path, url = arguments()
    rows = copied(path, url)
    facts = conninfo_to_dict(url)
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(said):
        (Path(folder) / "source.yml").write_text(source(facts), "utf-8")
        (Path(folder) / "contract.yml").write_text(contract(facts["dbname"]), "utf-8")
        result = verify_contract_locally(
            data_source_file_path=f"{folder}/source.yml",
            contract_file_path=f"{folder}/contract.yml",
        )
    failed = {
        check.check.column_name: int(check.threshold_value)
        for verified in result.contract_verification_results
        for check in verified.check_results
    }
    say(rows, failed=failed)


main()
