"""F1, F4, F12, F13, F14 and F19: the queue, its workers and whoever hands files in."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.settings import ROOT
from tests.faults.away import STAGES, at, spread
from tests.faults.console import killed_while_bytes_arrive
from tests.faults.files import month_file, months
from tests.faults.judge import (
    Picture,
    Tally,
    check_ledger,
    check_leftovers,
    check_message,
    compare,
    picture,
    visible,
    wait_for_silence,
)
from tests.faults.killing import Deed, kill_at_every_statement
from tests.faults.place import Place
from tests.faults.proxy import Asked, Harm
from tests.faults.verbs import Verb, tell
from tests.karamad import Desk

WORKER = ("worker", "--once")
SAMPLES = [ROOT / f"data/samples/karamad_1403-{month:02}.csv" for month in (5, 6, 7)]
VICTIMS = ("child", "worker", "both")
KILLS = 100


def f1_killed_at_each_stage(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F1", "child, worker or both killed at each stage, before and after its commit")
    template = handed_in(place, "one month", [month_file(place.folder, "month")])
    before, reference = undisturbed(place, template)
    hits = [(stage, victim) for stage in _stages() for victim in VICTIMS]
    for stage, victim in spread(hits, rounds):
        _kill_at(tally, place, template, (before, reference), stage, victim)
    return tally


def kills(place: Place, rounds: int | None = None) -> Tally:
    """Three months load through the queue, and something is killed at a random moment."""
    tally = Tally("kills", "kill -9 at random moments while three months load through the queue")
    template = handed_in(place, "three months", SAMPLES)
    begin = time.perf_counter()
    shown = undisturbed(place, template)
    usual = time.perf_counter() - begin
    chance = random.Random()
    for _ in range(rounds or KILLS):
        moment, victim = chance.uniform(0.2, usual), chance.choice(VICTIMS)
        _kill_after(tally, place, template, shown, moment, victim)
        print(f"    {tally.tried} kills, {len(tally.notes)} findings", flush=True)
    tally.remarks.append(f"undisturbed: {usual:.1f} s")
    return tally


def f4_submitter_killed(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F4", "whoever hands a file in is killed, before and after the receipt")
    path = month_file(place.folder, "handed_in")
    words = ("load", "--queue", path, "--period", "1403-05", "--publish")

    def hand_in_again(url: str) -> None:
        desk = place.desk(url)
        loads, jobs = (
            desk.value(f"select count(*) from {name}") for name in ("raw.loads", "app.jobs")
        )
        tally.need(loads == jobs, "mixed", f"{loads} receipts and {jobs} jobs")
        tell(url, *words)
        tell(url, *WORKER)

    def prepare(desk: Desk) -> None:
        """Nothing came before."""

    deed = Deed(place, place.template("nothing", prepare), words, hand_in_again, WORKER)
    kill_at_every_statement(tally, deed, every=max(1, 20 // rounds) if rounds else 1)
    killed_while_bytes_arrive(tally, place, rounds)
    return tally


def f12_caller_goes_away(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F12", "the caller goes away; the same handed in again: one run, one status")
    path = month_file(place.folder, "left_alone")
    words = ("load", "--queue", path, "--period", "1403-05", "--publish")
    for number in range(rounds or 5):
        with place.database() as url:
            tally.tried += 1
            tell(url, *words)
            worker = Verb(url, *WORKER)
            time.sleep(0.4 * number)
            told = tell(url, *words)
            check_message(tally, "handed in again", told)
            tally.need(told.code == 0, "unclear", f"handed in again: {told.error}")
            worker.end()
            tell(url, *WORKER)
            desk = place.desk(url)
            for name in ("raw.loads", "app.jobs", "app.runs", "app.publications"):
                count = desk.value(f"select count(*) from {name}")
                tally.need(count <= 1, "doubled", f"{count} rows in {name}")
                tally.need(count >= 1, "lost", f"nothing in {name}")
            check_ledger(tally, "handed in again", url)
    return tally


def f13_frozen_worker(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F13", "worker frozen past the stalled limit, taken over, then continued")
    template = handed_in(place, "one month", [month_file(place.folder, "month")])
    _, reference = undisturbed(place, template)
    for stage in spread(list(_stages()), rounds):
        with place.database(template) as url:
            _freeze(tally, place, url, reference, stage)
    return tally


def f14_two_workers(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F14", "two workers, many files: each once")
    count = rounds or 40
    paths = [
        month_file(place.folder, f"many_{period}", lines=300, period=period, prefix=str(number))
        for number, period in enumerate(months(count))
    ]
    template = handed_in(place, "many", paths)
    with place.database(template) as alone, place.database(template) as url:
        seconds = [_work(alone, 1), _work(url, 2)]
        tally.tried = count
        tally.remarks.append(f"one worker {seconds[0]:.1f} s, two workers {seconds[1]:.1f} s")
        desk = place.desk(url)
        compare(tally, "two workers", picture(desk), picture(place.desk(alone)))
        runs = desk.value("select count(*) from app.runs")
        tally.need(runs == count, "doubled", f"{runs} runs for {count} files")
        check_leftovers(tally, "two workers", desk)
        check_ledger(tally, "two workers", url)
    return tally


def f19_too_much_memory(place: Place, rounds: int | None = None) -> Tally:
    tally = Tally("F19", "a file above the memory limit fails with a reason; the next one runs")
    large = month_file(place.folder, "large", lines=150_000)
    small = month_file(place.folder, "small", period="1403-06")
    with place.database() as url:
        tally.tried = 1
        for path, period in ((large, "1403-05"), (small, "1403-06")):
            tell(url, "load", "--queue", path, "--period", period)
        tell(url, *WORKER, JOB_MEMORY_BYTES=str(300 * 1024**2))
        desk = place.desk(url)
        first, second = desk.rows("select state, error, deaths from app.jobs order by job_id")
        code = (first["error"] or {}).get("code")
        tally.need(
            (first["state"], code) == ("failed", "JOB_MEMORY"), "unclear", f"the large one: {first}"
        )
        tally.need(second["state"] == "done", "lost", f"the small one: {second}")
        with tally.clock("with more memory"):
            told = tell(url, "recheck", 1)
        tally.need(told.code == 0, "lost", f"with more memory: {told.error}")
        check_leftovers(tally, "memory", desk)
        check_ledger(tally, "memory", url)
    return tally


def handed_in(place: Place, name: str, paths: list[Path]) -> str:
    """A database in which files wait to be run and published."""

    def prepare(desk: Desk) -> None:
        for path in paths:
            told = tell(desk.url, "load", "--queue", path, "--publish")
            assert told.code == 0, told.error

    return place.template(name, prepare)


def undisturbed(place: Place, template: str) -> tuple[dict[str, Any], Picture]:
    """What is visible before a worker comes, and all of it when it is done."""
    with place.database(template) as url:
        desk = place.desk(url)
        before = visible(desk)
        told = tell(url, *WORKER)
        assert told.code == 0, told.error
        return before, picture(desk)


def _stages() -> dict[str, Callable[[], Callable[[Asked], bool]]]:
    """Moments of a run, each a new counter of what is asked."""
    texts = {name: at(text) for name, text in STAGES.items() if name not in ("receipt", "bytes")}
    found: dict[str, Callable[[], Callable[[Asked], bool]]] = {
        name: (lambda when=when: when) for name, when in texts.items()
    }
    found["commit of the run"] = lambda: _commit_after(STAGES["end"])
    found["after the commit"] = lambda: _next_after_commit(STAGES["end"])
    found["commit of publish"] = lambda: _commit_after(STAGES["publish"])
    found["after publish"] = lambda: _next_after_commit(STAGES["publish"])
    return found


def _commit_after(text: str) -> Callable[[Asked], bool]:
    """The commit that follows a statement, of the same process."""
    pids: set[int] = set()

    def is_it(asked: Asked) -> bool:
        if text in asked.text:
            pids.add(asked.pid)
        return asked.is_commit and asked.pid in pids

    return is_it


def _next_after_commit(text: str) -> Callable[[Asked], bool]:
    """Whatever the same process asks next after that commit."""
    is_commit = _commit_after(text)
    pids: set[int] = set()

    def is_it(asked: Asked) -> bool:
        if asked.pid in pids:
            return True
        if is_commit(asked):
            pids.add(asked.pid)
        return False

    return is_it


def _kill_at(
    tally: Tally,
    place: Place,
    template: str,
    shown: tuple[dict[str, Any], Picture],
    stage: str,
    victim: str,
) -> None:
    about = f"{victim} killed at {stage}"
    with place.database(template) as url:
        workers: list[Verb] = []
        harm = Harm(_stages()[stage](), "act", lambda asked: _kill(workers[0], asked.pid, victim))
        place.proxy.expect(harm)
        workers.append(Verb(place.proxy.url_of(url), *WORKER))
        while not harm.happened.wait(0.05) and workers[0].runs:
            pass
        tally.tried += 1
        tally.need(harm.done, "unclear", f"{about}: never reached")
        _after_the_kill(tally, place, url, workers[0], shown, about)


def _kill_after(
    tally: Tally,
    place: Place,
    template: str,
    shown: tuple[dict[str, Any], Picture],
    moment: float,
    victim: str,
) -> None:
    about = f"{victim} killed after {moment:.2f} s"
    with place.database(template) as url:
        place.proxy.expect(None)
        worker = Verb(place.proxy.url_of(url), *WORKER)
        time.sleep(moment)
        pids = _children(worker.pid) or [worker.pid]
        _kill(worker, pids[0], victim)
        tally.tried += 1
        _after_the_kill(tally, place, url, worker, shown, about)


def _after_the_kill(
    tally: Tally,
    place: Place,
    url: str,
    worker: Verb,
    shown: tuple[dict[str, Any], Picture],
    about: str,
) -> None:
    """A worker that lives goes on; one that died comes back; then all is as it would have been."""
    before, reference = shown
    desk = place.desk(url)
    now = visible(desk)
    if len(reference["bytes"]) == 1:
        after = {name: reference[name] for name in before}
        tally.need(now in (before, after), "mixed", f"{about}: half of it is visible")
    with tally.clock(about):
        told = worker.end()
        if told.was_killed:
            told = tell(url, *WORKER)
    check_message(tally, about, told)
    wait_for_silence(url)
    states = desk.rows("select state, error from app.jobs where state <> 'done'")
    tally.need(not states, "lost", f"{about}: {states}")
    if compare(tally, about, picture(desk), reference):
        check_leftovers(tally, about, desk)
    check_ledger(tally, about, url)


def _kill(worker: Verb, child: int, victim: str) -> None:
    pids = {"child": [child], "worker": [worker.pid], "both": [child, worker.pid]}[victim]
    for pid in pids:
        _signal(pid, signal.SIGKILL)


def _freeze(tally: Tally, place: Place, url: str, reference: Picture, stage: str) -> None:
    about = f"frozen at {stage}"
    frozen: list[int] = []

    def freeze(asked: Asked) -> None:
        for pid in (workers[0].pid, asked.pid):
            frozen.append(pid)
            _signal(pid, signal.SIGSTOP)

    workers: list[Verb] = []
    harm = Harm(_stages()[stage](), "act", freeze)
    place.proxy.expect(harm)
    workers.append(Verb(place.proxy.url_of(url), *WORKER, JOB_STALLED_SECONDS="2"))
    while not harm.happened.wait(0.05) and workers[0].runs:
        pass
    tally.tried += 1
    tally.need(harm.done, "unclear", f"{about}: never reached")
    with tally.clock(about):
        told = tell(url, *WORKER, JOB_STALLED_SECONDS="2")
    check_message(tally, about, told)
    desk = place.desk(url)
    compare(tally, f"{about}, taken over", picture(desk), reference)
    for pid in frozen:
        _signal(pid, signal.SIGCONT)
    check_message(tally, f"{about}, continued", workers[0].end())
    wait_for_silence(url)
    if compare(tally, f"{about}, continued", picture(desk), reference):
        check_leftovers(tally, about, desk)
    check_ledger(tally, about, url)


def _work(url: str, count: int) -> float:
    begin = time.perf_counter()
    workers = [Verb(url, *WORKER) for _ in range(count)]
    for worker in workers:
        worker.end(600)
    return time.perf_counter() - begin


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(word) for word in text.split()]
    return []


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
