// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/leases.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"

namespace podd {

Leases::Leases(std::string directory) : directory_(std::move(directory)) {
    makeDirectories(directory_, 0700);
    for (const std::string& thing : listDirectory(directory_))
        if (const std::string owner = ownerOf(thing); !owner.empty())
            things_[owner].insert(thing);
}

bool Leases::take(const std::string& thing, const std::string& owner) {
    PODD_FAILPOINT("lease.take");
    const int result = ::symlink(owner.c_str(), pathOf(thing).c_str());
    if (result < 0 && errno != EEXIST)
        throwErrno(errno, cat("lease ", quoted(pathOf(thing))));
    if (result < 0 && ownerOf(thing) != owner)
        return false;
    things_[owner].insert(thing);
    PODD_CRASHPOINT("lease.taken");
    return true;
}

std::string Leases::ownerOf(const std::string& thing) const {
    std::array<char, PATH_MAX> text{};
    const ssize_t length = ::readlink(pathOf(thing).c_str(), text.data(), text.size());
    return length < 0 ? "" : std::string(text.data(), static_cast<size_t>(length));
}

void Leases::release(const std::string& owner) {
    const auto found = things_.find(owner);
    if (found == things_.end())
        return;
    for (const std::string& thing : found->second)
        if (::unlink(pathOf(thing).c_str()) < 0 && errno != ENOENT)
            log::warning(cat("lease ", quoted(pathOf(thing)), ": remove: ", errnoText(errno)));
    things_.erase(found);
}

std::set<std::string> Leases::owners() const {
    std::set<std::string> all;
    for (const auto& [owner, things] : things_)
        all.insert(owner);
    return all;
}

void Leases::sweep(const std::function<bool(const InstanceId&)>& isKnown) {
    for (const std::string& owner : owners())
        if (const std::optional<InstanceId> id = parseEscapedInstance(owner); !id || !isKnown(*id))
            release(owner);
}

}  // namespace podd
