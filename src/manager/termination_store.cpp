// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/termination_store.h"

#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "manager/store_files.h"
#include "model/envelope.h"
#include "model/names.h"
#include "model/termination_json.h"

namespace podd {

namespace {

constexpr const char* kKind = "terminations";

}  // namespace

std::string TerminationStore::pathOf(const std::string& id) const {
    return cat(pods_, escapedId(id), '/', kKind);
}

std::vector<Termination> TerminationStore::list(const std::string& id) const {
    const std::string path = pathOf(id);
    const SealedFile file = readSealedFile(path, kKind);
    if (file.kind == SealedFile::Kind::absent)
        return {};
    std::optional<std::vector<Termination>> known = parseTerminations(file.body);
    if (file.kind == SealedFile::Kind::whole && known)
        return *std::move(known);
    setAside(path, file.why.empty() ? "it says what this podd does not understand" : file.why);
    return {};
}

void TerminationStore::add(const std::string& id, Termination termination) const {
    try {
        std::vector<Termination> all = list(id);
        std::erase_if(all, [&](const Termination& each) {
            return each.instance == termination.instance && each.bootId == termination.bootId;
        });
        all.push_back(std::move(termination));
        if (all.size() > kTerminationsKept)
            all.erase(all.begin(), all.end() - kTerminationsKept);
        writeFileAtomically(pathOf(id), sealed(kKind, terminationsJson(all)), Durability::volatileFile, 0600);
    } catch (const std::exception& problem) {
        log::error(cat("pod ", quoted(id), ": the end of an instance could not be recorded: ", problem.what()));
    }
}

}  // namespace podd
