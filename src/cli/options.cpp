// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/options.h"

#include <array>
#include <boost/program_options.hpp>
#include <functional>
#include <utility>

#include "base/strings.h"
#include "cli/signal_name.h"
#include "cli/times.h"
#include "model/version.h"

namespace podd::cli {

namespace {

namespace po = boost::program_options;
using Values = std::vector<std::string>;

// clang-format off
constexpr std::array<OptionRow, 28> kOptions = {{
    {'h', "help",            nullptr,         "Show this help"},
    {0,   "version",         nullptr,         "Show the version of podctl; of cat: the version to show"},
    {'H', "host",            "[USER@]HOST",   "Operate on a remote host, over ssh"},
    {'M', "machine",         "CONTAINER",     "Operate on a local container of machined"},
    {'q', "quiet",           nullptr,         "Print no results, only errors"},
    {0,   "no-pager",        nullptr,         "Do not pipe output into a pager"},
    {0,   "no-legend",       nullptr,         "Do not print table headers and footers"},
    {0,   "no-ask-password", nullptr,         "Do not ask for a password to authenticate"},
    {0,   "json",            "MODE",          "Print JSON: short, pretty or off"},
    {0,   "no-block",        nullptr,         "Do not wait until the work is done"},
    {0,   "wait",            nullptr,         "Wait until the work is done (the default)"},
    {0,   "strict",          nullptr,         "Treat unknown fields of a definition as errors"},
    {0,   "dry-run",         nullptr,         "Tell what apply would change, and change nothing"},
    {0,   "if-version",      "VERSION",       "Change the pod only if this is its version; or none"},
    {0,   "force",           nullptr,         "Replace a deployment that is under way"},
    {0,   "rollback-on-failure", "N",         "Take the change back by itself after N failures"},
    {0,   "target",          nullptr,         "Show the definition that the pod is being changed to"},
    {'p', "property",        "NAME",          "Show only this property; may be given several times"},
    {0,   "value",           nullptr,         "Show values of properties without NAME="},
    {'n', "lines",           "N",             "Number of log lines to show, or all"},
    {'f', "follow",          nullptr,         "Go on printing new log lines"},
    {'o', "output",          "FORMAT",        "Form of log lines: short or cat"},
    {'S', "since",           "TIME",          "Show log lines from this time on"},
    {'D', "directory",       "DIR",           "Read the journal in this directory"},
    {'s', "signal",          "SIGNAL",        "Signal to send, by name or number"},
    {0,   "kill-whom",       "WHOM",          "Processes to send it to: main or all"},
    {0,   "for",             "STATE",         "State to wait for: stable or stopped"},
    {0,   "timeout",         "SEC",           "Give up waiting after this time"},
}};
// clang-format on

po::options_description description() {
    po::options_description all;
    for (const OptionRow& row : kOptions) {
        std::string names = row.name;
        if (row.letter != 0)
            names.append(",").append(1, row.letter);
        if (row.argument == nullptr)
            all.add_options()(names.c_str(), po::bool_switch());
        else
            all.add_options()(names.c_str(), po::value<Values>()->composing());
    }
    return all;
}

// What Boost found, with the questions that the table's kinds of options need.
class Found {
public:
    explicit Found(const po::variables_map& map) : map_(map) {}

    bool given(const char* name) const { return map_[name].as<bool>(); }
    Values all(const char* name) const { return map_.count(name) == 0 ? Values{} : map_[name].as<Values>(); }
    // The last one wins, as everywhere in systemd.
    std::string last(const char* name, const char* otherwise = "") const {
        const Values values = all(name);
        return values.empty() ? otherwise : values.back();
    }

private:
    const po::variables_map& map_;
};

template <typename T>
T oneOf(const char* option, const std::string& word, const std::vector<std::pair<std::string, T>>& choices) {
    Values names;
    for (const auto& [name, value] : choices) {
        if (name == word)
            return value;
        names.push_back(name);
    }
    throw UsageError(cat("option '--", option, "': ", quoted(word), " is none of: ", join(names, ", ")));
}

std::optional<uint64_t> lineCount(const Found& found) {
    const std::string text = found.last("lines");
    if (text.empty())
        return std::nullopt;
    if (text == "all")
        return UINT64_MAX;
    const std::optional<uint64_t> number = parseUnsigned(text);
    if (!number)
        throw UsageError(cat("option '--lines': ", quoted(text), " is neither a number nor 'all'"));
    return number;
}

std::optional<uint64_t> timeValue(const Found& found, const char* option,
                                  const std::function<std::optional<uint64_t>(const std::string&)>& parse) {
    const std::string text = found.last(option);
    if (text.empty())
        return std::nullopt;
    const std::optional<uint64_t> value = parse(text);
    if (!value)
        throw UsageError(cat("option '--", option, "': ", quoted(text), " is not a time"));
    return value;
}

uint32_t rollbackOnFailure(const Found& found) {
    const Values values = found.all("rollback-on-failure");
    if (values.empty())
        return 0;
    const std::optional<uint64_t> number = parseUnsigned(values.back());
    if (!number || *number == 0 || *number > UINT32_MAX)
        throw UsageError(
            cat("option '--rollback-on-failure': ", quoted(values.back()), " is not a number of failures, from 1 on"));
    return static_cast<uint32_t>(*number);
}

std::optional<int> signal(const Found& found) {
    const Values values = found.all("signal");
    if (values.empty())
        return std::nullopt;
    const std::optional<int> number = parseSignal(values.back());
    if (!number)
        throw UsageError(cat("option '--signal': ", quoted(values.back()), " is no signal"));
    return number;
}

std::optional<std::string> killWhom(const Found& found) {
    const Values values = found.all("kill-whom");
    if (values.empty())
        return std::nullopt;
    return oneOf<std::string>("kill-whom", values.back(), {{"main", "main"}, {"all", "all"}});
}

std::optional<std::string> ifVersion(const Found& found) {
    const Values values = found.all("if-version");
    if (values.empty())
        return std::nullopt;
    if (values.back() == "none")
        return "";
    if (!parseVersion(values.back()))
        throw UsageError(cat("option '--if-version': ", quoted(values.back()), " is neither a version nor 'none'"));
    return values.back();
}

Options typed(const Found& found, uint64_t nowUsec) {
    Options options;
    options.help = found.given("help");
    options.version = found.given("version");
    options.quiet = found.given("quiet");
    options.pager = !found.given("no-pager");
    options.legend = !found.given("no-legend") && !options.quiet;
    options.askPassword = !found.given("no-ask-password");
    options.block = !found.given("no-block");
    options.strict = found.given("strict");
    options.dryRun = found.given("dry-run");
    options.target = found.given("target");
    options.force = found.given("force");
    options.wait = found.given("wait");
    options.rollbackOnFailure = rollbackOnFailure(found);
    options.ifVersion = ifVersion(found);
    options.follow = found.given("follow");
    options.value = found.given("value");
    options.json =
        oneOf<JsonMode>("json", found.last("json", "off"),
                        {{"short", JsonMode::shortForm}, {"pretty", JsonMode::pretty}, {"off", JsonMode::off}});
    options.output = oneOf<LogFormat>("output", found.last("output", "short"),
                                      {{"short", LogFormat::shortForm}, {"cat", LogFormat::cat}});
    options.state =
        oneOf<std::string>("for", found.last("for", "stable"), {{"stable", "stable"}, {"stopped", "stopped"}});
    options.signal = signal(found);
    options.killWhom = killWhom(found);
    options.lines = lineCount(found);
    options.sinceUsec = timeValue(found, "since", [&](const auto& text) { return parseTime(text, nowUsec); });
    options.timeoutUsec = timeValue(found, "timeout", [](const auto& text) { return parseSpan(text); });
    options.properties = found.all("property");
    options.host = found.last("host");
    options.machine = found.last("machine");
    options.journalDirectory = found.last("directory");
    return options;
}

std::string didYouMean(const std::string& option) {
    Values names;
    for (const OptionRow& row : kOptions)
        names.emplace_back(row.name);
    const size_t start = option.find_first_not_of('-');
    const std::string* hint = start == std::string::npos ? nullptr : nearest(option.substr(start), names);
    return hint == nullptr ? "" : cat(", did you mean '--", *hint, "'?");
}

// Whether the word after this one belongs to it.
bool wantsWord(const std::string& word) {
    if (!word.starts_with('-') || word.find('=') != std::string::npos)
        return false;
    for (const OptionRow& row : kOptions)
        if (row.argument != nullptr &&
            (word == cat("--", row.name) || (row.letter != 0 && word == cat('-', row.letter))))
            return true;
    return false;
}

// The command, before options are parsed: one of them depends on it.
std::string firstArgument(const Values& words) {
    for (size_t i = 0; i < words.size(); ++i) {
        if (wantsWord(words[i]))
            ++i;
        else if (words[i] != "--" && !words[i].starts_with('-'))
            return words[i];
    }
    return "";
}

// Removes "--version VERSION" from the words.
std::string takeVersion(Values& words) {
    static constexpr std::string_view kOption = "--version";
    std::string version;
    for (auto word = words.begin(); word != words.end() && *word != "--";) {
        if (!word->starts_with(kOption) || (word->size() > kOption.size() && (*word)[kOption.size()] != '=')) {
            ++word;
            continue;
        }
        const bool apart = word->size() == kOption.size();
        if (apart && word + 1 == words.end())
            throw UsageError("option '--version': cat needs the version to show");
        version = apart ? *(word + 1) : word->substr(kOption.size() + 1);
        if (!parseVersion(version))
            throw UsageError(cat("option '--version': ", quoted(version), " is not a version"));
        word = words.erase(word, word + (apart ? 2 : 1));
    }
    return version;
}

po::variables_map parsed(const Values& words, Values& positional) {
    namespace style = po::command_line_style;
    const po::options_description known = description();
    po::variables_map map;
    try {
        const po::parsed_options all =
            po::command_line_parser(words).options(known).style(style::unix_style & ~style::allow_guessing).run();
        for (const po::option& option : all.options)
            if (option.position_key >= 0)
                positional.insert(positional.end(), option.value.begin(), option.value.end());
        po::store(all, map);
    } catch (const po::unknown_option& error) {
        const std::string written = error.get_option_name();
        const std::string name = written.substr(0, written.find('='));
        throw UsageError(cat("unknown option ", quoted(name), didYouMean(name)));
    } catch (const po::error_with_option_name& error) {
        throw UsageError(printable(error.what()));
    }
    return map;
}

}  // namespace

std::span<const OptionRow> optionTable() {
    return kOptions;
}

CommandLine parseCommandLine(const std::vector<std::string>& words, uint64_t nowUsec) {
    CommandLine line;
    Values rest = words;
    const std::string definitionVersion = firstArgument(words) == "cat" ? takeVersion(rest) : "";
    const po::variables_map map = parsed(rest, line.arguments);
    line.options = typed(Found(map), nowUsec);
    line.options.definitionVersion = definitionVersion;
    if (line.options.target && !definitionVersion.empty())
        throw UsageError("options '--target' and '--version' exclude each other");
    if (!line.options.host.empty() && !line.options.machine.empty())
        throw UsageError("options '--host' and '--machine' exclude each other");
    if (line.options.wait && !line.options.block)
        throw UsageError("options '--wait' and '--no-block' exclude each other");
    if (!line.arguments.empty()) {
        line.verb = line.arguments.front();
        line.arguments.erase(line.arguments.begin());
    }
    return line;
}

}  // namespace podd::cli
