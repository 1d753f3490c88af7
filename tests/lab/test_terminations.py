# SPDX-License-Identifier: LGPL-2.1-or-later
"""What podd remembers of instances that ended without having been asked to."""

from pods import FOREVER, container, main_pid, pod, restarted


def history(pods, pod_id):
    return pods.show(pod_id)["Terminations"]


def wait_ends(machine, pods, pod_id, count):
    return machine.wait_for(lambda: len(found := history(pods, pod_id)) >= count and found, f"{count} ends of {pod_id}")


def of(termination):
    return {each["Name"]: each for each in termination["Containers"]}


def test_a_failure_is_told_with_all_its_containers(machine, pods):
    pods.apply(pod("/ends", container("bad", "sleep 0.2; exit 7"), container("good")), "--no-block")
    first = wait_ends(machine, pods, "/ends", 1)[0]
    assert (first["Instance"], first["Result"], first["Message"]) == ("/ends.1", "failed", "container 'bad': exit 7")
    assert first["LaunchTimestamp"] < first["EndTimestamp"]
    ended = of(first)
    assert (ended["bad"]["State"], ended["bad"]["ExitCode"], ended["bad"]["Result"]) == ("failed", 7, "exit-code")
    assert (ended["good"]["State"], ended["good"]["ExitSignal"]) == ("killed", 9) or ended["good"]["ExitSignal"] == 15
    boot = machine.run("cat /proc/sys/kernel/random/boot_id").stdout.strip().replace("-", "")
    assert first["BootId"] == boot
    status = machine.podctl("status", "/ends", check=False).stdout
    assert " Last error: " in status and "exit 7" in status
    text = machine.podctl("show", "/ends", "--property=Terminations").stdout
    assert text.startswith("Terminations={ instance=/ends.1 ; result=failed ; ended=[")
    assert "bad=failed (exit 7)" in text


def test_a_program_that_is_not_there_and_a_good_end_are_told_apart(machine, pods):
    pods.apply(pod("/absent", container("only", ["/no/such/program"])), "--no-block")
    pods.apply(pod("/through", container("only", "exit 0")), "--no-block")
    absent = wait_ends(machine, pods, "/absent", 1)[0]
    assert "/no/such/program" in absent["Message"] and of(absent)["only"]["State"] == "not-started"
    through = wait_ends(machine, pods, "/through", 1)[0]
    assert (through["Result"], of(through)["only"]["State"]) == ("finished", "finished")


def test_who_stops_a_pod_has_not_failed_it(machine, pods):
    pods.apply(pod("/asked", container("only", FOREVER)))
    machine.podctl("stop", "/asked")
    machine.podctl("start", "/asked")
    machine.run("systemctl", "stop", "pod-asked.slice")
    pods.wait_state("/asked", "stopped")
    machine.podctl("start", "/asked")
    machine.podctl("restart", "/asked")
    assert history(pods, "/asked") == []
    (instance,) = pods.instances("/asked")
    executor = pods.show(instance)["ExecutorPID"]
    machine.run("kill", "-KILL", str(executor))
    (ended,) = wait_ends(machine, pods, "/asked", 1)
    assert ended["Instance"] == instance and ended["Message"] == "the executor ended unexpectedly: signal KILL"
    assert of(ended)["only"]["State"] == "lost"


def test_the_last_ten_survive_podd_and_damage_costs_only_the_list(machine, pods):
    pods.apply(pod("/often", container("only", "exit 4")), "--no-block")
    pods.apply(pod("/other", container("only")))

    def fail():
        machine.podctl("reset-failed", "/often")
        return len(history(pods, "/often")) >= 10 and history(pods, "/often")[0]["Instance"] != "/often.1"

    machine.wait_for(fail, "more than ten failures", timeout=60)
    machine.podctl("stop", "/often")
    known = history(pods, "/often")
    assert len(known) == 10
    before = main_pid(machine, "podd.service")
    machine.run("kill", "-KILL", str(before))
    restarted(machine, "podd.service", before)
    assert history(pods, "/often") == known
    assert pods.show("/often")["LastFailureTimestamp"] == known[-1]["EndTimestamp"]
    path = "/var/lib/podd/pods/often/terminations"
    machine.run(f"printf X | dd of={path} bs=1 seek=70 conv=notrunc status=none")
    assert history(pods, "/often") == []
    machine.run(f"test -e {path}.damaged")
    assert pods.show("/other")["State"] == "stable"
    machine.podctl("delete", "/often")
    machine.podctl("purge", "/often")
    assert machine.run(f"test -e {path}", check=False).status != 0
