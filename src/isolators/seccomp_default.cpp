// SPDX-License-Identifier: LGPL-2.1-or-later
// The built-in profile. Names of calls that an architecture does not have (the 32-bit forms on 64-bit ones) have no
// effect there. What is listed nowhere is ENOSYS: old and odd calls that no program of today depends on, x86's
// modify_ldt(2) among them, and socketcall(2), behind whose pointers no filter sees an address family.
#include <cerrno>
#include <sstream>

#include "isolators/seccomp_filter.h"

namespace podd {

namespace {

constexpr std::string_view kFiles = R"(
    open openat openat2 creat close close_range read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2
    lseek _llseek sendfile sendfile64 splice tee copy_file_range readahead fadvise64 fadvise64_64 arm_fadvise64_64
    fallocate truncate truncate64 ftruncate ftruncate64 sync syncfs fsync fdatasync sync_file_range sync_file_range2
    arm_sync_file_range cachestat dup dup2 dup3 fcntl fcntl64 flock pipe pipe2
    stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx statfs statfs64 fstatfs fstatfs64 oldstat oldlstat
    oldfstat access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd chdir fchdir name_to_handle_at
    link linkat symlink symlinkat unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir mknod mknodat umask
    chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 lchown lchown32 fchownat
    utime utimes futimesat utimensat utimensat_time64
    setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr
    fremovexattr setxattrat getxattrat listxattrat removexattrat
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark
    io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64)";

constexpr std::string_view kWaiting = R"(
    poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl epoll_wait
    epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_settime64
    timerfd_gettime timerfd_gettime64)";

// socket(2) itself has conditions.
constexpr std::string_view kNetwork = R"(
    socketpair bind listen accept accept4 connect getsockname getpeername getsockopt setsockopt shutdown send sendto
    sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64)";

constexpr std::string_view kMemory = R"(
    brk mmap mmap2 munmap mremap remap_file_pages mprotect msync mincore madvise mlock mlock2 mlockall munlock munlockall
    mseal memfd_create memfd_secret pkey_alloc pkey_free pkey_mprotect map_shadow_stack membarrier
    mbind get_mempolicy set_mempolicy set_mempolicy_home_node cacheflush riscv_flush_icache)";

// clone(2) has conditions.
constexpr std::string_view kProcesses = R"(
    fork vfork execve execveat exit exit_group wait4 waitid waitpid getpid getppid gettid getpgid setpgid getpgrp getsid
    setsid set_tid_address set_robust_list get_robust_list rseq restart_syscall prctl arch_prctl set_thread_area
    get_thread_area set_tls get_tls swapcontext seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
    pidfd_open pidfd_send_signal process_mrelease getrusage times getrlimit ugetrlimit setrlimit prlimit64 getpriority
    setpriority nice ioprio_get ioprio_set uname sysinfo getcpu getrandom
    sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam
    sched_getscheduler sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval
    sched_rr_get_interval_time64)";

// What only the capabilities of the thread allow, the kernel knows best.
constexpr std::string_view kIdentity = R"(
    getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32
    getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32
    setresgid setresgid32 setfsuid setfsuid32 setfsgid setfsgid32 setgroups setgroups32 capget capset)";

constexpr std::string_view kSignals = R"(
    kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64
    rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn sigaltstack sigaction sigprocmask sigpending sigsuspend sigreturn
    signal pause)";

// adjtimex(2) and clock_adjtime(2) also read the clock's state; to change it takes CAP_SYS_TIME in any case.
constexpr std::string_view kTime = R"(
    time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep
    clock_nanosleep_time64 nanosleep alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime
    timer_gettime64 timer_settime timer_settime64 adjtimex clock_adjtime clock_adjtime64)";

constexpr std::string_view kSynchronisation = R"(
    futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue
    ipc shmget shmat shmdt shmctl semget semop semctl semtimedop semtimedop_time64 msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr)";

// Not even with a capability. Key rings know no namespaces; io_uring, userfaultfd and vmsplice have been the way into
// many kernels; the rest is of the past.
constexpr std::string_view kNever = R"(
    add_key request_key keyctl io_uring_setup io_uring_enter io_uring_register userfaultfd vmsplice nfsservctl uselib
    sysfs _sysctl)";

// Calls that one of these capabilities allows; without any of them they fail with EPERM.
struct Privileged {
    std::string_view names;
    CapabilitySet capabilities;
};
constexpr Privileged kPrivileged[] = {
    {"mount umount umount2 fsopen fsmount fsconfig fspick move_mount open_tree mount_setattr pivot_root",
     capabilitySet({Capability::sysAdmin})},
    {"setns unshare quotactl quotactl_fd swapon swapoff sethostname setdomainname fanotify_init lookup_dcookie",
     capabilitySet({Capability::sysAdmin})},
    {"bpf", capabilitySet({Capability::bpf, Capability::sysAdmin})},
    {"perf_event_open", capabilitySet({Capability::perfmon, Capability::sysAdmin})},
    {"chroot", capabilitySet({Capability::sysChroot})},
    {"ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd",
     capabilitySet({Capability::sysPtrace})},
    {"init_module finit_module delete_module create_module query_module get_kernel_syms",
     capabilitySet({Capability::sysModule})},
    {"reboot kexec_load kexec_file_load", capabilitySet({Capability::sysBoot})},
    {"settimeofday stime clock_settime clock_settime64", capabilitySet({Capability::sysTime})},
    {"iopl ioperm", capabilitySet({Capability::sysRawio})},
    {"open_by_handle_at", capabilitySet({Capability::dacReadSearch})},
    {"migrate_pages move_pages", capabilitySet({Capability::sysNice})},
    {"acct", capabilitySet({Capability::sysPacct})},
    {"syslog", capabilitySet({Capability::syslog})},
    {"vhangup", capabilitySet({Capability::sysTtyConfig})},
};

std::vector<std::string> namesOf(std::string_view text) {
    std::istringstream words{std::string(text)};
    std::vector<std::string> names;
    for (std::string name; words >> name;)
        names.push_back(name);
    return names;
}

SeccompRule allow(std::string_view names) {
    return {.names = namesOf(names)};
}

SeccompRule deny(std::string_view names) {
    return {.names = namesOf(names), .action = SeccompAction::errnoCode, .errnoCode = EPERM};
}

// The lower 32 bits of an argument are this; the kernel takes no more of it. glibc and musl put different things into
// the upper ones (CVE-2019-10063).
SeccompArgument isInt(uint32_t index, uint32_t value) {
    return {.index = index, .value = UINT32_MAX, .valueTwo = value, .op = SeccompComparison::maskedEqual};
}

void addPrivileged(std::vector<SeccompRule>& rules) {
    for (const Privileged& each : kPrivileged) {
        for (const auto& [capability, name] : kCapabilities.rows()) {
            if ((each.capabilities & capabilitySet({capability})) == 0)
                continue;
            rules.push_back(allow(each.names));
            rules.back().includeCaps = capabilitySet({capability});
        }
        rules.push_back(deny(each.names));
        rules.back().excludeCaps = each.capabilities;
    }
}

// New namespaces, and all that is to be had in them, take CAP_SYS_ADMIN. The flags of clone3(2) are behind a pointer,
// so there is none: libraries then use clone(2).
void addClone(std::vector<SeccompRule>& rules) {
    constexpr uint32_t kNewNamespaces = 0x7E020000;  // CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID and NET
    const CapabilitySet admin = capabilitySet({Capability::sysAdmin});
    const std::vector<std::string> flagsSecond = {"s390", "s390x"};  // clone(2): these have the stack first
    rules.push_back(allow("clone clone3"));
    rules.back().includeCaps = admin;
    for (const bool second : {false, true}) {
        rules.push_back(allow("clone"));
        rules.back().excludeCaps = admin;
        rules.back().args = {
            {.index = second ? 1U : 0U, .value = kNewNamespaces, .valueTwo = 0, .op = SeccompComparison::maskedEqual}};
        (second ? rules.back().includeArches : rules.back().excludeArches) = flagsSecond;
    }
    rules.push_back(deny("clone"));
    rules.back().excludeCaps = admin;
}

// AF_ALG and AF_VSOCK reach kernel code and machines that no namespace hides; AF_PACKET is for CAP_NET_RAW.
void addSocket(std::vector<SeccompRule>& rules) {
    constexpr uint32_t kPacket = 17;
    constexpr uint32_t kAlg = 38;
    constexpr uint32_t kVsock = 40;
    rules.push_back(allow("socket"));
    for (const uint32_t family : {kPacket, kAlg, kVsock}) {
        rules.push_back(deny("socket"));
        rules.back().args = {isInt(0, family)};
        if (family == kPacket)
            rules.back().excludeCaps = capabilitySet({Capability::netRaw});
    }
}

// TIOCSTI and TIOCLINUX type into the terminal that the container was given, as if its user had; FS_IOC_FSSETXATTR takes
// a file out of the project that its container's disk quota counts.
void addIoctl(std::vector<SeccompRule>& rules) {
    constexpr uint32_t kTiocsti = 0x5412;
    constexpr uint32_t kTioclinux = 0x541C;
    constexpr uint32_t kFsSetXattr = 0x401C5820;
    rules.push_back(allow("ioctl"));
    for (const uint32_t request : {kTiocsti, kTioclinux, kFsSetXattr}) {
        rules.push_back(deny("ioctl"));
        rules.back().args = {isInt(1, request)};
    }
}

// Asking, and what setarch(8) and build tools choose: PER_LINUX and PER_LINUX32, each also with UNAME26. Other flags
// switch off what makes attacks hard (ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC).
void addPersonality(std::vector<SeccompRule>& rules) {
    for (const uint32_t persona : {0x0U, 0x8U, 0x20000U, 0x20008U, 0xFFFFFFFFU}) {
        rules.push_back(allow("personality"));
        rules.back().args = {isInt(0, persona)};
    }
    rules.push_back(deny("personality"));
}

SeccompProfile makeProfile() {
    SeccompProfile profile{.defaultAction = SeccompAction::errnoCode, .defaultErrno = ENOSYS};
    for (const std::string_view names :
         {kFiles, kWaiting, kNetwork, kMemory, kProcesses, kIdentity, kSignals, kTime, kSynchronisation})
        profile.rules.push_back(allow(names));
    profile.rules.push_back(deny(kNever));
    addPrivileged(profile.rules);
    addClone(profile.rules);
    addSocket(profile.rules);
    addIoctl(profile.rules);
    addPersonality(profile.rules);
    return profile;
}

}  // namespace

const SeccompProfile& defaultSeccompProfile() {
    static const SeccompProfile profile = makeProfile();
    return profile;
}

}  // namespace podd
