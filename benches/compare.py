#!/usr/bin/env python3
"""Runs commands in turns and compares what they cost: python3 benches/compare.py NAME=COMMAND NAME=COMMAND ...

The first command is what the others are measured by. In turns (A B A B), so that a busy moment of the machine hits all
of them; what is shown is the median. Python 3 and Linux are all it needs.
"""
import argparse
import datetime
import json
import multiprocessing
import os
import platform
import shlex
import signal
import statistics
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUNS = os.path.join(ROOT, "benches", "runs")
BLOCK = 512  # bytes that ru_oublock counts in, on Linux


def run(command, limit):
    """Runs a command once, without its output. Seconds and bytes; of its children too if it waits for them.

    `rss` is never less than this interpreter's own, about 20 MB: the kernel counts what stood there before the exec.
    """
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    timer = threading.Timer(limit, os.killpg, [process.pid, signal.SIGKILL])
    timer.daemon = True
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "wall": wall,
        "rss": usage.ru_maxrss * 1024,
        "written": usage.ru_oublock * BLOCK,
        "exit": process.returncode,
    }


def apart(function, *args):
    """Calls a function in a process of its own, so that the memory it takes is not counted as that of every run."""
    process = multiprocessing.get_context("fork").Process(target=function, args=args)
    process.start()
    process.join()
    if process.exitcode != 0:
        sys.exit(f"{function.__name__} failed")


def compare(commands, rounds, limit=600):
    """Every run of every named command; one that was stopped at the limit is not run again."""
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            if not stopped(runs[name]):
                runs[name].append(run(command, limit))
    return runs


def stopped(runs):
    return any(one["exit"] == -signal.SIGKILL for one in runs)


def median(runs, what):
    return statistics.median(one[what] for one in runs)


def table(runs):
    """The medians as text, with ratios to the first command."""
    first = next(iter(runs.values()))
    lines = [f"{'':<24} {'CPU s':>9} {'ratio':>7} {'wall s':>9} {'ratio':>7} {'RSS MB':>8} {'written':>10}  exit"]
    for name, of in runs.items():
        cpu, wall = median(of, "cpu"), median(of, "wall")
        lines.append(
            f"{name:<24} {cpu:>9.3f} {cpu / max(median(first, 'cpu'), 1e-6):>7.2f} {wall:>9.3f}"
            f" {wall / median(first, 'wall'):>7.2f} {median(of, 'rss') / 1e6:>8.1f} {median(of, 'written'):>10.0f}"
            f"  {of[0]['exit']}{' (stopped)' if stopped(of) else ''}"
        )
    return "\n".join(lines)


def machine():
    """What the numbers were measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return {"cpu": models[0] if models else platform.machine(), "cores": os.cpu_count(), "kernel": platform.release(),
            "load": os.getloadavg()[0]}


def save(name, commands, runs):
    """Writes the raw numbers to benches/runs/; returns the path."""
    os.makedirs(RUNS, exist_ok=True)
    path = os.path.join(RUNS, f"{datetime.date.today()}-{name}.json")
    shown = {key: shlex.join(command).replace(ROOT + os.sep, "") for key, command in commands.items()}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"machine": machine(), "commands": shown, "runs": runs}, file, indent=1)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("commands", nargs="+", metavar="NAME=COMMAND")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=600, help="stop a command after so many seconds")
    parser.add_argument("--save", metavar="NAME", help="write the raw numbers to benches/runs/<date>-NAME.json")
    args = parser.parse_args()
    named = (text.partition("=") for text in args.commands)
    commands = {name: shlex.split(command) for name, _, command in named}
    runs = compare(commands, args.rounds, args.limit)
    print(table(runs))
    if args.save:
        print(save(args.save, commands, runs))


if __name__ == "__main__":
    main()
