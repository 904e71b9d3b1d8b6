"""Pandera: a lazy schema of eight checks over a pandas frame, every failing cell named."""

import pandas as pd
import pandera.pandas as pa
from common import ENCODING, KEYS, PATTERNS, arguments, say


def main() -> None:
    path, _ = arguments()
    frame = pd.read_csv(path, dtype=str, encoding=ENCODING)
    columns = {name: pa.Column(str, nullable=False) for name in KEYS}
    columns |= {
        name: pa.Column(str, pa.Check.str_matches(pattern), nullable=True)
        for name, pattern in PATTERNS.items()
    }
    failed = {}
    try:
        pa.DataFrameSchema(columns).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        failed = error.failure_cases.groupby("column").size().to_dict()
    say(len(frame), failed=failed)


main()
