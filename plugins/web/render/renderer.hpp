#pragma once

#include "embedded.hpp"
#include "outline.hpp"

#include <map>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

namespace ctemplate {
class TemplateCache;
}

namespace web {

/// Makes HTML of a template and a model; the one place that knows the template engine. Everything
/// that a model says is escaped for where it stands (ctemplate's auto-escape): text, attribute,
/// URL. A URL that is none of http, https or a path becomes "#".
///
/// In templates: {{NAME}} a value, {{#NAME}}..{{/NAME}} once for an object or true, once for each
/// element of a list, {{>file}} the text of templates/file.tpl. Inside of a section the names
/// around it are known, too. A list's element that is no object is {{VALUE}}.
class Renderer {
  public:
    /// Throws std::runtime_error that names the template which does not load.
    explicit Renderer(std::span<const Embedded> templates = embedded_templates());
    ~Renderer();
    Renderer(const Renderer&) = delete;
    Renderer& operator=(const Renderer&) = delete;

    /// Any thread. templates/<name>.tpl inside of layout.tpl, whose model is `around`. Throws
    /// std::runtime_error for a name that a template uses and the model does not have.
    [[nodiscard]] std::string page(const std::string& name, const nlohmann::json& model,
                                   const nlohmann::json& around) const;
    /// Without the layout.
    [[nodiscard]] std::string part(const std::string& name, const nlohmann::json& model) const;
    [[nodiscard]] std::string part(const std::string& name, const nlohmann::json& model,
                                   const nlohmann::json& around) const;

  private:
    void load(const std::string& key, const std::string& text);
    /// around: null, or what is known where the model has nothing of that name.
    [[nodiscard]] std::string expand(const std::string& key, const nlohmann::json& model,
                                     const nlohmann::json* around) const;

    std::unique_ptr<ctemplate::TemplateCache> cache_;
    std::map<std::string, Outline> outlines_;
};

} // namespace web
