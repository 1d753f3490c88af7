// SPDX-License-Identifier: LGPL-2.1-or-later
// MESSAGE_ID= of podd's journal entries: drawn once, for ever. units/podd.catalog explains each of them (journalctl -x).
#pragma once

namespace podd::message_id {

constexpr const char* kPodCreated = "7f6a985827ca4d80a53b561ff407b794";
constexpr const char* kPodChanged = "773642af3ac7473a97cd764f5589f3af";
constexpr const char* kPodDeleted = "90cdd4f18daa4d28a7c2e148feb22910";
constexpr const char* kPodState = "8ec63fed2121449b882e6deed8cd8420";
constexpr const char* kDeploymentBegun = "cd8957d23dad4863a2fa89f47505f55e";
constexpr const char* kDeploymentStuck = "613f1d28121d4207aeedd112384bf317";
constexpr const char* kDeploymentEnded = "03f52b67658f47de8233e9512ff84345";
constexpr const char* kInstanceLaunched = "a09c533313324034b8d5a551f8ccaba6";
constexpr const char* kInstanceRunning = "d76d8f77382149e890b4d46af95866ea";
constexpr const char* kInstanceEnded = "03bd448f3ef84bd9846a7fa9ec2e682a";
constexpr const char* kInstanceFailed = "1b36a1a3f7c949eeb8d5af995c94ec76";
constexpr const char* kContainerStarted = "f7401a45c50847cda754028f6f44dad7";
constexpr const char* kContainerEnded = "e92b025918514ae393e52678f25afede";
constexpr const char* kContainerFailed = "7d4e2c3b0a5f4e0c9b1d6a8f3c527e91";
constexpr const char* kContainerOomKilled = "c1f06d9be8724a57a3fb2e9045d81c36";
constexpr const char* kContainerDiskLimit = "5b92e7a4f13c48d68e0d7c2ab96f4410";
constexpr const char* kContainerUnhealthy = "3f8a61d2c4b74e9f8d25b7106ae3c9f4";
constexpr const char* kContainerCheck = "a1d7c5e20b9346f7918e4cd36f08b25a";
constexpr const char* kBackOff = "981199cf7bbb473d985831ed0a2ff43f";

}  // namespace podd::message_id
