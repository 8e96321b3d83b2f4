#include "render/embedded.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace web {
namespace {

/// What is wrong with the tags: a value that stands in one outside of quotes, or an attribute that
/// has none. The engine takes both.
std::string wrong_in_tags(const std::string& text) {
    bool in_tag = false;
    char quote = '\0';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (text.compare(i, 2, "{{") == 0) {
            const bool is_value = std::string("#/!%>").find(text[i + 2]) == std::string::npos;
            if (in_tag && quote == '\0' && is_value) {
                return text.substr(i, 40);
            }
            i = text.find("}}", i) + 1;
        } else if (!in_tag) {
            in_tag = c == '<' && i + 1 < text.size() && text[i + 1] != '!';
        } else if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '=' && text[i + 1] != '"' && text[i + 1] != '\'') {
            return text.substr(i, 40);
        } else if (c == '>') {
            in_tag = false;
        }
    }
    return in_tag ? "a tag without an end" : "";
}

TEST(Templates, PutValuesBetweenQuotes) {
    for (const char* wrong : {"<a {{A}}>", "<{{A}}>", "<a b=c>", "<a b={{C}}>", "<a b=\"{{C}}\"",
                              "<a b=\"c\" {{#S}}{{A}}{{/S}}>"}) {
        EXPECT_NE(wrong_in_tags(wrong), "") << wrong;
    }
    EXPECT_EQ(wrong_in_tags("<!doctype html><a b=\"{{C}}\"{{#S}} d='>{{E}}'{{/S}}>{{F}} = g</a>"),
              "");
    for (const Embedded& file : embedded_templates()) {
        EXPECT_EQ(wrong_in_tags(std::string(file.bytes)), "") << file.name;
    }
}

/// What no template may have, whatever its page looks like.
TEST(Templates, HaveNothingThatTheirPolicyForbids) {
    const std::pair<const char*, std::regex> rules[] = {
        {"a style", std::regex("<style|[ \n]style=", std::regex::icase)},
        {"a script of its own",
         std::regex("<script(?![^>]* src=\"\\{\\{JS\\}\\}\")", std::regex::icase)},
        {"a handler", std::regex("[ \n\"']on[a-z]+ *=", std::regex::icase)},
        {"a modifier that escapes nothing", std::regex(":none|:safe|:raw|\\{\\{&|\\{\\{\\{")},
        {"another site", std::regex("(src|href|action)=\"(https?:)?//", std::regex::icase)},
        {"a frame", std::regex("<(object|embed|applet|base|frame)\\b", std::regex::icase)},
        {"escaping switched off", std::regex("AUTOESCAPE")}};
    for (const Embedded& file : embedded_templates()) {
        const std::string text(file.bytes);
        for (const auto& [what, rule] : rules) {
            std::smatch found;
            EXPECT_FALSE(std::regex_search(text, found, rule))
                << file.name << " has " << what << ": " << found.str();
        }
    }
}

TEST(Templates, PostWithATokenAndOnce) { // T3; a double click is one change
    const std::regex form("<form\\b[^>]*method=\"post\"[^>]*>([^]*?)</form>", std::regex::icase);
    std::size_t seen = 0;
    for (const Embedded& file : embedded_templates()) {
        const std::string text(file.bytes);
        for (std::sregex_iterator each(text.begin(), text.end(), form), end; each != end; ++each) {
            const std::string inside = (*each)[1];
            for (const char* part : {"{{>_csrf}}", "{{>_idem}}"}) {
                EXPECT_NE(inside.find(part), std::string::npos)
                    << file.name << " lacks " << part << ": " << each->str().substr(0, 80);
            }
            ++seen;
        }
    }
    EXPECT_GT(seen, 0U);
}

} // namespace
} // namespace web
