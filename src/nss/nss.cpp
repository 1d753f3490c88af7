// SPDX-License-Identifier: LGPL-2.1-or-later
// libnss_podd.so.2: the names of pods for whoever asks glibc, by "hosts: files podd dns" in nsswitch.conf(5). All that the
// library shows are these functions; glibc finds them by their names, and declares their types in <nss.h>.
#include "nss/answer.h"

#include <sys/socket.h>

// NOLINTBEGIN(bugprone-reserved-identifier, readability-function-size): both are glibc's wish
#pragma GCC visibility push(default)
extern "C" {
nss_gethostbyname4_r _nss_podd_gethostbyname4_r;
nss_gethostbyname3_r _nss_podd_gethostbyname3_r;
nss_gethostbyname2_r _nss_podd_gethostbyname2_r;
nss_gethostbyname_r _nss_podd_gethostbyname_r;
nss_gethostbyaddr2_r _nss_podd_gethostbyaddr2_r;
nss_gethostbyaddr_r _nss_podd_gethostbyaddr_r;
}
#pragma GCC visibility pop

namespace {

constexpr const char* kNames = "/run/podd/names/hosts";

}  // namespace

// How long an answer holds is 0 s: an instance may end at any moment.
nss_status _nss_podd_gethostbyname4_r(const char* name, gaih_addrtuple** first, char* buffer, size_t size, int* error,
                                      int* hostError, int32_t* ttl) {
    if (ttl != nullptr)
        *ttl = 0;
    return podd::nss::addressesOf(kNames, name, first, {buffer, size, error, hostError});
}

nss_status _nss_podd_gethostbyname3_r(const char* name, int family, hostent* host, char* buffer, size_t size,
                                      int* error, int* hostError, int32_t* ttl, char** canonical) {
    if (ttl != nullptr)
        *ttl = 0;
    const nss_status status = podd::nss::hostOf(kNames, name, family, host, {buffer, size, error, hostError});
    if (status == NSS_STATUS_SUCCESS && canonical != nullptr)
        *canonical = host->h_name;
    return status;
}

nss_status _nss_podd_gethostbyname2_r(const char* name, int family, hostent* host, char* buffer, size_t size,
                                      int* error, int* hostError) {
    return podd::nss::hostOf(kNames, name, family, host, {buffer, size, error, hostError});
}

nss_status _nss_podd_gethostbyname_r(const char* name, hostent* host, char* buffer, size_t size, int* error,
                                     int* hostError) {
    return podd::nss::hostOf(kNames, name, AF_INET, host, {buffer, size, error, hostError});
}

nss_status _nss_podd_gethostbyaddr2_r(const void* address, socklen_t length, int family, hostent* host, char* buffer,
                                      size_t size, int* error, int* hostError, int32_t* ttl) {
    if (ttl != nullptr)
        *ttl = 0;
    return podd::nss::hostAt(kNames, address, length, family, host, {buffer, size, error, hostError});
}

nss_status _nss_podd_gethostbyaddr_r(const void* address, socklen_t length, int family, hostent* host, char* buffer,
                                     size_t size, int* error, int* hostError) {
    return podd::nss::hostAt(kNames, address, length, family, host, {buffer, size, error, hostError});
}
// NOLINTEND(bugprone-reserved-identifier, readability-function-size)
