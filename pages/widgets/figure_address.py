"""What figures are asked about, as parameters of an address: the same for pages and exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.errors import PipelineError
from pipeline.kpi.facts import Figure
from pipeline.kpi.filters import Filters
from pipeline.transform.jalali import jalali_text, read_date

# Field of Filters → the parameter that names one of its values; may be repeated.
FILTERS = {"branches": "branch", "cities": "city", "brands": "brand", "salespeople": "salesperson"}
ENTITIES = {"customers": "customer", "products": "product"}
TYPES = ("SALE", "RETURN")
State = dict[str, str | list[str]]


def state_of(figure: Figure | Filters) -> State:
    """The parameters of a figure; an empty value stands for "not known"."""
    if isinstance(figure, Filters):
        figure = Figure(figure)
    asked = figure.filters
    state: State = {"source": asked.source, "from": asked.from_month, "to": asked.to_month}
    for field, name in {**FILTERS, **ENTITIES}.items():
        if values := getattr(asked, field):
            state[name] = ["" if value is None else value for value in values]
    if figure.event_date is not None:
        state["day"] = jalali_text(figure.event_date)
    if figure.transaction_type is not None:
        state["type"] = figure.transaction_type
    return state


def figure_of(read: Callable[[str], Sequence[str]]) -> Figure:
    """The figure that an address asks for, strictly; `read` gives all values of a parameter.

    PipelineError WRONG_FILTER for what is no month or value, WRONG_ADDRESS for no day or type.
    """
    one = {name: next(iter(read(name)), "") for name in ("source", "from", "to", "day", "type")}
    asked = Filters(one["source"], one["from"], one["to"], **values(read, {**FILTERS, **ENTITIES}))
    day = read_date(one["day"]) if one["day"] else None
    if (one["day"] and day is None) or one["type"] not in ("", *TYPES):
        raise PipelineError(
            "WRONG_ADDRESS",
            fa="نشانی درست نیست: «day» روزی مانند 1403-05-12 است و «type» یکی از SALE و RETURN.",
            en="The address is not right: day is a day like 1403-05-12, type is SALE or RETURN.",
        )
    return Figure(asked, day, one["type"] or None)  # type: ignore[arg-type]


def values(
    read: Callable[[str], Sequence[str]], names: dict[str, str]
) -> dict[str, tuple[str | None, ...]]:
    """Values of filters by their fields, as Filters takes them."""
    return {
        field: tuple(value.replace("\0", "") or None for value in read(name))
        for field, name in names.items()
    }
