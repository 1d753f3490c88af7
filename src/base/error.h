// SPDX-License-Identifier: LGPL-2.1-or-later
// How podd says no. A programming error is an assert, an expected outcome is a return value, everything else
// is an exception that is forwarded untouched to one of a few boundaries (main, the D-Bus gate, callbacks).
// Texts read "object: step: cause", outermost first; context is added where it is known, by within().
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace podd {

// What a caller can act on; one table maps these to D-Bus error names and exit statuses.
enum class Errc {
    badDefinition,  // the definition does not hold; the text lists every problem
    notSupported,   // well-formed, but not offered by this build or host
    noSuchPod,
    noSuchInstance,
    noSuchVersion,
    noSuchDeployment,
    versionConflict,  // the change was based on another version than the present one
    locked,           // by a deployment that is under way
    notNow,           // refused in the present state (being deleted, already stopping ...)
    denied,
    unavailable,  // a peer (systemd, the spawner) does not answer or refused
    internal,     // everything else, system call failures included
};

class Error : public std::runtime_error {
public:
    Error(Errc code, const std::string& text) : std::runtime_error(text), code_(code) {}
    Errc code() const noexcept { return code_; }

private:
    Errc code_;
};

// Throws an Error "what: strerror(number)"; number is an errno value (positive).
[[noreturn]] void throwErrno(int number, std::string_view what);

// The text of an errno value, thread-safe.
std::string errnoText(int number);

// Runs `work` and puts "context: " in front of the text of whatever it throws; the code is kept.
template <typename Work>
auto within(std::string_view context, Work&& work) -> decltype(work()) {
    const auto prefixed = [&](const char* text) { return std::string(context) + ": " + text; };
    try {
        return std::forward<Work>(work)();
    } catch (const Error& error) {
        throw Error(error.code(), prefixed(error.what()));
    } catch (const std::exception& error) {
        throw Error(Errc::internal, prefixed(error.what()));
    }
}

}  // namespace podd
