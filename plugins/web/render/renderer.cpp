#include "renderer.hpp"

#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>

#include <stdexcept>

namespace web {
namespace {

using nlohmann::json;

/// Without it nothing is escaped at all.
constexpr std::string_view escaping = "{{%AUTOESCAPE context=\"HTML\"}}";

std::string_view text_of(std::span<const Embedded> templates, const std::string& name) {
    for (const Embedded& each : templates) {
        if (each.name == name + ".tpl") {
            return each.bytes;
        }
    }
    throw std::runtime_error("there is no template " + name);
}

/// The text with each {{>file}} replaced by that file's; {{>main}} stands for `main`.
std::string joined(std::span<const Embedded> templates, const std::string& name,
                   const std::string& main, int depth = 0) {
    if (depth > 8) {
        throw std::runtime_error("template " + name + " includes itself");
    }
    std::string text(text_of(templates, name));
    for (std::size_t at = text.find("{{>"); at != std::string::npos; at = text.find("{{>", at)) {
        const std::size_t end = text.find("}}", at);
        if (end == std::string::npos) {
            throw std::runtime_error("template " + name + ": a {{> without }}");
        }
        const std::string wanted = text.substr(at + 3, end - at - 3);
        const std::string included =
            joined(templates, wanted == "main" ? main : wanted, main, depth + 1);
        text.replace(at, end + 2 - at, included);
        at += included.size();
    }
    return text;
}

void fill(ctemplate::TemplateDictionary& dictionary, const json& model);

void put(ctemplate::TemplateDictionary& dictionary, const std::string& name, const json& value) {
    if (value.is_string()) {
        dictionary.SetValue(name, value.get_ref<const std::string&>());
    } else if (value.is_number()) {
        dictionary.SetValue(name, value.dump());
    } else if (value.is_boolean() && value.get<bool>()) {
        dictionary.ShowSection(name);
    } else if (value.is_object()) {
        fill(*dictionary.AddSectionDictionary(name), value);
    } else if (value.is_array()) {
        for (const json& each : value) {
            ctemplate::TemplateDictionary& section = *dictionary.AddSectionDictionary(name);
            if (each.is_object()) {
                fill(section, each);
            } else {
                put(section, "VALUE", each);
            }
        }
    }
}

void fill(ctemplate::TemplateDictionary& dictionary, const json& model) {
    for (const auto& [name, value] : model.items()) {
        put(dictionary, name, value);
    }
}

} // namespace

Renderer::Renderer(std::span<const Embedded> templates)
    : cache_(std::make_unique<ctemplate::TemplateCache>()) {
    for (const Embedded& each : templates) {
        const std::string name(each.name.substr(0, each.name.rfind('.')));
        if (name != "layout" && name.front() != '_') { // '_': part of others
            load("part:" + name, joined(templates, name, name));
            load("page:" + name, joined(templates, "layout", name));
        }
    }
    cache_->Freeze(); // the engine reads it without a lock from here on
}

Renderer::~Renderer() = default;

void Renderer::load(const std::string& key, const std::string& text) {
    try {
        outlines_.emplace(key, Outline(text));
    } catch (const std::runtime_error& error) {
        throw std::runtime_error("template " + key + ": " + error.what());
    }
    if (!cache_->StringToTemplateCache(key, std::string(escaping) + text,
                                       ctemplate::STRIP_BLANK_LINES)) {
        throw std::runtime_error("template " + key +
                                 " does not load: its HTML is not what the escaping can follow");
    }
}

std::string Renderer::page(const std::string& name, const json& model, const json& around) const {
    return expand("page:" + name, model, &around);
}

std::string Renderer::part(const std::string& name, const json& model) const {
    return expand("part:" + name, model, nullptr);
}

std::string Renderer::part(const std::string& name, const json& model, const json& around) const {
    return expand("part:" + name, model, &around);
}

std::string Renderer::expand(const std::string& key, const json& model, const json* around) const {
    const auto outline = outlines_.find(key);
    if (outline == outlines_.end()) {
        throw std::runtime_error("there is no template " + key);
    }
    if (const std::string missing = outline->second.lacks(model, around); !missing.empty()) {
        throw std::runtime_error("template " + key + ": the model has no " + missing);
    }
    static const json none = json::object();
    ctemplate::TemplateDictionary dictionary(key);
    fill(dictionary, model);
    for (const auto& [name, value] : around == nullptr ? none.items() : around->items()) {
        if (!model.contains(name)) {
            put(dictionary, name, value);
        }
    }
    std::string html;
    if (!cache_->ExpandNoLoad(key, ctemplate::STRIP_BLANK_LINES, &dictionary, nullptr, &html)) {
        throw std::runtime_error("template " + key + " was not filled in");
    }
    return html;
}

} // namespace web
