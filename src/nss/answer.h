// SPDX-License-Identifier: LGPL-2.1-or-later
// Questions about hosts, answered from a file of names as nss(5) wants it: in the memory of who asks. What is of no family
// or domain of ours is not found, before any file is opened. An answer that does not fit is TRYAGAIN with ERANGE, and leaves
// the results as they were. errno stays as it is unless there is no answer.
#pragma once

#include <netdb.h>
#include <nss.h>
#include <stddef.h>
#include <stdint.h>

namespace podd::nss {

// The memory of who asks, and where it wants to have the reasons.
struct Caller {
    char* buffer;
    size_t size;
    int* error;      // an errno value
    int* hostError;  // as h_errno: HOST_NOT_FOUND, NO_DATA, NO_RECOVERY, TRY_AGAIN, NETDB_INTERNAL
};

// All addresses of a name. The first one goes to **first, if there is such a place.
nss_status addressesOf(const char* path, const char* name, gaih_addrtuple** first, const Caller& caller);

// Those of one family, under the name that was asked for.
nss_status hostOf(const char* path, const char* name, int family, hostent* host, const Caller& caller);

// The names of an address: the first one of its first line, and the others of that line as aliases.
nss_status hostAt(const char* path, const void* address, size_t size, int family, hostent* host, const Caller& caller);

}  // namespace podd::nss
