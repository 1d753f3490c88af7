// SPDX-License-Identifier: LGPL-2.1-or-later
// <run directory>/names/hosts: where pods are, for whoever looks up their names (core/hosts, nss-podd(8)). It is for everybody
// to read, and containers see its directory. Replaced as a whole, 10 ms after the first of several changes, so that a burst
// of launches writes it few times. What an earlier podd left holds until then, or until refresh().
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/names.h"
#include "sd/event.h"

namespace podd {

class NameFile {
public:
    // Makes what is missing. As everywhere here, what cannot be written is logged, and tried again every 5 seconds: a full
    // disk keeps nothing from running.
    NameFile(sd_event* event, const std::string& runDirectory);

    void set(const InstanceId& instance, std::vector<std::string> addresses);  // as in NamedInstance; none = clear()
    void clear(const InstanceId& instance);

    // What has been set is all there is: once a new podd knows what runs, even if that is nothing.
    void refresh();

private:
    void change();
    void write();

    std::string path_;
    std::map<InstanceId, std::vector<std::string>> addresses_;
    bool waiting_ = false;  // for the timer
    bool failing_ = false;  // said so already
    sd::Timer timer_;
};

}  // namespace podd
