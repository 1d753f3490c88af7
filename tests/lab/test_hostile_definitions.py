# SPDX-License-Identifier: LGPL-2.1-or-later
"""Definitions that nobody means well with: refused as a whole, whoever brings them, and podd is there as before."""

import json
import re

from bus_client import BusClient
from pods import POLITE, await_saved, container, main_pid, pod, scaled, units

MIB = 1 << 20
BAD = "org.podd1.Error.BadDefinition"
# What a terminal would obey: control characters but the line end and the tab, direction marks, separators of lines.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
ONLY = {"name": "c", "exec": {"command": {"shell": "true"}}, "resources": {}}


def at_id(pod_id):
    return {"id": pod_id, "containers": [ONLY]}


def with_pod(**members):
    return {"id": "/bad", "containers": [ONLY], **members}


def with_container(**members):
    return {"id": "/bad", "containers": [{**ONLY, **members}]}


def argv(*words):
    return with_container(exec={"command": {"argv": list(words)}})


def mounted(path):
    return {**with_container(volumeMounts=[{"name": "v", "mountPath": path}]), "volumes": [{"name": "v"}]}


def resources(text):
    return '{"id":"/bad","containers":[{"name":"c","resources":%s}]}' % text


BROKEN = {
    "empty": "", "brackets": "[" * 100_000, "towers": '{"a":' * 33, "comment": '{"id":"/bad"}//',
    "twice": '{"id":"/bad","id":"/bad"}',
    "half-a-pair": '{"id":"/bad\\ud800"}', "nul": '{"id":"/bad\\u0000/../x"}', "huge": resources('{"mem":1e999}'),
    "nan": resources('{"cpus":NaN}'), "sum": resources('{"cpus":0.1+0.2}'), "long": " " * 300_000,
}
WRONG = {
    **{f"id-{i}": at_id(each) for i, each in enumerate(
        ["/", "//a", "/a//b", ".", "..", "", "-a", "/-a", "@a", "/a@b", "/%i", "/a\\x2d", "/a\n", "/a/..",
         "/" + "a" * 200, "/" + "a" * 65536, "/\u0430", "/a\uff0e\uff0e\uff0f", "/cafe\u0301",
         "/\u202ea", "--help", "/Web"])},
    "mount-root": mounted("/"), "mount-up": mounted("/a/../etc"), "mount-proc": mounted("/proc/sys"),
    "uid-2-32": with_pod(user="4294967296"), "uid-minus-1": with_pod(user="4294967295"),
    "user-option": with_pod(user="-x"),
    "instances-1001": with_pod(scaling={"kind": "fixed", "instances": 1001}),
    "instances-2-31": with_pod(scaling={"kind": "fixed", "instances": 2**31}),
    "instances-2-32": with_pod(scaling={"kind": "fixed", "instances": 2**32}),
    "mem-2-62": {"id": "/bad", "containers": [{**ONLY, "name": f"c{i}", "resources": {"mem": 2**62}}
                                              for i in range(64)]},
    "mem-in-sum": {"id": "/bad", "containers": [{**ONLY, "name": f"c{i}", "resources": {"mem": 2**29}}
                                                for i in range(3)]},
    "argv-empty": argv(), "argv0-empty": argv(""), "argument-long": argv("a", "x" * 131_072),
    "environment-empty-name": with_pod(environment={"": "x"}),
    "environment-equals": with_pod(environment={"A=B": "x"}), "mountpath": {
        **with_container(volumeMounts=[{"name": "v", "mountpath": "/v"}]), "volumes": [{"name": "v"}]},
    "no-volume": with_container(volumeMounts=[{"name": "v", "mountPath": "/v"}]),
    "no-secret": with_pod(environment={"A": {"secret": "s"}}), "names": {"id": "/bad", "containers": [ONLY, ONLY]},
    "no-character": with_pod(labels={"a": "\ufffe"}), "bidi-key": with_pod(**{"\u202elabels": {}, "user": ""}),
}


def state_of(machine):
    """What of podd is on disk and in systemd."""
    await_saved(machine)
    listing = machine.run("find /var/lib/podd /run/podd -printf '%p %s\\n' | sort").stdout
    return listing, sorted(units(machine, "pod-*"))


def rss(machine):
    (line,) = machine.run("grep", "^VmRSS:", f"/proc/{main_pid(machine, 'podd.service')}/status").stdout.splitlines()
    return int(line.split()[1]) * 1024


def test_every_bad_definition_is_refused_and_nothing_happens(machine, pods):
    files = {**BROKEN, **{name: json.dumps(each) for name, each in WRONG.items()}}
    names = sorted(files)
    machine.run("mkdir", "/root/bad")
    for name in names:
        machine.run("/bin/sh", "-c", "cat >/root/bad/$0", name, input=files[name])
    cursor = machine.journal_cursor()
    before = state_of(machine)
    pid = main_pid(machine, "podd.service")
    shown = machine.run("cd /root/bad; for f in *; do for verb in verify apply; do s=0; podctl $verb $f 2>&1 || s=$?; "
                        "echo \"== $f $verb $s\"; done; "
                        "busctl call org.podd1 /org/podd1 org.freedesktop.DBus.Peer Ping; done",
                        timeout=300).stdout
    verdicts = re.findall(r"^== (\S+) (\S+) (\d+)$", shown, re.M)
    assert len(verdicts) == 2 * len(names)
    assert [each for each in verdicts if each[2] != "1"] == []
    assert not OBEYED.search(shown), ascii(OBEYED.search(shown))
    assert state_of(machine) == before and main_pid(machine, "podd.service") == pid
    assert not OBEYED.search(machine.journal("--after-cursor", cursor))
    machine.run("rm", "-r", "/root/bad")


def test_the_bus_refuses_them_as_podctl_does(machine, pods):
    before = state_of(machine)
    with BusClient(machine) as bus:
        for name, definition in {**BROKEN, **WRONG}.items():
            body = definition if isinstance(definition, str) else json.dumps(definition)
            for method in ("ApplyPod", "PreviewPod"):
                assert bus.manager(method, body) == BAD, (name, method)
            assert bus.manager("VerifyDefinition", body) is None, name
            assert bus.ping() is None
    assert state_of(machine) == before


def test_over_long_texts_cost_nothing_that_stays(machine, pods):
    with BusClient(machine) as bus:
        assert bus.manager("ApplyPod", "{}") == BAD
        before = rss(machine)
        for size in (256 * 1024 + 1, MIB, 32 * MIB - 4096):
            for filling in (b"[", b"\n", b'{"a":'):
                assert bus.manager("ApplyPod", (filling * (size // len(filling)))) == BAD
                assert bus.ping() is None
        after = rss(machine)
    print(f"{(after - before) / MIB:.1f} MiB more than {before / MIB:.1f} MiB")
    if "libasan" in machine.read(f"/proc/{main_pid(machine, 'podd.service')}/maps"):
        return  # what was freed stays in AddressSanitizer's quarantine
    assert after - before <= 4 * MIB, f"{(after - before) / MIB:.1f} MiB more"


def test_text_that_a_terminal_would_obey_is_shown_and_not_obeyed(machine, pods):
    evil = "\u202eevil\u2066 \u0085\u009b31m \x1b[31m\x07\r"
    pods.apply(pod("/shown", container("only"), labels={"note": evil, evil: "key"}, environment={"NOTE": evil}))
    pods.apply(pod("/shown", container("only"), labels={"note": evil * 2, evil: "key"}, environment={"NOTE": evil}))
    for verb in ("status", "show", "list", "cat", "history", "diff"):
        shown = machine.podctl(verb, *([] if verb == "list" else ["/shown"]), check=False)
        assert not OBEYED.search(shown.stdout + shown.stderr), (verb, ascii(shown.stdout))
    assert json.loads(machine.podctl("cat", "/shown").stdout)["labels"] == {"note": evil * 2, evil: "key"}
    environ = machine.run(f"tr '\\0' '\\n' </proc/{pods.pids('/shown')['only']}/environ").stdout
    assert "\nNOTE=" + evil.rstrip("\r") in environ, "the container gets it byte by byte"


def test_words_that_look_like_options_are_words(machine, pods):
    definition = pod("/words", container("only", ["/bin/echo", "--help", "-v", "@/etc/shadow", "--config=/etc/shadow"]),
                     labels={"--help": "-v"}, environment={"HELP": "--help"})
    definition["containers"].append(container("stays"))
    machine.run("mkdir /root/files")
    for name in ("--help", "-v", "@file", "--config=x"):
        machine.run("/bin/sh", "-c", 'cat >/root/files/"$0"', name, input=json.dumps(definition))
        assert machine.run("cd /root/files; podctl verify -- " + name).status == 0
    machine.run("cd /root/files; podctl apply -- --help")
    assert pods.wait_line("/words", "--help", "only") == ["--help -v @/etc/shadow --config=/etc/shadow"]
    machine.run("rm", "-r", "/root/files")


LOADER = {"LD_PRELOAD": "/nowhere.so", "LD_LIBRARY_PATH": "/nowhere", "NOTIFY_SOCKET": "/nowhere", "LISTEN_FDS": "7",
          "LISTEN_PID": "1", "WATCHDOG_USEC": "1", "CREDENTIALS_DIRECTORY": "/nowhere", "INVOCATION_ID": "0"}


def environment_of(machine, pid):
    shown = machine.run(f"tr '\\0' '\\n' </proc/{pid}/environ").stdout
    return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)


def test_variables_reach_the_container_and_nobody_else(machine, pods):
    pods.apply(pod("/loader", container("given", environment=LOADER), container("bare")))
    pids = pods.pids("/loader")
    given = environment_of(machine, pids["given"])
    assert {name: given.get(name) for name in LOADER} == LOADER
    bare = environment_of(machine, pids["bare"])
    foreign = {*LOADER, "LISTEN_FDNAMES", "JOURNAL_STREAM", "MAINPID", "MANAGERPID", "SYSTEMD_EXEC_PID",
               "STATE_DIRECTORY",
               "RUNTIME_DIRECTORY", "MEMORY_PRESSURE_WATCH", "DBUS_SYSTEM_BUS_ADDRESS"}
    assert foreign & set(bare) == set()
    (instance,) = pods.status("/loader")["Instances"]
    executor = instance["ExecutorPID"]
    assert not set(environment_of(machine, executor)) & {"LD_PRELOAD", "LD_LIBRARY_PATH"}
    assert "nowhere" not in machine.run("cat", f"/proc/{executor}/maps").stdout
    transient = machine.run("grep -rl nowhere /run/systemd/transient || true").stdout
    assert transient == "", "no variable of a container stands in a unit, which everybody may read"


def test_ids_with_the_same_first_190_bytes_share_nothing(machine, pods):
    first, second = ("/" + "a" * 190 + end for end in ("x", "y"))
    for each in (first, second):
        pods.apply(pod(each, container("only", "echo $MESOS_SANDBOX; " + POLITE)))
    assert len({pods.wait_line(each, "/")[0] for each in (first, second)}) == 2
    scopes = units(machine, "pod-aaaa*.scope")
    assert len(scopes) == 4 and all(len(name) <= 255 for name in scopes)
    machine.podctl("delete", first)
    assert len(units(machine, "pod-aaaa*.scope")) == 2 and pods.ids() == [second]


def test_a_pod_whose_units_would_be_those_of_another_is_refused(machine, pods):
    pods.apply(pod("/units/a", container("only")))
    for clash in ("/units/a/1", "/units", "/units/a/b"):
        before = state_of(machine)
        refused = machine.podctl("apply", "-", input=json.dumps(pod(clash, container("only"))), check=False)
        assert refused.status == 1 and clash in refused.stderr and "/units/a" in refused.stderr
        assert state_of(machine) == before
    assert pods.ids() == ["/units/a"]


def test_a_thousand_instances_are_taken_back_at_once(machine, pods):
    many = pod("/many", container("only"))
    pods.apply(scaled(many, 1000), "--no-block")
    pods.apply(scaled(many, 0), "--force", timeout=300)
    assert machine.run("busctl", "call", "org.podd1", "/org/podd1", "org.freedesktop.DBus.Peer", "Ping").status == 0
    assert pods.instances("/many") == [] and units(machine, "pod-many*.scope") == {}
