# SPDX-License-Identifier: LGPL-2.1-or-later
"""Out of a container by its mounts: what of the host it can be made to see, and to change."""

import json
import re
import time

import pytest
from escapes import ESCAPE, HARDENED, attack, facts, problems, refused, shelf, write_all  # noqa: F401
from machine_fixtures import run_first_pod
from pods import FOREVER, container, pod

KERNEL = "a file system of the kernel"
# What a host volume shows: why podd-init refuses it.
SOURCES = {
    "/": "'/proc'", "/proc": KERNEL, "/proc/self/fd": KERNEL, "/sys": KERNEL, "/sys/fs/cgroup": KERNEL, "/dev": "'/dev'",
    "/dev/pts": KERNEL, "/dev/shm": "'/dev'", "/dev/null": "a device", "/run": "'/run/", "/var": "'/var/lib/podd'",
    "/run/podd": "'/run/podd'", "/run/podd/spawner.sock": "a socket", "/run/dbus": "'/run/dbus'",
    "/run/systemd/journal": "'/run/systemd'", "/run/dbus/system_bus_socket": "a socket",
    "/var/lib/podd": "'/var/lib/podd'", "/var/lib/podd/pods": "'/var/lib/podd'", "/srv/shelf/fifo": "a FIFO",
    "/srv/shelf/block": "a device",
}
OWN = ("/run/podd", "/var/lib/podd")  # refused by their names already


@pytest.fixture(scope="module", autouse=True)
def shared_root(machine):
    """As systemd has it where it is not in a container itself: what is mounted on the host reaches the services."""
    machine.run("mount --make-rshared /; systemctl restart podd-spawner.service")
    run_first_pod(machine)


def showing(host, place="seen", pod_id="/shows"):
    tells = ["sh", "-c", f"stat -L -c id=%d:%i {place}; echo end; {FOREVER}"] if place.isprintable() else ["true"]
    return pod(pod_id, container("c", tells, volumeMounts=[{"name": "v", "mountPath": place}]),
               volumes=[{"name": "v", "host": host}])


@pytest.fixture
def oddities(machine, shelf):  # noqa: F811
    machine.run(f"mkfifo {shelf}/fifo; mknod {shelf}/block b 7 0; mkdir {shelf}/links")
    return shelf


@HARDENED
def test_host_paths_that_no_container_gets(machine, oddities, pods):
    by_id = {f"/shows{i}": source for i, source in enumerate(SOURCES)}
    own = {each for each in by_id if by_id[each].startswith(OWN)}
    why = problems(pods, [showing(source, pod_id=each) for each, source in by_id.items() if each not in own])
    assert set(why) == set(by_id) - own
    for each, text in why.items():
        assert SOURCES[by_id[each]] in text and "volume 'v'" in text, text
    for each in own:
        assert "/volumes/0/host" in refused(pods, showing(by_id[each]))
    assert "No such file or directory" in refused(pods, showing("/srv/none"))


@HARDENED
def test_a_fifo_is_refused_at_once(machine, oddities, pods):
    begin = time.monotonic()
    assert "is or shows a FIFO" in refused(pods, showing("/srv/shelf/fifo"))
    assert time.monotonic() - begin < 2 * machine.patience


@ESCAPE
def test_links_to_such_host_paths(machine, oddities, pods):
    by_id = {f"/shows{i}": source for i, source in enumerate(SOURCES)}
    for each, source in by_id.items():  # by way of another link, too
        machine.run(f"ln -s {source} {oddities}/links/{each}; ln -s links/{each} {oddities}/{each}")
    why = problems(pods, [showing(oddities + each, pod_id=each) for each in by_id])
    if machine.guarded:
        assert set(why) == set(by_id)
        for each, text in why.items():
            assert SOURCES[by_id[each]] in text and "volume 'v'" in text, text
        return
    assert why == {}
    # Whose descriptors /proc/self has, is another question.
    asked = {each: source for each, source in by_id.items() if "self" not in source}
    script = "".join(f"podctl logs --quiet --output=cat {each} | head -n 1; stat -L -c id=%d:%i {source}\n"
                     for each, source in asked.items())

    def inside_and_outside():
        lines = machine.run(script).stdout.split()
        return lines if len(lines) == 2 * len(asked) else None

    lines = machine.wait_for(inside_and_outside, "all containers to have looked")
    assert lines[::2] == lines[1::2]


BAD_PLACES = ["..", "a/../b", "/a/../../etc", "/./", "/a/./b", "", "/", "//", "/proc", "/proc/", "/proc/self/fd", "//proc",
              "/sys", "/sys/fs/cgroup", "/dev", "/dev/null", "/dev/pts", "/dev/console", "/dev/shm", "/run/podd/x",
              "/var/lib/podd", "a\nb\0c"]
BAD_NAMES = ["..", ".", "a/b", "/etc", "a" * 256, "a\0b", "a\nb", ".tmp", "state.json", "", "-a", "a b"]


@HARDENED
def test_mount_points_and_volume_names_that_are_none(machine, pods):
    bad = [showing("/srv", place) for place in BAD_PLACES]
    for name in BAD_NAMES:
        bad.append(pod("/shows", container("c", volumeMounts=[{"name": name, "mountPath": "m"}]), volumes=[{"name": name}]))
    before = machine.run("find /var/lib/podd").stdout
    write_all(machine, bad)
    said = machine.run("cd /root/many; for f in *; do for verb in verify apply; do "
                       "echo; podctl $verb $f 2>&1 || echo status $?; done; done").stdout
    machine.run("rm -r /root/many")
    answers = said.split("\n\n")
    assert len(answers) == 2 * len(bad)
    for answer in answers:
        assert answer.rstrip().endswith("status 1") and re.search("/(mountPath|name)", answer), answer
    assert machine.run("find /var/lib/podd").stdout == before and pods.ids() == []


ALICES = """
polkit.addRule(function(action, subject) {
    if (action.id == "org.podd1.manage" && subject.user == "alice")
        return polkit.Result.YES;
});
"""


@pytest.fixture
def managing_alice(machine, shelf):  # noqa: F811
    rule, setting = "/etc/polkit-1/rules.d/50-alice.rules", "/etc/podd/podd.conf.d/50-shelf.conf"
    machine.write(rule, ALICES)
    machine.write(setting, f"allowed-host-paths = {shelf}/open\n")
    machine.run(f"mkdir {shelf}/open {shelf}/closed; ln -s {shelf}/closed {shelf}/open/link; systemctl restart podd.service")
    run_first_pod(machine)
    yield
    machine.run(f"rm {rule} {setting}; systemctl restart podd.service")
    run_first_pod(machine)


@HARDENED
def test_a_caller_without_further_rights_gets_what_is_allowed(machine, shelf, managing_alice, pods):  # noqa: F811
    def applies(host):
        definition = json.dumps(showing(host))
        return machine.podctl("--no-ask-password", "apply", "-", user="alice", input=definition, check=False)

    machine.wait_for(lambda: applies(f"{shelf}/open").status == 0, "polkit to follow its new rule")
    machine.podctl("delete", "/shows")
    machine.run(f"mkdir {shelf}/opening {shelf}/open/below")
    for host in (shelf, f"{shelf}/closed", f"{shelf}/opening", "/", "/etc", f"{shelf}/open/../closed"):
        answer = applies(host)
        assert answer.status == 1, (host, answer)
        assert pods.ids() == []
    assert applies(f"{shelf}/open/below").status == 0


KEPT = ["/proc", "/proc/sys", "/sys", "/dev", "/dev/pts", "/"]


@ESCAPE
def test_links_that_lead_a_mount_point_into_the_kernels(machine, shelf, pods):  # noqa: F811
    machine.run(f"mkdir {shelf}/data; ln -s / {shelf}/to-root")
    by_id = {f"/shows{i}": kept for i, kept in enumerate(KEPT)}
    for each, kept in by_id.items():
        machine.run(f"ln -s to-root{kept} {shelf}{each}")
    why = problems(pods, [showing(f"{shelf}/data", shelf + each, pod_id=each) for each in by_id])
    if not machine.guarded:
        assert "/shows0" not in why, "the container has a /proc of our own"
        return
    for each, kept in by_id.items():
        top = "/" + kept.split("/")[1]
        assert f"volume 'v': mount point '{shelf}{each}': is in '{top}', where no volume can be mounted" in why[each]


@ESCAPE
def test_what_is_hidden_is(machine, pods):
    machine.run("echo secret >/home/alice/note; echo secret >/root/note; mkdir -p /etc/ssh; echo secret >/etc/ssh/key")
    lines = attack(pods, "for i in /home/alice/note /root/note /etc/ssh/key /etc/shadow /proc/keys /proc/timer_list; do "
                         "echo $i=$(head -c 20 $i 2>&1 | tr -d '\\0' | wc -c); done; "
                         "for i in /home /root /etc/ssh /sys/firmware; do "
                         "echo $i=$(ls -A $i | wc -l) $(touch $i/x 2>&1 | grep -o 'Read-only.*'); done")
    machine.run("rm -r /home/alice/note /root/note /etc/ssh")
    seen = facts(lines)
    readable = {path for path in ("/etc/shadow", "/proc/keys", "/proc/timer_list") if seen[path] != "0"}
    hidden = {path for path in ("/home", "/root", "/etc/ssh", "/sys/firmware") if seen[path].startswith("0")}
    if machine.guarded:
        assert not readable and hidden == {"/home", "/root", "/etc/ssh", "/sys/firmware"}, seen
        assert all("Read-only" in seen[path] for path in hidden), seen
    else:
        assert readable == {"/etc/shadow", "/proc/keys", "/proc/timer_list"} and not hidden, seen


def mountinfo(text):
    """By mount point, the last one of each: (root, whether read-only, type, propagation)."""
    found = {}
    for line in text.splitlines():
        left, right = line.split(" - ")
        _, _, _, root, point, options, *tags = left.split()
        found[point] = (root, "ro" in options.split(","), right.split()[0], tags)
    return found


def planned_mounts(machine, definition):
    shown = machine.podctl("plan", "-", input=json.dumps(definition)).stdout
    for line in re.findall(r"^ +(kind=\S+ .*)$", shown, re.M):
        yield dict(word.split("=", 1) for word in line.split() if "=" in word)


@HARDENED
def test_the_mounts_are_those_of_the_plan_and_no_others(machine, shelf, pods):  # noqa: F811
    machine.run(f"mkdir {shelf}/d; mount -t tmpfs below {shelf}/d")
    definition = pod("/mounts", container("c", "cat /proc/self/mountinfo; echo end; exec sleep infinity", volumeMounts=[
        {"name": "e", "mountPath": "e"}, {"name": "h", "mountPath": "/mnt", "readOnly": True}]),
        volumes=[{"name": "e"}, {"name": "h", "host": shelf}])
    steps = list(planned_mounts(machine, definition))
    pods.apply(definition)
    seen = mountinfo("\n".join(pods.wait_line("/mounts", "end")[:-1]))
    machine.run(f"umount {shelf}/d")
    (sandbox,) = {each for each in seen if re.fullmatch("/var/lib/podd/sandboxes/[^/]+/containers/c", each)}

    def place(step):
        target = re.sub("^/var/lib/podd/sandboxes/[^/]+/containers/c", sandbox, step["target"])
        return target if target.startswith("/") else f"{sandbox}/{target}"

    by_place = {place(step): step for step in steps if step["kind"] != "link"}
    assert set(seen) - set(by_place) == {"/mnt/d"}, "only what is mounted below a host volume comes with it"
    missing = set(by_place) - set(seen)
    assert {each for each in missing if by_place[each].get("optional") != "yes"} == set()
    types = {"proc": "proc", "sysfs": "sysfs", "tmpfs": "tmpfs", "devpts": "devpts", "mqueue": "mqueue",
             "cgroup2": "cgroup2"}
    for point, step in by_place.items():
        if point in missing:
            continue
        root, read_only, kind, tags = seen[point]
        assert kind == types.get(step["kind"], kind) and not any("shared:" in tag for tag in tags), (point, seen[point])
        assert read_only or step.get("readOnly") != "yes" or (kind == "devtmpfs" and root == "/null"), (point, seen[point])
    assert seen["/mnt"][1] and seen["/mnt/d"][1], "read-only all the way down"


@ESCAPE
def test_read_only_stays_so(machine, shelf, pods):  # noqa: F811
    machine.run(f"mkdir -p {shelf}/v/below; mount -t tmpfs below {shelf}/v/below")
    lines = attack(pods, "for i in v v/below; do touch $i/first; mount -o remount,bind,rw $i; touch $i/later; done; "
                         "mount -o remount,bind,rw /; touch /srv/shelf/root; true",
                   volumes=[(f"{shelf}/v", "v", True)])
    changed = machine.run(f"cd {shelf}; find . -type f | sort").stdout.split()
    pods.delete_all()
    machine.run(f"umount {shelf}/v/below")
    assert sum("Read-only file system" in line for line in lines) >= 2
    assert changed == ([] if machine.guarded else ["./root", "./v/below/later", "./v/later"]), lines


@ESCAPE
def test_mounts_of_a_container_stay_there_and_those_of_the_host_come_and_go(machine, shelf, pods):  # noqa: F811
    machine.run(f"mkdir -p {shelf}/v/in {shelf}/v/host")
    lines = attack(pods, "mount -t tmpfs mine v/in && touch v/in/mine; ls v/in", volumes=[(f"{shelf}/v", "v", False)])
    assert ("mine" in lines) != machine.guarded, lines
    assert machine.run(f"ls {shelf}/v/in").stdout == ""
    machine.run(f"mount -t tmpfs late {shelf}/v/host; touch {shelf}/v/host/late")
    root = f"/proc/{pods.pids('/attack')['c']}/root"
    (instance,) = pods.instances("/attack")
    inside = f"{root}/var/lib/podd/sandboxes/*/containers/c/v/host"
    assert machine.run(f"ls {inside}").stdout == "late\n"
    machine.run(f"umount {shelf}/v/host")
    assert machine.run(f"ls {inside}").stdout == "", "a container does not keep a disk of the host busy"


@HARDENED
def test_host_volumes_are_never_deleted(machine, shelf, pods):  # noqa: F811
    machine.run(f"mkdir -p {shelf}/v/deep; for i in 1 2 3; do echo $i >{shelf}/v/deep/$i; done")
    tree = f"find {shelf}/v -printf '%p %m %u %s\\n' | sort; cat {shelf}/v/deep/*"
    before = machine.run(tree).stdout
    for name in ("/one", "/two"):
        pods.apply(pod(name, container("c", volumeMounts=[{"name": "v", "mountPath": "v"}]),
                       volumes=[{"name": "v", "host": f"{shelf}/v"}]))
    machine.podctl("restart", "/one")
    machine.podctl("delete", "/one")
    assert machine.run(tree).stdout == before
    machine.podctl("delete", "/two")
    machine.podctl("purge", "/two")
    assert machine.run(tree).stdout == before


def crowded(containers, volumes):
    names = [f"v{i}" for i in range(volumes)]
    counts = f"[ $(grep -c /v[0-9] /proc/self/mountinfo) = {volumes} ] && echo complete; {FOREVER}"
    mounts = [{"name": name, "mountPath": name} for name in names]
    return pod("/crowd", *[container(f"c{i}", counts, volumeMounts=mounts) for i in range(containers)],
               volumes=[{"name": name} for name in names])


@HARDENED
def test_two_thousand_mounts_at_once(machine, pods):
    refusal = refused(pods, crowded(64, 64))
    assert "at most 262144 are allowed" in refusal, refusal
    begin = time.monotonic()
    pods.apply(crowded(64, 30), timeout=120)
    print(f"64 containers with 30 volumes each: {time.monotonic() - begin:.1f} s")
    machine.wait_for(lambda: pods.lines("/crowd").count("complete") == 64, "all containers to have all volumes")
    machine.podctl("delete", "/crowd", timeout=120)
    assert machine.run("ls /var/lib/podd/sandboxes").stdout == ""
