// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "init/report.h"

namespace podd::init {

namespace {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

[[noreturn]] void broken(const char* what, int error = EBADMSG) {
    fail(InitStep::plan, error, what);
}

// The counterpart of wire::Writer; never looks beyond the end of the input.
class Cursor {
public:
    Cursor(const char* at, size_t left) : at_(at), left_(left) {}

    void operator()(uint64_t& value) { memcpy(&value, take(sizeof(value)), sizeof(value)); }
    void operator()(uint32_t& value) {
        uint64_t wide = 0;
        (*this)(wide);
        if (wide > UINT32_MAX)
            broken("a number is too large");
        value = static_cast<uint32_t>(wide);
    }
    void operator()(bool& value) {
        uint32_t wide = 0;
        (*this)(wide);
        value = wide != 0;
    }
    void operator()(InitMountKind& kind) {
        uint32_t wide = 0;
        (*this)(wide);
        kind = static_cast<InitMountKind>(wide);
    }
    void operator()(InitSourceCheck& check) {
        uint32_t wide = 0;
        (*this)(wide);
        check = static_cast<InitSourceCheck>(wide);
    }
    void operator()(Text& text) {
        (*this)(text.size);
        text.data = take(text.size);
        if (*take(1) != '\0' || memchr(text.data, '\0', text.size) != nullptr)
            broken("a text has a NUL in it, or none behind it");
    }
    template <typename T>
    void operator()(List<T>& list) {
        (*this)(list.count);
        if (list.count > left_)  // every item takes at least a byte
            broken("a list is longer than the plan");
        list.items = static_cast<T*>(calloc(list.count + 1, sizeof(T)));
        if (list.items == nullptr)
            broken("no memory", ENOMEM);
        for (T& item : list)
            (*this)(item);
    }
    template <typename T>
    requires requires(T& value, Cursor& cursor) { value.visit(cursor); }
    void operator()(T& value) { value.visit(*this); }
    void end() const {
        if (left_ != 0)
            broken("there is more than a plan");
    }

private:
    const char* take(size_t size) {
        if (size > left_)
            broken("it ends too early");
        const char* taken = at_;
        at_ += size;
        left_ -= size;
        return taken;
    }

    const char* at_;
    size_t left_;
};

}  // namespace

Plan readPlan() {
    const int seals = fcntl(kInitPlanFd, F_GET_SEALS);
    if (seals < 0 || (seals & kSeals) != kSeals)
        broken("it is not in a sealed memfd", seals < 0 ? errno : EBADMSG);
    struct stat info = {};
    if (fstat(kInitPlanFd, &info) < 0 || info.st_size <= 0)
        broken("it is empty");
    const size_t size = static_cast<size_t>(info.st_size);
    void* const content = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, kInitPlanFd, 0);
    if (content == MAP_FAILED)
        broken("map", errno);
    Plan plan;
    Cursor version(static_cast<const char*>(content), size);
    version(plan.protocol);
    if (plan.protocol != kInitProtocol)
        broken("it is of another build: restart podd-spawner.service");
    Cursor cursor(static_cast<const char*>(content), size);
    cursor(plan);
    cursor.end();
    if (plan.argv.count == 0 || plan.argv[0].empty() || plan.sandbox.empty())
        broken("it names no command or no sandbox");
    if (plan.namespaces > static_cast<uint32_t>(kInitNamespaces))
        broken("it brings too many namespaces");
    for (uint32_t i = 0; i < plan.mounts.count; ++i)
        if ((plan.mounts[i].kind == InitMountKind::root) != (i == 0 && plan.mounts[0].target.empty()))
            broken("only its first mount can be the root directory");
    for (const Mount& mount : plan.mounts)
        if (mount.kind == InitMountKind::link && mount.target.c_str()[0] != '/')
            broken("a link is not at an absolute path");
    return plan;
}

}  // namespace podd::init
