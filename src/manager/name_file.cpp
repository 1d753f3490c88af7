// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/name_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "core/hosts.h"

namespace podd {

namespace {

constexpr uint64_t kGatherUsec = 10'000;
constexpr uint64_t kAgainUsec = 5'000'000;
constexpr uint64_t kAccuracyUsec = 1'000;

// podd's own umask lets nobody else read what it writes. It has one thread.
class ForEverybody {
public:
    ForEverybody() : before_(::umask(022)) {}
    ~ForEverybody() { (void)::umask(before_); }
    ForEverybody(const ForEverybody&) = delete;
    ForEverybody& operator=(const ForEverybody&) = delete;

private:
    mode_t before_;
};

}  // namespace

NameFile::NameFile(sd_event* event, const std::string& runDirectory)
    : path_(runDirectory + "/names/hosts"), timer_(event, [this] { write(); }) {
    if (::access(path_.c_str(), F_OK) < 0)
        write();
}

void NameFile::set(const InstanceId& instance, std::vector<std::string> addresses) {
    if (addresses.empty())
        return clear(instance);
    std::vector<std::string>& known = addresses_[instance];
    if (known == addresses)
        return;
    known = std::move(addresses);
    change();
}

void NameFile::clear(const InstanceId& instance) {
    if (addresses_.erase(instance) > 0)
        change();
}

void NameFile::refresh() {
    change();
}

void NameFile::change() {
    if (!waiting_)
        timer_.armIn(kGatherUsec, kAccuracyUsec);
    waiting_ = true;
}

void NameFile::write() {
    waiting_ = false;
    std::vector<NamedInstance> instances;
    for (const auto& [id, addresses] : addresses_)
        instances.push_back({id, addresses});
    try {
        const ForEverybody readable;
        makeDirectories(parentOf(path_));
        writeFileAtomically(path_, namesText(std::move(instances)), Durability::volatileFile);
        failing_ = false;
    } catch (const Error& problem) {
        if (!std::exchange(failing_, true))
            log::warning(cat("names of pods: ", problem.what(), "; tried again every 5 s"));
        timer_.armIn(kAgainUsec);
    }
}

}  // namespace podd
