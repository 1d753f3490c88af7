# SPDX-License-Identifier: LGPL-2.1-or-later
"""linuxInfo.ipAddressAllow and ipAddressDeny: with whom the containers of a pod exchange packets."""

from configuration import configured
from pods import container, pod

ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.1.0.9", "::1"]
REFUSED = "Operation not permitted"

# Sends a datagram to each address, says what the kernel thinks of it, and stays.
SENDER = r"""exec perl -MSocket=:all -e '
    $| = 1; $SIG{TERM} = sub { exit 0 };
    for my $address (@ARGV) {
        my $family = $address =~ /:/ ? AF_INET6 : AF_INET;
        socket(my $socket, $family, SOCK_DGRAM, 0) or die $!;
        my $to = inet_pton($family, $address);
        my $peer = $family == AF_INET ? pack_sockaddr_in(9, $to) : pack_sockaddr_in6(9, $to);
        print "$address ", send($socket, "x", 0, $peer) ? "sent" : $!, "\n";
    }
    print "all\n";
    sleep 1 while 1' """ + " ".join(ADDRESSES)


def verdicts(pods, pod_id, **lists):
    """What became of a datagram to each address, sent by each of two containers."""
    pods.apply(pod(pod_id, container("one", SENDER), container("two", SENDER), linuxInfo=lists))
    one, two = (dict(line.split(" ", 1) for line in pods.wait_line(pod_id, "all", name) if " " in line)
                for name in ("one", "two"))
    assert one == two and set(one) == set(ADDRESSES)
    return one


def test_what_is_denied_is_refused_and_what_is_allowed_wins(machine, pods):
    assert set(verdicts(pods, "/open").values()) == {"sent"}
    assert verdicts(pods, "/denied", ipAddressDeny=["127.0.0.2", "::1"]) == {
        "127.0.0.1": "sent", "127.0.0.2": REFUSED, "127.1.0.9": "sent", "::1": REFUSED}
    assert verdicts(pods, "/allowed", ipAddressDeny=["any"], ipAddressAllow=["127.1.0.0/16", "::1"]) == {
        "127.0.0.1": REFUSED, "127.0.0.2": REFUSED, "127.1.0.9": "sent", "::1": "sent"}
    assert set(verdicts(pods, "/self", ipAddressDeny=["any"], ipAddressAllow=["localhost"]).values()) == {"sent"}


def test_the_rule_is_systemds_and_stands_on_the_instance(machine, pods):
    pods.apply(pod("/ruled", container("only"), linuxInfo={"ipAddressDeny": ["multicast"], "ipAddressAllow": ["::1"]}))
    (instance,) = pods.status("/ruled")["Instances"]
    shown = machine.run("systemctl", "show", instance["Unit"], "-p", "IPAddressAllow,IPAddressDeny").stdout.split("\n")
    assert "IPAddressAllow=::1/128" in shown
    assert sorted(next(line for line in shown if "Deny" in line).split("=")[1].split()) == ["224.0.0.0/4", "ff00::/8"]
    assert "addresses with which packets may be exchanged" in machine.podctl("isolators").stdout


def test_another_rule_is_an_update(machine, pods):
    definition = pod("/changed", container("only"))
    pods.apply(definition)
    (before,) = pods.instances("/changed")
    pods.apply({**definition, "linuxInfo": {"ipAddressDeny": ["192.0.2.0/24"]}})
    (after,) = pods.instances("/changed")
    assert after != before
    assert '/linuxInfo: {"ipAddressDeny":["192.0.2.0/24"]}' in machine.podctl("diff", "/changed", check=False).stdout


def test_a_rule_that_nobody_would_enforce_is_refused(machine, pods):
    definition = pod("/unruled", container("only"), linuxInfo={"ipAddressDeny": ["any"]})
    with configured(machine, "isolation = filesystem/linux,namespaces/pid\n"):
        refused = pods.apply(definition, check=False)
    assert refused.status == 1
    assert "/linuxInfo/ipAddressDeny" in refused.stderr and "cgroups/ip_access" in refused.stderr
    assert pods.ids() == []
