# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks of a machine as tests see them: who is asked from where, what the kernel has, an outside to reach."""

import contextlib
import json

ANSWER = r"""exec perl -MIO::Socket::IP -MIO::Select -e '
    $| = 1; $SIG{TERM} = sub { exit 0 };
    my ($port, $name) = @ARGV;
    my $tcp = IO::Socket::IP->new(LocalHost => "::", V6Only => 0, LocalPort => $port, Listen => 64, ReuseAddr => 1) or die $@;
    my $udp = IO::Socket::IP->new(LocalHost => "::", V6Only => 0, LocalPort => $port, Proto => "udp") or die $@;
    print "listening\n";
    my $both = IO::Select->new($tcp, $udp);
    sub plain { my $host = shift; $host =~ s/^::ffff://; return $host }
    while (1) { for my $ready ($both->can_read) {
        if ($ready == $tcp) { my $peer = $tcp->accept or next; print $peer "$name for ", plain($peer->peerhost), "\n"; close $peer }
        else { $udp->recv(my $text, 100); $udp->send("$name for " . plain($udp->peerhost)) }
    } }' """

ASK = r"""use IO::Socket::IP; my ($proto, $host, $port) = @ARGV;
    my $peer = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Proto => $proto, Timeout => 3) or die "$host: $@\n";
    $peer->send("?") if $proto eq "udp";
    my $text; local $SIG{ALRM} = sub { die "$host: no answer\n" }; alarm 3;
    if ($proto eq "udp") { defined $peer->recv($text, 100) or die "$host: $!\n" } else { $text = <$peer> }
    print $text"""


def server(port="$ENDPOINT_WEB", name="$MESOS_TASK_ID"):
    """A command that tells who it is, and who asks, on TCP and UDP, IPv4 and IPv6."""
    return f'{ANSWER} "{port}" "{name}"'


def within(pid):
    return () if pid is None else ("nsenter", "-t", str(pid), "-n")


def ask(machine, host, port, pid=None, proto="tcp", **options):
    """What is answered there, asked from the host or from the network of process PID."""
    return machine.run(*within(pid), "perl", "-e", ASK, proto, host, str(port), **options)


def answer(machine, host, port, pid=None, proto="tcp"):
    """Who has answered, and whom it has seen."""
    result = ask(machine, host, port, pid, proto, check=False)
    assert result.status == 0, result.stderr
    name, _, peer = result.stdout.strip().partition(" for ")
    return name, peer


def addresses(pods, instance):
    """Of an instance: {family: address} on its first network."""
    first = pods.show(instance)["Networks"][0]
    plain = [each.split("/")[0] for each in first["Addresses"]]
    return {6 if ":" in each else 4: each for each in plain}


def links(machine, prefix="podd"):
    found = json.loads(machine.run("ip", "-json", "link", "show").stdout or "[]")
    return sorted(each["ifname"] for each in found if each["ifname"].startswith(prefix))


def table(machine):
    return machine.run("nft", "list", "table", "inet", "podd", check=False).stdout


def namespaces(machine):
    return set(machine.run("lsns", "--noheadings", "--type=net", "--output=NS").stdout.split())


def main_pids(instance):
    return {each["Name"]: each["PID"] for each in instance["Containers"]}


@contextlib.contextmanager
def outside(machine):
    """A second network namespace as the world beyond the host: 192.0.2.2 and 2001:db8::2, the host is .1 and ::1 there.
    The PID of a server in it, on port 7000."""
    machine.run("systemd-run", "--quiet", "--unit=outside", "--property=PrivateNetwork=yes", "sh", "-c",
                server("7000", "outside"))
    try:
        pid = int(machine.run("systemctl", "show", "--value", "--property=MainPID", "outside.service").stdout)
        machine.wait_for(f"nsenter -t {pid} -n grep -q :1B58 /proc/net/tcp6", "the outside to listen")
        machine.run("sh", "-ec", f"""
            ip link add uplink type veth peer name eth0 netns {pid}
            ip address add 192.0.2.1/24 dev uplink
            ip address add 2001:db8::1/64 dev uplink nodad
            ip link set uplink up
            nsenter -t {pid} -n ip address add 192.0.2.2/24 dev eth0
            nsenter -t {pid} -n ip address add 2001:db8::2/64 dev eth0 nodad
            nsenter -t {pid} -n ip link set eth0 up""")
        yield pid
    finally:
        machine.run("systemctl", "stop", "outside.service")
        machine.wait_for(lambda: links(machine, "uplink") == [], "the way to the outside to go")
