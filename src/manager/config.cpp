// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/config.h"

#include <boost/program_options.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

namespace po = boost::program_options;

po::options_description settings(Config& config, std::string& ports, NetworkTexts& networks, IsolationTexts& texts) {
    po::options_description options("Settings (also as key = value in podd.conf)");
    const auto text = [](std::string& target) {
        return po::value<std::string>(&target)->default_value(target)->value_name("DIR");
    };
    options.add_options()("state-directory", text(config.stateDirectory), "definitions, their history, sandboxes")(
        "run-directory", text(config.runDirectory), "sockets and records of running instances")(
        "cgroup-root", text(config.cgroupRoot), "where the unified cgroup hierarchy is mounted")(
        "bus", po::value<std::string>(&config.busAddress)->value_name("ADDRESS"),
        "D-Bus address instead of the system bus")(
        "history", po::value<unsigned>(&config.history)->default_value(config.history)->value_name("NUMBER"),
        "versions of a definition that are kept for each pod")(
        "port-range", po::value<std::string>(&ports)->default_value(ports)->value_name("FIRST-LAST"),
        "ports of the host for endpoints that leave theirs open");
    addNetworkOptions(options, networks);
    addIsolationOptions(options, texts, config.isolation.settings);
    return options;
}

// The files in the order in which they override each other, the strongest first.
std::vector<std::filesystem::path> filesOf(const std::string& main) {
    std::vector<std::filesystem::path> files = {main};
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(main + ".d", missing))
        if (entry.path().extension() == ".conf")
            files.push_back(entry.path());
    // As in systemd's drop-in directories, a later name wins; program_options keeps the first value that it sees.
    std::sort(files.begin() + 1, files.end(), std::greater<>());
    std::rotate(files.begin(), files.begin() + 1, files.end());
    return files;
}

void readFiles(const std::string& main, bool required, const po::options_description& options,
               po::variables_map& values) {
    for (const auto& path : filesOf(main)) {
        std::ifstream file(path);
        if (!file && (path != main || required))
            throw Error(Errc::internal, cat("configuration file ", podd::quoted(path.string()), " cannot be read"));
        if (file)
            within(path.string(), [&] { po::store(po::parse_config_file(file, options), values); });
    }
}

// "/etc/podd/podd.conf:3", where a setting gets its value from.
std::string placeOf(const std::string& setting, const std::string& main, const po::variables_map& commandLine) {
    if (commandLine.count(setting) > 0 && !commandLine[setting].defaulted())
        return "command line";
    for (const auto& path : filesOf(main)) {
        std::ifstream file(path);
        std::string line;
        for (unsigned number = 1; std::getline(file, line); ++number) {
            const size_t begin = line.find_first_not_of(" \t");
            const size_t equals = line.find('=');
            if (begin == std::string::npos || equals == std::string::npos || equals < begin)
                continue;
            const size_t end = line.find_last_not_of(" \t", equals == 0 ? 0 : equals - 1);
            if (line.substr(begin, end + 1 - begin) == setting)
                return cat(path.string(), ':', number);
        }
    }
    return main;
}

}  // namespace

std::optional<Config> readConfig(int argc, char* argv[]) {
    Config config;
    std::string file = "/etc/podd/podd.conf";
    IsolationTexts texts;
    std::string ports = portRangeText(config.portRange);
    NetworkTexts networks = textsOf(config.network);
    const po::options_description fromFile = settings(config, ports, networks, texts);
    po::options_description all("podd [OPTIONS...]\n\nRuns pods as systemd slices; see podd(8).\n\nOptions");
    all.add_options()("help,h", "show this help")("version", "show the version")(
        "config", po::value<std::string>(&file)->value_name("FILE"), "read FILE instead of /etc/podd/podd.conf");
    all.add(fromFile);
    po::variables_map values;
    within("command line", [&] { po::store(po::parse_command_line(argc, argv, all), values); });
    if (values.count("help") > 0) {
        std::cout << all;
        return std::nullopt;
    }
    if (values.count("version") > 0) {
        std::cout << "podd " PODD_VERSION "\n";
        return std::nullopt;
    }
    const po::variables_map commandLine = values;
    const bool named = values.count("config") > 0;
    if (named)
        file = values["config"].as<std::string>();
    readFiles(file, named, fromFile, values);
    po::notify(values);
    if (config.history == 0)
        throw Error(Errc::internal, "history must be at least 1");
    within(cat(placeOf("port-range", file, commandLine), ": port-range"),
           [&] { config.portRange = parsePortRange(ports); });
    const auto place = [&](const std::string& setting) { return placeOf(setting, file, commandLine); };
    config.network = readNetworks(networks, place);
    config.isolation.settings.defaultNetwork = config.network.defaultNetwork;
    config.isolation = readIsolation(texts, config.isolation.settings, place);
    return config;
}

}  // namespace podd
