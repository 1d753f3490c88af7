# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each kind of probe makes of each kind of answer. One container for each case, all in one pod for each kind; their
checks are readiness checks, which end nothing."""

import pathlib

import pytest

from pods import Pods, container, pod

ANSWERING = pathlib.Path(__file__).with_name("answering.pl")
SERVER = "/usr/local/lib/answering.pl"
PORT = 18000
TOO_LATE = "no answer within 1s"
READY = None

# name: what it is asked, and the answer; READY = the check passes. {port} is the container's.
HTTP = {
    "ok": ("/status/200", READY),
    "no-content": ("/status/204", READY),
    "last-good-status": ("/status/399", READY),
    "redirect-is-not-followed": ("/redirect", READY),
    "as-asked": ("/asked?by=podd", READY),
    "endless-body": ("/endless", READY),
    "in-time": ("/after/0.3", READY),
    "first-bad-status": ("/status/400", "http://127.0.0.1:{port}/status/400: HTTP status 400"),
    "not-found": ("/status/404", "http://127.0.0.1:{port}/status/404: HTTP status 404"),
    "server-error": ("/status/500", "http://127.0.0.1:{port}/status/500: HTTP status 500"),
    "unavailable": ("/status/503", "http://127.0.0.1:{port}/status/503: HTTP status 503"),
    "too-late": ("/after/3", TOO_LATE),
    "silent": ("/never", TOO_LATE),
    "trickle": ("/trickle", TOO_LATE),
    "closes": ("/close", "http://127.0.0.1:{port}/close: Empty reply from server"),
    "garbage": ("/garbage", "http://127.0.0.1:{port}/garbage: Received HTTP/0.9 when not allowed"),
}

LISTEN = """use IO::Socket::INET; $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => {port}, Listen => %d,
ReuseAddr => 1) or die; """
CLOSES = "exec perl -e '" + LISTEN % 5 + "while ($c = $s->accept) { close $c }'"
# The same over other protocols: scheme (or tcp), what runs, and the answer.
OTHERS = {
    "tls-self-signed": (
        "HTTPS",
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k -out c -subj /CN=x 2>/dev/null; "
        "exec openssl s_server -quiet -accept 127.0.0.1:{port} -key k -cert c -www",
        READY),
    "tls-closed": ("HTTPS", CLOSES, "https://127.0.0.1:{port}/: "),
    "tls-unanswered": ("HTTPS", f"exec perl {SERVER} {{port}}", TOO_LATE),
    "http-refused": ("HTTP", "exec sleep infinity", "http://127.0.0.1:{port}/: Failed to connect to 127.0.0.1 port {port}"),
    "tcp-listening": ("tcp", f"exec perl {SERVER} {{port}}", READY),
    "tcp-closes-at-once": ("tcp", CLOSES, READY),
    "tcp-refused": ("tcp", "exec sleep infinity", "connect to port {port}: Connection refused"),
    "tcp-full-backlog": (
        "tcp",
        "exec perl -e '" + LISTEN % 1 + "use Socket; for (1 .. 8) { socket($c[$_], AF_INET, SOCK_STREAM, 0); "
        "fcntl($c[$_], 4, 2048); connect($c[$_], sockaddr_in({port}, INADDR_LOOPBACK)) } sleep 1000'",
        TOO_LATE),
}

# Commands, run by user alice: with a shell, or a list of arguments.
COMMANDS = {
    "exit-0": ("true", READY),
    "exit-1": ("echo first; echo no database >&2; exit 1", "exit 1: no database"),
    "exit-1-silent": ("exit 1", "exit 1"),
    "exit-127": ("no-such-command", "exit 127: /bin/sh: 1: no-such-command: not found"),
    "missing": (["no-such-command"], "command 'no-such-command': not found in PATH '"),
    "not-executable": (["/etc/passwd"], "command '/etc/passwd': Permission denied (not an executable file for this user)"),
    "signal": ("kill -KILL $$", "signal KILL"),
    "hangs": ("sleep 1234", TOO_LATE),
    "hears-nothing": ("trap '' TERM INT; while :; do sleep 0.1; done", TOO_LATE),
    "talks-for-ever": ("exec yes", TOO_LATE),
    "talks-much": ("head -c 5000000 /dev/zero | tr '\\0' x; echo; echo enough; exit 3", "exit 3: enough"),
    "ugly-words": ("printf 'red \\033[31m'; exit 1", "exit 1: red \\x1b[31m"),
    "long-words": ("head -c 300 /dev/zero | tr '\\0' y; exit 1", "exit 1: " + "y" * 245 + "..."),
    "leaves-a-child": ("sleep 4321 & exit 0", READY),
    "leaves-a-session": ("setsid sleep 4321 & sleep 0.1", READY),
    "user": ('test "$(id -u) $(id -g)" = "1000 1000"', READY),
    "environment": ('test "$GREETING $MARATHON_APP_ID" = "hello /commands"', READY),
    "sandbox": ("test -e mine && test \"$(pwd)\" = \"$MESOS_SANDBOX\"", READY),
    "pid-namespace": ('test "$(tr "\\0" " " </proc/1/cmdline)" = "sleep infinity "', READY),
    "cgroup": ("grep -qx 0::/ /proc/self/cgroup", READY),
    "private-tmp": ("test -e /tmp/mine", READY),
    "capabilities": ('test "$(grep ^Cap /proc/self/status)" = "$(grep ^Cap /proc/1/status)"', READY),
    "seccomp": ('test "$(grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status)" = '
                '"$(grep -E "^(Seccomp|NoNewPrivs):" /proc/1/status)"', READY),
    "namespaces": ("for n in mnt pid ipc uts net; do test $(readlink /proc/self/ns/$n) = $(readlink /proc/1/ns/$n) "
                   "|| { echo $n; exit 1; }; done", READY),
    "descriptors": ('test "$(ls /proc/self/fd | tr "\\n" " ")" = "0 1 2 3 "', READY),
    "standard-input": ('test "$(readlink /proc/self/fd/0)" = /dev/null', READY),
}


def check(**probe):
    return {**probe, "delaySeconds": 0, "intervalSeconds": 2, "timeoutSeconds": 1}


def served(name, port, probe, path=None, command=None):
    kind = {"tcp": {"endpoint": "it"}} if probe == "tcp" else \
        {"http": {"endpoint": "it", "scheme": probe, **({"path": path} if path else {})}}
    return container(name, command or f"exec perl {SERVER} {port}", endpoints=[{"name": "it" + name, "hostPort": port}],
                     check=check(**{k: {**v, "endpoint": "it" + name} for k, v in kind.items()}))


def observe(machine, definition):
    """The containers of a pod, by name, once each check has been heard three times or more. Leaves nothing behind."""
    pods = Pods(machine)
    pods.apply(definition, "--no-block")

    def settled():
        instances = pods.status(definition["id"])["Instances"]
        found = {each["Name"]: each for instance in instances for each in instance["Containers"]}
        return found if found and all(each["Readiness"] != "unknown" for each in found.values()) else None

    machine.wait_for(settled, "all checks to say something", timeout=60)
    machine.run("sleep", "4.5")  # what was too early for a first answer has been asked again
    found = settled()
    machine.podctl("delete", "--force", definition["id"])
    return found


@pytest.fixture(scope="module")
def networked(machine):
    machine.write(SERVER, ANSWERING.read_text())
    containers = [served(name, PORT + i, "HTTP", path) for i, (name, (path, _)) in enumerate(HTTP.items())]
    for i, (name, (probe, command, _)) in enumerate(OTHERS.items(), len(HTTP)):
        containers.append(served(name, PORT + i, probe, command=command.replace("{port}", str(PORT + i))))
    return observe(machine, pod("/networked", *containers))


@pytest.fixture(scope="module")
def commanded(machine):
    def asked(name, command):
        form = "shell" if isinstance(command, str) else "argv"
        return container(name, "touch mine /tmp/mine; exec sleep infinity", user="alice",
                         environment={"GREETING": "hello"}, check=check(exec={"command": {form: command}}))

    return observe(machine, pod("/commands", *(asked(name, command) for name, (command, _) in COMMANDS.items())))


def judge(found, expected):
    said = (found["Readiness"], found["ReadinessAnswer"])
    if expected is READY:
        assert said == ("ready", "")
    else:
        assert said[0] == "not-ready" and said[1].startswith(expected), said
    assert found["State"] == "running", "a readiness check ends nothing"


@pytest.mark.parametrize("name", [*HTTP, *OTHERS])
def test_network(networked, name):
    port = PORT + [*HTTP, *OTHERS].index(name)
    expected = HTTP[name][1] if name in HTTP else OTHERS[name][2]
    judge(networked[name], expected and expected.replace("{port}", str(port)))


@pytest.mark.parametrize("name", COMMANDS)
def test_command(commanded, name):
    judge(commanded[name], COMMANDS[name][1])


@pytest.mark.parametrize("script", ["sleep 4242 & sleep 4242 & exit 0", "sleep 4242 | cat", "setsid sleep 4242 & sleep 0.2",
                                    "setsid sh -c 'setsid sleep 4242 & sleep 4242' & sleep 0.2"])
def test_what_a_command_starts_does_not_outlive_it(machine, pods, script):
    pods.apply(pod("/litter", container("c", check=check(exec={"command": {"shell": script}}))), "--no-block")

    def answered():
        found = [each for instance in pods.status("/litter")["Instances"] for each in instance["Containers"]]
        return found[0] if found and found[0]["Readiness"] not in ("", "unknown") else None

    pid = machine.wait_for(answered, "an answer")["PID"]
    # The first process of the container is a sleep, which reaps nobody.
    children = "ps -o args= --ppid"
    machine.wait_for(lambda: "4242" not in machine.run(f"pgrep -fx 'sleep 4242' || :; {children} {pid} || :").stdout,
                     "an end of all that it has started")
    assert machine.run(f"{children} {pid} || :").stdout == "", "not even a zombie"
