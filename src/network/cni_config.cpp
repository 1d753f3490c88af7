// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_config.h"

#include <sys/stat.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr size_t kMaxFileSize = size_t{1} << 20;

// A pipe or a device would keep a reader waiting.
bool isUsable(const std::string& path, std::initializer_list<std::string_view> endings) {
    struct stat info {};
    const auto isEnd = [&](std::string_view ending) { return path.ends_with(ending); };
    return std::any_of(endings.begin(), endings.end(), isEnd) && ::stat(path.c_str(), &info) == 0 &&
           S_ISREG(info.st_mode);
}

void readFiles(CniDirectory& directory, std::initializer_list<std::string_view> endings) {
    for (const std::string& name : listDirectory(directory.path)) {
        const std::string path = cat(directory.path, '/', name);
        if (!isUsable(path, endings))
            continue;
        try {
            std::string text = readFile(path, kMaxFileSize);
            CniNetwork network = parseCniNetwork(text, path);
            const auto isSame = [&](const CniConfiguration& other) { return other.network.name == network.name; };
            if (std::none_of(directory.configurations.begin(), directory.configurations.end(), isSame))
                directory.configurations.push_back({path, std::move(text), std::move(network)});
        } catch (const Error& error) {
            directory.broken.emplace_back(error.what());
        }
    }
}

}  // namespace

const CniConfiguration& CniDirectory::find(const std::string& network) const {
    std::vector<std::string> names;
    for (const CniConfiguration& each : configurations) {
        if (each.network.name == network)
            return each;
        names.push_back(quoted(each.network.name));
    }
    std::string why = cat("is not configured in ", quoted(path), ", where there ",
                          names.empty() ? "is none" : cat(names.size() == 1 ? "is " : "are ", join(names, ", ")));
    if (!broken.empty())
        why += cat("; what cannot be used: ", join(broken, "; "));
    throw Error(Errc::notSupported, why);
}

CniDirectory readCniDirectory(const std::string& path) {
    CniDirectory directory{path, {}, {}};
    readFiles(directory, {".conflist"});
    readFiles(directory, {".conf", ".json"});
    return directory;
}

}  // namespace podd
