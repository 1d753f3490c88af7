// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fakes/killed_writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd::fakes {

namespace {

struct stat statOf(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) < 0)
        info.st_ino = 0;
    return info;
}

std::string readText(pid_t child, unsigned long long address) {
    std::array<char, 4096> buffer{};
    iovec local{buffer.data(), 1};
    std::string text;
    // Byte by byte: a string may end at the end of a mapping.
    for (; text.size() < buffer.size(); ++address) {
        iovec remote{reinterpret_cast<void*>(address), 1};
        if (::process_vm_readv(child, &local, 1, &remote, 1, 0) != 1 || buffer[0] == '\0')
            break;
        text += buffer[0];
    }
    return text;
}

}  // namespace

KilledWriter::KilledWriter(const std::string& root, const std::function<void(int pipe)>& work,
                           const std::function<bool(const KilledWriter&)>& look)
    : root_(root), look_(look) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0)
        std::abort();
    const pid_t child = ::fork();
    if (child == 0) {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) < 0)
            ::_exit(77);
        (void)::raise(SIGSTOP);
        work(ends[1]);
        ::_exit(0);
    }
    ::close(ends[1]);
    progress_ = UniqueFd(ends[0]);
    (void)::fcntl(progress_.get(), F_SETFL, O_NONBLOCK);
    trace(child);
}

void KilledWriter::trace(pid_t child) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
        ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0) {
        possible_ = false;
        (void)::kill(child, SIGKILL);
        return;
    }
    __ptrace_syscall_info entry{};
    for (;;) {
        (void)::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
        if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
            ended_ = WIFEXITED(status);
            (void)lookedAt();
            return;
        }
        if (WSTOPSIG(status) != (SIGTRAP | 0x80))
            continue;
        __ptrace_syscall_info info{};
        if (::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info) < 0) {
            possible_ = false;
        } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
            watch(child, static_cast<long>(entry.entry.nr), reinterpret_cast<unsigned long long*>(entry.entry.args),
                  info.exit.rval);
            continue;
        } else {
            entry = info;
            lastCall_ = static_cast<long>(info.entry.nr);
            ++calls_;
            if (lookedAt())
                continue;
        }
        (void)::kill(child, SIGKILL);
        (void)::waitpid(child, &status, 0);
        return;
    }
}

bool KilledWriter::lookedAt() {
    std::array<char, 4096> text{};
    for (ssize_t size = 0; (size = ::read(progress_.get(), text.data(), text.size())) > 0;)
        now_.told.append(text.data(), static_cast<size_t>(size));
    now_.entries.clear();
    now_.content.clear();
    remember(root_);
    if (now_ == before_ && !ended_)
        return true;
    before_ = now_;
    return look_(*this);
}

// After a system call: what is durable now?
void KilledWriter::watch(pid_t child, long number, const unsigned long long* arguments, long long result) {
    if (result < 0)
        return;
    const auto path = [child](auto fd) { return cat("/proc/", child, "/fd/", static_cast<int>(fd)); };
    if (number == SYS_fsync || number == SYS_fdatasync) {
        const struct stat info = statOf(path(arguments[0]));
        if (S_ISDIR(info.st_mode))
            now_.durableEntries[info.st_ino] = entriesOf(path(arguments[0]));
        else
            now_.durableContent[info.st_ino] = readFile(path(arguments[0]), size_t{64} << 20);
    } else if (number == SYS_openat && (arguments[2] & O_CREAT) != 0) {
        if (const struct stat info = statOf(path(result)); info.st_size == 0)
            now_.durableContent.erase(info.st_ino);  // the number may have been another file's
    } else if (number == SYS_mkdirat) {
        now_.durableEntries.erase(statOf(readText(child, arguments[1])).st_ino);
#ifdef SYS_mkdir
    } else if (number == SYS_mkdir) {
        now_.durableEntries.erase(statOf(readText(child, arguments[0])).st_ino);
#endif
    }
}

KilledWriter::Entries KilledWriter::entriesOf(const std::string& path) {
    Entries entries;
    for (const std::string& name : listDirectory(path + "/."))
        if (const struct stat info = statOf(cat(path, '/', name)); info.st_ino != 0)
            entries[name] = {info.st_ino, S_ISDIR(info.st_mode)};
    return entries;
}

void KilledWriter::remember(const std::string& path) {
    const Entries found = entriesOf(path);
    now_.entries[statOf(path).st_ino] = found;
    for (const auto& [name, entry] : found) {
        if (entry.directory)
            remember(cat(path, '/', name));
        else
            now_.content[entry.inode] = readFile(cat(path, '/', name), size_t{64} << 20);
    }
}

void KilledWriter::copyAsKilled(const std::string& target) const {
    std::filesystem::copy(root_, target, std::filesystem::copy_options::recursive);
}

void KilledWriter::copyAsAfterPowerCut(const std::string& target, unsigned variant, unsigned seed) const {
    std::mt19937 luck(seed);
    build(statOf(root_).st_ino, target, variant, luck);
}

void KilledWriter::build(ino_t directory, const std::string& target, unsigned variant, std::mt19937& luck) const {
    const auto durable = now_.durableEntries.find(directory);
    const auto present = now_.entries.find(directory);
    const Entries old = durable == now_.durableEntries.end() ? Entries{} : durable->second;
    const Entries now = present == now_.entries.end() ? old : present->second;
    Entries chosen = variant == 2 ? now : old;
    if (variant == 3) {
        Entries both = old;
        both.insert(now.begin(), now.end());
        chosen.clear();
        for (const auto& [name, unused] : both) {
            const Entries& from = luck() % 2 == 0 ? old : now;
            if (const auto it = from.find(name); it != from.end())
                chosen.insert(*it);
        }
    }
    for (const auto& [name, entry] : chosen) {
        const std::string path = cat(target, '/', name);
        if (entry.directory) {
            makeDirectories(path);
            build(entry.inode, path, variant, luck);
        } else {
            writeFileAtomically(path, contentOf(entry.inode, variant, luck), Durability::volatileFile);
        }
    }
}

std::string KilledWriter::contentOf(ino_t file, unsigned variant, std::mt19937& luck) const {
    const auto durable = now_.durableContent.find(file);
    const auto present = now_.content.find(file);
    if (durable != now_.durableContent.end() && (present == now_.content.end() || present->second == durable->second))
        return durable->second;
    const std::string now = present == now_.content.end() ? "" : present->second;
    if (variant == 1)
        return durable == now_.durableContent.end() ? "" : durable->second;
    return now.substr(0, variant == 2 ? now.size() / 2 : luck() % (now.size() + 1));
}

QuietLog::QuietLog() : before_(::dup(STDERR_FILENO)) {
    const UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    (void)::dup2(nowhere.get(), STDERR_FILENO);
}

QuietLog::~QuietLog() {
    (void)::dup2(before_, STDERR_FILENO);
    ::close(before_);
}

}  // namespace podd::fakes
