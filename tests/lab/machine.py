# SPDX-License-Identifier: LGPL-2.1-or-later
"""A machine as tests use it: a thin face of the program that drives it, `lab` if not told."""

import dataclasses
import json
import pathlib
import subprocess
import time

LAB = pathlib.Path(__file__).with_name("lab")
FINGERPRINT = LAB.with_name("fingerprint.pl")


@dataclasses.dataclass(frozen=True)
class Result:
    command: tuple
    status: int
    stdout: str
    stderr: str

    def json(self):
        return json.loads(self.stdout)

    def __str__(self):
        return (
            f"{' '.join(self.command)}: exit status {self.status}\n"
            f"--- stdout\n{self.stdout}--- stderr\n{self.stderr}"
        )


class CommandFailed(AssertionError):
    def __init__(self, result):
        super().__init__(str(result))
        self.result = result


def installing(preset, tree):
    """The options that install a build or a tree."""
    return ["--install", tree] if tree else ["--preset", preset] if preset else []


class Machine:
    """One booted machine. Every method acts inside it, as root unless told."""

    program = LAB
    patience = 1  # how many times longer than usual anything may take

    def __init__(self, release, preset=None, tree=None):
        self.boot(release, *installing(preset, tree))

    def ask(self, *arguments):
        """What the program that drives the machine says."""
        command = [str(self.program), *arguments]
        return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout

    def boot(self, *arguments):
        self.name = self.ask("boot", *arguments).strip()
        self.ways = {}
        self.begun = []

    def stop(self):
        # A machine is not gone before everybody in it has been waited for.
        for process in self.begun:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.ask("stop", self.name)

    def argv(self, *command, user=None):
        """What to start on the host for COMMAND to run in the machine."""
        if user not in self.ways:
            way = self.ask("way", self.name, *(["--user", user] if user else []))
            self.ways[user] = way.split("\0")[:-1]
        return [*self.ways[user], *command]

    def run(self, *command, user=None, check=True, input=None, timeout=60):
        """Runs COMMAND; a single string is a shell script."""
        if len(command) == 1:
            command = ("/bin/sh", "-ec", command[0])
        done = subprocess.run(
            self.argv(*command, user=user), capture_output=True, text=True, errors="replace",
            timeout=timeout * self.patience, input=input, stdin=None if input is not None else subprocess.DEVNULL,
        )
        result = Result(command, done.returncode, done.stdout, done.stderr)
        if check and result.status != 0:
            raise CommandFailed(result)
        return result

    def popen(self, *command, user=None, **options):
        process = subprocess.Popen(self.argv(*command, user=user), text=True, **options)
        self.begun.append(process)
        return process

    def podctl(self, *arguments, **options):
        return self.run("podctl", *arguments, **options)

    def write(self, path, text, mode="644"):
        self.run(f'mkdir -p "$(dirname {path})" && cat >{path} && chmod {mode} {path}', input=text)

    def read(self, path):
        return self.run("cat", path).stdout

    def wait_for(self, predicate, what, timeout=20):
        """Until PREDICATE (callable, or a shell script that succeeds) holds; returns its value."""
        deadline = time.monotonic() + timeout * self.patience
        while True:
            if callable(predicate):
                value = predicate()
            else:
                value = self.run(predicate, check=False).status == 0
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {timeout * self.patience} s in vain for {what}")
            time.sleep(0.05)

    def fingerprint(self, without=()):
        """What a pod could leave behind, but for kinds WITHOUT: what `lab fingerprint` prints."""
        lines = self.run("setsid", "--wait", "/usr/bin/perl", "-", input=FINGERPRINT.read_text()).stdout.splitlines()
        return [line for line in lines if line.split(" ", 1)[0] not in without]

    def journal(self, *arguments):
        return self.run("journalctl", "--no-pager", "--quiet", "--output=short-precise", *arguments).stdout

    def journal_cursor(self):
        shown = self.run("journalctl", "--no-pager", "--quiet", "--lines=1", "--output=json").stdout
        return json.loads(shown)["__CURSOR"]
