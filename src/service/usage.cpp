// SPDX-License-Identifier: LGPL-2.1-or-later
// org.podd1.Usage, the interface that pods, instances and containers share: what their cgroups say now.
#include "manager/cgroup.h"
#include "sd/method.h"
#include "service/api.h"
#include "service/property.h"

namespace podd {

std::string groupOf(const PodObjectView& view) {
    return sliceDirectory(view.api->manager().config().cgroupRoot, podSlice(view.pod->id()));
}
std::string groupOf(const InstanceObjectView& view) {
    return sliceDirectory(view.api->manager().config().cgroupRoot, instanceSlice(view.instance->id()));
}
std::string groupOf(const ContainerObjectView& view) {
    return cat(groupOf(InstanceObjectView{view.instance, view.api}), '/',
               containerScope(view.instance->id(), view.record().name));
}

namespace {

uint64_t diskOf(const InstanceObjectView& view) {
    uint64_t sum = kUnknown;
    for (const ContainerRecord& container : view.instance->state().record.containers)
        if (container.diskBytes != kNotMeasured)
            sum = (sum == kUnknown ? 0 : sum) + container.diskBytes;
    return sum;
}
uint64_t diskOf(const PodObjectView& view) {
    uint64_t sum = kUnknown;
    for (const auto& [number, instance] : view.pod->instances)
        if (const uint64_t bytes = diskOf(InstanceObjectView{instance.get(), view.api}); bytes != kUnknown)
            sum = (sum == kUnknown ? 0 : sum) + bytes;
    return sum;
}
uint64_t diskOf(const ContainerObjectView& view) {
    return view.record().diskBytes;
}

template <auto Member, typename View>
void reading(const View& view, Reply reply) {
    put(reply, view.api->usageOf(groupOf(view)).*Member);
}
template <auto Which, auto Member, typename View>
void pressure(const View& view, Reply reply) {
    put(reply, (view.api->usageOf(groupOf(view)).*Which).*Member);
}
template <typename View>
void disk(const View& view, Reply reply) {
    put(reply, diskOf(view));
}

using U = Usage;
using P = Pressure;

}  // namespace

// clang-format off
template <typename View>
const sd_bus_vtable kUsageVtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("CPUUsageNSec", "t", (sd::property<&reading<&U::cpuNsec, View>>), 0, 0),
    SD_BUS_PROPERTY("CPUQuotaPerSecUSec", "t", (sd::property<&reading<&U::cpuQuotaUsec, View>>), 0, 0),
    SD_BUS_PROPERTY("CPUThrottledUSec", "t", (sd::property<&reading<&U::throttledUsec, View>>), 0, 0),
    SD_BUS_PROPERTY("CPUPressure", "d", (sd::property<&pressure<&U::cpuPressure, &P::average10, View>>), 0, 0),
    SD_BUS_PROPERTY("CPUPressureUSec", "t", (sd::property<&pressure<&U::cpuPressure, &P::totalUsec, View>>), 0, 0),
    SD_BUS_PROPERTY("MemoryCurrent", "t", (sd::property<&reading<&U::memoryBytes, View>>), 0, 0),
    SD_BUS_PROPERTY("MemoryPeak", "t", (sd::property<&reading<&U::memoryPeakBytes, View>>), 0, 0),
    SD_BUS_PROPERTY("MemoryMax", "t", (sd::property<&reading<&U::memoryMaxBytes, View>>), 0, 0),
    SD_BUS_PROPERTY("MemoryPressure", "d", (sd::property<&pressure<&U::memoryPressure, &P::average10, View>>), 0, 0),
    SD_BUS_PROPERTY("MemoryPressureUSec", "t", (sd::property<&pressure<&U::memoryPressure, &P::totalUsec, View>>), 0, 0),
    SD_BUS_PROPERTY("OOMKills", "t", (sd::property<&reading<&U::oomKills, View>>), 0, 0),
    SD_BUS_PROPERTY("IOReadBytes", "t", (sd::property<&reading<&U::ioReadBytes, View>>), 0, 0),
    SD_BUS_PROPERTY("IOWriteBytes", "t", (sd::property<&reading<&U::ioWriteBytes, View>>), 0, 0),
    SD_BUS_PROPERTY("IOPressure", "d", (sd::property<&pressure<&U::ioPressure, &P::average10, View>>), 0, 0),
    SD_BUS_PROPERTY("IOPressureUSec", "t", (sd::property<&pressure<&U::ioPressure, &P::totalUsec, View>>), 0, 0),
    SD_BUS_PROPERTY("TasksCurrent", "t", (sd::property<&reading<&U::tasks, View>>), 0, 0),
    SD_BUS_PROPERTY("TasksMax", "t", (sd::property<&reading<&U::tasksMax, View>>), 0, 0),
    SD_BUS_PROPERTY("DiskUsage", "t", (sd::property<&disk<View>>), 0, 0),
    SD_BUS_VTABLE_END
};
// clang-format on

const sd_bus_vtable* const kPodUsageVtable = kUsageVtable<PodObjectView>;
const sd_bus_vtable* const kInstanceUsageVtable = kUsageVtable<InstanceObjectView>;
const sd_bus_vtable* const kContainerUsageVtable = kUsageVtable<ContainerObjectView>;

}  // namespace podd
