// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-probe: asks a URL of a container once, for the executor. The answer is the exit status, 0 for a status from 200 to
// 399; otherwise a line on standard output says what was wrong. What it talks to is not to be trusted: it has no privileges
// left when it begins, keeps nothing of what it gets, and follows no redirect. Certificates are not verified: it asks
// 127.0.0.1, for which there are none.
#include <curl/curl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr uid_t kNobody = 65534;
constexpr int kPassed = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

int fail(const char* step, const char* cause) {
    std::printf("%s: %s\n", step, cause);
    return kFailed;
}

// As root it becomes nobody, whose capabilities are none. It does not outlive its executor; that is forgotten with a change
// of ids, so it comes last (prctl(2)).
bool dropPrivileges() {
    const bool dropped =
        ::geteuid() != 0 || (::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0 &&
                             ::setresuid(kNobody, kNobody, kNobody) == 0);
    return dropped && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
}

size_t forget(const char*, size_t size, size_t count, void*) {
    return size * count;
}

// Enough is known once the headers are there: the body may be as long as it likes.
size_t stop(const char*, size_t, size_t, void*) {
    return 0;
}

int ask(const char* url, long timeoutMs) {
    CURL* const curl = ::curl_easy_init();
    if (curl == nullptr)
        return fail("set up", "no memory");
    std::array<char, CURL_ERROR_SIZE> error{};
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error.data());
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_IPRESOLVE, static_cast<long>(CURL_IPRESOLVE_V4));
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeoutMs);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "podd-probe/" PODD_VERSION);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, forget);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, stop);
    const CURLcode result = ::curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    const bool answered = result == CURLE_OK || (result == CURLE_WRITE_ERROR && status != 0);
    int verdict = kPassed;
    if (!answered) {
        verdict = fail(url, error[0] == '\0' ? ::curl_easy_strerror(result) : error.data());
    } else if (status < 200 || status > 399) {
        std::printf("%s: HTTP status %ld\n", url, status);
        verdict = kFailed;
    }
    ::curl_easy_cleanup(curl);
    return verdict;
}

}  // namespace

#ifdef __SANITIZE_ADDRESS__
// The search for leaks is one by a debugger of oneself, which needs what this process has given up.
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}
#endif

int main(int argc, char* argv[]) {
    char* end = nullptr;
    const long timeoutMs = argc == 3 ? std::strtol(argv[1], &end, 10) : 0;
    if (argc != 3 || timeoutMs <= 0 || *end != '\0') {
        std::fputs("usage: podd-probe MILLISECONDS URL\nIt is started by podd-executor(8).\n", stderr);
        return kUsage;
    }
    if (!dropPrivileges())
        return fail("drop privileges", std::strerror(errno));
    ::curl_global_init(CURL_GLOBAL_DEFAULT);
    return ask(argv[2], timeoutMs);
}
