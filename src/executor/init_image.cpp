// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/init_image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

// NOLINTBEGIN(cppcoreguidelines-macro-usage): newer than Debian 12's headers
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif
// NOLINTEND(cppcoreguidelines-macro-usage)

constexpr size_t kMaxProgram = size_t{16} << 20;
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

// Kernels before 6.3 refuse the flag, and need none.
UniqueFd executableMemfd() {
    constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    UniqueFd fd(::memfd_create("podd-init", kFlags | MFD_EXEC));
    if (!fd && errno == EINVAL)
        fd.reset(::memfd_create("podd-init", kFlags));
    if (!fd)
        throwErrno(errno, "memfd_create");
    return fd;
}

}  // namespace

UniqueFd sealedProgram(const std::string& path) {
    return within(path, [&] {
        const std::string content = readFile(path, kMaxProgram);
        UniqueFd fd = executableMemfd();
        writeAll(fd.get(), content, path);
        if (::fchmod(fd.get(), 0511) < 0)
            throwErrno(errno, "chmod memfd");
        // F_SEAL_EXEC (6.3) seals the mode as well; older kernels do not know it.
        if (::fcntl(fd.get(), F_ADD_SEALS, kSeals | F_SEAL_EXEC) < 0 && ::fcntl(fd.get(), F_ADD_SEALS, kSeals) < 0)
            throwErrno(errno, "seal memfd");
        return fd;
    });
}

}  // namespace podd
