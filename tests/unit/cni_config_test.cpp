// SPDX-License-Identifier: LGPL-2.1-or-later
// Which networks a directory has, and what is said about the one that it has not.
#include "network/cni_config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "fakes/world.h"

namespace podd {
namespace {

class CniConfigTest : public ::testing::Test {
protected:
    const std::string& root() const { return directory_.path; }
    void write(const std::string& file, const std::string& text) const {
        writeFileAtomically(cat(root(), '/', file), text, Durability::volatileFile);
    }
    void single(const std::string& file, const std::string& name) const {
        write(file, cat(R"({"cniVersion": "1.0.0", "name": ")", name, R"(", "type": "single"})"));
    }
    void list(const std::string& file, const std::string& name) const {
        write(file, cat(R"({"cniVersion": "1.0.0", "name": ")", name, R"(", "plugins": [{"type": "listed"}]})"));
    }
    std::string missing(const std::string& network) const {
        try {
            (void)readCniDirectory(root()).find(network);
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::notSupported);
            return error.what();
        }
        return "";
    }

private:
    fakes::Directory directory_;
};

TEST_F(CniConfigTest, ListsComeFirstThenNamesOfFilesDecide) {
    single("10-a.conf", "blue");
    list("90-b.conflist", "blue");
    single("20-c.json", "red");
    single("30-d.conf", "red");
    list("80-e.conflist", "green");
    single("00-f.txt", "ignored");
    std::string found;
    for (const CniConfiguration& each : readCniDirectory(root()).configurations)
        found += cat(each.network.name, '=', each.path.substr(root().size()), ' ');
    EXPECT_EQ(found, "green=/80-e.conflist blue=/90-b.conflist red=/20-c.json ");
    EXPECT_EQ(readCniDirectory(root()).find("blue").network.plugins[0].type, "listed");
}

TEST_F(CniConfigTest, ABrokenFileHidesNoGoodOne) {
    write("00-a.conflist", "{\"name\": \"blue\",\n \"plugins\": [}");
    list("10-b.conflist", "blue");
    ASSERT_EQ(::mkdir((root() + "/20-c.conf").c_str(), 0755), 0);
    ASSERT_EQ(::mkfifo((root() + "/30-d.conf").c_str(), 0644), 0);
    const CniDirectory directory = readCniDirectory(root());
    EXPECT_EQ(directory.find("blue").path, root() + "/10-b.conflist");
    ASSERT_EQ(directory.broken.size(), 1U);
    EXPECT_TRUE(directory.broken[0].starts_with(root() + "/00-a.conflist:2:14: error: ")) << directory.broken[0];
}

TEST_F(CniConfigTest, AMissingNetworkIsToldWithThoseThatThereAre) {
    const std::string prefix = cat("is not configured in '", root(), "', where there ");
    EXPECT_EQ(missing("x"), prefix + "is none");
    list("10-a.conflist", "blue");
    EXPECT_EQ(missing("x"), prefix + "is 'blue'");
    single("20-b.conf", "red");
    EXPECT_EQ(missing("x"), prefix + "are 'blue', 'red'");
    write("30-c.conf", "[]");
    EXPECT_EQ(missing("x"), cat(prefix, "are 'blue', 'red'; what cannot be used: ", root(),
                                "/30-c.conf:1:1: error: must be an object, not a list"));
    write("40-d.conf", std::string((1 << 20) + 1, ' '));
    EXPECT_NE(missing("x").find("40-d.conf': File too large"), std::string::npos) << missing("x");
}

TEST(CniConfig, WithoutADirectoryThereIsNone) {
    EXPECT_TRUE(readCniDirectory("/nonexistent/net.d").configurations.empty());
}

}  // namespace
}  // namespace podd
