# SPDX-License-Identifier: LGPL-2.1-or-later
# A server that answers badly: perl answering.pl PORT. How, the path of a request says:
#   /status/N            with that status
#   /redirect            302, to a page that fails
#   /after/SECONDS       200, after a while
#   /never               takes the request and stays silent
#   /close               closes at once
#   /garbage             what is no HTTP
#   /trickle             a line of the head every now and then, for ever
#   /endless             200, and a body without an end
#   /asked?by=podd       200 when the request is as a probe's should be, else 400
use strict;
use warnings;
use IO::Socket::INET;

my $port  = shift;
my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 16, ReuseAddr => 1)
    or die "port $port: $!";
$SIG{CHLD} = $SIG{PIPE} = "IGNORE";
$| = 1;
print "listening\n";

sub answer {
    my ($client, $head) = @_;
    my ($path) = $head =~ m{^GET (\S+) HTTP/1\.1\r\n} or return print $client "HTTP/1.1 405 No\r\n\r\n";
    my $empty = "Content-Length: 0\r\nConnection: close\r\n\r\n";
    if ($path =~ m{^/status/(\d+)})  { print $client "HTTP/1.1 $1 So\r\n$empty" }
    elsif ($path eq "/redirect")     { print $client "HTTP/1.1 302 There\r\nLocation: /status/500\r\n$empty" }
    elsif ($path =~ m{^/after/(.+)}) { select(undef, undef, undef, $1); print $client "HTTP/1.1 200 OK\r\n$empty" }
    elsif ($path eq "/never")        { sleep 60 }
    elsif ($path eq "/garbage")      { print $client "\0\1 this is not HTTP\n" }
    elsif ($path eq "/trickle") {
        syswrite $client, "HTTP/1.1 200 OK\r\n";
        for (1 .. 200) { syswrite $client, "X: $_\r\n"; select(undef, undef, undef, 0.3) }
    }
    elsif ($path eq "/endless") {
        print $client "HTTP/1.1 200 OK\r\n\r\n";
        1 while syswrite $client, "x" x 65536;
    }
    elsif ($path eq "/asked?by=podd") {
        my $right = $head =~ m{\r\nHost: 127\.0\.0\.1:$port\r\n} && $head =~ m{\r\nUser-Agent: podd-probe/};
        print $client "HTTP/1.1 ", ($right ? 200 : 400), " So\r\n$empty";
    }
}

while (my $client = $server->accept) {
    if (fork) { close $client; next }
    my $head = "";
    while ($head !~ /\r\n\r\n/) { sysread($client, $head, 4096, length $head) or last }
    answer($client, $head);
    exit;
}
