"""pandas: `read_csv` of text and `to_sql` with the COPY function of pandas' own documentation."""

import csv
import io

import pandas as pd
import psycopg
import sqlalchemy
from common import ENCODING, arguments, say
from psycopg import sql


def copy_rows(table, connection, keys, rows) -> None:
    """The callable that pandas' manual shows for PostgreSQL, for psycopg 3."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    columns = sql.SQL(", ").join(sql.Identifier(key) for key in keys)
    statement = sql.SQL("copy {} ({}) from stdin with csv").format(
        sql.Identifier(table.name), columns
    )
    cursor = connection.connection.cursor()
    with cursor.copy(statement) as copy:
        copy.write(text.getvalue())


def main() -> None:
    path, url = arguments()
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    rows = 0
    parts = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=ENCODING, chunksize=50_000)
    with engine.begin() as connection:
        for part in parts:
            how = "append" if rows else "replace"
            part.to_sql("peer_pandas", connection, if_exists=how, index=False, method=copy_rows)
            rows += len(part)
    say(rows)


main()
