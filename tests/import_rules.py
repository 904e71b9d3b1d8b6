"""Which part may import which, as functions that return the imports that break it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# From the top down: a module imports from layers below its own. A package stands for all in it.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"__main__"}),
    frozenset({"cli"}),
    frozenset({"verify", "samples", "jobs", "exports", "backup", "retention"}),
    frozenset({"runs"}),
    frozenset({"whole_load", "comparison_apart", "sample_months"}),
    frozenset({"gathering"}),
    frozenset({"plans", "publications", "guards", "comparison", "mappings", "mapping_versions"})
    | {"overview", "issue_detail", "loads", "feeds", "health"},
    frozenset({"months"}),
    frozenset({"recognition", "results", "streaming", "migrate", "leftovers", "readers"})
    | {"distribution"},
    frozenset({"quality", "kpi", "verification", "source_memory", "dimensions"}),
    frozenset({"ingestion", "transform"}),
    frozenset({"db", "server", "background", "contracts", "access", "sheets", "uploads", "audit"})
    | {"statements", "house_settings", "audit_trail", "pool"},
    frozenset({"scratch", "settings", "errors", "texts", "faults", "claims", "journal"})
    | {"allocation", "digests"},
)
# In the two lowest layers modules may use one another (never in a circle: `import_graph`).
OPEN_LAYERS = LAYERS[-2:]
# Elsewhere siblings keep apart, but for: importer → the prefix that it may import.
SIBLINGS = {"ingestion": "pipeline.transform.text"}

# What a part never imports, by the first part of the name (`psycopg_pool` is a name of its own).
_SCREENS = {"streamlit", "fastapi", "starlette", "uvicorn", "pages", "app", "api", "endpoints"}
_DRIVERS = {"psycopg", "psycopg_pool", "procrastinate"}
FORBIDDEN = {
    "pipeline": _SCREENS | {"pandas", "tests"},
    "pages": _DRIVERS | {"fastapi", "app", "api", "endpoints", "tests"},
    "app": _DRIVERS | {"api", "endpoints", "tests"},
    "api": _DRIVERS | {"streamlit", "pandas", "pages", "app", "tests"},
    "endpoints": _DRIVERS | {"streamlit", "pandas", "pages", "app", "api", "tests"},
}


class Finding(NamedTuple):
    """One place that breaks a rule: path from the root, line number, what is there."""

    path: str
    line: int
    what: str


def python_files(root: Path, *parts: str) -> list[Path]:
    """Python files of the named parts (folders, or modules at the root), sorted."""
    found = [path for part in parts for path in (root / part).rglob("*.py")]
    found += [root / f"{part}.py" for part in parts if (root / f"{part}.py").is_file()]
    return sorted(found)


def module_name(path: Path, root: Path) -> str:
    """Dotted name of a file: `pipeline/db.py` → `pipeline.db`; a package goes by its folder."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, root: Path) -> Iterator[tuple[str, int]]:
    """Every imported dotted name with its line, also inside functions; relative ones made whole.

    `from a import b` gives `a.b`, since b may be a module.
    """
    package = list(path.relative_to(root).parent.parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def forbidden_imports(root: Path, part: str) -> list[Finding]:
    """Imports of a part that FORBIDDEN rules out."""
    return [
        Finding(str(path.relative_to(root)), line, name)
        for path in python_files(root, part)
        for name, line in imports(path, root)
        if name.split(".")[0] in FORBIDDEN[part]
    ]


def upward_imports(root: Path) -> list[Finding]:
    """Imports inside pipeline/ that climb the layers or reach a sibling they may not use."""
    return [
        Finding(str(path.relative_to(root)), line, f"{module_name(path, root)} → {name}")
        for path in python_files(root, "pipeline")
        for name, line in imports(path, root)
        if name.startswith("pipeline.") and not _may_import(module_name(path, root), name)
    ]


def unplaced_modules(root: Path) -> list[str]:
    """Modules and packages of pipeline/ that no layer names."""
    dotted = (module_name(path, root) for path in python_files(root, "pipeline"))
    names = {name.split(".")[1] for name in dotted if "." in name}
    return sorted(names.difference(*LAYERS))


def import_graph(root: Path) -> dict[str, set[str]]:
    """Module of pipeline/ → the modules of pipeline/ that it imports."""
    paths = {module_name(path, root): path for path in python_files(root, "pipeline")}
    graph = {
        name: {_nearest(imported, paths) for imported, _ in imports(path, root)}
        for name, path in paths.items()
    }
    return {name: targets - {name, ""} for name, targets in graph.items()}


def _nearest(imported: str, known: dict[str, Path]) -> str:
    """The module that holds an imported name: `pipeline.db.connect` → `pipeline.db`; else empty."""
    while imported and imported not in known:
        imported = imported.rpartition(".")[0]
    return imported


def _may_import(importer: str, imported: str) -> bool:
    if importer == "pipeline":
        return False  # or an import of any part would load all of them
    above, below = importer.split(".")[1], imported.split(".")[1]
    if above == below:
        return True
    if _layer(above) == _layer(below):
        return LAYERS[_layer(above)] in OPEN_LAYERS or _is_allowed_sibling(above, imported)
    return _layer(above) < _layer(below)


def _is_allowed_sibling(importer: str, imported: str) -> bool:
    return importer in SIBLINGS and f"{imported}.".startswith(f"{SIBLINGS[importer]}.")


def _layer(name: str) -> int:
    """Number of a layer, from the top; LookupError for a module without a place."""
    for number, names in enumerate(LAYERS):
        if name in names:
            return number
    raise LookupError(f"pipeline.{name} has no place in tests/import_rules.py LAYERS")
