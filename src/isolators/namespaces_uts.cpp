// SPDX-License-Identifier: LGPL-2.1-or-later
// The containers of an instance share a hostname of their own, made of the pod's id (uts_namespaces(7)).
#include "isolators/all.h"

namespace podd {

namespace {

std::string hostnameOf(std::string_view id) {
    constexpr size_t kMaxHostname = 64;  // HOST_NAME_MAX
    std::string name;
    for (const char c : id.substr(1))
        name += c == '/' || c == '.' ? '-' : c;
    name.resize(std::min(name.size(), kMaxHostname));
    while (name.ends_with('-'))
        name.pop_back();
    return name;
}

class UtsNamespaceIsolator final : public Isolator {
public:
    std::string_view name() const override { return "namespaces/uts"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        plan.launch.utsNamespace = true;
        plan.launch.hostname = hostnameOf(view.id.pod);
    }
};

}  // namespace

std::unique_ptr<Isolator> makeUtsNamespaceIsolator(const IsolationSettings&) {
    return std::make_unique<UtsNamespaceIsolator>();
}

}  // namespace podd
