# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many pods, while podd is killed and systemd reloads and re-executes itself: nothing is lost and nothing is left.

The whole measure, which takes longer than a test of every day should:

    /usr/bin/python3 -m pytest tests/lab/test_scale.py -s --many
"""

import json
import os
import subprocess
import time

import pytest
from pods import await_saved, container, main_pid, pod, scaled, units

WHOLE = {"pods": 100, "kills": 20, "reloads": 200, "reexecs": 50}
BRIEF = {"pods": 30, "kills": 5, "reloads": 12, "reexecs": 6}


@pytest.fixture(scope="module")
def counts(request):
    return WHOLE if request.config.option.many else BRIEF


def three(number):
    argv = ["/bin/sleep", "infinity"]
    return pod(f"/many/p{number}", *(container(name, argv) for name in ("a", "b", "c")))


def facts(machine):
    """PIDs of all containers by instance and container, as podd tells them now."""
    shown = machine.podctl("status", "--json=short", check=False).json()
    return {
        (instance["Name"], each["Name"]): (each["PID"], each["State"])
        for one in shown for instance in one["Instances"] for each in instance["Containers"]
    }


# Whether podd answers is asked from within the machine: what starting a command there takes is not podd's.
ANSWER = """
pid=$(systemctl show -P MainPID podd.service)
begin=$(date +%s%N)
kill -KILL "$pid"
while kill -0 "$pid" 2>/dev/null; do :; done  # or it is asked while it dies
podctl status --json=short >/run/answer
end=$(date +%s%N)
echo $(((end - begin) / 1000000))
"""


def test_killed_podd_answers_with_the_whole_truth(machine, pods, counts):
    definitions = "\n".join(json.dumps(three(number)) for number in range(counts["pods"]))
    machine.write("/root/many.sh", "while read -r each; do printf '%s' \"$each\" | podctl apply - --no-block; done\n")
    begin = time.monotonic()
    machine.run("sh", "/root/many.sh", input=definitions + "\n", timeout=300)
    machine.run("podctl", "wait", *(f"/many/p{n}" for n in range(counts["pods"])), "--for=stable", timeout=300)
    print(f"\n{counts['pods']} pods of 3 containers run after {time.monotonic() - begin:.1f} s")
    await_saved(machine)
    before = facts(machine)
    assert len(before) == 3 * counts["pods"] and {state for _, state in before.values()} == {"running"}
    fingerprint = machine.fingerprint()
    took = []
    for _ in range(counts["kills"]):
        took.append(int(machine.run(ANSWER).stdout))
        told = {
            (instance["Name"], each["Name"]): (each["PID"], each["State"])
            for one in json.loads(machine.read("/run/answer")) for instance in one["Instances"]
            for each in instance["Containers"]
        }
        assert told == before, "the first answer is the whole truth"
    print(f"{counts['kills']} kills of podd: answered after {min(took)} to {max(took)} ms, "
          f"{sorted(took)[len(took) // 2]} ms in the middle")
    machine.wait_for(lambda: machine.fingerprint() == fingerprint, "the fingerprint of before", timeout=30)
    assert facts(machine) == before
    machine.run("podctl", "delete", *(f"/many/p{n}" for n in range(counts["pods"])), timeout=300)
    machine.run("rm /run/answer /root/many.sh")


# One client that never waits for the other: applies, scales, stops, starts and deletes pods of its own.
CHURN = """
number=$1
rounds=0
fail() { echo "client $number, round $rounds: $1: $(cat /run/churn/out.$number)"; exit 1; }
do_it() { podctl "$@" >/run/churn/out.$number 2>&1 || fail "$*"; }
apply() {
    sed -e "s,PODID,/churn/c$number," -e "s,TEXT,$1," -e "s,COUNT,$2," /run/churn/definition |
        podctl apply - --timeout=60 >/run/churn/out.$number 2>&1 || fail "apply $1 $2"
}
state() { podctl show "/churn/c$number" -p State --value; }
running() { podctl show "/churn/c$number" -p InstancesRunning --value; }
while [ ! -e /run/churn/end ]; do
    rounds=$((rounds + 1))
    apply one 1
    [ "$(running)" = 1 ] || fail "1 should run"
    do_it scale "/churn/c$number" 3
    [ "$(running)" = 3 ] || fail "3 should run"
    do_it scale "/churn/c$number" 1
    do_it stop "/churn/c$number"
    [ "$(state)" = stopped ] || fail "should be stopped"
    do_it start "/churn/c$number"
    do_it delete "/churn/c$number"
done
echo "$rounds"
"""


@pytest.mark.leaks("unix")
def test_no_job_is_lost_while_systemd_reloads_and_reexecutes_itself(machine, pods, counts):
    machine.write("/root/churn.sh", CHURN)
    template = scaled(pod("PODID", container("a", ["/bin/sleep", "infinity"], environment={"TEXT": "TEXT"})), 1)
    text = json.dumps(template).replace('"instances": 1', '"instances": COUNT')
    machine.write("/run/churn/definition", text)
    pods.apply(three(0))
    steady, podd = facts(machine), main_pid(machine, "podd.service")
    cursor = machine.journal_cursor()
    clients = [machine.popen("sh", "/root/churn.sh", str(n), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
               for n in range(3)]
    try:
        for verb in ["daemon-reload"] * counts["reloads"] + ["daemon-reexec"] * counts["reexecs"]:
            machine.run("systemctl", verb)
            time.sleep(0.05 if os.cpu_count() > 4 else 0.2)  # the clients get their turn
    finally:
        machine.run("touch", "/run/churn/end")
        said = [client.communicate(timeout=180)[0].strip() for client in clients]
    assert all(client.returncode == 0 for client in clients), "\n".join(said)
    print(f"\n{counts['reloads']} daemon-reloads and {counts['reexecs']} daemon-reexecs during {' + '.join(said)} rounds "
          "of apply, scale up, scale down, stop, start, delete")
    assert main_pid(machine, "podd.service") == podd
    assert facts(machine) == steady
    assert units(machine, "pod-churn*") == {}
    complaints = [line for line in machine.journal("--after-cursor", cursor, "-u", "podd.service", "-p", "warning")
                  .splitlines() if "reexec" not in line]
    assert complaints == []
    machine.run("rm -r /run/churn /root/churn.sh")
