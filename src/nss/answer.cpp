// SPDX-License-Identifier: LGPL-2.1-or-later
#include "nss/answer.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "nss/names_file.h"

namespace podd::nss {

namespace {

// Cuts pieces off the caller's memory. When one does not fit, there are no more.
class Memory {
public:
    explicit Memory(const Caller& caller) : next_(caller.buffer), left_(caller.size) {}

    template <typename T>
    T* take(size_t count) {
        const size_t gap = -reinterpret_cast<uintptr_t>(next_) % alignof(T);
        if (full_ || gap > left_ || count > (left_ - gap) / sizeof(T)) {
            full_ = true;
            return nullptr;
        }
        T* const piece = reinterpret_cast<T*>(next_ + gap);
        next_ += gap + count * sizeof(T);
        left_ -= gap + count * sizeof(T);
        return piece;
    }
    char* copy(const char* text) {
        const size_t size = strlen(text) + 1;
        char* const piece = take<char>(size);
        return piece == nullptr ? nullptr : static_cast<char*>(memcpy(piece, text, size));
    }
    bool full() const { return full_; }

private:
    char* next_;
    size_t left_;
    bool full_ = false;
};

// What nobody notices: errno is kept, and a thread is not cancelled while it has a file open.
class Unnoticed {
public:
    Unnoticed() : errno_(errno) { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_); }
    ~Unnoticed() {
        pthread_setcancelstate(cancel_, nullptr);
        errno = errno_;
    }
    Unnoticed(const Unnoticed&) = delete;
    Unnoticed& operator=(const Unnoticed&) = delete;

private:
    int errno_;
    int cancel_ = PTHREAD_CANCEL_ENABLE;
};

nss_status no(nss_status status, int error, int hostError, const Caller& caller) {
    *caller.error = error;
    *caller.hostError = hostError;
    return status;
}

nss_status notFound(const Caller& caller, int hostError = HOST_NOT_FOUND) {
    return no(NSS_STATUS_NOTFOUND, ENOENT, hostError, caller);
}

// What has run out may be there the next time.
nss_status unreadable(int error, const Caller& caller) {
    if (error == EMFILE || error == ENFILE || error == ENOMEM)
        return no(NSS_STATUS_TRYAGAIN, EAGAIN, TRY_AGAIN, caller);
    return no(NSS_STATUS_UNAVAIL, error, NO_RECOVERY, caller);
}

nss_status tooSmall(const Caller& caller) {
    return no(NSS_STATUS_TRYAGAIN, ERANGE, NETDB_INTERNAL, caller);
}

nss_status otherFamily(const Caller& caller) {
    return no(NSS_STATUS_UNAVAIL, EAFNOSUPPORT, NO_DATA, caller);
}

bool hasName(NamesFile& file, const char* name) {
    while (const char* each = file.nextName())
        if (isSameName(each, name))
            return true;
    return false;
}

// Moves on to the next address of a name.
bool nextAddress(NamesFile& file, const char* name, Address& address) {
    while (file.next())
        if (hasName(file, name) && address.parse(file.address()))
            return true;
    return false;
}

const char* nextOwnName(NamesFile& file) {
    const char* name = file.nextName();
    while (name != nullptr && !isOurs(name))
        name = file.nextName();
    return name;
}

// What one does with the open file; returns an errno value, or 0.
template <typename Use>
int readNames(const char* path, Use use) {
    const Unnoticed unnoticed;
    NamesFile file(path);
    use(file);
    return file.error();
}

// A list of things that lie one behind the other, each of `size` bytes, or texts when that is 0.
char** listOf(Memory& memory, char* things, size_t count, size_t size = 0) {
    char** const list = memory.take<char*>(count + 1);
    if (list == nullptr)
        return nullptr;
    for (size_t i = 0; i < count; ++i) {
        list[i] = things;
        things += size > 0 ? size : strlen(things) + 1;
    }
    list[count] = nullptr;
    return list;
}

// An address without its family, aligned as one.
char* copyBytes(Memory& memory, const Address& address) {
    auto* const place = memory.take<uint32_t>(address.size / sizeof(uint32_t));
    return place == nullptr ? nullptr : static_cast<char*>(memcpy(place, address.bytes, address.size));
}

size_t sizeOf(int family) {
    return family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
}

nss_status fillIn(hostent* host, const hostent& found, const Caller& caller) {
    *host = found;
    *caller.hostError = NETDB_SUCCESS;
    return NSS_STATUS_SUCCESS;
}

}  // namespace

nss_status addressesOf(const char* path, const char* name, gaih_addrtuple** first, const Caller& caller) {
    if (!isOurs(name))
        return notFound(caller);
    size_t count = 0;
    Memory memory(caller);
    gaih_addrtuple* found = nullptr;
    const int error = readNames(path, [&](NamesFile& file) {
        char* const canonical = memory.copy(name);
        gaih_addrtuple** end = &found;
        for (Address address; nextAddress(file, name, address); ++count) {
            auto* const tuple = memory.take<gaih_addrtuple>(1);
            if (tuple == nullptr)
                continue;
            *tuple = {.next = nullptr, .name = canonical, .family = address.family, .addr = {}, .scopeid = 0};
            memcpy(tuple->addr, address.bytes, address.size);
            *end = tuple;
            end = &tuple->next;
        }
    });
    if (error != 0)
        return unreadable(error, caller);
    if (count == 0)
        return notFound(caller);
    if (memory.full())
        return tooSmall(caller);
    if (*first != nullptr)
        **first = *found;
    else
        *first = found;
    *caller.hostError = NETDB_SUCCESS;
    return NSS_STATUS_SUCCESS;
}

nss_status hostOf(const char* path, const char* name, int family, hostent* host, const Caller& caller) {
    if (!isOurs(name))
        return notFound(caller);
    if (family != AF_INET && family != AF_INET6)
        return otherFamily(caller);
    size_t count = 0;
    bool known = false;
    Memory memory(caller);
    char* canonical = nullptr;
    char* addresses = nullptr;
    const int error = readNames(path, [&](NamesFile& file) {
        canonical = memory.copy(name);
        for (Address address; nextAddress(file, name, address); known = true)
            if (address.family == family) {
                char* const place = copyBytes(memory, address);
                if (count++ == 0)
                    addresses = place;
            }
    });
    if (error != 0)
        return unreadable(error, caller);
    if (count == 0)
        return notFound(caller, known ? NO_DATA : HOST_NOT_FOUND);
    char** const aliases = listOf(memory, nullptr, 0);
    char** const list = listOf(memory, addresses, count, sizeOf(family));
    if (memory.full())
        return tooSmall(caller);
    return fillIn(host, {canonical, aliases, family, static_cast<int>(sizeOf(family)), list}, caller);
}

nss_status hostAt(const char* path, const void* address, size_t size, int family, hostent* host, const Caller& caller) {
    if (family != AF_INET && family != AF_INET6)
        return otherFamily(caller);
    if (size != sizeOf(family))
        return no(NSS_STATUS_UNAVAIL, EINVAL, NO_RECOVERY, caller);
    Address wanted = {.family = family, .size = size};
    memcpy(wanted.bytes, address, size);

    size_t count = 0;
    Memory memory(caller);
    char* names = nullptr;
    const int error = readNames(path, [&](NamesFile& file) {
        for (Address each; count == 0 && file.next();)
            if (each.parse(file.address()) && each == wanted)
                while (const char* name = nextOwnName(file)) {
                    char* const copy = memory.copy(name);
                    if (count++ == 0)
                        names = copy;
                }
    });
    if (error != 0)
        return unreadable(error, caller);
    if (count == 0)
        return notFound(caller);
    char** const list = listOf(memory, copyBytes(memory, wanted), 1, size);
    char** const aliases = memory.full() ? nullptr : listOf(memory, names + strlen(names) + 1, count - 1);
    if (memory.full())
        return tooSmall(caller);
    return fillIn(host, {names, aliases, family, static_cast<int>(size), list}, caller);
}

}  // namespace podd::nss
