"""The terminal's verbs: `python -m pipeline <verb>`.

Exit codes: 0 good, also for a file that is known already; 1 refused or out of balance; 2 wrong use.
What a verb needs is imported inside it, so that help comes at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.allocation import hold_little
from pipeline.cli import (
    job_verbs,
    ledger_verbs,
    months_verbs,
    schema_verbs,
    settings_verbs,
    token_verbs,
    triage_verbs,
    users_verbs,
)
from pipeline.cli import mapping as mapping_verbs
from pipeline.cli.faults import Commands, wrong_use
from pipeline.cli.options import Delimiter, Encoding, HeaderLine, Quote, Sheet, overrides_of
from pipeline.digests import begin_to_hash

hold_little()

app = typer.Typer(
    cls=Commands,
    help="Sales & Customer Insight Engine: from a month's sales export to figures to trust.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(mapping_verbs.app, name="mapping")
months_verbs.register(app)
job_verbs.register(app)
triage_verbs.register(app)
users_verbs.register(app)
token_verbs.register(app)
settings_verbs.register(app)

_FILE = {"exists": True, "dir_okay": False, "readable": True}
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", **_FILE)]
File = Annotated[Path, typer.Argument(metavar="FILE", **_FILE)]
Load = Annotated[
    int, typer.Argument(metavar="LOAD", min=1, help="Number of the load, see `status`.")
]
Source = Annotated[
    str | None, typer.Option(help="Source system; without it the best fit is taken.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per line, no progress.")]


@app.command()
def load(
    files: Files,
    source: Source = None,
    period: Annotated[str | None, typer.Option(help="Month of the files, such as 1403-05.")] = None,
    publish: Annotated[bool, typer.Option("--publish", help="Publish each load after it.")] = False,
    queue: Annotated[
        bool, typer.Option("--queue", help="Only hand them in; a worker runs them.")
    ] = False,
    when_empty: Annotated[
        bool, typer.Option("--when-empty", help="Only into a database that holds no load.")
    ] = False,
    sample: Annotated[
        bool, typer.Option("--sample", help="Mark them as invented sample data.")
    ] = False,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
    header_line: HeaderLine = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Take files in and run the pipeline over each; a refused file stops no other."""
    begin_to_hash(files[0])
    from pipeline.access.names import SAMPLE, TERMINAL
    from pipeline.cli.loads import Wish, holds_loads, load_files
    from pipeline.cli.session import open_session

    if when_empty and holds_loads(open_session()):
        return
    overrides = overrides_of(encoding, delimiter, quote, header_line, sheet)
    user = SAMPLE if sample else TERMINAL
    wish = Wish(source, period, publish, as_json, overrides=overrides, user=user)
    if queue:
        from pipeline.cli.jobs import submit_files

        raise typer.Exit(submit_files(open_session(), files, wish))
    raise typer.Exit(load_files(open_session(), files, wish))


@app.command()
def preview(
    file: File,
    source: Source = None,
    compare: Annotated[
        bool | None,
        typer.Option(
            "--compare/--no-compare",
            help="Compare with the last load of the source; usual where a database runs.",
        ),
    ] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
    header_line: HeaderLine = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Show what a file is, and what differs from the last load; nothing is written."""
    from pipeline.cli.drift import drift_facts, drift_text
    from pipeline.cli.output import to_json
    from pipeline.cli.reports import preview_facts, preview_text
    from pipeline.cli.session import open_session
    from pipeline.recognition import recognize, require_columns

    session = open_session()
    overrides = overrides_of(encoding, delimiter, quote, header_line, sheet)
    found = recognize(file, session.settings, source, overrides, session.remembered(source))
    facts = preview_facts(found, session.settings.language)
    drift = drift_facts(session, found, compare, quiet=as_json)
    facts["drift"] = drift
    text = to_json(facts) if as_json else preview_text(session, facts, drift_text(session, drift))
    typer.echo(text)
    require_columns(found)


@app.command()
def recheck(
    load_id: Annotated[int | None, typer.Argument(metavar="[LOAD]", min=1)] = None,
    every: Annotated[bool, typer.Option("--all", help="Every load that is not voided.")] = False,
    period: Annotated[str | None, typer.Option(help="Month of a load that has none yet.")] = None,
    as_json: Json = False,
) -> None:
    """Run the pipeline again over the kept bytes of a load, with the rules of today."""
    from pipeline.cli.loads import recheck_loads
    from pipeline.cli.session import open_session

    if every == (load_id is not None):
        raise wrong_use(
            fa="شمارهٔ یک بار یا «--all» را بدهید، یکی از این دو.",
            en="Give the number of a load or --all, one of the two.",
        )
    raise typer.Exit(recheck_loads(open_session(), load_id, period, as_json=as_json))


@app.command()
def issues(
    load_id: Annotated[
        int | None, typer.Option("--load", min=1, help="Of this load alone.")
    ] = None,
    code: Annotated[
        str | None, typer.Option(help="Of this rule alone, such as INVALID_DATE.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write them all to a .csv or .xlsx file.")
    ] = None,
) -> None:
    """Show issues of drafts and published loads, or write them to a sheet to send back."""
    from pipeline.cli.issues import check_code, check_out, show_issues, write_issues
    from pipeline.cli.session import open_session

    session = open_session()
    check_code(session, code)
    if out is None:
        show_issues(session, load_id, code)
    else:
        check_out(out)
        write_issues(session, out, load_id, code)


@app.command("export-raw")
def export_raw(load_id: Load, out: Annotated[Path, typer.Argument(metavar="OUT")]) -> None:
    """Write the original bytes of a load and prove their SHA-256."""
    from pipeline import exports
    from pipeline.cli.output import amount, progress, shown
    from pipeline.cli.session import open_session

    session = open_session()
    with progress(True, 0, session.stage) as tell:
        tell("write", 0)
        done = exports.export_raw(session.database(), load_id, out)
    size, sha256 = amount(done.size), done.sha256.hex()
    typer.echo(session.texts("raw_written", file=shown(done.path), size=size, sha256=sha256))


@app.command()
def status() -> None:
    """Show loads, published months, and how to look around."""
    from pipeline.cli.jobs import active_text
    from pipeline.cli.reports import status_text
    from pipeline.cli.session import open_session

    session = open_session()
    url = session.database()
    typer.echo(active_text(session, url) + status_text(session, url))


@app.command()
def stop() -> None:
    """Stop the embedded database server, if it runs."""
    from pipeline.cli.server import stop_server
    from pipeline.cli.session import open_session

    session = open_session()
    typer.echo(session.texts("stopped" if stop_server(session.settings) else "not_running"))


@app.command(
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
def psql(args: Annotated[list[str] | None, typer.Argument(metavar="[ARGS]...")] = None) -> None:
    """Open psql on the product's database; everything after the verb goes to psql."""
    from pipeline.cli.server import open_psql
    from pipeline.cli.session import open_session

    open_psql(open_session().database(), args or [])


@app.command()
def sample(
    lines: Annotated[int, typer.Option(min=1, help="Records to write.")],
    period: Annotated[str, typer.Option(help="Jalali month, such as 1403-05.")],
    out: Annotated[Path, typer.Option(help="File to write; its labels come beside it.")],
    dirty: Annotated[float, typer.Option(min=0, help="Share of lines with a defect.")] = 0.02,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 1,
    structural: Annotated[
        bool, typer.Option(help="Also lines that break the form of a CSV.")
    ] = True,
) -> None:
    """Write an invented export and the issues that must be found in it."""
    from pipeline.cli.samples import write_sample
    from pipeline.cli.session import open_session

    wanted = {
        "lines": lines,
        "dirty": dirty,
        "seed": seed,
        "period": period,
        "structural": structural,
    }
    write_sample(open_session(), out, wanted)


@app.command()
def sanitize(
    file: Annotated[Path, typer.Argument(metavar="IN", **_FILE)],
    out: Annotated[Path, typer.Argument(metavar="OUT")],
    key: Annotated[
        str | None, typer.Option(envvar="SANITIZE_KEY", help="Secret of the pseudonyms.")
    ] = None,
) -> None:
    """Write a shareable copy of a real export: nobody's names, codes or prices are in it."""
    from pipeline.cli.samples import write_sanitized
    from pipeline.cli.session import open_session

    write_sanitized(open_session(), file, out, key)


ledger_verbs.register(app)
schema_verbs.register(app)

if __name__ == "__main__":
    app(prog_name="python -m pipeline")
