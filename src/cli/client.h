// SPDX-License-Identifier: LGPL-2.1-or-later
// podd's D-Bus API (dbus/*.xml) as functions. Calls are synchronous: podctl does one thing. What podd refuses
// comes as Error with podd's own text, and so does a podd that cannot be reached.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"
#include "cli/value.h"
#include "model/diff_json.h"
#include "model/problem.h"
#include "sd/handle.h"

namespace podd::cli {

struct Applied {
    std::string outcome;  // created, changed or unchanged
    std::string pod;      // object path
    std::string version;
    std::string deployment;  // object path; "/" when there is nothing to wait for
};

// What applying would do.
struct Preview {
    std::string outcome;  // created, changed or unchanged
    std::string id;
    std::string version;  // that it would replace; "" when there is none
    std::vector<Change> changes;
    std::vector<Problem> problems;  // warnings and notes
};

struct PodRow {
    std::string id;
    std::string state;
    std::string version;  // that is deployed
    std::string target;   // that is wished for
    uint64_t wanted = 0;
    uint64_t running = 0;
};

struct InstanceRow {
    std::string name;
    std::string state;
    std::string version;
    uint64_t sinceUsec = 0;
};

struct DeploymentRow {
    uint64_t id = 0;
    std::string type;
    std::string pod;
    std::string state;    // running or stuck
    std::string message;  // how far it is, or why it is stuck
    uint64_t sinceUsec = 0;
};

struct VersionRow {
    std::string version;
    std::string state;  // deployed, target or ""
};

struct IsolatorRow {
    std::string name;
    std::string summary;
    bool selected = false;
    std::string problem;  // why the host cannot run it; "" = it can
};

struct DeclarationRow {
    std::string file;
    std::string pod;
    std::string outcome;  // created, changed, unchanged, left, refused or gone
    std::string message;  // of a refused one
};

struct Definition {
    std::string version;
    std::string text;
};

class Client {
public:
    // Connects; with Options::host or ::machine to the system bus over there.
    explicit Client(const Options& options);

    // With Options::strict, ::ifVersion, ::force and ::rollbackOnFailure, as far as the call has them.
    Applied apply(const std::string& definition, const Options& options);
    Preview preview(const std::string& definition, const Options& options);
    // What a launch would do, as JSON.
    std::string plan(const std::string& definition, const Options& options);
    std::vector<IsolatorRow> listIsolators();
    Applied rollback(const std::string& id, const std::string& version, const Options& options);  // "" = the one before
    void purge(const std::string& id);
    // To a number of instances; none: as many as there were before it was suspended.
    Applied scale(const std::string& id, std::optional<uint32_t> instances, const Options& options);
    // StartPod or StopPod, and RestartPod or DeletePod; they return the deployment's path.
    std::string begin(const char* method, const std::string& id);
    std::string change(const char* method, const std::string& id, const Options& options);
    std::string cancel(uint32_t deployment);  // the path of the deployment that undoes it, or "/"
    void resetFailed(const std::string& id);
    // Of a pod, an instance or a container, what runs; they return when it is done.
    void freeze(const std::string& name);
    void thaw(const std::string& name);
    std::vector<DeclarationRow> reload();
    void subscribe();  // to events, until this client leaves the bus
    void kill(const std::string& name, const std::string& whom, int signal);

    std::vector<PodRow> listPods();
    std::vector<InstanceRow> listInstances(const std::string& id);  // "" = of all pods
    std::vector<DeploymentRow> listDeployments();
    // Versions are named as podd names them, or "deployed" (or "") and "target".
    std::vector<VersionRow> listVersions(const std::string& id);       // the oldest first
    std::vector<Termination> listTerminations(const std::string& id);  // the oldest first
    Definition definition(const std::string& id, const std::string& version);
    std::vector<Change> diff(const std::string& id, const std::string& from, const std::string& to);

    std::string podPath(const std::string& id);
    std::string instancePath(const std::string& name);
    Properties properties(const std::string& path, const char* interface);
    Properties withUsage(const std::string& path, const char* interface);  // of a pod, an instance or a container
    ManagedObjects managedObjects();

    sd_bus* bus() const { return bus_.get(); }

private:
    sd::Message call(const char* path, const char* interface, const char* method,
                     const std::vector<std::string>& arguments = {});
    sd::Message manager(const char* method, const std::vector<std::string>& arguments = {});
    // A call of the manager with options as its last argument.
    sd::Message withOptions(const char* method, const std::vector<std::string>& arguments, const Options& options,
                            const std::set<std::string_view>& known, std::optional<uint32_t> number = std::nullopt);
    sd::Message send(sd::Message request);
    sd::Message request(const char* path, const char* interface, const char* method);

    sd::Bus bus_;
    uint64_t patienceUsec_ = 0;  // 0 = libsystemd's default
};

}  // namespace podd::cli
