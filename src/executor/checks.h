// SPDX-License-Identifier: LGPL-2.1-or-later
// The checks of an instance's containers: when which is asked, by what probe, and for how long an answer is waited for;
// what follows from the answers is core/health.h's. A check has one probe under way at most. None is while its container
// is suspended, and none from the moment at which the instance is being stopped. Without checks this does nothing at all.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/health.h"
#include "executor/container.h"
#include "executor/freezer.h"
#include "executor/loop.h"
#include "executor/probe.h"
#include "executor/settings.h"
#include "model/launch_plan.h"

namespace podd {

class Checks {
public:
    struct Handlers {
        // What is new is in the container's record. `transition`: from one state to another.
        std::function<void(Container&, CheckPurpose, bool transition)> news;
        std::function<void(Container&)> failed;  // it is to be ended
    };

    Checks(Loop& loop, const Settings& settings, Handlers handlers);
    ~Checks();
    Checks(const Checks&) = delete;
    Checks& operator=(const Checks&) = delete;

    // All containers have been exec'ed. `initImage` outlives this.
    void start(Containers& containers, int initImage);
    void end(const Container& container);
    void stop();

private:
    struct Check;
    struct Subject;  // a container that is asked

    void schedule(Check& check);
    void begin(Check& check);
    std::unique_ptr<Probe> probe(Check& check);
    Started startInside(const Check& check) const;
    void onAnswer(Check& check, const health::Answer& answer);
    void onTimeout(Check& check);
    void answered(Check& check, const health::Answer& answer);
    void onFreezer(Subject& subject);
    void halt(Check& check);

    Loop& loop_;
    const Settings& settings_;
    Handlers handlers_;
    int initImage_ = -1;
    std::vector<std::unique_ptr<Subject>> subjects_;
};

}  // namespace podd
