#include "plugin/known_plugins.hpp"

#include "os/error.hpp"
#include "plugin/binary.hpp"
#include "plugin/manifest.hpp"

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

using nlohmann::json;

KnownPlugin known_of(const Manifest& manifest) {
    KnownPlugin known{{}, {}, manifest.guest_services != nullptr, manifest.gives_network};
    const auto verbs = manifest.actions.find("cli");
    for (std::uint32_t i = 0; verbs != manifest.actions.end() && i < verbs->second->count; ++i) {
        if (const char* place = verbs->second->items[i]->place) {
            known.places.emplace_back(place);
        }
    }
    for (std::uint32_t i = 0; manifest.options && i < manifest.options->count; ++i) {
        if (const char* flag = manifest.options->items[i]->cli_flag) {
            known.flags.push_back(std::string("--") + flag);
        }
    }
    return known;
}

std::string text_of(const KnownPlugin& known) {
    const json value{{"places", known.places},
                     {"flags", known.flags},
                     {"guest_services", known.guest_services},
                     {"gives_network", known.gives_network}};
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// nullopt of what no daemon of ours wrote.
std::optional<KnownPlugin> parsed(const std::string& text) {
    try {
        const json value = json::parse(text);
        return KnownPlugin{value.at("places").get<std::vector<std::string>>(),
                           value.value("flags", std::vector<std::string>()), // new in the record
                           value.at("guest_services").get<bool>(),
                           value.at("gives_network").get<bool>()};
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

} // namespace

void KnownPlugins::learn(const std::string& id, const Manifest* manifest) {
    const std::string key = "knows:" + id;
    const std::optional<std::string> kept = memory_ ? memory_->find(own_id, key) : std::nullopt;
    if (!manifest) {
        if (auto known = kept ? parsed(*kept) : std::nullopt) {
            plugins_[id] = std::move(*known);
        }
        return;
    }
    plugins_[id] = known_of(*manifest);
    const std::string text = text_of(plugins_[id]);
    try {
        if (memory_ && kept != text) {
            memory_->set(own_id, key, text);
        }
    } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): a full disk; it is a courtesy
    }
}

std::optional<KnownPlugin> KnownPlugins::find(const std::string& id) const {
    const auto found = plugins_.find(id);
    return found == plugins_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace banger::plugin
