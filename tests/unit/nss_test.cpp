// SPDX-License-Identifier: LGPL-2.1-or-later
// What libnss_podd answers, in as much memory as it is given, from files of any content.
#include "nss/answer.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "core/hosts.h"
#include "fakes/world.h"
#include "nss/names_file.h"

namespace podd::nss {

namespace {

constexpr const char* kWeb = "web.prod.podd.internal";
constexpr int kUntouched = 4711;

std::string textOf(int family, const void* bytes) {
    char text[INET6_ADDRSTRLEN] = {};
    return ::inet_ntop(family, bytes, text, sizeof(text));
}

// What comes back from one question; texts, so that its memory may go.
struct Answer {
    nss_status status = NSS_STATUS_RETURN;
    int error = kUntouched;
    int hostError = kUntouched;
    std::vector<std::string> names;  // the first is the canonical one
    std::vector<std::string> addresses;
};

void expectAligned(const void* pointer) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pointer) % alignof(void*), 0U);
}

void read(const hostent& host, Answer& answer) {
    expectAligned(host.h_aliases);
    expectAligned(host.h_addr_list);
    EXPECT_EQ(host.h_length, host.h_addrtype == AF_INET ? 4 : 16);
    answer.names.emplace_back(host.h_name);
    for (char** alias = host.h_aliases; *alias != nullptr; ++alias)
        answer.names.emplace_back(*alias);
    for (char** address = host.h_addr_list; *address != nullptr; ++address) {
        EXPECT_EQ(reinterpret_cast<uintptr_t>(*address) % alignof(uint32_t), 0U);
        answer.addresses.push_back(textOf(host.h_addrtype, *address));
    }
}

void read(const gaih_addrtuple* tuple, Answer& answer) {
    answer.names.emplace_back(tuple->name);
    for (; tuple != nullptr; tuple = tuple->next) {
        expectAligned(tuple);
        EXPECT_STREQ(tuple->name, answer.names.front().c_str());
        EXPECT_EQ(tuple->scopeid, 0U);
        answer.addresses.push_back(textOf(tuple->family, tuple->addr));
    }
}

struct NssTest : testing::Test {
    void write(const std::string& text) const { writeFileAtomically(path, text, Durability::volatileFile); }

    Answer all(const std::string& name, size_t size = 4096, size_t offset = 0) const {
        return ask(size, offset, [&](const Caller& caller, Answer& answer) {
            gaih_addrtuple* tuples = nullptr;
            answer.status = addressesOf(path.c_str(), name.c_str(), &tuples, caller);
            if (answer.status == NSS_STATUS_SUCCESS)
                read(tuples, answer);
            else
                EXPECT_EQ(tuples, nullptr);
        });
    }
    Answer of(int family, const std::string& name, size_t size = 4096, size_t offset = 0) const {
        return ask(size, offset, [&](const Caller& caller, Answer& answer) {
            hostent host = {.h_name = nullptr};
            answer.status = hostOf(path.c_str(), name.c_str(), family, &host, caller);
            judge(host, answer);
        });
    }
    Answer at(const std::string& address, size_t size = 4096, size_t offset = 0) const {
        Address wanted;
        EXPECT_TRUE(wanted.parse(address.c_str()));
        return ask(size, offset, [&](const Caller& caller, Answer& answer) {
            hostent host = {.h_name = nullptr};
            answer.status = hostAt(path.c_str(), wanted.bytes, wanted.size, wanted.family, &host, caller);
            judge(host, answer);
        });
    }

    fakes::Directory directory;
    std::string path = directory.path + "/hosts";

private:
    static void judge(const hostent& host, Answer& answer) {
        if (answer.status == NSS_STATUS_SUCCESS)
            read(host, answer);
        else
            EXPECT_EQ(host.h_name, nullptr) << "left as it was";
    }
    // With memory that ends where it ends, so that AddressSanitizer sees what goes beyond.
    static Answer ask(size_t size, size_t offset, const std::function<void(const Caller&, Answer&)>& question) {
        const std::unique_ptr<char[]> memory(new char[size + offset]);
        Answer answer;
        errno = kUntouched;
        question({memory.get() + offset, size, &answer.error, &answer.hostError}, answer);
        EXPECT_EQ(errno, kUntouched) << "errno is the caller's; in glibc it is what `error` points to";
        return answer;
    }
};

using Texts = std::vector<std::string>;

void expectNo(const Answer& answer, nss_status status, int error, int hostError) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.error, error);
    EXPECT_EQ(answer.hostError, hostError);
}

void expectFound(const Answer& answer, const Texts& names, const Texts& addresses) {
    EXPECT_EQ(answer.status, NSS_STATUS_SUCCESS);
    EXPECT_EQ(answer.error, kUntouched);
    EXPECT_EQ(answer.hostError, NETDB_SUCCESS);
    EXPECT_EQ(answer.names, names);
    EXPECT_EQ(answer.addresses, addresses);
}

const std::vector<NamedInstance> kInstances = {{{"/prod/web", 1}, {"10.0.0.1", "fd00::1"}},
                                               {{"/prod/web", 2}, {"10.0.0.2", "fd00::2"}},
                                               {{"/db", 1}, {"10.0.0.3"}}};

TEST_F(NssTest, WhatPoddWritesIsFound) {
    write(namesText(kInstances));
    expectFound(all(kWeb), {kWeb}, {"10.0.0.1", "fd00::1", "10.0.0.2", "fd00::2"});
    expectFound(of(AF_INET, kWeb), {kWeb}, {"10.0.0.1", "10.0.0.2"});
    expectFound(of(AF_INET6, kWeb), {kWeb}, {"fd00::1", "fd00::2"});
    expectFound(all("2.web.prod.podd.internal"), {"2.web.prod.podd.internal"}, {"10.0.0.2", "fd00::2"});
    expectFound(at("10.0.0.2"), {"2.web.prod.podd.internal", kWeb}, {"10.0.0.2"});
    expectFound(at("fd00::1"), {"1.web.prod.podd.internal", kWeb}, {"fd00::1"});
}

TEST_F(NssTest, TheCanonicalNameIsTheOneThatWasAskedFor) {
    write(namesText(kInstances));
    for (const char* name : {"WEB.Prod.podd.INTERNAL", "web.prod.podd.internal."}) {
        expectFound(all(name), {name}, {"10.0.0.1", "fd00::1", "10.0.0.2", "fd00::2"});
        expectFound(of(AF_INET, name), {name}, {"10.0.0.1", "10.0.0.2"});
    }
}

TEST_F(NssTest, WhatIsNotThereIsNotFound) {
    write(namesText(kInstances));
    for (const char* name :
         {"eb.prod.podd.internal", "3.web.prod.podd.internal", "prod.podd.internal", "web.prod.podd.internal.."}) {
        expectNo(all(name), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
        expectNo(of(AF_INET, name), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
    }
    expectNo(of(AF_INET6, "db.podd.internal"), NSS_STATUS_NOTFOUND, ENOENT, NO_DATA);
    expectNo(of(AF_UNIX, kWeb), NSS_STATUS_UNAVAIL, EAFNOSUPPORT, NO_DATA);
    expectNo(at("10.0.0.9"), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
    expectNo(at("::ffff:10.0.0.1"), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
}

TEST_F(NssTest, ForeignNamesOpenNoFile) {
    // A FIFO would be refused, and a file that is missing be unavailable.
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    for (const char* name : {"", ".", "localhost", "podd.internal", ".podd.internal", "xpodd.internal", "web.internal",
                             "web.podd.internal.org", "web.podd.internal.."}) {
        expectNo(all(name), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
        expectNo(of(AF_INET, name), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
    }
    expectNo(all(kWeb), NSS_STATUS_UNAVAIL, EINVAL, NO_RECOVERY);
    expectNo(at("10.0.0.1"), NSS_STATUS_UNAVAIL, EINVAL, NO_RECOVERY);
}

TEST_F(NssTest, NamesThatAreNotOursAreNoAnswer) {
    write("10.0.0.1 www.example.org web.podd.internal a.podd.internal\n10.0.0.2 www.example.org\n");
    expectFound(at("10.0.0.1"), {"web.podd.internal", "a.podd.internal"}, {"10.0.0.1"});
    expectNo(at("10.0.0.2"), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
}

TEST_F(NssTest, AFileThatIsMissingOrNoneIsUnavailable) {
    expectNo(all(kWeb), NSS_STATUS_UNAVAIL, ENOENT, NO_RECOVERY);
    expectNo(of(AF_INET, kWeb), NSS_STATUS_UNAVAIL, ENOENT, NO_RECOVERY);
    expectNo(at("10.0.0.1"), NSS_STATUS_UNAVAIL, ENOENT, NO_RECOVERY);
    path = directory.path;
    expectNo(all(kWeb), NSS_STATUS_UNAVAIL, EINVAL, NO_RECOVERY);
}

TEST_F(NssTest, AFileIsReadUpToFourMebibytes) {
    const std::string line = "10.0.0.1 web.prod.podd.internal\n";
    const std::string filling = std::string(kMaxFile - line.size() - 1, 'x') + '\n';
    write(filling + line);
    expectFound(of(AF_INET, kWeb), {kWeb}, {"10.0.0.1"});
    write(filling + line + '\n');
    expectNo(of(AF_INET, kWeb), NSS_STATUS_UNAVAIL, EFBIG, NO_RECOVERY);
}

TEST_F(NssTest, GarbageIsPassedOver) {
    const std::string good = "10.0.0.1 web.prod.podd.internal";
    using namespace std::string_literals;
    for (const std::string& around :
         {""s, "\r\n"s, "\n\n \t\n"s, "# 10.0.0.9 web.prod.podd.internal\n"s, "\n10.0.0.9 web.prod.podd.internal\0\n"s,
          "\n\0\n"s, "\nweb.prod.podd.internal\n"s, "\n10.0.0.256 web.prod.podd.internal\n"s,
          "\n10.0.0.9/8 web.prod.podd.internal\n"s, "\n:: #web.prod.podd.internal\n"s,
          "\n10.0.0.9 " + std::string(kMaxLine, 'a') + " web.prod.podd.internal\n",
          "\n10.0.0.9 " + std::string(100'000, ' ') + "web.prod.podd.internal\n"})
        for (const std::string& text : {around + '\n' + good, good + '\n' + around, good + "\r\n" + around + "\r\n",
                                        around + "\n\t10.0.0.1\t\tWeb.Prod.podd.internal\t#" + around}) {
            write(text);
            expectFound(all(kWeb), {kWeb}, {"10.0.0.1"});
        }
}

TEST_F(NssTest, LinesAreReadWhereverTheReadsEnd) {
    const std::string line = "10.0.0.1 web.prod.podd.internal\n";
    for (size_t before = 4096 - line.size() - 2; before < 4096 + 2; ++before) {
        write('#' + std::string(before, 'x') + '\n' + line);
        EXPECT_EQ(of(AF_INET, kWeb).addresses, Texts{"10.0.0.1"}) << before;
    }
    for (const size_t length : {kMaxLine - 1, kMaxLine}) {
        write(std::string(length - line.size() + 1, ' ') + line);
        EXPECT_EQ(of(AF_INET, kWeb).addresses.size(), length < kMaxLine ? 1U : 0U);
    }
}

// Every size from 0 up, from every alignment: too small until it is enough, and then never again.
TEST_F(NssTest, ABufferIsTooSmallUntilItIsEnough) {
    write(namesText(kInstances));
    const std::vector<std::function<Answer(size_t, size_t)>> questions = {
        [&](size_t size, size_t offset) { return all(kWeb, size, offset); },
        [&](size_t size, size_t offset) { return of(AF_INET, kWeb, size, offset); },
        [&](size_t size, size_t offset) { return of(AF_INET6, kWeb, size, offset); },
        [&](size_t size, size_t offset) { return at("10.0.0.2", size, offset); },
        [&](size_t size, size_t offset) { return at("fd00::2", size, offset); },
    };
    for (const auto& question : questions)
        for (size_t offset = 0; offset < alignof(void*); ++offset) {
            const Answer whole = question(4096, offset);
            size_t size = 0;
            for (; size < 512; ++size) {
                const Answer answer = question(size, offset);
                if (answer.status == NSS_STATUS_SUCCESS)
                    break;
                expectNo(answer, NSS_STATUS_TRYAGAIN, ERANGE, NETDB_INTERNAL);
            }
            EXPECT_GT(size, 60U);
            EXPECT_LT(size, 300U);
            for (const size_t enough = size; size < enough + 20; ++size)
                expectFound(question(size, offset), whole.names, whole.addresses);
        }
    expectNo(all("nobody.podd.internal", 0), NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
}

TEST_F(NssTest, ThePlaceForTheFirstAddressIsTaken) {
    write(namesText(kInstances));
    char buffer[1024];
    int error = 0;
    int hostError = 0;
    gaih_addrtuple place = {.next = nullptr, .name = nullptr, .family = AF_UNIX, .addr = {}, .scopeid = 0};
    gaih_addrtuple* first = &place;
    EXPECT_EQ(addressesOf(path.c_str(), kWeb, &first, {buffer, 100, &error, &hostError}), NSS_STATUS_TRYAGAIN);
    EXPECT_EQ(place.family, AF_UNIX) << "left as it was";
    EXPECT_EQ(addressesOf(path.c_str(), kWeb, &first, {buffer, sizeof(buffer), &error, &hostError}),
              NSS_STATUS_SUCCESS);
    EXPECT_EQ(first, &place);
    Answer answer;
    read(first, answer);
    EXPECT_EQ(answer.addresses, (Texts{"10.0.0.1", "fd00::1", "10.0.0.2", "fd00::2"}));
}

TEST_F(NssTest, AnAddressIsAsLongAsItsFamilyHasThem) {
    write(namesText(kInstances));
    char buffer[1024];
    Answer answer;
    hostent host = {.h_name = nullptr};
    const Caller caller = {buffer, sizeof(buffer), &answer.error, &answer.hostError};
    answer.status = hostAt(path.c_str(), "\x0a\0\0\1", 4, AF_INET6, &host, caller);
    expectNo(answer, NSS_STATUS_UNAVAIL, EINVAL, NO_RECOVERY);
    answer.status = hostAt(path.c_str(), "\x0a\0\0\1", 4, AF_UNIX, &host, caller);
    expectNo(answer, NSS_STATUS_UNAVAIL, EAFNOSUPPORT, NO_DATA);
}

TEST_F(NssTest, NoDescriptorIsLeftOpen) {
    write(namesText(kInstances));
    const int before = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(before);
    for (int i = 0; i < 100; ++i) {
        (void)all(kWeb);
        (void)of(AF_INET, "nobody.podd.internal");
        (void)at("10.0.0.1", 1);
    }
    const int after = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(after);
    EXPECT_EQ(before, after);
}

TEST_F(NssTest, ThreadsDoNotDisturbEachOtherNorDoesPodd) {
    std::vector<NamedInstance> instances = kInstances;
    write(namesText(instances));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 500; ++round)
                EXPECT_EQ(of(AF_INET, kWeb).addresses, (Texts{"10.0.0.1", "10.0.0.2"}));
        });
    for (uint64_t number = 1; number <= 200; ++number) {
        instances.push_back({{"/more", number}, {"10.1.0.1"}});
        write(namesText(instances));
    }
    for (std::thread& thread : threads)
        thread.join();
}

TEST(NssLibrary, HasTheEntryPointsOfGlibcAndNeedsNothingElse) {
    void* const library = ::dlopen(PODD_NSS_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << ::dlerror();
    for (const char* name :
         {"gethostbyname3_r", "gethostbyname2_r", "gethostbyname_r", "gethostbyaddr2_r", "gethostbyaddr_r"})
        EXPECT_NE(::dlsym(library, (std::string("_nss_podd_") + name).c_str()), nullptr) << name;
    const auto byName = reinterpret_cast<nss_gethostbyname4_r*>(::dlsym(library, "_nss_podd_gethostbyname4_r"));
    ASSERT_NE(byName, nullptr);
    gaih_addrtuple* first = nullptr;
    char buffer[64];
    Answer answer;
    int32_t ttl = -1;
    answer.status = byName("localhost", &first, buffer, sizeof(buffer), &answer.error, &answer.hostError, &ttl);
    expectNo(answer, NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND);
    ::dlclose(library);
    const std::string content = readFile(PODD_NSS_LIBRARY, size_t{1} << 20);
    EXPECT_EQ(content.find("libstdc++"), std::string::npos);
}

}  // namespace

}  // namespace podd::nss
