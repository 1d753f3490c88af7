# SPDX-License-Identifier: LGPL-2.1-or-later
"""Out of a running container by what the kernel offers: privileges, descriptors, devices, the faces of the kernel."""

import re
import time

import pytest
from escapes import ESCAPE, HARDENED, attack, facts, perl, shelf  # noqa: F401
from pods import FOREVER, alive, container, main_pid, pod, restarted

DROP_IN = "/run/systemd/system/podd-spawner.service.d/careless.conf"
# capabilities(7): CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT SETFCAP
ROOTS = "00000000800405fb"
NONE = "0" * 16


@pytest.fixture(scope="module", autouse=True)
def careless(machine):
    """A spawner that was started with descriptors of others open, twenty of them, one of a directory of the host."""
    before = main_pid(machine, "podd-spawner.service")
    opens = "exec 70</ 71</etc/shadow; for i in 4 5 6 7 8 9; do eval \"exec 8$i<&71 9$i>&1\"; done; exec "
    machine.write(DROP_IN, "[Service]\nExecStart=\nExecStart=/bin/bash -c '" + opens + "/usr/libexec/podd/podd-executor'\n")
    machine.run("systemctl daemon-reload; systemctl restart podd-spawner.service")
    restarted(machine, "podd-spawner.service", before)
    machine.run("podctl apply - && podctl delete /once", input='{"id":"/once","containers":[{"name":"c","exec":'
                '{"command":{"shell":"sleep 9"}},"resources":{}}]}')


# What every process has open that it can see; its own 3 and 4 are the directories that it looks at.
OPEN = perl('for $p (</proc/[0-9]*>) { opendir D, "$p/fd" or next; '
            'print "$p=", join(",", sort grep {/\\d/ && ($p ne "/proc/$$" || $_ < 3)} readdir D), "\\n" }')


@HARDENED
@pytest.mark.parametrize("user", ["root", "nobody"])
def test_nothing_is_open_but_0_1_2(machine, pods, user):
    lines = attack(pods, OPEN + "; (cd /proc/self/fd/70 && ls -d home/alice)", user=user)
    seen = facts(lines)
    assert len(seen) >= 2 and set(seen.values()) == {"0,1,2"} and "home/alice" not in lines, lines
    pods.apply(pod("/direct", container("c", ["sleep", "infinity"], user=user)))
    assert machine.run(f"ls /proc/{pods.pids('/direct')['c']}/fd").stdout.split() == ["0", "1", "2"]


@HARDENED
def test_podd_init_cannot_be_had_by_its_own_name(machine, shelf, pods):  # noqa: F811
    programs = "sha256sum /usr/libexec/podd/* /usr/bin/podctl"
    before = machine.run(programs).stdout
    machine.write(f"{shelf}/script", "#!/proc/self/exe\n", mode="755")
    for argv in (["/proc/self/exe"], [f"{shelf}/script"]):
        pods.apply(pod("/exe", container("c", argv)), "--no-block")
        pods.wait_property("/exe", lambda now: now["Failures"] >= 1, "a podd-init without a plan to end")
        pods.delete_all()
    writes = "while :; do for i in /proc/[0-9]*/exe; do (printf x >>$i) 2>/dev/null && echo written $i; done; " \
             "n=$((n+1)); [ $n = 50 ] && break; done; true"
    assert [line for line in attack(pods, writes) if "written" in line] == []
    assert machine.run(programs).stdout == before


@HARDENED
def test_signals_reach_the_container_only(machine, pods):
    pods.apply(pod("/beside", container("c")))
    beside = pods.pids("/beside")["c"]
    podd, spawner = main_pid(machine, "podd.service"), main_pid(machine, "podd-spawner.service")
    lines = attack(pods, perl('fork || do { sleep 99 } for 1..3; print "hit=", kill(9, -1), "\\n";'
                              f'for ({beside},{podd},{spawner},-{beside}) {{ print "no=$_\\n" if kill(9, $_) }}'
                              'print "pidfd=", syscall(434, ' + str(podd) + ', 0), "\\n"'))
    assert "pidfd=-1" in lines and not any(line.startswith("no=") for line in lines), lines
    assert alive(machine, beside) and main_pid(machine, "podd.service") == podd
    assert main_pid(machine, "podd-spawner.service") == spawner


@ESCAPE
def test_nobody_types_for_others(machine, pods):
    # TIOCSTI, also with something in the upper half of the argument, and TIOCLINUX.
    lines = attack(pods, perl(
        'use POSIX; sysopen(M, "/dev/ptmx", 2|O_NOCTTY) or die; $n = pack("i", 0); ioctl(M, 0x40045431, $n);'
        'ioctl(M, 0x80045430, $n); sysopen(S, "/dev/pts/" . unpack("i", $n), 2|O_NOCTTY) or die; $c = "x";'
        'for (0x5412, 0x541c, 0x100005412) { $r = syscall(16, fileno(S), $_, $c); print "$_=", $r < 0 ? $!+0 : "ok", "\\n" }'))
    seen = facts(lines)
    if machine.guarded:
        assert seen == {"21522": "1", "21532": "1", str(0x100005412): "1"}, lines
    else:
        assert seen["21522"] == seen[str(0x100005412)] == "ok", lines


@HARDENED
def test_many_processes_are_ended_and_podd_answers(machine, pods):
    lines = attack(pods, "n=0; while [ $n -lt 400 ]; do sleep 7003 & n=$((n+1)); done; echo $n")
    assert lines[-1] == "400"
    begin = time.monotonic()
    machine.run("busctl", "call", "org.podd1", "/org/podd1", "org.freedesktop.DBus.Peer", "Ping")
    assert time.monotonic() - begin < machine.patience
    machine.podctl("delete", "/attack")
    assert machine.run("pgrep -c -f 'sleep 700[3]' || true").stdout == "0\n"


KERNELS = ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/panic_on_oom",
           "/proc/kcore", "/proc/kmsg", "/proc/keys", "/proc/timer_list", "/proc/interrupts", "/proc/kallsyms", "/proc/acpi",
           "/proc/scsi", "/proc/irq/default_smp_affinity", "/proc/fs", "/proc/bus", "/sys/firmware", "/sys/kernel/debug",
           "/sys/kernel/tracing", "/sys/fs/cgroup/cgroup.procs", "/sys/devices/virtual/powercap", "/sys/power/state",
           "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/module/kernel/parameters/panic"]
HIDDEN = {"/proc/kcore", "/proc/kmsg", "/proc/keys", "/proc/timer_list", "/proc/interrupts", "/proc/kallsyms"}


@ESCAPE
def test_the_kernels_faces_are_hidden_or_read_only(machine, pods):
    # Nothing is written but to the hostname, which is the pod's own: the machine's kernel is everybody's.
    opens = perl('for (@ARGV) { next unless -e; $w = -d _ ? open(F, ">", "$_/x") : sysopen(F, $_, 1); '
                 'print "w:$_=", $w ? "open" : $!+0, "\\n"; $n = -1; if (-d $_) { opendir D, $_; '
                 '$n = grep {!/^[.]/} readdir D } elsif ($_ !~ /kmsg|kcore|trigger/ && open(F, "<", $_)) '
                 '{ $n = sysread(F, $b, 99) } print "r:$_=$n\\n" }') + " " + " ".join(KERNELS)
    name = "(echo other >/proc/sys/kernel/hostname) 2>/dev/null; echo name=$(cat /proc/sys/kernel/hostname)"
    remounts = "; ".join(f"mount -o {how},rw {what}" for what in ("/proc/sys", "/sys", "/sys/fs/cgroup", "/proc/irq")
                         for how in ("remount", "remount,bind")) + "; umount /proc/sys /proc/keys /sys/firmware; true"
    lines = attack(pods, f"({remounts}) >/dev/null 2>&1; {opens}; {name}")
    seen = facts(lines)
    writable = {each[2:] for each, result in seen.items() if each.startswith("w:") and result == "open"}
    if machine.guarded:
        # What is behind /dev/null takes everything, and nothing of it arrives.
        assert writable <= HIDDEN, lines
        assert all(result in ("open", "1", "2", "13", "30") for each, result in seen.items() if each.startswith("w:")), lines
        assert all(int(seen.get("r:" + each, "0")) <= 0 for each in (*HIDDEN, "/proc/acpi", "/proc/scsi", "/sys/firmware",
                                                                    "/sys/kernel/debug", "/sys/kernel/tracing")), lines
        assert seen["name"] == "attack"
    else:
        assert {"/proc/sys/kernel/core_pattern", "/sys/fs/cgroup/cgroup.procs"} <= writable, lines
        assert int(seen["r:/proc/keys"]) > 0 and int(seen["r:/proc/timer_list"]) > 0 and seen["name"] == "other", lines


@HARDENED
def test_a_crash_leaves_no_core(machine, pods):
    crash = "ulimit -c; ulimit -c unlimited; for i in 1 2 3; do sh -c 'kill -SEGV $$'; done; ls -A . /tmp"
    lines = attack(pods, crash)
    assert lines[0] == "0" and not any("core" in line and "dumped" in line for line in lines), lines
    assert "core" not in lines
    (limit,) = machine.run("grep", "^Max core", f"/proc/{pods.pids('/attack')['c']}/limits").stdout.splitlines()
    assert limit.split()[4:6] == ["0", "0"]


@ESCAPE
def test_key_rings(machine, pods):
    # KEYCTL_GET_KEYRING_ID of the session, then add_key(2) to it.
    lines = attack(pods, perl('$r = syscall(250, 0, -3, 0); print "ring=$r ", $r < 0 ? $!+0 : "", "\\n"; $t = "user"; $d = "x";'
                              '$r = syscall(248, $t, $d, $d, 1, -3); print "key=", $r < 0 ? $!+0 : "ok", "\\n"'))
    seen = facts(lines)
    if machine.guarded:
        assert seen["ring"] == "-1 1" and seen["key"] == "1", lines
    else:
        assert int(seen["ring"]) > 0 and seen["key"] == "ok", lines
    ring = f"{int(seen['ring'].split()[0]):08x}" if not machine.guarded else ""
    of_spawner = machine.run(f"grep -c '{ring}.*_ses' /proc/keys || true").stdout if ring else "0\n"
    assert of_spawner in ("0\n", "1\n")


@ESCAPE
def test_devices(machine, shelf, pods):  # noqa: F811
    machine.run(f"mkdir {shelf}/v; mknod {shelf}/v/block b 7 0; chmod 666 {shelf}/v/*")
    tries = "; ".join(f"mknod {path}/{name} {numbers} && echo made {path}/{name}" for path in (".", "/tmp", "v")
                      for name, numbers in (("mem", "c 1 1"), ("kmsg", "c 1 11"), ("disk", "b 254 0"), ("loop", "c 10 237"),
                                            ("null", "c 1 3")))
    opens = "for i in mem kmsg disk loop /tmp/mem /tmp/disk null /tmp/null v/block v/null; do ( : <$i ) 2>/dev/null && echo opened $i; done"
    lines = attack(pods, f"{tries}; {opens}; ls /dev; true", volumes=[(f"{shelf}/v", "v", False)])
    made = [line for line in lines if line.startswith("made")]
    # What the machine's devices cgroup lets nobody make is not made in any case.
    assert made == ([] if machine.guarded else ["made ./null", "made /tmp/null", "made v/null"]), lines
    assert not any(line.startswith("opened") for line in lines), "nodev holds, whoever makes the node"
    nodes = {"fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom",
             "zero"}
    assert set(lines[-len(nodes):]) == nodes


@ESCAPE
def test_mounts_and_namespaces_cannot_be_made(machine, pods):
    calls = {"mount": "165,$t,$d,$t,0,0", "fsopen": "430,$t,0", "open_tree": "428,-100,$d,1", "unshare_mnt": "272,0x20000",
             "unshare_user": "272,0x10000000", "clone_user": "56,0x10000011,0,0,0,0", "setns": "308,0,0",
             "pivot_root": "155,$t,$t", "clone3": "435,$args,88", "mount_setattr": "442,-100,$d,0,$args,32",
             "move_mount": "429,-100,$d,-100,$d,0", "fspick": "433,-100,$d,0"}
    script = '$t = "tmpfs"; $d = "/tmp"; $args = pack("Q11", 0x10000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0);'
    for name, call in calls.items():
        script += (f'unless ($p = fork) {{ $r = syscall({call}); syscall(231, 0) if "{name}" =~ /clone/ && $r == 0;'
                   f'syswrite(STDOUT, "{name}=" . ($r < 0 ? $!+0 : "ok") . "\\n"); syscall(231, 0) }} waitpid($p, 0);')
    seen = facts(attack(pods, perl(script)))
    assert set(seen) == set(calls)
    if machine.guarded:
        assert seen == {**dict.fromkeys(calls, "1"), "clone3": "38"}
    else:
        assert {each for each in seen if seen[each] == "ok"} >= {"mount", "fsopen", "open_tree", "unshare_mnt",
                                                                 "unshare_user", "clone_user", "clone3"}, seen


STATUS = "sed -n 's/^\\(Cap[A-Za-z]*\\|NoNewPrivs\\|Seccomp\\|Groups\\):[\\t ]*/\\1=/p' /proc/self/status"


@HARDENED
@pytest.mark.parametrize("user", ["root", "nobody", "alice"])
def test_the_privileges_are_those_of_the_table(machine, pods, user):
    held = ROOTS if user == "root" else NONE
    groups = {"root": "", "nobody": "65534", "alice": "1000"}[user]
    seen = facts(attack(pods, STATUS, user=user))
    assert {name: value.strip() for name, value in seen.items()} == {
        "CapInh": NONE, "CapPrm": held, "CapEff": held, "CapBnd": ROOTS, "CapAmb": NONE, "NoNewPrivs": "1",
        "Seccomp": "2", "Groups": groups}


@ESCAPE
def test_no_program_gives_privileges(machine, shelf, pods):  # noqa: F811
    machine.run(f"cp /usr/bin/id {shelf}/id; cp /usr/bin/id /usr/local/bin/suid; chmod 4755 {shelf}/id /usr/local/bin/suid")
    lines = attack(pods, "suid -u; v/id -u", user="nobody", volumes=[(shelf, "v", False)])
    machine.run("rm /usr/local/bin/suid")
    assert lines == (["65534", "65534"] if machine.guarded else ["0", "65534"]), "a volume is nosuid in any case"


@ESCAPE
def test_its_cgroup_is_not_the_containers_to_change(machine, pods):
    lines = attack(pods, "cd /sys/fs/cgroup; cat /proc/self/cgroup | tail -n 1; mount -o remount,rw /sys/fs/cgroup;"
                         "mkdir deeper && echo made; (echo 100 >cgroup.max.depth) && echo written;"
                         "(echo 1 >../cgroup.kill) && echo out; (echo $$ >../cgroup.procs) && echo out; ls -d .. ; true")
    assert "0::/" in lines, "a cgroup namespace of its own"
    if machine.guarded:
        assert "made" not in lines and "written" not in lines and "out" not in lines, lines
    else:
        assert "made" in lines and "written" in lines, lines
    machine.podctl("delete", "/attack")


@HARDENED
def test_what_a_process_calls_itself_is_shown_and_not_obeyed(machine, pods):
    evil = "\\e[31mpodd-executor\\n../\\e]0;x\\a"
    script = f'$0 = "{evil}" x 3; $n = "\\e[1mpodd\\n.."; syscall(157, 15, $n, 0, 0, 0); print "\\e[2Jx\\r\\n"; ' \
             'print "POD_ID=/other\\n"; $| = 1; print "end\\n"; sleep 9999'
    pods.apply(pod("/spoof", container("c", f"exec {perl(script)}"), container("d", FOREVER)))
    pods.wait_line("/spoof", "end", "c")
    for verb in ("status", "logs", "list-instances", "show"):
        shown = machine.podctl(verb, *([] if verb == "list-instances" else ["/spoof"])).stdout
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", shown), (verb, ascii(shown))
    begin = time.monotonic()
    machine.podctl("delete", "/spoof")
    assert time.monotonic() - begin < 8 * machine.patience and pods.ids() == []
