# SPDX-License-Identifier: LGPL-2.1-or-later
"""What follows from checks: ends, deployments that wait, what is shown, and what a new podd knows."""

import json
import time

from pods import FOREVER, POLITE, await_saved, container, journal_entries, main_pid, pod, restarted, scaled, units

UNHEALTHY = "3f8a61d2c4b74e9f8d25b7106ae3c9f4"
CHECK_CHANGED = "a1d7c5e20b9346f7918e4cd36f08b25a"


def command(script, interval=1, **more):
    return {"exec": {"command": {"shell": script}}, "delaySeconds": 0, "intervalSeconds": interval, **more}


def health(script, grace=0, most=3, **more):
    return command(script, gracePeriodSeconds=grace, maxConsecutiveFailures=most, **more)


def only(pods, pod_id):
    """The name and the properties of the pod's only instance, and of its only container."""
    (instance,) = pods.status(pod_id)["Instances"]
    (shown,) = instance["Containers"]
    return instance["Name"], instance, shown


def checked(pods, pod_id, predicate, what, timeout=20):
    """Until PREDICATE holds for the container of the only instance; returns it."""

    def holds():
        instances = pods.status(pod_id)["Instances"]
        shown = [each for instance in instances for each in instance["Containers"]]
        return shown[0] if len(shown) == 1 and predicate(shown[0]) else None

    return pods.machine.wait_for(holds, what, timeout)


def checks_of(machine, pod_id):
    """What the journal says that checks of a pod say."""
    found = journal_entries(machine, f"MESSAGE_ID={CHECK_CHANGED}", f"POD_ID={pod_id}")
    return [each["CONTAINER_CHECK_STATE"] for each in found]


def test_a_healthy_pod(machine, pods):
    pods.apply(pod("/healthy", container("c", healthCheck=health("echo ignored; exit 0"))), "--wait")
    name, instance, shown = only(pods, "/healthy")
    assert (instance["State"], instance["Health"], instance["Ready"]) == ("running", "healthy", True)
    assert (shown["Health"], shown["HealthFailures"], shown["HealthAnswer"]) == ("healthy", 0, "")
    assert shown["HealthTimestamp"] >= shown["StartTimestamp"]
    assert shown["Readiness"] == "" and shown["ReadinessTimestamp"] is None
    assert "c: running (healthy), PID" in machine.podctl("status", "/healthy").stdout
    before = units(machine, "*healthy*")
    machine.run("sleep", "3")
    assert units(machine, "*healthy*") == before, "probes make no units"
    (line,) = pods.lines("/healthy")
    assert line.endswith("health check: healthy"), "and nothing that they write is in the journal"
    assert checks_of(machine, "/healthy") == ["healthy"], "only that something changed"
    assert shown["HealthTimestamp"] == only(pods, "/healthy")[2]["HealthTimestamp"]


def test_an_unhealthy_container_is_ended_and_that_is_a_failure(machine, pods):
    pods.apply(pod("/sick", container("c", POLITE, healthCheck=health("echo no database; exit 7", most=2)),
                   container("sibling", POLITE)), "--no-block")
    shown = pods.wait_property("/sick", lambda each: each["Failures"] > 0, "the failure")
    assert shown["LastFailure"].endswith(": container 'c': health check failed: exit 7: no database")
    assert shown["BackoffUSec"] > 0 and shown["State"] == "degraded"
    (entry,) = journal_entries(machine, f"MESSAGE_ID={UNHEALTHY}", "POD_ID=/sick")[:1]
    assert entry["CONTAINER_NAME"] == "c" and entry["CONTAINER_RESULT"] == "health check failed: exit 7: no database"
    first = entry["POD_INSTANCE"]
    for name in ("c", "sibling"):
        assert "leaving politely" in pods.lines(first, name), "both have their grace"
    (said,) = journal_entries(machine, f"MESSAGE_ID={CHECK_CHANGED}", f"POD_INSTANCE={first}")
    assert (said["CONTAINER_CHECK_STATE"], said["CONTAINER_CHECK_ANSWER"]) == ("unhealthy", "exit 7: no database")


def test_one_failure_is_enough_where_none_is_allowed(machine, pods):
    pods.apply(pod("/strict", container("c", healthCheck=health("exit 1", most=0))), "--no-block")
    shown = pods.wait_property("/strict", lambda each: each["Failures"] > 0, "the failure")
    assert shown["LastFailure"].endswith("container 'c': health check failed: exit 1")


def test_failures_in_the_grace_do_not_count(machine, pods):
    pods.apply(pod("/slow", container("c", "sleep 3; touch up; " + FOREVER, healthCheck=health("test -e up", grace=60, most=1))),
               "--no-block")
    shown = checked(pods, "/slow", lambda each: each["HealthAnswer"], "a failure")
    assert (shown["Health"], shown["HealthFailures"], shown["HealthAnswer"]) == ("unknown", 0, "exit 1")
    status = pods.status("/slow")
    assert status["State"] == "degraded"
    assert status["Message"].endswith("container 'c': not healthy yet (exit 1)")
    (deployment,) = machine.podctl("deployments", "--json=short").json()
    assert "container 'c': not healthy yet (exit 1)" in deployment["message"], "it says what it waits for"
    pods.wait_state("/slow", "stable")
    assert only(pods, "/slow")[2]["Health"] == "healthy"
    assert checks_of(machine, "/slow") == ["healthy"]
    assert pods.status("/slow")["Failures"] == 0


def test_a_grace_that_is_over(machine, pods):
    pods.apply(pod("/over", container("c", healthCheck=health("exit 1", grace=3, most=1))), "--no-block")
    started = checked(pods, "/over", lambda each: each["State"] == "running", "the container")["StartTimestamp"]
    pods.wait_property("/over", lambda each: each["Failures"] > 0, "the failure")
    (entry,) = journal_entries(machine, f"MESSAGE_ID={UNHEALTHY}", "POD_ID=/over")[:1]
    assert int(entry["__REALTIME_TIMESTAMP"]) - started >= 3_000_000


def test_who_dies_in_the_grace_has_failed_by_himself(machine, pods):
    pods.apply(pod("/dies", container("c", "sleep 1; exit 5", healthCheck=health("exit 1", grace=60, most=1))), "--no-block")
    shown = pods.wait_property("/dies", lambda each: each["Failures"] > 0, "the failure")
    assert shown["LastFailure"].endswith("container 'c': exit 5")


def test_flapping_ends_nothing(machine, pods):
    flap = "if rm flag 2>/dev/null; then exit 0; else touch flag; exit 1; fi"
    pods.apply(pod("/flaps", container("c", healthCheck=health(flap, most=2))), "--no-block")
    machine.wait_for(lambda: len(checks_of(machine, "/flaps")) >= 5, "transitions")
    states = checks_of(machine, "/flaps")
    assert states[:4] in (["unhealthy", "healthy"] * 2, ["healthy", "unhealthy"] * 2)
    assert pods.status("/flaps")["Failures"] == 0


def test_readiness_is_waited_for_and_never_ends_anything(machine, pods):
    definition = pod("/ready", container("c", "sleep 4; touch warm; " + FOREVER, check=command("test -e warm")))
    begun = time.monotonic()
    applied = machine.podctl("apply", "-", "--wait", input=json.dumps(definition))
    assert time.monotonic() - begun > 3, "the deployment waits for the check"
    assert applied.status == 0
    _, instance, shown = only(pods, "/ready")
    assert (shown["Readiness"], instance["Ready"], instance["Health"]) == ("ready", True, "")
    assert checks_of(machine, "/ready") == ["not-ready", "ready"]


def test_a_check_that_never_passes_leaves_the_deployment_running(machine, pods):
    pods.apply(pod("/never", container("c", check=command("echo still cold; exit 1"))), "--no-block")
    checked(pods, "/never", lambda each: each["Readiness"] == "not-ready", "the answer")
    machine.run("sleep", "3")
    (deployment,) = machine.podctl("deployments", "--json=short").json()
    assert "container 'c': not ready: exit 1: still cold" in deployment["message"]
    assert deployment["state"] == "running"
    shown = machine.podctl("status", "/never", check=False).stdout
    assert "c: running (not-ready), PID" in shown and "check: exit 1: still cold" in shown
    assert pods.status("/never")["InstancesRunning"] == 0


def test_frozen_containers_are_not_asked(machine, pods):
    pods.apply(pod("/ice", container("c", healthCheck=health("date +%s%N >>asked; sleep 0.5", most=1))), "--wait")
    machine.podctl("freeze", "/ice")
    machine.run("sleep", "4")
    frozen = only(pods, "/ice")
    assert (frozen[2]["FreezerState"], frozen[2]["Health"]) == ("frozen", "healthy")
    machine.podctl("thaw", "/ice")
    machine.run("sleep", "2.5")
    assert only(pods, "/ice")[0] == frozen[0] and pods.status("/ice")["Failures"] == 0
    root = f"/proc/{frozen[2]['PID']}/root"
    times = [int(each) for each in machine.run(f'cat {root}$(tr "\\0" "\\n" </proc/{frozen[2]["PID"]}/environ | '
                                               "sed -n s/^MESOS_SANDBOX=//p)/asked").stdout.split()]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    assert max(gaps) > 3_500_000_000, "nothing was asked meanwhile"
    assert checks_of(machine, "/ice") == ["healthy"]


def test_nothing_is_asked_while_a_pod_stops(machine, pods):
    lingering = "trap 'cat asked | wc -l; sleep 2.5; cat asked | wc -l; exit 0' TERM; touch asked; while :; do sleep 0.1; done"
    pods.apply(pod("/stops", container("c", lingering, lifecycle={"killGracePeriodSeconds": 10},
                                       healthCheck=health("echo x >>asked"))), "--wait")
    machine.podctl("stop", "/stops")
    before, after = [line for line in pods.lines("/stops") if line.strip().isdigit()]
    assert int(before) > 0 and before == after


def test_a_hanging_probe_keeps_no_pod_from_its_end(machine, pods):
    pods.apply(pod("/hangs", container("c", healthCheck=health("sleep 777", grace=100, interval=60))), "--no-block")
    machine.wait_for("pgrep -fx 'sleep 777'", "the probe")
    machine.podctl("delete", "--force", "/hangs", timeout=20)
    assert machine.run("pgrep -fx 'sleep 777'", check=False).stdout == ""


def test_a_new_podd_knows_what_checks_have_said(machine, pods):
    pods.apply(pod("/kept", container("c", healthCheck=health("test ! -e sick", grace=0, most=1000)),
                   container("d", check=command("exit 3"))), "--no-block")

    def states():
        found = pods.containers("/kept")
        return (found["c"]["Health"], found["d"]["Readiness"]) if len(found) == 2 else None

    machine.wait_for(lambda: states() == ("healthy", "not-ready"), "both to say something")
    executor = pods.status("/kept")["Instances"][0]["ExecutorPID"]
    pid = pods.pids("/kept")["c"]
    for name in ("STOP", "KILL"):
        old = main_pid(machine, "podd.service")
        if name == "STOP":
            machine.run("kill", "-STOP", str(old))
            machine.run(f"cd /proc/{pid}/cwd && touch sick")
            machine.run("sleep", "2.5")
            machine.run("kill", "-KILL", str(old))
        else:
            machine.run("kill", "-KILL", str(old))
        restarted(machine, "podd.service", old)
        assert states() == ("unhealthy", "not-ready"), "as it was before podd came"
    assert pods.status("/kept")["Instances"][0]["ExecutorPID"] == executor
    assert pods.pids("/kept")["c"] == pid
    machine.run(f"rm /proc/{pid}/cwd/sick")
    machine.wait_for(lambda: states() == ("healthy", "not-ready"), "the check to pass again")


def versioned(pod_id, mood, check, **fields):
    """Two instances that do nothing but answer: MOOD is what makes the versions differ."""
    upgrade = {"minimumHealthCapacity": 1, "maximumOverCapacity": 0.5}
    return scaled(pod(pod_id, container("c", environment={"MOOD": mood}, **check), scheduling={"upgrade": upgrade}, **fields), 2)


def test_an_update_waits_for_health(machine, pods):
    good = {"healthCheck": health('test "$MOOD" = good || test -e cheered', grace=100)}
    pods.apply(versioned("/rolls", "good", good), "--wait")
    old = set(pods.instances("/rolls"))
    pods.apply(versioned("/rolls", "bad", good), "--no-block")
    machine.wait_for(lambda: len(pods.instances("/rolls")) == 3, "one new instance beside the old ones")
    machine.run("sleep", "4")
    status = pods.status("/rolls")
    assert old < {each["Name"] for each in status["Instances"]}, "none of the old ones goes for one that is not healthy"
    assert len(status["Instances"]) == 3 and status["InstancesRunning"] == 2 and status["State"] == "stable"
    (fresh,) = [each for each in status["Instances"] if each["Name"] not in old]
    machine.run(f"touch /proc/{fresh['Containers'][0]['PID']}/cwd/cheered")
    machine.wait_for(lambda: len(old & set(pods.instances("/rolls"))) == 1, "an old one to go")
    machine.podctl("cancel", str(machine.podctl("deployments", "--json=short").json()[0]["deployment"]))
    machine.wait_for(lambda: not machine.podctl("deployments", "--json=short").json(), "the way back", timeout=60)
    assert pods.status("/rolls")["InstancesRunning"] == 2


def test_an_unhealthy_version_is_rolled_back(machine, pods):
    check = {"healthCheck": health('echo "in a $MOOD mood"; test "$MOOD" = good', most=1)}
    pods.apply(versioned("/back", "good", check), "--wait")
    version = pods.show("/back")["Version"]
    applied = pods.apply(versioned("/back", "bad", check), "--wait", "--rollback-on-failure=1", check=False)
    assert applied.status != 0 and "health check failed: exit 1: in a bad mood" in applied.stderr
    machine.wait_for(lambda: not machine.podctl("deployments", "--json=short").json(), "the way back", timeout=60)
    status = pods.status("/back")
    assert status["State"] == "stable" and status["Version"] != version
    assert "good" in machine.podctl("cat", "/back").stdout
    await_saved(machine)


def test_a_fixed_port_is_for_one_instance(machine, pods):
    endpoint = [{"name": "web-site", "hostPort": 18999}]
    definition = pod("/port", container("c", 'echo "$ENDPOINT_WEB_SITE $EP_HOST_WEB_SITE"; ' + FOREVER, endpoints=endpoint))
    pods.apply(scaled(definition, 2), "--no-block", check=False)
    shown = pods.wait_property("/port", lambda each: each["Message"], "the reason")
    assert "/containers/0/endpoints/0/hostPort: port 18999 of the host cannot belong to 2 instances" in shown["Message"]
    assert pods.instances("/port") == []
    pods.apply(definition, "--wait")
    pods.wait_line("/port", "18999 18999")
