# SPDX-License-Identifier: LGPL-2.1-or-later
# The host fingerprint: everything a pod could leave behind on the machine this
# runs in, one fact per line as "KIND fact", sorted; never asked of podd itself.
# Two runs on an idle machine are equal: ids that the kernel draws (inodes,
# mount ids, interface numbers) are left out, counts stand for them.
# It leaves out its own session (run it with setsid). As it runs after every
# test it is one process, in the Perl that every Debian has; what other programs
# have to be asked, all of them are asked at once.
use strict;
use warnings;

my @facts;
sub tell_of { my $kind = shift; push @facts, map {"$kind $_"} @_; return }

sub lines_of {
    open my $file, '<', $_[0] or return;
    chomp(my @lines = <$file>);    # what ends meanwhile has none
    return @lines;
}

sub entries_of {
    opendir my $directory, $_[0] or return;
    return grep { !/^\.\.?$/ } readdir $directory;
}

sub counted {
    my %count;
    $count{$_}++ for @_;
    return map {"$_ x$count{$_}"} keys %count;
}

# Random parts of names that systemd and sd-bus draw.
sub stable {
    my ($name) = @_;
    $name =~ s{systemd-private-[0-9a-f]{32}-([^ /]*)-[A-Za-z0-9]{6}}{systemd-private-*-$1-*}g;
    $name =~ s{^@[0-9a-f]+/}{@*/};
    return $name;
}

# ask COMMAND…: what its answer is read from.
sub ask {
    my @command = @_;
    open my $output, '-|', @command or die "$command[0]: $!\n";
    return $output;
}
sub answer { my ($output) = @_; chomp(my @lines = <$output>); return @lines }
sub words { my ($line, @which) = @_; return join ' ', grep {defined} (split ' ', $line)[@which] }

# walk TOP FOUND: calls FOUND with each path and its lstat, on the file system of TOP and not below what FOUND
# returns false for.
sub walk {
    my ($path, $found, $device) = @_;
    my @info = lstat $path or return;
    $device //= $info[0];
    return unless $found->($path, @info) && ($info[2] & 0170000) == 0040000 && $info[0] == $device;
    walk("$path/$_", $found, $device) for entries_of($path);
    return;
}

my %letters = (
    0100000 => 'f', 0040000 => 'd', 0120000 => 'l', 0010000 => 'p', 0140000 => 's', 0020000 => 'c', 0060000 => 'b');
sub letter_of { my ($mode) = @_; return $letters{ $mode & 0170000 } }
sub rights_of { my ($mode) = @_; return sprintf '%o', $mode & 07777 }

my %users;
sub user_of { my ($uid) = @_; return $users{$uid} //= getpwuid($uid) // $uid }

# Processes of this machine except our own session, threads of the kernel (kthreadd and its children, without a
# session), workers of udev, which go on their own, and what has ended meanwhile: name and state by PID.
sub processes {
    my (%found, $own);
    for my $pid ('self', grep {/^\d+$/} entries_of('/proc')) {
        my ($stat) = lines_of("/proc/$pid/stat") or next;
        my ($name, $state, $parent, $session) = $stat =~ /^\d+ \((.*)\) (\S) (\d+) \d+ (\d+) / or next;
        $own //= $session;
        next if $session == $own || ($session == 0 && ($pid == 2 || $parent == 2)) || $name eq '(udev-worker)';
        $found{$pid} = {name => $name, zombie => $state eq 'Z'};
    }
    return \%found;
}

sub tell_of_processes {
    my ($processes) = @_;
    my @lines;
    while (my ($pid, $process) = each %$processes) {
        my ($cgroup) = map { /^0::(.+)/ ? $1 : () } lines_of("/proc/$pid/cgroup") or next;
        # Others who look into this machine from outside are no part of it.
        next if ($cgroup =~ m{/\.\./} || $cgroup eq '/init.scope') && $pid != 1 && !$process->{zombie};
        push @lines, "$cgroup $process->{name}" . ($process->{zombie} ? ' zombie' : '');
    }
    return tell_of('process', counted(@lines));
}

# Namespaces of processes that are not PID 1's, and those that only a descriptor holds.
sub tell_of_namespaces {
    my ($processes) = @_;
    my %own = map { readlink("/proc/1/ns/$_") => 1 } entries_of('/proc/1/ns');
    my @lines;
    for my $pid (keys %$processes) {
        my %seen;
        for my $place ('ns', 'fd') {
            for my $name (entries_of("/proc/$pid/$place")) {
                my $link = readlink "/proc/$pid/$place/$name" // next;
                my ($kind) = $link =~ /^(mnt|net|ipc|uts|pid|user|cgroup|time):\[/ or next;
                next if $own{$link};
                if ($place eq 'fd') { push @lines, "descriptor $processes->{$pid}{name} $kind" }
                elsif (!$seen{$link}++) { push @lines, "process $processes->{$pid}{name} $kind" }
            }
        }
    }
    return tell_of('namespace', counted(@lines));
}

# mountinfo without ids and peer groups: root, mount point, options, type, source.
sub mounts_of {
    my ($pid) = @_;
    return map { /^\d+ \d+ \S+ (\S+ \S+ \S+) .*?- (\S+ \S*)/ ? stable("$1 $2") : () } lines_of("/proc/$pid/mountinfo");
}

sub descriptors_of {
    my ($pid) = @_;
    my @links = grep {defined} map { readlink "/proc/$pid/fd/$_" } entries_of("/proc/$pid/fd");
    return map { s/:?\[[0-9]+\]//r } map { stable($_) } @links;
}

# podd's own long-lived processes, PIDs by unit, as `systemctl show` tells.
sub daemons {
    my (%pids, $pid);
    for (@_) {
        $pid = $1 if /^MainPID=(\d+)/;
        my ($unit) = /^Id=(.*)/ or next;
        $pids{$unit} = $pid;
    }
    return map { $_ => $pids{$_} } grep { $pids{$_} } keys %pids;
}

sub tell_of_cgroups {
    return walk('/sys/fs/cgroup/pod.slice', sub {
        my ($path, @info) = @_;
        return 0 if letter_of($info[2]) ne 'd';
        my @members = lines_of("$path/cgroup.procs");
        tell_of('cgroup', substr($path, length '/sys/fs/cgroup') . ' processes=' . @members);
        return 1;
    });
}

sub tell_of_files {
    for my $top (qw(/run/podd /var/lib/podd /tmp /dev/shm /etc/cni /var/lib/cni /run/netns)) {
        walk($top, sub {
            my ($path, @info) = @_;
            return 0 if $path eq '/var/lib/podd/pods' || $path eq '/var/lib/podd/deployments';  # the latter counts
            my @size = letter_of($info[2]) eq 'd' ? () : $info[7];
            tell_of('file', join ' ', stable($path), letter_of($info[2]), @size, rights_of($info[2]), user_of($info[4]));
            return 1;
        });
    }
    return;
}

sub tell_of_transient_units {
    my $top = '/run/systemd/transient/';
    my $tell = sub { my ($path) = @_; tell_of('transient', substr $path, length $top); return 1 };
    walk("$top$_", $tell) for entries_of($top);
    return;
}

# What is meant to stay: the definitions and their history.
sub tell_of_state {
    my @files;
    walk('/var/lib/podd/pods', sub {
        my ($path, @info) = @_;
        if (letter_of($info[2]) eq 'f') { push @files, $path }
        else { tell_of('state', join ' ', $path, letter_of($info[2]), rights_of($info[2])) }
        return 1;
    });
    while (my @some = splice @files, 0, 1000) {
        tell_of('state', map { /^(.{16})\S* .(.*)/ ? "$2 $1" : () } answer(ask('sha256sum', @some)));
    }
    return;
}

sub tell_of_ipc {
    for my $kind (qw(msg sem shm)) {
        my ($title, @lines) = lines_of("/proc/sysvipc/$kind");
        tell_of('sysvipc', map { "$kind " . words($_, 0, 2) } @lines);
    }
    my ($title, @lines) = lines_of('/proc/net/unix');
    # Those of the questions that this program asks have a name since systemd 254.
    my %sockets = map { stable($_) => 1 } grep { $_ ne '' && !/^@[0-9a-f]{5}$/ && !m{^@[0-9a-f]+/bus/systemctl/} }
        map { words($_, 7) } @lines;
    return tell_of('socket', keys %sockets);
}

my $units = ask(qw(systemctl list-units --all --plain --no-legend --no-pager pod*));
my $jobs = ask(qw(systemctl list-jobs --plain --no-legend --no-pager));
my $daemons = ask(qw(systemctl show -p MainPID -p Id podd.service podd-spawner.service podd-rest.service));
my $links = ask(qw(ip -br link));
my $addresses = ask(qw(ip -o addr));
my $rules = ask('sh', '-c', 'nft -s list ruleset 2>/dev/null');

my $processes = processes();
tell_of_processes($processes);
tell_of_namespaces($processes);
tell_of_cgroups();
tell_of_transient_units();
tell_of_files();
tell_of_state();
tell_of_ipc();
tell_of('mount', map {"1 $_"} mounts_of(1));
my %pids = daemons(answer($daemons));
for my $unit (keys %pids) {
    tell_of('mount', map {"$unit $_"} mounts_of($pids{$unit}));
    tell_of('descriptor', counted(map {"$unit $_"} descriptors_of($pids{$unit})));
}
tell_of('unit', map { words($_, 0 .. 3) } answer($units));
tell_of('job', map { /^\s*\d/ ? words($_, 1 .. 3) : () } answer($jobs));
tell_of('link', map { words($_, 0 .. 2) =~ s/@\S*//r } answer($links));
tell_of('address', map { words($_, 1 .. 3) } answer($addresses));
my $number = 0;
tell_of('nft', map { sprintf '%05d %s', ++$number, $_ } answer($rules));

print map {"$_\n"} sort @facts;
