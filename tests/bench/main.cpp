// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-bench: podd's launches beside the floor and podman's, in one run and one table. Run as root where podd is
// installed; see README.md. It fails when something fails, never because something is slow.
#include <getopt.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/tree.h"
#include "cni_network.h"
#include "crowd.h"
#include "figures.h"
#include "floor.h"
#include "podd_subjects.h"
#include "podman.h"
#include "process.h"
#include "usage.h"

using namespace podd;
using namespace podd::bench;

namespace {

constexpr const char* kHelp =
    "podd-bench [OPTIONS]\n"
    "\n"
    "Times podd's launches beside what systemd and the kernel need for them.\n"
    "\n"
    "  --payload PATH     what the containers run (" PODD_LIBEXECDIR
    "/podd-bench-payload)\n"
    "  --rounds N         (4) of 12 launches each, of each kind in turn\n"
    "  --pods N           (30) for the measurement of memory\n"
    "  --burst N          (100) pods launched at once\n"
    "  --many N           (0) pods to run beside launches that are compared with those beside 20; 300 take a while\n"
    "  --podman N         (8) launches by podman, where it is installed\n"
    "  --only TEXT        only the rows whose name contains it; more than once: any of them\n"
    "  --help\n";

constexpr const char* kFloor = "floor, system bus";
constexpr const char* kNetworkFloor = "floor, system bus, network";

constexpr int kUsage = 2;
constexpr int kRound = 12;
constexpr int kWarmUps = 3;

struct Options {
    std::string payload = PODD_LIBEXECDIR "/podd-bench-payload";
    std::vector<std::string> only;
    uint64_t rounds = 4;
    uint64_t pods = 30;
    uint64_t burst = 100;
    uint64_t many = 0;
    uint64_t podman = 8;
};

struct Contestant {
    std::string name;
    std::string floor;
    std::function<std::unique_ptr<Subject>()> make;
    bool mayFail = false;  // a host may lack what it takes
};

// A number for every pod of this run.
uint64_t nextNumber() {
    static uint64_t number = 0;
    return ++number;
}

// While the floor is measured nobody else listens to systemd.
void poddIs(bool wanted) {
    if (wanted)
        run({"systemctl", "start", "podd.service", "podd-spawner.service"});
    else
        run({"systemctl", "stop", "podd.service"});
}

bool isWanted(const Contestant& each, const Options& options) {
    const auto names = [&](const std::string& text) { return each.name.find(text) != std::string::npos; };
    return options.only.empty() || std::any_of(options.only.begin(), options.only.end(), names);
}

std::vector<Contestant> contestants(const Options& options) {
    using Moves = Floor::Moves;
    using Network = Floor::Network;
    const auto floor = [&options](BusKind kind, Moves moves = Moves::whenTheyCome, Network network = Network::host) {
        poddIs(false);
        return std::make_unique<Floor>(kind, options.payload, moves, network);
    };
    const auto client = [&options](PodNetwork network) {
        poddIs(true);
        return std::make_unique<PoddClient>(options.payload, PodIds{}, network);
    };
    std::vector<Contestant> all{
        {kFloor, kFloor, [=] { return floor(BusKind::system); }},
        {"floor, systemd's private socket", kFloor, [=] { return floor(BusKind::managerPrivate); }},
        {"floor, system bus, moves begun early", kFloor, [=] { return floor(BusKind::system, Moves::begunEarly); }},
        {"podd, D-Bus client", kFloor, [=] { return client(PodNetwork::host); }},
        {"podd, podctl", kFloor,
         [&options] {
             poddIs(true);
             return std::make_unique<Podctl>(options.payload);
         }},
        {kNetworkFloor, kNetworkFloor, [=] { return floor(BusKind::system, Moves::whenTheyCome, Network::bridge); }},
        {"podd, D-Bus client, network", kNetworkFloor, [=] { return client(PodNetwork::container); }, true},
        {"podd, D-Bus client, CNI", kNetworkFloor,
         [&options] {
             poddIs(false);  // it may look for networks only when it starts
             auto subject = std::make_unique<PoddOnCni>(options.payload);
             poddIs(true);
             return subject;
         },
         true}};
    std::erase_if(all, [&](const Contestant& each) { return !isWanted(each, options); });
    return all;
}

void warmUp(Subject& subject, int times) {
    for (int i = 0; i < times; ++i)
        (void)measure(subject, nextNumber());
}

// The subject when it can launch a pod; otherwise nothing, and the row says why.
std::unique_ptr<Subject> tryOut(const Contestant& each, Row& row) {
    std::unique_ptr<Subject> subject;
    const uint64_t number = nextNumber();
    try {
        subject = each.make();
        (void)measure(*subject, number);
        return subject;
    } catch (const std::exception& error) {
        row.note = error.what();
    }
    try {
        if (subject)
            subject->clean(number);
    } catch (const std::exception&) {
        // There is nothing when it was refused at once.
    }
    return nullptr;
}

void measureRound(const Contestant& each, Row& row) {
    if (!row.note.empty())
        return;
    const std::unique_ptr<Subject> subject = each.mayFail && row.samples.empty() ? tryOut(each, row) : each.make();
    if (!subject)
        return;
    warmUp(*subject, kWarmUps);
    for (int n = 0; n < kRound; ++n)
        row.samples.push_back(measure(*subject, nextNumber()));
}

std::vector<Row> launches(const Options& options) {
    const std::vector<Contestant> all = contestants(options);
    std::vector<Row> rows;
    for (const Contestant& each : all)
        rows.push_back({each.name, {}, each.floor});
    for (uint64_t round = 0; round < options.rounds; ++round)
        for (size_t i = 0; i < all.size(); ++i)
            measureRound(all[i], rows[i]);
    return rows;
}

Row podman(const Options& options) {
    Row row{"podman pod create + 3 create + start", {}, kFloor};
    Podman subject(options.payload);
    warmUp(subject, 1);
    for (uint64_t n = 0; n < options.podman; ++n)
        row.samples.push_back(measure(subject, nextNumber()));
    return row;
}

void printMemory(const std::string& when, const Memory& memory, uint64_t pods) {
    std::cout << std::left << std::setw(20) << when << std::right << std::fixed << std::setprecision(0) << "podd "
              << memory.podd << ", spawner " << memory.spawner << ", executors " << memory.executors;
    if (memory.executorCount > 0)
        std::cout << " (" << memory.executors / static_cast<double>(memory.executorCount) << " each)";
    if (pods > 0)
        std::cout << ": " << memory.all() / static_cast<double>(pods) << " for each pod";
    std::cout << std::endl;
}

void beginAnew() {
    poddIs(false);
    run({"systemctl", "restart", "podd-spawner.service"});
    poddIs(true);
}

void measureMemory(const Options& options) {
    beginAnew();
    std::cout << "\nPSS of podd's processes, kB\n";
    printMemory("no pod", memoryOfPodd(), 0);
    PoddClient subject(options.payload);
    std::vector<uint64_t> numbers;
    for (uint64_t i = 0; i < options.pods; ++i) {
        numbers.push_back(nextNumber());
        subject.start(numbers.back());
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));  // executors give back what a launch takes when it is over
    printMemory(cat(options.pods, " pods"), memoryOfPodd(), options.pods);
    for (const uint64_t number : numbers) {
        subject.stop(number);
        subject.clean(number);
    }
    printMemory("all stopped", memoryOfPodd(), 0);
}

// An exit status, or nothing when there is something to do.
std::optional<int> parse(int argc, char** argv, Options& options) {
    enum Option { payload, only, rounds, pods, burstOf, many, podmanRuns, help };
    const std::array<option, 9> known{{{"payload", required_argument, nullptr, payload},
                                       {"only", required_argument, nullptr, only},
                                       {"rounds", required_argument, nullptr, rounds},
                                       {"pods", required_argument, nullptr, pods},
                                       {"burst", required_argument, nullptr, burstOf},
                                       {"many", required_argument, nullptr, many},
                                       {"podman", required_argument, nullptr, podmanRuns},
                                       {"help", no_argument, nullptr, help},
                                       {nullptr, 0, nullptr, 0}}};
    const auto number = [] { return parseUnsigned(optarg).value_or(0); };
    for (int found = 0; (found = ::getopt_long(argc, argv, "", known.data(), nullptr)) != -1;) {
        switch (found) {
            case payload: options.payload = optarg; break;
            case only: options.only.emplace_back(optarg); break;
            case rounds: options.rounds = number(); break;
            case pods: options.pods = number(); break;
            case burstOf: options.burst = number(); break;
            case many: options.many = number(); break;
            case podmanRuns: options.podman = number(); break;
            case help: std::cout << kHelp; return EXIT_SUCCESS;
            default: return kUsage;
        }
    }
    return std::nullopt;
}

void benchmark(const Options& options) {
    makeDirectories(kWorkDirectory);
    std::vector<Row> rows = launches(options);
    const bool withPodman = options.podman > 0 && isInstalled("podman");
    if (withPodman)
        rows.push_back(podman(options));
    std::erase_if(rows, [](const Row& row) { return row.samples.empty() && row.note.empty(); });
    if (!rows.empty())
        std::cout << table(rows);
    if (options.podman > 0 && !withPodman)
        std::cout << "podman: not installed, skipped\n";
    if (options.pods > 0)
        measureMemory(options);
    beginAnew();
    if (options.burst > 0)
        std::cout << "\n" << burst(options.payload, options.burst, nextNumber) << std::flush;
    if (options.many > 0)
        std::cout << "\n" << growth(options.payload, options.many, nextNumber);
    if (const std::string left = removeTree(kWorkDirectory); !left.empty())
        throw Error(Errc::internal, left);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (const std::optional<int> status = parse(argc, argv, options))
        return *status;
    try {
        benchmark(options);
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        log::error(error.what());
        return EXIT_FAILURE;
    }
}
