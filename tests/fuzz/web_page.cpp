// What guests and users write, in every place of a page: it stays a text, and no link leads to a
// script.

#include "render/renderer.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

struct Place {
    const char *name, *before, *after;
    bool is_link;
};
constexpr Place places[] = {{"text", "<p>", "</p>", false},
                            {"title", "<title>", "</title>", false},
                            {"area", "<textarea>", "</textarea>", false},
                            {"double", "<p title=\"", "\">x</p>", false},
                            {"single", "<p title='", "'>x</p>", false},
                            {"value", "<input value=\"", "\">", false},
                            {"data", "<p data-vm=\"", "\">x</p>", false},
                            {"class", "<p class=\"a ", "\">x</p>", false},
                            {"link", "<a href=\"", "\">x</a>", true},
                            {"action", "<form action=\"", "\">x</form>", true},
                            {"image", "<img src=\"", "\">", true}};

const web::Renderer& renderer() {
    static const web::Renderer kept = [] {
        static std::string texts[std::size(places)], names[std::size(places)];
        static web::Embedded files[std::size(places) + 1] = {{"layout.tpl", "{{>main}}"}};
        for (std::size_t i = 0; i < std::size(places); ++i) {
            names[i] = std::string(places[i].name) + ".tpl";
            texts[i] = std::string(places[i].before) + "{{V}}" + places[i].after;
            files[i + 1] = {names[i], texts[i]};
        }
        return web::Renderer(files);
    }();
    return kept;
}

/// As browsers read it (WHATWG URL, section 4.4): without what they drop.
std::string scheme_of(const std::string& url) {
    std::string scheme;
    for (const char c : url) {
        if (c == ':') {
            return scheme;
        }
        if (static_cast<unsigned char>(c) > ' ') {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            const bool other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
            if (!letter && (!other || scheme.empty())) {
                return {};
            }
            scheme += letter ? static_cast<char>(c | 32) : c;
        }
    }
    return {};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const Place& place : places) {
        const std::string html = renderer().part(place.name, {{"V", text}});
        const std::string before = place.before;
        const std::string after = place.after;
        require(html.size() >= before.size() + after.size());
        require(html.substr(0, before.size()) == before);
        require(html.substr(html.size() - after.size()) == after);
        const std::string value =
            html.substr(before.size(), html.size() - before.size() - after.size());
        require(value.find_first_of("<>\"'") == std::string::npos);
        if (place.is_link) {
            const std::string scheme = scheme_of(value);
            require(scheme.empty() || scheme == "http" || scheme == "https" || scheme == "ftp");
        }
    }
    return 0;
}
