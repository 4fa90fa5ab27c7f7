"""Whole lives of no-op jobs per second in Celery with Redis as broker: the counterpart of run.mjs, with the same arguments and the same answer.

A worker of its own kind (8 processes, late acknowledgement) works while the callers, threads of this process, send. The end is when the broker holds no job any more,
neither waiting nor taken: a worker acknowledges a job when it has done it.
"""
import argparse
import json
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import celery
import redis

URL = os.environ["PEER_URL"]
WORKERS = 8
LOOK_S = 0.005
app = celery.Celery("celery_peer", broker=URL)
app.conf.update(task_acks_late=True, task_ignore_result=True, broker_pool_limit=None)


@app.task(name="noop")
def noop(task):
    return {"ok": True}


def cpu_seconds(*roots):
    """CPU time of processes and of their children, so far."""
    used, parents = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended meanwhile
        used[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        parents[int(stat.parent.name)] = int(fields[1])
    return sum(time for process, time in used.items() if process in roots or parents[process] in roots)


def run(store, callers, jobs):
    with ThreadPoolExecutor(callers) as pool:
        for done in [pool.submit(send, jobs // callers + (caller < jobs % callers)) for caller in range(callers)]:
            done.result()
    while any(store.pipeline().llen("celery").hlen("unacked").execute()):
        time.sleep(LOOK_S)


def send(jobs):
    for _ in range(jobs):
        noop.delay({"task_type": "testing", "priority": 3, "description": "benchmark"})


def measure(callers, jobs):
    store = redis.Redis.from_url(URL)
    worker = subprocess.Popen([sys.executable, "-m", "celery", "-A", "celery_peer", "worker", f"--concurrency={WORKERS}", "--loglevel=ERROR", "--without-gossip", "--without-mingle"],
                              stdout=sys.stderr)
    try:
        run(store, callers, max(callers, jobs // 5))
        print("started", flush=True)
        start, cpu = time.perf_counter(), cpu_seconds(os.getpid(), worker.pid)
        run(store, callers, jobs)
        seconds, used = time.perf_counter() - start, cpu_seconds(os.getpid(), worker.pid) - cpu
    finally:
        worker.terminate()
        worker.wait()
    print(json.dumps({
        "peer": "celery", "version": celery.__version__, "runtime": f"Python {platform.python_version()}", "keeps": "nothing: results are ignored, as its documentation advises for speed",
        "callers": callers, "batch": 1, "jobs": jobs, "seconds": seconds, "per_second": jobs / seconds, "client_cpu_us_per_job": used / jobs * 1e6,
    }))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    for name in ("--callers", "--batch", "--jobs"):
        arguments.add_argument(name, type=int, required=True)
    chosen = arguments.parse_args()
    measure(chosen.callers, chosen.jobs)
