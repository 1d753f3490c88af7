// SPDX-License-Identifier: LGPL-2.1-or-later
// Client: what podd remembers of instances that ended.
#include "cli/client.h"
#include "cli/message.h"
#include "sd/check.h"

namespace podd::cli {

namespace {

int64_t readSigned(sd_bus_message* message) {
    int32_t value = 0;
    sd::check(sd_bus_message_read_basic(message, SD_BUS_TYPE_INT32, &value), "read the answer of podd");
    return value;
}

ContainerTermination readContainer(sd_bus_message* reply) {
    enter(reply, SD_BUS_TYPE_STRUCT, "ssttiisst");
    ContainerTermination container;
    container.name = readText(reply, 's');
    container.state = readText(reply, 's');
    container.startedUsec = readNumber(reply, 't');
    container.endedUsec = readNumber(reply, 't');
    container.exitCode = readSigned(reply);
    container.exitSignal = readSigned(reply);
    container.result = readText(reply, 's');
    container.message = readText(reply, 's');
    container.limitBytes = readNumber(reply, 't');
    leave(reply);
    return container;
}

}  // namespace

std::vector<Termination> Client::listTerminations(const std::string& id) {
    const sd::Message message = manager("ListTerminations", {id});
    sd_bus_message* const reply = message.get();
    std::vector<Termination> all;
    readArray(reply, "(ssttsssa(ssttiisst))", [&] {
        enter(reply, SD_BUS_TYPE_STRUCT, "ssttsssa(ssttiisst)");
        Termination termination;
        termination.instance = readText(reply, 's');
        termination.version = readText(reply, 's');
        termination.launchedUsec = readNumber(reply, 't');
        termination.endedUsec = readNumber(reply, 't');
        termination.result = readText(reply, 's');
        termination.message = readText(reply, 's');
        termination.bootId = readText(reply, 's');
        readArray(reply, "(ssttiisst)", [&] { termination.containers.push_back(readContainer(reply)); });
        leave(reply);
        all.push_back(std::move(termination));
    });
    return all;
}

}  // namespace podd::cli
