#include "store/image_kind.hpp"

#include "os/enum_names.hpp"
#include "os/error.hpp"

#include <nlohmann/json.hpp>

namespace banger::store {
namespace {

constexpr auto kinds = os::enum_names<ImageKind>({{ImageKind::bundle, "bundle"},
                                                  {ImageKind::registered, "registered"},
                                                  {ImageKind::managed, "managed"}});
constexpr auto sources = os::enum_names<ImageSource>({{ImageSource::unknown, ""},
                                                      {ImageSource::build, "build"},
                                                      {ImageSource::commit, "commit"},
                                                      {ImageSource::imported, "import"}});

template <class Names>
auto value_of(const Names& names, std::string_view text, const char* what) {
    if (const auto value = names.find(text)) {
        return *value;
    }
    std::string known;
    for (const auto& [value, name] : names.entries) {
        if (!name.empty()) {
            known += (known.empty() ? "" : ", ") + std::string(name);
        }
    }
    throw os::Error(os::ErrorKind::invalid,
                    "'" + std::string(text.substr(0, 80)) + "' is no " + what + " of an image",
                    "there are: " + known);
}

} // namespace

std::string_view to_string(ImageKind kind) noexcept {
    return kinds.name(kind);
}

std::string_view to_string(ImageSource source) noexcept {
    return sources.name(source);
}

ImageKind image_kind(std::string_view text) {
    return value_of(kinds, text, "kind");
}

ImageSource image_source(std::string_view text) {
    return value_of(sources, text, "source");
}

ImageSource recorded_source(std::string_view text) noexcept {
    return sources.find(text).value_or(ImageSource::unknown);
}

void to_json(nlohmann::json& out, ImageKind kind) {
    out = to_string(kind);
}

void to_json(nlohmann::json& out, ImageSource source) {
    out = to_string(source);
}

void from_json(const nlohmann::json& in, ImageKind& kind) {
    kind = image_kind(in.get_ref<const std::string&>());
}

void from_json(const nlohmann::json& in, ImageSource& source) {
    source = recorded_source(in.get_ref<const std::string&>());
}

} // namespace banger::store
