// SPDX-License-Identifier: LGPL-2.1-or-later
// The capabilities of capabilities(7) by number and name, and sets of them as the bits that capget(2) and
// /proc/PID/status have. Where people write one, "CAP_CHOWN", "CHOWN" and "chown" mean the same.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/enum_table.h"

namespace podd {

// The values are the kernel's.
enum class Capability : uint8_t {
    chown,
    dacOverride,
    dacReadSearch,
    fowner,
    fsetid,
    kill,
    setgid,
    setuid,
    setpcap,
    linuxImmutable,
    netBindService,
    netBroadcast,
    netAdmin,
    netRaw,
    ipcLock,
    ipcOwner,
    sysModule,
    sysRawio,
    sysChroot,
    sysPtrace,
    sysPacct,
    sysAdmin,
    sysBoot,
    sysNice,
    sysResource,
    sysTime,
    sysTtyConfig,
    mknod,
    lease,
    auditWrite,
    auditControl,
    setfcap,
    macOverride,
    macAdmin,
    syslog,
    wakeAlarm,
    blockSuspend,
    auditRead,
    perfmon,
    bpf,
    checkpointRestore,
};

constexpr auto kCapabilities = makeEnumTable<Capability>({
    {Capability::chown, "CAP_CHOWN"},
    {Capability::dacOverride, "CAP_DAC_OVERRIDE"},
    {Capability::dacReadSearch, "CAP_DAC_READ_SEARCH"},
    {Capability::fowner, "CAP_FOWNER"},
    {Capability::fsetid, "CAP_FSETID"},
    {Capability::kill, "CAP_KILL"},
    {Capability::setgid, "CAP_SETGID"},
    {Capability::setuid, "CAP_SETUID"},
    {Capability::setpcap, "CAP_SETPCAP"},
    {Capability::linuxImmutable, "CAP_LINUX_IMMUTABLE"},
    {Capability::netBindService, "CAP_NET_BIND_SERVICE"},
    {Capability::netBroadcast, "CAP_NET_BROADCAST"},
    {Capability::netAdmin, "CAP_NET_ADMIN"},
    {Capability::netRaw, "CAP_NET_RAW"},
    {Capability::ipcLock, "CAP_IPC_LOCK"},
    {Capability::ipcOwner, "CAP_IPC_OWNER"},
    {Capability::sysModule, "CAP_SYS_MODULE"},
    {Capability::sysRawio, "CAP_SYS_RAWIO"},
    {Capability::sysChroot, "CAP_SYS_CHROOT"},
    {Capability::sysPtrace, "CAP_SYS_PTRACE"},
    {Capability::sysPacct, "CAP_SYS_PACCT"},
    {Capability::sysAdmin, "CAP_SYS_ADMIN"},
    {Capability::sysBoot, "CAP_SYS_BOOT"},
    {Capability::sysNice, "CAP_SYS_NICE"},
    {Capability::sysResource, "CAP_SYS_RESOURCE"},
    {Capability::sysTime, "CAP_SYS_TIME"},
    {Capability::sysTtyConfig, "CAP_SYS_TTY_CONFIG"},
    {Capability::mknod, "CAP_MKNOD"},
    {Capability::lease, "CAP_LEASE"},
    {Capability::auditWrite, "CAP_AUDIT_WRITE"},
    {Capability::auditControl, "CAP_AUDIT_CONTROL"},
    {Capability::setfcap, "CAP_SETFCAP"},
    {Capability::macOverride, "CAP_MAC_OVERRIDE"},
    {Capability::macAdmin, "CAP_MAC_ADMIN"},
    {Capability::syslog, "CAP_SYSLOG"},
    {Capability::wakeAlarm, "CAP_WAKE_ALARM"},
    {Capability::blockSuspend, "CAP_BLOCK_SUSPEND"},
    {Capability::auditRead, "CAP_AUDIT_READ"},
    {Capability::perfmon, "CAP_PERFMON"},
    {Capability::bpf, "CAP_BPF"},
    {Capability::checkpointRestore, "CAP_CHECKPOINT_RESTORE"},
});

using CapabilitySet = uint64_t;  // bit 0 is CAP_CHOWN

constexpr CapabilitySet capabilitySet(std::initializer_list<Capability> capabilities) {
    CapabilitySet set = 0;
    for (const Capability each : capabilities)
        set |= CapabilitySet{1} << static_cast<unsigned>(each);
    return set;
}

constexpr CapabilitySet kAllCapabilities = (CapabilitySet{1} << kCapabilities.rows().size()) - 1;

// What a container has when nothing is said: enough to own its files, to bind low ports and to become somebody else.
constexpr CapabilitySet kDefaultCapabilities =
    capabilitySet({Capability::chown, Capability::dacOverride, Capability::fowner, Capability::fsetid, Capability::kill,
                   Capability::netBindService, Capability::setfcap, Capability::setgid, Capability::setpcap,
                   Capability::setuid, Capability::sysChroot});

// The capability of a name, in any letter case and with or without "CAP_"; nothing if there is none.
std::optional<Capability> parseCapability(std::string_view text);

// What was probably meant by a name that is none: "did you mean 'CAP_CHOWN'?", or "". A name without "CAP_" is
// answered by one without.
std::string capabilityHint(std::string_view text);

// "CAP_CHOWN CAP_KILL": the names in alphabetical order; "" for the empty set. A bit that has no name is left out.
std::string capabilityText(CapabilitySet set);

}  // namespace podd
