#include "render/embedded.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <string>

namespace web {
namespace {

std::string style_sheet() {
    for (const Embedded& file : embedded_assets()) {
        if (file.name == "app.css") {
            return std::string(file.bytes);
        }
    }
    return {};
}

/// Relative luminance of "#rgb" or "#rrggbb" (WCAG 2.2).
double luminance(std::string colour) {
    colour.erase(0, 1);
    if (colour.size() == 3) {
        colour = {colour[0], colour[0], colour[1], colour[1], colour[2], colour[2]};
    }
    const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        const double part = std::stoi(colour.substr(2 * i, 2), nullptr, 16) / 255.0;
        sum +=
            weights[i] * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

double contrast(const std::string& one, const std::string& other) {
    const double a = luminance(one), b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

/// "--ink: light-dark(#181b21, #e7eaf0)": of each theme.
std::map<std::string, std::string> tokens(std::size_t theme) {
    const std::string css = style_sheet();
    const std::regex rule("--([a-z-]+): light-dark\\((#[0-9a-f]+), (#[0-9a-f]+)\\)");
    std::map<std::string, std::string> found;
    for (std::sregex_iterator each(css.begin(), css.end(), rule), end; each != end; ++each) {
        found[(*each)[1]] = (*each)[2 + theme];
    }
    return found;
}

TEST(Colours, CanBeReadInBothThemes) {
    EXPECT_NEAR(contrast("#000", "#ffffff"), 21, 0.01);
    for (const std::size_t theme : {0U, 1U}) {
        const auto colours = tokens(theme);
        for (const char* text : {"ink", "quiet", "link", "good", "busy", "bad", "brand"}) {
            for (const char* ground :
                 {"page", "card", "sunk", "hover", "good-bg", "busy-bg", "bad-bg"}) {
                EXPECT_GE(contrast(colours.at(text), colours.at(ground)), 4.5)
                    << text << " on " << ground << " of theme " << theme;
            }
        }
        EXPECT_GE(contrast(colours.at("on-brand"), colours.at("brand")), 4.5) << theme;
        for (const char* ground : {"page", "card", "sunk"}) { // edges of what is typed into
            EXPECT_GE(contrast(colours.at("edge"), colours.at(ground)), 3) << ground << theme;
        }
        for (const char* bar : {"good", "busy", "bad", "brand"}) { // in the line that it fills
            EXPECT_GE(contrast(colours.at(bar), colours.at("line")), 3) << bar << theme;
        }
    }
}

TEST(Colours, AreNeverFadedTogetherWithTheirText) {
    const std::string css = style_sheet();
    const std::regex rule("([^{}]*)\\{[^{}]*opacity: 0\\.[0-9]+");
    for (std::sregex_iterator each(css.begin(), css.end(), rule), end; each != end; ++each) {
        EXPECT_NE((*each)[1].str().find(".under"), std::string::npos) << each->str();
    }
}

TEST(Colours, TellWhatIsSwitchedOff) {
    const std::string css = style_sheet();
    for (const char* rule : {":is(input, select, textarea):disabled {",
                             "{ color: var(--quiet) !important; background: var(--sunk) !important",
                             "@media (prefers-reduced-motion: reduce)",
                             "@media (forced-colors: active)", ":focus-visible {"}) {
        EXPECT_NE(css.find(rule), std::string::npos) << rule;
    }
}

TEST(Colours, CostEightKilobytesAtMost) {
    for (const Embedded& file : embedded_assets()) {
        if (file.name == "app.css.gz") {
            EXPECT_LE(file.bytes.size(), 8U << 10U);
            return;
        }
    }
    FAIL() << "it is not compressed";
}

} // namespace
} // namespace web
