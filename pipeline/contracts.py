"""Contracts: what a source system's export means, read from `config/mapping_<source>.yml`.

Everything that differs between source systems is in that one file. It is validated as a whole when
it is read: every fault is named with file, line, key and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import RefusedAction, WrongContract

Kind = Literal["key", "text", "measure", "date", "type"]

KEYS = ("invoice_id", "customer_id", "product_id", "salesperson_id")
MEASURES = (
    "quantity", "free_quantity", "unit_price", "gross_amount",
    "discount_volume", "discount_cash", "tax_amount", "net_amount",
)  # fmt: skip
DATES = ("reference_date", "system_date")
TEXTS = ("invoice_line_no", "reference_invoice_id", "return_reason")
TRANSACTION_TYPE = "transaction_type"
CANONICAL = (*KEYS, *MEASURES, *DATES, *TEXTS, TRANSACTION_TYPE)

DIMENSION_KEYS = {
    "customers": "customer_id",
    "products": "product_id",
    "salespeople": "salesperson_id",
    "branches": "branch_id",
}
DIMENSION_ATTRIBUTES = {
    "customers": (
        "customer_name", "national_id", "phone", "address", "trade_class", "sales_channel",
        "region_id", "region", "route_id", "route", "province", "city", "country",
    ),
    "products": (
        "product_name", "barcode", "brand_id", "brand", "product_group_id", "product_group",
        "product_subgroup", "supplier", "unit_of_measure", "pieces_per_carton", "unit_weight",
    ),
    "salespeople": ("salesperson_name", "supervisor_id", "supervisor_name", "branch_id"),
    "branches": ("branch_name",),
}  # fmt: skip
# Attributes that are codes: like keys, they are read with ASCII digits and nothing invisible.
CODE_ATTRIBUTES = frozenset({
    "national_id", "phone", "region_id", "route_id", "barcode", "brand_id", "product_group_id",
    "supervisor_id", "branch_id",
})  # fmt: skip
NAME_ATTRIBUTES = {
    "customers": "customer_name",
    "products": "product_name",
    "salespeople": "salesperson_name",
}
# A header that a user said to be none of the columns: kept in RAW alone, and free to go missing.
IGNORED = "ignored_"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Model(BaseModel):
    """Base of every configuration model: unknown keys are faults, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Model):
    """A text in both languages."""

    fa: str
    en: str

    def of(self, language: str) -> str:
        return self.fa if language == "fa" else self.en


class Column(Model):
    """A canonical column and the header it has in the export."""

    header: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    kind: Kind
    required: bool = False
    trim_decimal_zero: bool = False  # codes that passed through a float: `17850.0` is `17850`


class Attribute(Model):
    """An attribute of a customer, product, salesperson or branch."""

    header: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    personal: bool = False


class Context(Model):
    """A column that is known and kept in RAW alone."""

    header: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()


class TransactionTypes(Model):
    """Texts of the invoice type column; one that contains any of `return_contains` is a RETURN."""

    sale: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    return_contains: tuple[str, ...] = ()


class Mapping(Model):
    """The contract with one source system."""

    source_system: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    title: Words
    calendar: Literal["jalali", "gregorian"]
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    weekend: tuple[Literal[WEEKDAYS], ...] = ()  # type: ignore[valid-type]
    transaction_types: TransactionTypes = TransactionTypes()
    columns: dict[str, Column]
    derived: dict[str, str] = {}
    attributes: dict[str, Attribute] = {}
    context: dict[str, Context] = {}

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        faults = []
        allowed = {name for names in DIMENSION_ATTRIBUTES.values() for name in names}
        for name in self.columns:
            if name not in CANONICAL:
                faults.append(f"columns.{name}: unknown; allowed: {', '.join(CANONICAL)}")
        for name in self.attributes:
            if name not in allowed:
                faults.append(f"attributes.{name}: unknown; allowed: {', '.join(sorted(allowed))}")
        for name in self.derived:
            if name not in MEASURES:
                faults.append(f"derived.{name}: unknown; allowed: {', '.join(MEASURES)}")
            if name in self.columns:
                faults.append(f"derived.{name}: also given under columns; keep one")
        for name in ("quantity", "unit_price", "gross_amount", "net_amount"):
            if name not in self.columns and name not in self.derived:
                faults.append(f"columns.{name}: missing; give its header, or derive it")
        for name in ("invoice_id", "customer_id", "product_id"):
            if name not in self.columns:
                faults.append(f"columns.{name}: missing; every line needs it")
        if not any(name in self.columns for name in DATES):
            faults.append(f"columns.system_date: missing; give one of {', '.join(DATES)}")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def fields(self) -> Iterator[tuple[str, Column | Attribute | Context]]:
        """Every named column of the export: facts, then attributes, then context."""
        yield from self.columns.items()
        yield from self.attributes.items()
        yield from self.context.items()

    def header_of(self, name: str) -> str:
        """The header of a canonical column, or the name itself where the export has none."""
        for known, field in self.fields():
            if known == name:
                return field.header
        return name

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures the export itself gives."""
        return tuple(name for name in MEASURES if name in self.columns)

    @property
    def personal(self) -> frozenset[str]:
        """Attributes that are personal data."""
        return frozenset(name for name, item in self.attributes.items() if item.personal)


Contract = TypeVar("Contract", bound=Model)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def mapping_path(config_dir: Path, source_system: str) -> Path:
    """Where the mapping of a source system is."""
    return config_dir / f"mapping_{source_system}.yml"


def list_sources(config_dir: Path) -> list[str]:
    """Names of the source systems that have a mapping."""
    return sorted(path.stem.removeprefix("mapping_") for path in config_dir.glob("mapping_*.yml"))


@lru_cache(maxsize=32)
def read_mapping(config_dir: Path, source_system: str) -> Mapping:
    """The mapping of a source system.

    Raises RefusedAction for a source that has none, WrongContract for a file with faults.
    """
    if source_system not in list_sources(config_dir):
        raise RefusedAction(
            "UNKNOWN_SOURCE",
            fa="سامانهٔ مبدأ «{source}» شناخته نیست. سامانه‌های شناخته: {known}.",
            en="The source system '{source}' is not known. Known: {known}.",
            source=source_system,
            known=", ".join(list_sources(config_dir)),
        )
    return read_contract(mapping_path(config_dir, source_system), Mapping)


def mapping_from(facts: Any, where: str) -> Mapping:
    """The mapping that was kept as `facts`; WrongContract lists every fault and names `where`."""
    try:
        return Mapping.model_validate(facts)
    except ValidationError as error:
        raise _wrong(where, [_fault(fault) for fault in error.errors()]) from error


def read_contract(path: Path, model: type[Contract]) -> Contract:
    """Read and validate a YAML file; WrongContract lists every fault with its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _wrong(path.name, [f"the file is not UTF-8 text: {error.reason}"]) from error
    try:
        return model.model_validate(yaml.load(text, _Loader))  # noqa: S506  safe, and in C
    except yaml.YAMLError as error:
        raise _wrong(path.name, [" ".join(str(error).split())]) from error
    except ValidationError as error:
        lines = _key_lines(text)
        raise _wrong(path.name, [_fault(fault, lines) for fault in error.errors()]) from error


def _fault(fault: Any, lines: dict[tuple[str, ...], int] | None = None) -> str:
    """A fault with its line (where there are lines), its key and what is wrong."""
    key = tuple(str(part) for part in fault["loc"])
    at = key
    while lines and at and at not in lines:
        at = at[:-1]
    found = "" if fault["type"] == "missing" else f", found {str(fault['input'])[:60]!r}"
    message = fault["msg"].removeprefix("Value error, ")
    if not key:
        found = ""
    place = "" if lines is None else f"line {lines.get(at, 1)}, "
    return f"{place}key {'.'.join(key) or '(file)'}: {message}{found}"


def _wrong(where: str, faults: list[str]) -> WrongContract:
    return WrongContract(
        "WRONG_CONTRACT",
        where=where,
        fa="این فایل تنظیم {count} ایراد دارد؛ هر یک را در همان خط درست کنید:\n- {faults}",
        en="This configuration file has {count} faults; mend each at its line:\n- {faults}",
        count=len(faults),
        faults="\n- ".join(faults),
    )


def _key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Line number of every key of a YAML text, by its path."""
    lines: dict[tuple[str, ...], int] = {}

    def visit(node: yaml.Node | None, path: tuple[str, ...]) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                at = (*path, str(key.value))
                lines[at] = key.start_mark.line + 1
                visit(value, at)
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                at = (*path, str(number))
                lines[at] = value.start_mark.line + 1
                visit(value, at)

    visit(yaml.compose(text, Loader=yaml.SafeLoader), ())
    return lines
