// SPDX-License-Identifier: LGPL-2.1-or-later
// Volumes and networks.
#include "base/strings.h"
#include "model/field_rules.h"
#include "model/fields_json.h"
#include "model/names.h"

namespace podd {

namespace {

// [field, operator, value]
void readDiskConstraint(const Node& from, PersistentVolume::Constraint& to) {
    std::vector<std::string> parts;
    for (const Node& part : from.items(3, 3))
        parts.push_back(part.text(whyNotPath));
    if (parts.size() != 3 || from.refused())
        return;
    if (parts[0] != "path" || parts[1] != "LIKE")
        from.refuse(R"(only ["path", "LIKE", "EXPRESSION"] is possible)");
    else if (const auto why = whyNotPattern(parts[2]))
        from.refuse(cat(parts[2], ' ', *why));
    to = {parts[0], parts[1], parts[2]};
}

constexpr Range kSize{0, kMaxDisk};
constexpr Field<PersistentVolume> kPersistent[] = {
    {"size", kRequired, number<&PersistentVolume::size, kSize>},
    {"type", kOptional, choice<&PersistentVolume::type, kPersistentTypes>},
    {"maxSize", kOptional, number<&PersistentVolume::maxSize, kSize>},
    {"profileName", kOptional, text<&PersistentVolume::profileName, whyNotPath>},
    {"constraints", kOptional,
     [](const Node& from, PersistentVolume& to) {
         for (const Node& item : from.items(0, kMaxConstraints))
             readDiskConstraint(item, to.constraints.emplace_back());
     }},
};

void readPersistent(const Node& from, VolumeSpec& to) {
    auto& volume = to.source.emplace<PersistentVolume>();
    readObject(from, volume, kPersistent);
    if (!from.gives("type") && !volume.profileName.empty())
        volume.type = PersistentType::mount;
}

constexpr Field<VolumeSpec> kVolume[] = {
    {"name", kRequired, text<&VolumeSpec::name, whyNotName>},
    {"host", kOptional,
     [](const Node& from, VolumeSpec& to) { to.source = HostVolume{tidyPath(from.text(whyNotHostPath))}; }},
    {"persistent", kOptional, readPersistent},
    {"secret", kOptional,
     [](const Node& from, VolumeSpec& to) { to.source = SecretVolume{from.text(whyNotSecretName)}; }},
};

constexpr Field<NetworkSpec> kNetwork[] = {
    {"mode", kOptional, choice<&NetworkSpec::mode, kNetworkModes>},
    {"name", kOptional, text<&NetworkSpec::name, whyNotNetworkName>},
    {"labels", kOptional, labels<&NetworkSpec::labels>},
};

}  // namespace

void readVolumes(const Node& from, PodSpec& to) {
    for (const Node& node : from.items(0, kMaxVolumes)) {
        readObject(node, to.volumes.emplace_back(), kVolume);
        if (node.gives("host") + node.gives("persistent") + node.gives("secret") > 1)
            node.refuse("has more than one of host, persistent, secret");
    }
}

void readNetworks(const Node& from, PodSpec& to) {
    readList(from, to.networks, kMaxNetworks, kNetwork);
}

}  // namespace podd
