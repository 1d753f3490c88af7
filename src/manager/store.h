// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd must still know after a power cut: for each id the wish (which version, up or down) and the versions that
// were accepted.
//
//   <state directory>/pods/<escaped id>/state               wish, rewritten atomically
//                                      /versions/<version>  canonical definition, immutable
//                                      /number              the last instance's number
//                                      /terminations        the last ends of instances (manager/termination_store.h)
//   <state directory>/deployments                           the last deployment's id
//
// Files are sealed (model/envelope.h), fsynced and renamed, and their directories are fsynced, before a call that changed
// them is answered. History stays when a pod is deleted. A damaged file is set aside as *.damaged, reported, and stops
// nothing: load() makes the best of what is left.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/deployment.h"
#include "model/pod_spec.h"

namespace podd {

struct StoredPod {
    std::string id;
    std::string version;   // that is wished for
    std::string deployed;  // that was last completely deployed
    std::string lost;      // that was wished for until its file was found damaged: its instances run on; "" = none
    bool up = true;        // false: stopped until somebody starts it
    bool deleted = false;  // only its history is left
    std::string message;   // why it is down, if not by podctl; what happened to its files
    uint64_t restartedBelow = 0;           // instances with a smaller number are to be replaced
    uint64_t forgivenUsec = 0;             // CLOCK_REALTIME; failures before it are forgotten
    std::optional<Deployment> deployment;  // that is under way
    PodSpec spec;                          // of `version`

    // What load() found; not stored.
    bool goalKnown = true;  // false: the state file was damaged, so `up` and `deleted` are not known
    bool readable = true;   // false: there is no definition, `spec` says nothing; what runs goes on
    bool repaired = false;  // the state file does not say this
};

class Store {
public:
    explicit Store(std::string stateDirectory);

    // Every pod that was not deleted. Removes what a killed podd left half done.
    std::vector<StoredPod> load();

    // Writes a new version of a definition and returns its name. It counts once saveState() has named it.
    std::string addVersion(const PodSpec& spec, uint64_t nowMilliseconds);
    void saveState(const StoredPod& pod);
    void removeVersion(const std::string& id, const std::string& version);
    // Removes the oldest versions until there are at most `limit`, but none of `used`.
    void trim(const std::string& id, const std::set<std::string>& used, size_t limit);
    // Forgets an id; false when nothing of it is known.
    bool purge(const std::string& id);

    std::vector<std::string> versions(const std::string& id) const;  // the oldest first
    // The canonical text of a version; nothing when there is none. A damaged one is set aside and then there is none.
    std::optional<std::string> definition(const std::string& id, const std::string& version) const;

    // The next number for an instance of this id: only grows, also over restarts of podd. A number that cannot be
    // written is used all the same: a full disk must not keep pods from running.
    uint64_t nextNumber(const std::string& id);
    uint64_t lastNumber(const std::string& id) { return number(id); }  // 0 = none yet
    void raiseNumber(const std::string& id, uint64_t atLeast);
    // The next id for a deployment, with the same promises. Ids of deployments that pods still have are not given again.
    uint32_t nextDeployment();
    void raiseDeployment(uint32_t atLeast) { deployment_ = std::max(deployment_, atLeast); }

private:
    std::string directoryOf(const std::string& id) const;
    std::optional<StoredPod> loadPod(const std::string& id) const;
    bool readState(StoredPod& pod) const;
    void findDefinition(StoredPod& pod) const;
    void removeUnaccepted(const StoredPod& pod) const;
    uint64_t& number(const std::string& id);
    void saveNumber(const std::string& id, uint64_t value) const;

    std::string root_;
    uint32_t deployment_ = 0;                  // the last one
    std::map<std::string, uint64_t> numbers_;  // that have been read or written, by id
};

}  // namespace podd
