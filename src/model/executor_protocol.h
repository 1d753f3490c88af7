// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd, the spawner and executors say to each other over SOCK_SEQPACKET sockets: one struct, one packet,
// encoded by base/wire.h.
//
//   podd     -> spawner   Order::launch + sealed memfd with the LaunchPlan, Order::removeSandbox
//   spawner  -> podd      Notice::spawned, Notice::executorEnded, Notice::removed
//   executor -> podd      Report: hello (first packet of every connection), pids, failed, running, exited, measured, checked,
//                         ended
//   podd     -> executor  ExecutorCommand: scoped, abort, stopping, kill
//
// One launch:  launch -> [fork] -> hello(phase starting) + pids -> (podd makes the units) -> scoped -> the record says
// "released" -> all containers released -> running. Until `released` nothing has been exec'ed, so an abort undoes all.
// Facts are in the record (instance_record.h) before they are reported; after a reconnect the hello carries them all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/instance_record.h"

namespace podd {

struct Order {
    enum class Kind : uint32_t { launch, removeSandbox };

    Kind kind = Kind::launch;
    std::string instance;  // InstanceId::escaped()
    std::string path;      // removeSandbox: the directory

    template <typename V>
    void visit(V& v) {
        v(kind), v(instance), v(path);
    }
};

struct Notice {
    enum class Kind : uint32_t { spawned, executorEnded, removed };

    Kind kind = Kind::spawned;
    std::string instance;
    int64_t pid = 0;      // of the executor
    int64_t status = 0;   // executorEnded: as waitpid(2) gives it
    std::string problem;  // spawned: why the fork failed; removed: what could not be removed

    template <typename V>
    void visit(V& v) {
        v(kind), v(instance), v(pid), v(status), v(problem);
    }
};

struct Report {
    enum class Kind : uint32_t {
        hello,     // with the whole record: who I am and where I stand; the pids are in it once they are known
        pids,      // the containers wait in the executor's cgroup; make the units now
        failed,    // a step of the launch failed (`problem`); nothing was exec'ed, everything is undone
        running,   // every container has exec'ed
        exited,    // one container ended
        measured,  // how much it has on disk
        checked,   // a check has found something new
        ended,     // all containers ended, everything of the instance is cleaned; the last packet
    };

    Kind kind = Kind::hello;
    InstanceRecord record;  // the whole truth as of this report
    std::string problem;    // failed: "container 'db': mount '/data': No such file or directory"

    template <typename V>
    void visit(V& v) {
        v(kind), v(record), v(problem);
    }
};

struct ExecutorCommand {
    enum class Kind : uint32_t {
        scoped,    // every unit is active and every pid is in its cgroup: release when prepared
        abort,     // end the launch (only before the release)
        stopping,  // systemd is about to stop (or stops) the units: containers get SIGTERM from it; see to it that
                   // those which cannot see that signal end, too
        kill,      // a signal to the first process of one container that runs
    };

    Kind kind = Kind::scoped;
    std::string scope{};  // kill: the container's
    int64_t signal = 0;   // kill

    template <typename V>
    void visit(V& v) {
        v(kind);
        if (kind == Kind::kill)
            v(scope), v(signal);
    }
};

}  // namespace podd
