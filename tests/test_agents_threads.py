"""Threads for blocking work: one each for what goes on at the same time, used again when idle."""

from __future__ import annotations

import threading
from queue import SimpleQueue

from agents.threads import Threads


def done_in(threads: Threads, gate: threading.Event | None = None) -> SimpleQueue[int]:
    """Start a job that waits for the gate; where it tells which thread it ran in."""
    told: SimpleQueue[int] = SimpleQueue()

    def job() -> None:
        if gate is not None:
            gate.wait(10)
        told.put(threading.get_ident())

    threads.start(job)
    return told


def test_jobs_that_wait_for_each_other_each_have_a_thread() -> None:
    threads, gate = Threads(), threading.Event()
    waiting = [done_in(threads, gate) for _ in range(50)]
    gate.set()
    assert len({told.get(timeout=10) for told in waiting}) == 50


def test_an_idle_thread_is_used_again() -> None:
    threads = Threads()
    seen = set()
    for _ in range(200):
        seen.add(done_in(threads).get(timeout=10))
    assert len(seen) < 100, "a new thread for each would make 200"


def test_a_blocked_job_holds_up_no_other() -> None:
    threads, gate = Threads(), threading.Event()
    blocked = done_in(threads, gate)
    assert done_in(threads).get(timeout=10)
    gate.set()
    assert blocked.get(timeout=10)
