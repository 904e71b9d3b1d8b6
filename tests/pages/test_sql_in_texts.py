"""SQL, placeholders and patterns in headers, cells, filters and names: kept, and not obeyed."""

from __future__ import annotations

import pytest

from pipeline.errors import PipelineError
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.issue_list import list_issues
from pipeline.verify import verify
from tests.karamad import PERIOD, Desk, Layout, write_lines
from tests.pages.conftest import OpenPage, words

SQL = "'; drop table raw.lines cascade; -- "
TEXTS = (
    SQL, "%s %(load_id)s %%", "{table} {matching}", "' or 1=1 --", "\\'; select pg_sleep(9)", "%",
)  # fmt: skip
# Page → parameters into which anybody may write.
ASKED = {
    "issues": ("text", "column", "rule", "month", "load", "assignee", "after", "order"),
    "loads": ("text", "source", "period", "state", "before"),
    "audit": ("text", "actor", "action", "kind", "id", "from", "before"),
    "users": ("text", "user"),
    "net_sales": ("source", "from", "to", "city", "brand", "branch", "salesperson", "by", "month"),
    "customers": ("sort", "order", "page", "city"),
    "lines": ("after", "day", "type", "customer", "product"),
    "run_stats": ("source", "month", "run"),
    "rules": ("text", "rule"),
    "mapping": ("source", "version", "than"),
    "load": ("load", "compare", "act"),
}


@pytest.fixture
def told(desk: Desk) -> Desk:
    """A published month in which codes, names and headers say SQL."""
    layout = Layout(added=TEXTS)
    rows = [{"invoice_id": text, "product_id": text, "city": text, "brand": text} for text in TEXTS]
    rows += [{"invoice_id": "b", "quantity": text, "customer_id": text} for text in TEXTS]
    desk.publish(write_lines(desk.folder / f"{SQL.replace('/', '')}.csv", rows, layout))
    return desk


@pytest.mark.attack("SQL in a text")
def test_sql_in_a_file_is_kept_as_it_stands(told: Desk) -> None:
    kept = told.rows("select product_id from canonical.sales order by line_no")
    assert [row["product_id"] for row in kept] == [text.strip() for text in TEXTS]
    raw = told.rows("select raw_value from dq_issues where rule_code = 'INVALID_NUMERIC'")
    assert {row["raw_value"].strip() for row in raw} >= {text.strip() for text in TEXTS}
    new = told.rows("select raw_value from dq_issues where rule_code = 'NEW_COLUMN'")
    assert len(new) in (0, len(TEXTS)) and verify(told.url) == []


@pytest.mark.attack("SQL in a text")
def test_sql_in_a_search_finds_what_says_it(told: Desk) -> None:
    for text in TEXTS:
        found = list_issues(told.url, IssueFilter(text=text)).rows
        assert found and all(text.strip() in str(row) for row in found if text != "%"), text


@pytest.mark.attack("SQL in a text")
def test_sql_in_an_address_is_said_or_looked_for(open_page: OpenPage, told: Desk) -> None:
    before = told.table("canonical.sales"), told.value("select count(*) from raw.lines")
    for name, parameters in ASKED.items():
        for parameter in parameters:
            page = open_page(name, role="admin", language="en", address={parameter: SQL})
            assert not page.exception, (name, parameter)
            assert "Something unexpected" not in words(page), (name, parameter)
    assert before == (told.table("canonical.sales"), told.value("select count(*) from raw.lines"))


@pytest.mark.attack("SQL in a text")
@pytest.mark.parametrize("options", [{"source": SQL}, {"period": f"{PERIOD}{SQL}"}])
def test_sql_in_the_name_of_a_source_or_month_is_refused(
    desk: Desk, options: dict[str, str]
) -> None:
    with pytest.raises(PipelineError):
        desk.load([{}], **options)
    assert desk.value("select count(*) from raw.loads") == 0
