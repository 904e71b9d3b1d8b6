"""dlt: Arrow batches to PostgreSQL as files of CSV and COPY, the fastest way its manual names."""

import os

import dlt
import pyarrow as pa
import pyarrow.csv as arrow_csv
from common import arguments, say
from psycopg.conninfo import conninfo_to_dict


@dlt.resource(name="peer_dlt", write_disposition="replace")
def lines(path):
    """Batches of text. dlt turns names into ASCII, which Persian headers do not survive."""
    with arrow_csv.open_csv(path) as reader:
        headers = reader.schema.names
    names = [f"c{number}" for number in range(len(headers))]
    reading = arrow_csv.ReadOptions(column_names=names, skip_rows=1, block_size=16 << 20)
    text = arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    with arrow_csv.open_csv(path, read_options=reading, convert_options=text) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])


def address(url: str) -> str:
    facts = conninfo_to_dict(url)
    return (
        f"postgresql://{facts['user']}:none@localhost/{facts['dbname']}"
        f"?host={facts['host']}&port={facts.get('port', 5432)}"
    )


def main() -> None:
    path, url = arguments()
    pipeline = dlt.pipeline(
        "peer",
        destination=dlt.destinations.postgres(address(url)),
        dataset_name="peer",
        pipelines_dir=os.environ["DLT_DATA_DIR"],
    )
    done = pipeline.run(lines(path), loader_file_format="csv")
    done.raise_on_failed_jobs()
    counts = pipeline.last_trace.last_normalize_info.row_counts
    say(counts["peer_dlt"])


main()
