"""`make bench-reads`: how long each figure takes, p50, p95 and CPU, on a database with many facts.

Figures are asked on pooled connections, as pages ask them. With `--make N` so many months of
`--lines` lines are generated, loaded and published first, where they are not there yet.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from psycopg import sql

from pipeline.db import Connection, reading
from pipeline.kpi.choices import filter_values
from pipeline.kpi.facts import Figure, facts_behind, facts_total
from pipeline.kpi.figures import (
    by_branch,
    by_brand,
    by_city,
    months_available,
    net_sales_days,
    net_sales_months,
    refused_behind,
)
from pipeline.kpi.filters import Filters
from pipeline.kpi.line_detail import line_detail
from pipeline.kpi.rankings import customers, returns_by_product, salespeople
from pipeline.migrate import prepare_database
from pipeline.publications import publish
from pipeline.runs import load_file
from pipeline.samples import generate
from pipeline.settings import ROOT, Settings
from pipeline.transform.jalali import calendar_months

SOURCE = "karamad"
FIRST_MONTH = "1403-01"
VIEWS = (
    "kpi_net_sales_daily",
    "kpi_return_rate_by_product_month",
    "kpi_top_customers_month",
    "kpi_salesperson_performance_month",
    "kpi_net_sales_month",
    "kpi_net_sales_by_branch_month",
    "kpi_net_sales_by_city_month",
    "kpi_net_sales_by_brand_month",
)
Case = tuple[str, Callable[[Connection], object]]


def main() -> None:
    options = _options()
    settings = Settings(var_dir=options.var, database_url="")
    url = prepare_database(settings)
    if options.make:
        fill(url, settings, options.make, options.lines)
    with reading(url) as connection:
        cases = list(_cases(connection))
    print(f"{'':52}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}")
    for name, ask in cases:
        _measure(url, ask)  # once to warm up
        measured = [_measure(url, ask) for _ in range(options.runs)]
        times = sorted(wall for wall, _ in measured)
        p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
        cpu = statistics.median(cpu for _, cpu in measured)
        print(
            f"{name:52}{statistics.median(times) * 1e3:9.1f}{p95 * 1e3:9.1f}{cpu * 1e3:9.1f}",
            flush=True,
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=ROOT / "var" / "bench-reads")
    parser.add_argument("--make", type=int, default=0, help="months to generate and publish")
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=15)
    return parser.parse_args()


def fill(url: str, settings: Settings, months: int, lines: int) -> None:
    """Generate, load and publish the first `months` of the calendar that are not there yet."""
    with reading(url) as connection:
        there = {month.jalali_month for month in months_available(connection, SOURCE)}
    names = [month.name for month in calendar_months()]
    first = names.index(FIRST_MONTH)
    with tempfile.TemporaryDirectory(prefix="bench-reads-") as folder:
        for period in names[first : first + months]:
            if period in there:
                continue
            path = Path(folder) / f"karamad_{period}.csv"
            generate(path, lines=lines, dirty=0.02, seed=1403, period=period, structural=False)
            begin = time.perf_counter()
            result = load_file(url, settings, path, source=SOURCE, period=period)
            loaded = time.perf_counter()
            publish(url, result.load_id)
            path.unlink()
            done = time.perf_counter()
            print(
                f"{period}: loaded in {loaded - begin:.1f} s, published in {done - loaded:.1f} s",
                flush=True,
            )


def _cases(connection: Connection) -> Iterator[Case]:
    """Every figure of the busiest month and of all months, without and with each filter."""
    months = [month for month in months_available(connection, SOURCE) if month.line_count > 10_000]
    first, last = months[0].jalali_month, months[-1].jalali_month
    one = Filters(SOURCE, last, last)
    whole = Filters(SOURCE, first, last)
    brand = filter_values(connection, "brands", SOURCE)[0].key
    city = filter_values(connection, "cities", SOURCE)[0].key
    branch = filter_values(connection, "branches", SOURCE)[0].key
    person = filter_values(connection, "salespeople", SOURCE)[0].key
    customer = customers(connection, one).rows[0].customer_id
    line = facts_behind(connection, Figure(one), limit=1).facts[0]
    for view in VIEWS:
        yield f"{view}, {last}", _view(view, last, last)
        yield f"{view}, {len(months)} months", _view(view, first, last)
    asked = {
        f"{len(months)} months": whole,
        "one month": one,
        "brand": whole.narrowed(brands=(brand,)),
        "city": whole.narrowed(cities=(city,)),
        "branch": whole.narrowed(branches=(branch,)),
        "salesperson": whole.narrowed(salespeople=(person,)),
        "city and brand": whole.narrowed(cities=(city,), brands=(brand,)),
    }
    for words, filters in asked.items():
        for ask in (
            net_sales_days, net_sales_months, by_branch, by_city, by_brand, customers,
            salespeople, returns_by_product, refused_behind,
        ):  # fmt: skip
            yield f"{ask.__name__}, {words}", _asking(ask, filters)
    for words, filters in {**asked, "customer": whole.narrowed(customers=(customer,))}.items():
        yield f"facts_behind, {words}", lambda c, f=filters: facts_behind(c, Figure(f))
        yield f"facts_total, {words}", lambda c, f=filters: facts_total(c, Figure(f))
    yield "line_detail", lambda c: line_detail(c, line.load_id, line.line_no, may_see=True)
    yield "months_available", months_available
    yield "filter_values", lambda c: filter_values(c, "products", SOURCE, "پنیر")


def _asking(ask: Callable[..., object], filters: Filters) -> Callable[[Connection], object]:
    return lambda connection: ask(connection, filters)


def _view(view: str, first: str, last: str) -> Callable[[Connection], object]:
    facts = {"source": SOURCE, "first": first, "last": last}
    text = "select * from {} where source_system = %(source)s and jalali_month"
    text += " = %(first)s" if first == last else " between %(first)s and %(last)s"
    statement = sql.SQL(text).format(sql.Identifier("kpi", view))
    return lambda connection: connection.execute(statement, facts).fetchall()


def _measure(url: str, ask: Callable[[Connection], object]) -> tuple[float, float]:
    """Seconds as the caller waits, and seconds that the connection's own server process computes.

    The second tell what a figure costs while other work keeps the machine busy.
    """
    with reading(url) as connection:
        process = Path(f"/proc/{connection.info.backend_pid}/schedstat")
        before, begin = _computed(process), time.perf_counter()
        ask(connection)
        return time.perf_counter() - begin, _computed(process) - before


def _computed(process: Path) -> float:
    """Seconds of CPU of a process on this machine so far; 0 where it runs elsewhere."""
    return int(process.read_text().split()[0]) / 1e9 if process.exists() else 0.0


if __name__ == "__main__":
    main()
