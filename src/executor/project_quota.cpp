// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/project_quota.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/quota.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

// Numbers of projects that are podd's, as /etc/projects of an administrator should leave free.
constexpr uint32_t kFirst = 1'900'000'000;
constexpr uint32_t kCount = 100'000'000;
constexpr uint64_t kQuotaBlock = 1024;  // bytes, quotactl(2)

// NOLINTBEGIN(cppcoreguidelines-macro-usage): newer than some headers
#ifndef SYS_quotactl_fd
#define SYS_quotactl_fd 443
#endif
#ifndef PRJQUOTA
#define PRJQUOTA 2
#endif
// NOLINTEND(cppcoreguidelines-macro-usage)

int quotaControl(int fd, unsigned command, uint32_t project, if_dqblk& block) {
    const unsigned whole = command << SUBCMDSHIFT | PRJQUOTA;
    return static_cast<int>(::syscall(SYS_quotactl_fd, fd, whole, project, &block)) < 0 ? errno : 0;
}

bool isMissing(int error) {
    return error == ENOSYS || error == ESRCH || error == EOPNOTSUPP || error == ENOTTY || error == EINVAL ||
           error == ENOTBLK || error == ENODEV;
}

// The limit of an executor that was killed may still be there; what counts is that nobody has files of that number.
bool isFree(const if_dqblk& block) {
    return block.dqb_curspace == 0 && block.dqb_curinodes == 0;
}

void assign(const std::string& directory, uint32_t project) {
    const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    fsxattr attributes{};
    if (!fd || ::ioctl(fd.get(), FS_IOC_FSGETXATTR, &attributes) < 0)
        throwErrno(errno, cat("project of ", quoted(directory)));
    attributes.fsx_projid = project;
    attributes.fsx_xflags |= FS_XFLAG_PROJINHERIT;
    if (::ioctl(fd.get(), FS_IOC_FSSETXATTR, &attributes) < 0)
        throwErrno(errno, cat("project of ", quoted(directory)));
}

uint32_t takeFree(int directory, uint64_t bytes) {
    const auto start = static_cast<uint32_t>(::getpid()) * 64;  // spreads what is looked at first
    for (uint32_t i = 0; i < kCount; ++i) {
        const uint32_t project = kFirst + (start + i) % kCount;
        if_dqblk block{};
        if (const int error = quotaControl(directory, Q_GETQUOTA, project, block); error != 0 && error != ENOENT)
            throwErrno(error, "project quota");
        if (!isFree(block))
            continue;
        block = {};
        block.dqb_bhardlimit = (bytes + kQuotaBlock - 1) / kQuotaBlock;
        block.dqb_valid = QIF_BLIMITS;
        if (const int error = quotaControl(directory, Q_SETQUOTA, project, block); error != 0)
            throwErrno(error, "project quota");
        return project;
    }
    throw Error(Errc::internal, "project quota: no number is free");
}

}  // namespace

bool ProjectQuota::limit(const std::vector<std::string>& directories, uint64_t bytes) {
    UniqueFd directory(::open(directories.front().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory)
        throwErrno(errno, quoted(directories.front()));
    if_dqblk block{};
    const int error = quotaControl(directory.get(), Q_GETQUOTA, kFirst, block);
    if (error != 0 && error != ENOENT) {
        if (isMissing(error))
            return false;
        throwErrno(error, "project quota");
    }
    // Others may be looking for a number, and one is taken only when a directory bears it.
    const UniqueFd lock(::open(parentOf(parentOf(parentOf(directories.front()))).c_str(),
                               O_RDONLY | O_DIRECTORY | O_CLOEXEC));  // that of all sandboxes
    if (!lock || ::flock(lock.get(), LOCK_EX) < 0)
        throwErrno(errno, "lock the sandboxes");
    project_ = takeFree(directory.get(), bytes);
    directory_ = std::move(directory);
    for (const std::string& each : directories)
        assign(each, project_);
    return true;
}

void ProjectQuota::release() {
    if (!directory_)
        return;
    if_dqblk none{};
    none.dqb_valid = QIF_BLIMITS;
    (void)quotaControl(directory_.get(), Q_SETQUOTA, std::exchange(project_, 0), none);
    directory_.reset();
}

}  // namespace podd
