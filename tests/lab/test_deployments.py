# SPDX-License-Identifier: LGPL-2.1-or-later
"""Changes of pods: instances are replaced in steps, others are kept out meanwhile, what fails can be taken back, by hand
or by itself, and a podd that is killed goes on where it was."""

import json
import subprocess

from pods import FOREVER, POLITE, container, main_pid, pod, restarted, scaled

LISTENS = {"exec": {"command": {"shell": "test -e listens"}}, "intervalSeconds": 1, "delaySeconds": 0}

# Answers VERSION to whoever connects to its socket in the directory that all instances share.
SERVER = r"""exec perl -MIO::Socket::UNIX -e '
    $SIG{TERM} = sub { exit 0 };
    my $server = IO::Socket::UNIX->new(Local => "shared/" . int(rand(1e12)), Listen => 64) or die "listen: $!";
    open(my $sign, ">", "listens");
    while (1) {
        my $client = $server->accept or next;
        print $client "VERSION";
        close $client;
    }'
"""

# Asks without a pause whichever instance answers. The address of one that has ended leads nowhere, as everywhere; then
# the next one is asked. Prints how often, how often nobody answered, and the first and the last answer.
CLIENT = r"""
my (@answers, $none, $done);
while (!$done && @answers < 1e6) {
    $done = -e "/srv/serves.done";  # and then once more
    my $answer = "";
    for my $path (glob("/srv/serves/*")) {
        my $peer = IO::Socket::UNIX->new(Peer => $path) or next;
        $answer = <$peer> // "";
        last if $answer ne "";
    }
    $answer eq "" ? $none++ : push(@answers, $answer);
    open(my $sign, ">", "/srv/serves.asked") if @answers == 1;
}
printf("%d %d %s %s\n", scalar(@answers), $none // 0, $answers[0], $answers[-1]);
"""

BROKEN = container("only", "exit 7")
MISSING = container("only", ["/no/such/program"])


def numbers(pods, pod_id):
    return [int(name.rsplit(".", 1)[1]) for name in pods.instances(pod_id)]


def upgrade(minimum, over):
    return {"upgrade": {"minimumHealthCapacity": minimum, "maximumOverCapacity": over}}


def deployments(machine):
    return machine.podctl("deployments", "--json=short").json()


def started(machine, *command):
    return machine.popen(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def watch_ready(machine, pod_id, command):
    """Runs COMMAND in the background and returns what list says of the pod until it ends: (running, existing)."""
    job = started(machine, "podctl", *command)
    seen = []
    while job.poll() is None:
        rows = [row for row in machine.podctl("list", "--json=short").json() if row["id"] == pod_id]
        if rows:
            seen.append((rows[0]["running"], len(machine.podctl("list-instances", pod_id, "--json=short").json())))
    assert job.returncode == 0, job.stderr.read()
    return seen


def test_an_update_keeps_its_capacities(machine, pods):
    slow = "sleep 0.3; " + POLITE
    for minimum, over, least, most in ((1.0, 0.25, 4, 5), (0.5, 0.0, 2, 4), (1.0, 0.0, 4, 5)):
        name = f"/roll/{int(minimum * 100)}-{int(over * 100)}"
        first = scaled(pod(name, container("only", slow), scheduling=upgrade(minimum, over)), 4)
        pods.apply(first)
        before = numbers(pods, name)
        machine.write("/srv/second.json", json.dumps({**first, "labels": {"color": "blue"}}))
        seen = watch_ready(machine, name, ("apply", "/srv/second.json"))
        after = numbers(pods, name)
        assert len(after) == 4 and min(after) > max(before)
        assert min(running for running, _ in seen) >= least, (name, seen)
        assert max(existing for _, existing in seen) <= most, (name, seen)
        assert pods.show(name)["Version"] == pods.show(name)["TargetVersion"]
    machine.run("rm", "/srv/second.json")


def test_scaling_replaces_no_instance(machine, pods):
    pods.apply(scaled(pod("/scale", container("only", FOREVER)), 2))
    pids = {name: pods.show(f"{name}/only")["PID"] for name in pods.instances("/scale")}
    told = machine.podctl("scale", "/scale", "4")
    assert told.stdout.startswith("changed /scale")
    assert len(pods.instances("/scale")) == 4
    assert {name: pods.show(f"{name}/only")["PID"] for name in pids} == pids
    machine.podctl("scale", "scale", "2")
    assert pods.instances("/scale") == list(pids), "the youngest go first"
    machine.podctl("suspend", "/scale")
    assert pods.instances("/scale") == [] and pods.show("/scale")["State"] == "stable"
    machine.podctl("resume", "/scale")
    assert len(pods.instances("/scale")) == 2
    history = machine.podctl("history", "/scale", "--json=short").json()
    assert len(history) == 5, "each of these is a version"
    refused = machine.podctl("scale", "/scale", "100000", check=False)
    assert refused.status == 1 and "/scaling/instances" in refused.stderr
    assert machine.podctl("scale", "/scale", "many", check=False).status == 2


def test_a_change_is_kept_out_by_the_one_that_is_under_way(machine, pods):
    assert pods.apply(pod("/locked", MISSING), check=False).status == 1
    (row,) = deployments(machine)
    assert row["pod"] == "/locked" and row["type"] == "create" and row["state"] == "stuck"
    assert "/no/such/program" in row["message"]
    fine = pod("/locked", container("only", FOREVER))
    refused = pods.apply(fine, check=False)
    assert refused.status == 1
    assert f"pod '/locked': locked by deployment {row['deployment']} (launching 0 of 1, stuck: " in refused.stderr
    for verb in (("scale", "/locked", "2"), ("restart", "/locked"), ("suspend", "/locked")):
        assert "locked by deployment" in machine.podctl(*verb, check=False).stderr, verb
    assert len(machine.podctl("history", "/locked", "--json=short").json()) == 1, "nothing has changed"
    pods.apply(fine, "--force")
    assert deployments(machine) == [] and pods.show("/locked")["State"] == "stable"
    pods.apply(scaled(fine, 2))


def test_an_update_to_what_fails_leaves_the_old_instances_and_is_taken_back(machine, pods):
    fine = scaled(pod("/back", container("only", FOREVER)), 2)
    pods.apply(fine)
    pids = [pods.show(f"{name}/only")["PID"] for name in pods.instances("/back")]
    failed = pods.apply(scaled(pod("/back", BROKEN), 2), check=False)
    assert failed.status == 1 and "exit 7" in failed.stderr and "podctl cancel" in failed.stderr
    (row,) = deployments(machine)
    assert row["type"] == "update" and row["state"] == "stuck"
    # A next one that is about to fail runs for a moment.
    machine.wait_for(lambda: pods.show("/back")["InstancesRunning"] == 2, "none of the new ones to run")
    assert "exit 7" in machine.podctl("status", "/back", check=False).stdout
    machine.podctl("cancel", str(row["deployment"]))
    assert [pods.show(f"{name}/only")["PID"] for name in pods.instances("/back")] == pids
    assert deployments(machine) == []
    shown = pods.show("/back")
    assert shown["State"] == "stable" and shown["Version"] == shown["TargetVersion"] and shown["Message"] == ""
    assert machine.podctl("cancel", str(row["deployment"]), check=False).status == 1


def test_an_update_takes_itself_back(machine, pods):
    backoff = {"scheduling": {"backoff": {"backoff": 0.1, "backoffFactor": 1, "maxLaunchDelay": 1}}}
    fine = pod("/self", container("only", FOREVER), **backoff)
    pods.apply(fine)
    (name,) = pods.instances("/self")
    failed = pods.apply(pod("/self", BROKEN, **backoff), "--rollback-on-failure=3", check=False)
    assert failed.status == 1
    assert "rolled back after 3 failures" in failed.stderr and "exit 7" in failed.stderr, failed.stderr
    pods.wait_property("/self", lambda now: now["Version"] == now["TargetVersion"], "the roll-back")
    assert pods.instances("/self") == [name]
    assert machine.podctl("diff", "/self", check=False).status == 1
    # Of a creation nothing is left.
    assert pods.apply(pod("/never", MISSING, **backoff), "--rollback-on-failure=1", check=False).status == 1
    machine.wait_for(lambda: "/never" not in pods.ids(), "the failed pod to be deleted")


def test_a_restart_is_rolling_and_can_be_stopped_half_way(machine, pods):
    pods.apply(scaled(pod("/again", container("only", POLITE), scheduling=upgrade(1.0, 0.0)), 3))
    before = numbers(pods, "/again")
    machine.podctl("restart", "/again")
    after = numbers(pods, "/again")
    assert len(after) == 3 and min(after) > max(before)


def test_without_capacities_the_old_instances_go_first(machine, pods):
    first = pod("/first", container("only", POLITE), scheduling=upgrade(0.0, 0.0))
    pods.apply(first)
    pods.apply({**first, "containers": [container("only", "echo the new one; " + POLITE)]})
    lines = pods.wait_line("/first", "the new one")
    assert lines.index("leaving politely") < lines.index("the new one")


def test_no_answer_fails_during_an_update(machine, pods):
    def version(word):
        return scaled(pod("/serves", container("only", SERVER.replace("VERSION", word), check=LISTENS,
                                               volumeMounts=[{"name": "shared", "mountPath": "shared"}]),
                          volumes=[{"name": "shared", "host": "/srv/serves"}], scheduling=upgrade(0.8, 0.4)), 5)

    machine.run("mkdir", "-p", "/srv/serves")
    try:
        pods.apply(version("1"))
        machine.write("/srv/serves.json", json.dumps(version("2")))
        client = started(machine, "perl", "-MIO::Socket::UNIX", "-e", CLIENT)
        machine.wait_for("test -e /srv/serves.asked", "the first answer")
        machine.podctl("apply", "/srv/serves.json")
        machine.run("touch", "/srv/serves.done")
        output = client.communicate(timeout=60)[0].split()
        assert int(output[0]) > 100 and output[1:] == ["0", "1", "2"], output
    finally:
        machine.run("rm", "-rf", "/srv/serves", "/srv/serves.json", "/srv/serves.asked", "/srv/serves.done")


def test_a_deployment_goes_on_when_podd_is_killed(machine, pods):
    slow = {"lifecycle": {"killGracePeriodSeconds": 2}}
    deaf = "trap '' TERM; while :; do sleep 0.1; done"
    first = scaled(pod("/outlives", container("only", deaf, **slow), scheduling=upgrade(0.5, 0.0)), 2)
    pods.apply(first)
    machine.write("/srv/outlives.json", json.dumps({**first, "labels": {"color": "blue"}}))
    waiting = started(machine, "podctl", "apply", "/srv/outlives.json")
    row = machine.wait_for(lambda: next(iter(deployments(machine)), None), "the deployment")
    old = main_pid(machine, "podd.service")
    machine.run("kill", "-9", str(old))
    restarted(machine, "podd.service", old)
    now = [each["deployment"] for each in deployments(machine)]
    assert now == [row["deployment"]], "it keeps its number"
    assert waiting.wait(timeout=60) == 0, waiting.stderr.read()
    assert deployments(machine) == []
    machine.run("rm", "/srv/outlives.json")
    assert pods.show("/outlives")["Version"] == pods.show("/outlives")["TargetVersion"]


def test_progress_is_a_line_for_each_step_where_no_terminal_is(machine, pods):
    lines = pods.apply(scaled(pod("/steps", container("only", FOREVER)), 2), "--wait").stderr.splitlines()
    assert {"/steps.1: running", "/steps.2: running"} <= set(lines), lines
    gone = machine.podctl("scale", "/steps", "1", "--wait").stderr.splitlines()
    assert gone[-1] == "/steps.2: gone", gone
    assert pods.apply(pod("/quiet", container("only", FOREVER))).stderr == ""
