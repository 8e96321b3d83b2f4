#include "render/outline.hpp"
#include "render/renderer.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace web {
namespace {

using nlohmann::json;

/// A renderer of one template, "t", in a layout that is nothing but it.
std::string rendered(const std::string& text, const json& model) {
    const Embedded files[] = {{"layout.tpl", "[{{>main}}]"}, {"t.tpl", text}};
    return Renderer(files).part("t", model);
}

std::string why_not_loaded(const std::string& text, const json& model = json::object()) {
    try {
        return "made: " + rendered(text, model);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

TEST(Renderer, PutsValuesAndSections) {
    EXPECT_EQ(rendered("{{A}} {{B}}", {{"A", "x"}, {"B", 7}}), "x 7");
    EXPECT_EQ(rendered("{{#L}}<{{N}}>{{/L}}", {{"L", json::array({{{"N", 1}}, {{"N", 2}}})}}),
              "<1><2>");
    EXPECT_EQ(rendered("{{#L}}{{VALUE}},{{/L}}", {{"L", {"a", "b"}}}), "a,b,");
    EXPECT_EQ(rendered("{{#YES}}y{{/YES}}{{#NO}}n{{/NO}}", {{"YES", true}, {"NO", false}}), "y");
    EXPECT_EQ(rendered("{{#O}}{{A}}{{OUTER}}{{/O}}", {{"O", {{"A", 1}}}, {"OUTER", 2}}), "12");
    EXPECT_EQ(rendered("{{#NONE}}n{{/NONE}}", {{"NONE", json()}}), "");
    EXPECT_EQ(rendered("{{#L}}x{{/L}}", {{"L", json::array()}}), "");
}

TEST(Renderer, PutsAPageIntoItsLayout) {
    const Embedded files[] = {{"layout.tpl", "<b>{{TITLE}}</b>{{>main}}"},
                              {"t.tpl", "<i>{{A}}</i>{{>_part}}"},
                              {"_part.tpl", "<u>{{A}}</u>"}};
    const Renderer renderer(files);
    EXPECT_EQ(renderer.page("t", {{"A", 1}}, {{"TITLE", "x"}}), "<b>x</b><i>1</i><u>1</u>");
    EXPECT_EQ(renderer.page("t", {{"A", 1}, {"TITLE", "own"}}, {{"TITLE", "x"}}),
              "<b>own</b><i>1</i><u>1</u>");
    EXPECT_EQ(renderer.part("t", {{"A", 1}}), "<i>1</i><u>1</u>");
    EXPECT_THROW((void)renderer.part("absent", {}), std::runtime_error);
    EXPECT_THROW((void)renderer.part("_part", {{"A", 1}}), std::runtime_error);
}

TEST(Renderer, RefusesAModelWithoutANameThatIsUsed) {
    EXPECT_EQ(why_not_loaded("{{A}}"), "template part:t: the model has no A");
    EXPECT_EQ(why_not_loaded("{{#S}}x{{/S}}"), "template part:t: the model has no #S");
    EXPECT_EQ(why_not_loaded("{{#S}}{{A}}{{/S}}", {{"S", true}}),
              "template part:t: the model has no #S/A");
    EXPECT_EQ(why_not_loaded("{{#S}}{{A}}{{/S}}", {{"S", json::array({{{"A", 1}}, {{"B", 1}}})}}),
              "template part:t: the model has no #S/A");
    EXPECT_EQ(why_not_loaded("{{#S}}{{A}}{{/S}}", {{"S", false}}),
              "made: "); // not shown, not needed
    EXPECT_EQ(why_not_loaded("{{#S}}{{A}}{{/S}}", {{"S", json::array()}}), "made: ");
}

TEST(Renderer, RefusesABrokenTemplate) {
    for (const char* text : {"{{#S}}", "{{/S}}", "{{#S}}{{#T}}{{/S}}{{/T}}", "{{A", "{{>absent}}",
                             "{{>t}}", "<a href={{U}}>x</a>"}) {
        EXPECT_EQ(why_not_loaded(text, {{"S", true}, {"A", "x"}, {"U", "x"}}).find("made"),
                  std::string::npos)
            << text;
    }
}

/// What guests and users can write anywhere, T9.
const char* const corpus[] = {
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "\" onfocus=\"alert(1)\" autofocus=\"",
    "<svg/onload=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{CSRF}}",
    "{{%AUTOESCAPE context=\"OFF\"}}",
    "<!--<script>alert(1)//-->",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "\\\"><script>alert(1)</script>",
    "`${alert(1)}`",
    "<a href=javascript:alert(1)>x</a>",
    "\x1b[31mred\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\xe2\x80\xae<script>",
    "\r\n<script>",
};

TEST(Renderer, EscapesWhereAValueStands) {
    for (const std::string text : corpus) {
        const json model{{"V", text}};
        for (const std::string around :
             {"<p>|</p>", "<p title=\"|\">x</p>", "<p title='|'>x</p>", "<title>|</title>",
              "<textarea>|</textarea>", "<input value=\"|\">", "<pre>|</pre>",
              "<div data-copy=\"|\" class=\"a |\">x</div>", "<option value=\"|\">|</option>"}) {
            std::string wanted = around;
            std::string html = around;
            for (std::size_t at = html.find('|'); at != std::string::npos; at = html.find('|')) {
                html.replace(at, 1, "{{V}}");
            }
            html = rendered(html, model);
            // Without what stands around them nothing of a value opens a tag, a quote or an entity.
            std::size_t from = 0;
            for (std::size_t end = wanted.find('|'); end != std::string::npos;
                 end = wanted.find('|')) {
                ASSERT_EQ(html.substr(from, end), wanted.substr(0, end)) << html;
                from += end;
                wanted = wanted.substr(end + 1);
                const std::size_t next =
                    html.find(wanted.substr(0, std::min(wanted.find('|'), wanted.size())), from);
                ASSERT_NE(next, std::string::npos) << html;
                const std::string value = html.substr(from, next - from);
                EXPECT_EQ(value.find_first_of("<>\"'"), std::string::npos) << html;
                from = next;
            }
            EXPECT_EQ(html.substr(from), wanted) << html;
        }
    }
}

TEST(Renderer, LetsNoLinkLeadToAScript) { // T10
    for (const std::string url :
         {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
          "java\tscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,<script>alert(1)",
          "vbscript:x", "blob:x", "about:blank", "file:///etc/passwd"}) {
        const std::string html = rendered("<a href=\"{{U}}\">x</a>", {{"U", url}});
        EXPECT_EQ(html, "<a href=\"#\">x</a>") << url;
    }
    for (const std::string url : {"/vms/web", "http://172.30.88.2:8080/", "https://web.vm/a?b=1"}) {
        EXPECT_EQ(rendered("<a href=\"{{U}}\">x</a>", {{"U", url}}),
                  "<a href=\"" + url + "\">x</a>");
    }
    // What an entity hides is none any more.
    EXPECT_EQ(rendered("<a href=\"{{U}}\">x</a>", {{"U", "javascript&colon;alert(1)"}}),
              "<a href=\"javascript&amp;colon;alert(1)\">x</a>");
    const std::string html =
        rendered("<a href=\"{{U}}\">x</a>", {{"U", "/a\" onclick=\"alert(1)"}});
    EXPECT_EQ(html.find("\" onclick"), std::string::npos) << html;
}

TEST(Renderer, TakesTheTemplatesOfTheConsole) {
    EXPECT_NO_THROW(Renderer());
    EXPECT_FALSE(embedded_templates().empty());
}

} // namespace
} // namespace web
