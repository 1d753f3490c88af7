// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/sysctl.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"

namespace podd {

std::string readSysctl(const std::string& path) {
    std::string text = readFileIfExists(path).value_or("");
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

void writeSysctl(const std::string& path, const std::string& value) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file)
        throwErrno(errno, path);
    writeAll(file.get(), value, path);
}

void writeSysctlIfExists(const std::string& path, const std::string& value) {
    if (::access(path.c_str(), F_OK) == 0)
        writeSysctl(path, value);
}

}  // namespace podd
