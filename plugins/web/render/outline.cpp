#include "outline.hpp"

#include <stdexcept>

namespace web {
namespace {

using nlohmann::json;

const json* look_up(const std::vector<const json*>& scopes, const std::string& name) {
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        if (!(*scope)->is_object()) {
            continue;
        }
        if (const auto found = (*scope)->find(name); found != (*scope)->end()) {
            return &*found;
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

std::string Outline::lacks(const json& model, const json* around) const {
    Scopes scopes{&model};
    if (around != nullptr) {
        scopes.insert(scopes.begin(), around);
    }
    return lacks(root_, scopes);
}

std::string Outline::lacks(const Node& node, Scopes& scopes) {
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
        static const json nothing = json::object();
        std::string name;
        if (model->is_array()) {
            for (auto each = model->begin(); name.empty() && each != model->end(); ++each) {
                name = lacks_inside(section, scopes, *each);
            }
        } else if (model->is_object()) {
            name = lacks_inside(section, scopes, *model);
        } else if (model->is_boolean() && model->get<bool>()) {
            name = lacks_inside(section, scopes, nothing);
        }
        if (!name.empty()) {
            return name;
        }
    }
    return {};
}

std::string Outline::lacks_inside(const Node& section, Scopes& scopes, const json& model) {
    scopes.push_back(&model);
    std::string name = lacks(section, scopes);
    scopes.pop_back();
    return name.empty() ? name : "#" + section.name + "/" + name;
}

} // namespace web
