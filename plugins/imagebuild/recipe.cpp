#include "recipe.hpp"

#include <algorithm>

namespace imagebuild {
namespace {

template <class T>
void append(std::vector<T>& list, const std::vector<T>& more) {
    list.insert(list.end(), more.begin(), more.end());
}

template <class T>
void take(std::optional<T>& value, const std::optional<T>& above) {
    if (above) {
        value = above;
    }
}

} // namespace

Recipe merged(Recipe below, const Recipe& above) {
    if (!above.from.empty()) {
        below.from = above.from;
    }
    take(below.size_mib, above.size_mib);
    take(below.memory_mib, above.memory_mib);
    take(below.vcpus, above.vcpus);
    take(below.work_mib, above.work_mib);
    take(below.work_seed, above.work_seed);
    for (const std::string& package : above.packages) {
        if (std::find(below.packages.begin(), below.packages.end(), package) ==
            below.packages.end()) {
            below.packages.push_back(package);
        }
    }
    below.package_places.insert(above.package_places.begin(), above.package_places.end());
    for (const auto& [name, value] : above.env) {
        const auto found =
            std::find_if(below.env.begin(), below.env.end(),
                         [&key = name](const auto& one) { return one.first == key; });
        if (found != below.env.end()) {
            found->second = value;
        } else {
            below.env.emplace_back(name, value);
        }
    }
    append(below.users, above.users);
    append(below.files, above.files);
    append(below.downloads, above.downloads);
    append(below.commands, above.commands);
    append(below.services, above.services);
    return below;
}

} // namespace imagebuild
