// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/command.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "init/report.h"
#include "init/system.h"

namespace podd::init {

namespace {

constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr int kMaxInterpreters = 4;  // the kernel follows no more (BINPRM limit of execve(2))

// 0, or why the file cannot be executed.
int whyNotExecutable(const char* path) {
    struct stat info = {};
    if (stat(path, &info) < 0)
        return errno;
    if (!S_ISREG(info.st_mode))
        return EACCES;
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

const char* pathOf(const Plan& plan) {
    for (const Text& entry : plan.environment)
        if (strncmp(entry.c_str(), "PATH=", 5) == 0)
            return entry.c_str() + 5;
    return kDefaultPath;
}

// One directory of PATH and the name in it; an empty directory is the working directory.
char* candidate(const char* directory, size_t length, const char* name) {
    char* const path = static_cast<char*>(malloc(length + strlen(name) + 3));
    if (path == nullptr)
        fail(InitStep::command, ENOMEM, name);
    if (length == 0)
        return strcat(strcpy(path, "./"), name);
    memcpy(path, directory, length);
    path[length] = '/';
    strcpy(path + length + 1, name);
    return path;
}

const char* lookUp(const Plan& plan, const char* name) {
    int problem = ENOENT;
    const char* directory = pathOf(plan);
    for (;;) {
        const char* const end = strchrnul(directory, ':');
        char* const path = candidate(directory, static_cast<size_t>(end - directory), name);
        const int why = whyNotExecutable(path);
        if (why == 0)
            return path;
        if (why == EACCES)
            problem = EACCES;  // there is one, at least
        free(path);
        if (*end == '\0')
            fail(InitStep::command, problem, name);
        directory = end + 1;
    }
}

void checkFormat(const char* command, const char* path, int depth);

void checkInterpreter(const char* command, const char* path, int depth) {
    const int why = whyNotExecutable(path);
    if (why != 0)
        fail(InitStep::interpreter, why, path);
    if (depth < kMaxInterpreters)
        checkFormat(command, path, depth + 1);
}

// "#! /usr/bin/env -S x": the first word.
void checkScript(const char* command, char* line, int depth) {
    char* const name = line + 2 + strspn(line + 2, " \t");
    name[strcspn(name, " \t\n")] = '\0';
    if (*name == '\0')
        fail(InitStep::command, ENOEXEC, command);
    checkInterpreter(command, name, depth);
}

// A dynamically linked program names its loader; programs of other architectures are left to binfmt_misc.
template <typename Header, typename Segment>
void checkElf(const char* command, int fd, int depth) {
    Header header = {};
    if (pread(fd, &header, sizeof(header), 0) != sizeof(header) || header.e_phentsize != sizeof(Segment))
        fail(InitStep::command, ENOEXEC, command);
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        Segment segment = {};
        const off_t at = static_cast<off_t>(header.e_phoff + i * sizeof(Segment));
        if (pread(fd, &segment, sizeof(segment), at) != sizeof(segment))
            fail(InitStep::command, ENOEXEC, command);
        if (segment.p_type != PT_INTERP)
            continue;
        static char name[4096];
        const size_t size = segment.p_filesz < sizeof(name) ? segment.p_filesz : sizeof(name) - 1;
        if (pread(fd, name, size, static_cast<off_t>(segment.p_offset)) != static_cast<ssize_t>(size))
            fail(InitStep::command, ENOEXEC, command);
        name[size] = '\0';
        checkInterpreter(command, name, depth);
        return;
    }
}

bool ofThisByteOrder(const char* start) {
    constexpr char kOwn = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
    return start[EI_DATA] == kOwn;
}

void checkFormat(const char* command, const char* path, int depth) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;                                              // a program may be executable and not readable
    char* const start = static_cast<char*>(calloc(1, 257));  // BINPRM_BUF_SIZE and a NUL
    if (start == nullptr || pread(fd, start, 256, 0) < 0)
        fail(InitStep::command, errno, command);
    if (memcmp(start, "#!", 2) == 0)
        checkScript(command, start, depth);
    else if (memcmp(start, ELFMAG, SELFMAG) != 0)
        fail(InitStep::command, ENOEXEC, command);
    else if (start[EI_CLASS] == ELFCLASS64 && ofThisByteOrder(start))
        checkElf<Elf64_Ehdr, Elf64_Phdr>(command, fd, depth);
    else if (start[EI_CLASS] == ELFCLASS32 && ofThisByteOrder(start))
        checkElf<Elf32_Ehdr, Elf32_Phdr>(command, fd, depth);
    free(start);
    close(fd);
}

char** pointers(const List<Text>& list) {
    char** const array = static_cast<char**>(calloc(list.count + 1, sizeof(char*)));
    if (array == nullptr)
        fail(InitStep::exec, ENOMEM, nullptr);
    for (size_t i = 0; i < list.count; ++i)
        array[i] = const_cast<char*>(list[i].c_str());  // execve(2) does not write to them
    return array;
}

}  // namespace

const char* findCommand(const Plan& plan) {
    const char* const name = plan.argv[0].c_str();
    const char* path = name;
    if (strchr(name, '/') == nullptr)
        path = lookUp(plan, name);
    else if (const int why = whyNotExecutable(name); why != 0)
        fail(InitStep::command, why, name);
    checkFormat(name, path, 0);
    return path;
}

void execCommand(const Plan& plan, const char* path) {
    execve(path, pointers(plan.argv), pointers(plan.environment));
    fail(InitStep::exec, errno, path);
}

}  // namespace podd::init
