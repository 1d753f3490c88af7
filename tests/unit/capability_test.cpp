// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/capability.h"

#include <gtest/gtest.h>
#include <linux/capability.h>

using namespace podd;

namespace {

TEST(Capability, HasTheKernelsNumbers) {
    EXPECT_EQ(static_cast<unsigned>(Capability::chown), static_cast<unsigned>(CAP_CHOWN));
    EXPECT_EQ(static_cast<unsigned>(Capability::sysAdmin), static_cast<unsigned>(CAP_SYS_ADMIN));
    EXPECT_EQ(static_cast<unsigned>(Capability::setfcap), static_cast<unsigned>(CAP_SETFCAP));
    EXPECT_EQ(static_cast<unsigned>(Capability::checkpointRestore), 40U);
    for (unsigned i = 0; i < kCapabilities.rows().size(); ++i)
        EXPECT_EQ(static_cast<unsigned>(kCapabilities.rows()[i].first), i) << kCapabilities.rows()[i].second;
    EXPECT_EQ(kAllCapabilities, 0x1ffffffffffU);
}

TEST(Capability, IsReadInAnyCaseWithOrWithoutItsPrefix) {
    for (const auto& [capability, name] : kCapabilities.rows()) {
        EXPECT_EQ(parseCapability(name), capability);
        EXPECT_EQ(parseCapability(name.substr(4)), capability);
    }
    EXPECT_EQ(parseCapability("cap_net_Raw"), Capability::netRaw);
    EXPECT_EQ(parseCapability("net_raw"), Capability::netRaw);
    for (const char* none : {"", "CAP_", "CAP", "CAP_CAP_CHOWN", "CHOWN ", "41", "ALL", "CAP_CHOWNX"})
        EXPECT_EQ(parseCapability(none), std::nullopt) << none;
}

TEST(Capability, GuessesWhatWasMeant) {
    EXPECT_EQ(capabilityHint("CAP_CHWON"), "did you mean 'CAP_CHOWN'?");
    EXPECT_EQ(capabilityHint("sysadmin"), "did you mean 'SYS_ADMIN'?");
    EXPECT_EQ(capabilityHint("cap-chown"), "did you mean 'CAP_CHOWN'?");
    EXPECT_EQ(capabilityHint("everything"), "");
}

TEST(Capability, SetsAreShownSortedByName) {
    EXPECT_EQ(capabilityText(0), "");
    EXPECT_EQ(capabilityText(capabilitySet({Capability::kill, Capability::chown})), "CAP_CHOWN CAP_KILL");
    EXPECT_EQ(capabilityText(CapabilitySet{1} << 63), "");
    EXPECT_EQ(capabilityText(kDefaultCapabilities),
              "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_NET_BIND_SERVICE CAP_SETFCAP CAP_SETGID "
              "CAP_SETPCAP CAP_SETUID CAP_SYS_CHROOT");
}

}  // namespace
