#include "outline.hpp"

#include <stdexcept>

namespace web {
namespace {

using nlohmann::json;

const json* look_up(const std::vector<const json*>& scopes, const std::string& name) {
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        if ((*scope)->is_object() && (*scope)->contains(name)) {
            return &(*scope)->at(name);
        }
    }
    return nullptr;
}

} // namespace

Outline::Outline(std::string_view text) {
    std::vector<Node> open(1);
    for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
        const std::size_t end = text.find("}}", at);
        if (end == std::string_view::npos) {
            throw std::runtime_error("a {{ without }}");
        }
        std::string_view tag = text.substr(at + 2, end - at - 2);
        at = end + 2;
        const char kind = tag.empty() ? '!' : tag.front();
        if (kind == '!' || kind == '%') {
            continue;
        }
        if (kind == '#' || kind == '/') {
            tag.remove_prefix(1);
        }
        const std::string name(tag.substr(0, tag.find(':')));
        if (kind == '#') {
            open.emplace_back().name = name;
        } else if (kind == '/') {
            if (open.size() < 2 || open.back().name != name) {
                throw std::runtime_error("{{/" + name + "}} closes no section of that name");
            }
            Node closed = std::move(open.back());
            open.pop_back();
            open.back().sections.push_back(std::move(closed));
        } else {
            open.back().values.push_back(name);
        }
    }
    if (open.size() != 1) {
        throw std::runtime_error("{{#" + open.back().name + "}} is not closed");
    }
    root_ = std::move(open.front());
}

std::string Outline::lacks(const json& model) const {
    std::vector<const json*> scopes{&model};
    return lacks(root_, scopes);
}

std::string Outline::lacks(const Node& node, std::vector<const json*>& scopes) {
    for (const std::string& name : node.values) {
        if (name != "VALUE" && look_up(scopes, name) == nullptr) {
            return name;
        }
    }
    for (const Node& section : node.sections) {
        const json* model = look_up(scopes, section.name);
        if (model == nullptr) {
            return "#" + section.name;
        }
        const json one =
            model->is_boolean() && *model ? json::array({json::object()}) : json::array();
        for (const json& each : model->is_array()    ? *model
                                : model->is_object() ? json::array({*model})
                                                     : one) {
            scopes.push_back(&each);
            std::string name = lacks(section, scopes);
            scopes.pop_back();
            if (!name.empty()) {
                return "#" + section.name + "/" + name;
            }
        }
    }
    return {};
}

} // namespace web
