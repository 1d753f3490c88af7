// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/declared.h"

#include <unistd.h>

#include <array>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "manager/store_files.h"
#include "model/envelope.h"
#include "model/json_text.h"

namespace podd {

namespace {

constexpr const char* kKind = "declared";

bool isDefinition(const std::string& name) {
    return name.ends_with(".json") && !name.starts_with('.');
}

bool isMasked(const std::string& path) {
    constexpr std::string_view kNothing = "/dev/null";
    std::array<char, kNothing.size() + 1> target{};
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    return length >= 0 && std::string_view(target.data(), static_cast<size_t>(length)) == kNothing;
}

// The files that count, by their names.
std::map<std::string, std::string> filesOf(const std::vector<std::string>& directories) {
    std::map<std::string, std::string> files;
    for (const std::string& directory : directories)
        for (const std::string& name : listDirectory(directory))
            if (isDefinition(name))
                files.try_emplace(name, cat(directory, '/', name));
    std::erase_if(files, [](const auto& entry) { return isMasked(entry.second); });
    return files;
}

}  // namespace

Declared::Declared(Manager& manager) : manager_(manager), directory_(manager.config().stateDirectory + "/declared") {}

std::optional<Declared::Kept> Declared::kept(const std::string& name) const {
    const std::string path = cat(directory_, '/', name);
    const SealedFile file = readSealedFile(path, kKind);
    if (file.kind == SealedFile::Kind::absent)
        return std::nullopt;
    const size_t end = file.body.find('\n');
    if (file.kind == SealedFile::Kind::whole && end != std::string::npos)
        return Kept{file.body.substr(0, end), file.body.substr(end + 1)};
    setAside(path, file.why.empty() ? "it names no pod" : file.why);
    return std::nullopt;
}

// What cannot be kept is applied once more the next time.
void Declared::keep(const std::string& name, const Kept& applied) const {
    try {
        makeDirectories(directory_, 0700, true);
        writeFileAtomically(cat(directory_, '/', name), sealed(kKind, cat(applied.pod, '\n', applied.text)),
                            Durability::durable, 0600);
    } catch (const Error& problem) {
        log::error(
            cat("declared pod ", quoted(applied.pod), ": that it was applied cannot be recorded: ", problem.what()));
    }
}

Declaration Declared::applyFile(const std::string& name, const std::string& path) {
    Declaration done{.file = path, .pod = "", .outcome = "refused", .message = ""};
    try {
        const std::string text = readFile(path, kMaxJsonSize);
        const std::optional<Kept> before = kept(name);
        const bool isNew = !before || before->text != text;
        done.pod = isNew ? manager_.checkDefinition(text, false) : before->pod;
        const auto [owner, isOnly] = owners_.try_emplace(done.pod, path);
        if (!isOnly)
            throw Error(Errc::badDefinition, cat("pod ", quoted(done.pod), " is declared by ", quoted(owner->second)));
        done.outcome = "left";
        if (isNew) {
            // An administrator who declares something else does not have to wait for a deployment, as nobody could tell.
            done.outcome = manager_.apply(text, {.force = true}).outcome;
            keep(name, {done.pod, text});
            log::info(cat(quoted(path), ": pod ", quoted(done.pod), ": ", done.outcome));
        }
    } catch (const std::exception& problem) {
        done.outcome = "refused";
        done.message = problem.what();
        log::error(cat(quoted(path), ": ", done.message));
        refused_.push_back(cat(path, ": ", done.message));
    }
    return done;
}

std::vector<Declaration> Declared::dropGone(const std::map<std::string, std::string>& files) const {
    std::vector<Declaration> gone;
    for (const std::string& name : listDirectory(directory_)) {
        if (!isDefinition(name) || files.contains(name))
            continue;
        const std::optional<Kept> before = kept(name);
        (void)::unlink(cat(directory_, '/', name).c_str());
        if (!before || manager_.findPod(before->pod) == nullptr || owners_.contains(before->pod))
            continue;
        log::notice(cat("pod ", quoted(before->pod), ": ", quoted(name), " does not declare it any more; it stays, ",
                        "until podctl delete ", before->pod));
        gone.push_back({name, before->pod, "gone", ""});
    }
    (void)::rmdir(directory_.c_str());  // when nothing is declared any more
    return gone;
}

std::vector<Declaration> Declared::apply() {
    refused_.clear();
    owners_.clear();
    std::vector<Declaration> all;
    const std::map<std::string, std::string> files = filesOf(manager_.config().declaredDirectories);
    all.reserve(files.size());
    for (const auto& [name, path] : files)
        all.push_back(applyFile(name, path));
    for (Declaration& each : dropGone(files))
        all.push_back(std::move(each));
    return all;
}

}  // namespace podd
