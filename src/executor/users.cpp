// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/users.h"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <functional>
#include <optional>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

// The largest id; the one above, (uid_t)-1, means "leave it as it is" to setresuid(2).
constexpr uint64_t kMaxId = 0xfffffffe;
constexpr size_t kMaxEntry = size_t{1} << 20;
constexpr int kMaxGroups = 65536;  // NGROUPS_MAX

std::vector<gid_t> groupsOf(const char* name, gid_t primary) {
    int count = 32;
    std::vector<gid_t> groups(static_cast<size_t>(count));
    while (::getgrouplist(name, primary, groups.data(), &count) < 0 && count <= kMaxGroups)
        groups.resize(static_cast<size_t>(count));
    groups.resize(static_cast<size_t>(count));
    return groups;
}

using Lookup = std::function<int(passwd*, char*, size_t, passwd**)>;  // getpwnam_r(3) or getpwuid_r(3)

std::optional<User> find(const Lookup& lookup) {
    std::vector<char> buffer(1024);
    passwd entry{};
    passwd* found = nullptr;
    int error = lookup(&entry, buffer.data(), buffer.size(), &found);
    while (error == ERANGE && buffer.size() < kMaxEntry) {
        buffer.resize(buffer.size() * 4);
        error = lookup(&entry, buffer.data(), buffer.size(), &found);
    }
    if (found != nullptr)
        return User{entry.pw_uid, entry.pw_gid, groupsOf(entry.pw_name, entry.pw_gid)};
    if (error != 0 && error != ENOENT && error != ESRCH && error != EBADF && error != EPERM)  // getpwnam(3)
        throwErrno(error, "look-up");
    return std::nullopt;
}

User byNumber(uint64_t number) {
    if (number > kMaxId)
        throw Error(Errc::badDefinition, "not a user id");
    const auto uid = static_cast<uid_t>(number);
    if (uid == 0)
        return {};
    const auto known = find([uid](passwd* entry, char* buffer, size_t size, passwd** found) {
        return ::getpwuid_r(uid, entry, buffer, size, found);
    });
    return known.value_or(User{uid, uid, {}});
}

User byName(const std::string& name) {
    const auto known = find([&name](passwd* entry, char* buffer, size_t size, passwd** found) {
        return ::getpwnam_r(name.c_str(), entry, buffer, size, found);
    });
    if (!known)
        throw Error(Errc::badDefinition, "no such user on this host");
    return *known;
}

}  // namespace

User resolveUser(const std::string& user) {
    if (user.empty() || user == "root")
        return {};
    return within(cat("user ", quoted(user)), [&] {
        const bool digits = user.find_first_not_of("0123456789") == std::string::npos;
        return digits ? byNumber(parseUnsigned(user).value_or(kMaxId + 1)) : byName(user);
    });
}

}  // namespace podd
