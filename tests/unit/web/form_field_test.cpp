#include "actions/form_field.hpp"

#include "actions/schema_fields.hpp"
#include "fake_console.hpp"
#include "pages/shell_word.hpp"

#include <gtest/gtest.h>

namespace web::test {
namespace {

using nlohmann::json;

FormField field_of_kind(FieldKind kind) {
    FormField field;
    field.id = "x";
    field.label = "X";
    field.kind = kind;
    field.at = {"x"};
    field.flag = "--x";
    return field;
}

Encoded encode_one(const FormField& field, const std::string& text) {
    return encode({field}, params({{"x", text}}));
}

json body_of(FieldKind kind, const std::string& text) {
    const Encoded encoded = encode_one(field_of_kind(kind), text);
    return encoded.faults.empty() ? encoded.body.value("x", json()) : json("fault");
}

TEST(FormField, ReadsEachKind) {
    EXPECT_EQ(body_of(FieldKind::text, " a b "), json("a b"));
    EXPECT_EQ(body_of(FieldKind::size, "2G"), json(2048));
    EXPECT_EQ(body_of(FieldKind::size, "1.5 GiB"), json(1536));
    EXPECT_EQ(body_of(FieldKind::size, "512"), json(512));
    EXPECT_EQ(body_of(FieldKind::rate, "64K"), json(65536));
    EXPECT_EQ(body_of(FieldKind::period, "1h30m"), json(5400));
    EXPECT_EQ(body_of(FieldKind::whole, "4"), json(4));
    EXPECT_EQ(body_of(FieldKind::number, "0.5"), json(0.5));
    EXPECT_EQ(body_of(FieldKind::check, "true"), json(true));
    EXPECT_EQ(body_of(FieldKind::yes_no, "true"), json(true));
    EXPECT_EQ(body_of(FieldKind::yes_no, "false"), json(false));
    EXPECT_EQ(body_of(FieldKind::lines, "a\r\n\r\n  b c \r\n"), json({"a", "b c"}));
}

TEST(FormField, SaysWhatIsWrong) {
    for (const auto& [kind, text] :
         {std::pair(FieldKind::size, "2 apples"), std::pair(FieldKind::size, "-1G"),
          std::pair(FieldKind::size, "0"), std::pair(FieldKind::size, "1e99G"),
          std::pair(FieldKind::size, "nan"), std::pair(FieldKind::rate, "fast"),
          std::pair(FieldKind::period, "1h30x"), std::pair(FieldKind::period, "h"),
          std::pair(FieldKind::whole, "4.5"), std::pair(FieldKind::whole, "0x10"),
          std::pair(FieldKind::whole, "99999999999999999999"), std::pair(FieldKind::number, "inf"),
          std::pair(FieldKind::choice, "none"), std::pair(FieldKind::yes_no, "maybe")}) {
        EXPECT_EQ(body_of(kind, text), json("fault")) << text;
    }
}

TEST(FormField, LeavesOutWhatIsEmpty) {
    for (const FieldKind kind :
         {FieldKind::text, FieldKind::size, FieldKind::rate, FieldKind::period, FieldKind::whole,
          FieldKind::number, FieldKind::choice, FieldKind::check, FieldKind::yes_no,
          FieldKind::lines}) {
        const Encoded encoded = encode_one(field_of_kind(kind), "  ");
        EXPECT_TRUE(encoded.body.empty());
        EXPECT_TRUE(encoded.faults.empty());
        EXPECT_TRUE(encoded.words.empty());
    }
    FormField needed = field_of_kind(FieldKind::text);
    needed.required = true;
    EXPECT_EQ(encode_one(needed, "").faults.at("x"), "this is needed");
}

TEST(FormField, TellsOffAndEmptyWhereTheyMeanSomething) {
    FormField limit = field_of_kind(FieldKind::rate);
    EXPECT_EQ(encode_one(limit, "off").faults.size(), 1U);
    limit.off = true;
    EXPECT_EQ(encode_one(limit, "off").body, json({{"x", 0}}));
    limit.clears = true;
    const Encoded cleared = encode_one(limit, "");
    EXPECT_EQ(cleared.body, json({{"x", 0}}));
    EXPECT_EQ(cleared.words, (std::vector<std::string>{"--x", "off"}));
    FormField list = field_of_kind(FieldKind::lines);
    list.clears = true;
    const Encoded none = encode_one(list, "");
    EXPECT_EQ(none.body, json({{"x", json::array()}}));
    EXPECT_EQ(none.words, std::vector<std::string>{"--no-x"});
    FormField size = field_of_kind(FieldKind::size);
    size.clears = true;
    EXPECT_EQ(encode_one(size, "").faults.size(), 1U);
}

TEST(FormField, KeepsLimitsOfNumbers) {
    FormField count = field_of_kind(FieldKind::whole);
    count.least = 1;
    count.most = 32;
    EXPECT_EQ(encode_one(count, "33").faults.at("x"), "from 1 to 32");
    EXPECT_EQ(encode_one(count, "0").faults.size(), 1U);
    EXPECT_EQ(encode_one(count, "32").body.at("x"), 32);
}

TEST(FormField, WantsAbsolutePaths) {
    FormField path = field_of_kind(FieldKind::text);
    path.path = true;
    EXPECT_EQ(encode_one(path, "files/a.ext4").faults.size(), 1U);
    EXPECT_EQ(encode_one(path, "/files/a.ext4").body.at("x"), "/files/a.ext4");
    FormField paths = field_of_kind(FieldKind::lines);
    paths.path = true;
    EXPECT_EQ(encode_one(paths, "/a\nb").faults.size(), 1U);
}

const char* const hostile[] = {"$(id)",
                               "`id`",
                               "; reboot",
                               "a\nb",
                               "--force",
                               "-rf",
                               "' or 1",
                               "\"}, {\"name\": \"x",
                               "\\",
                               "${HOME}",
                               "*",
                               "a & b | c > d",
                               "!history",
                               "~root",
                               "\xc3\xa9\xe2\x82\xac",
                               "{a,b}",
                               "<script>x</script>",
                               "=x",
                               "#x"};

/// A shell's reading of one line of plain and single-quoted words.
std::vector<std::string> shell_words(const std::string& line) {
    std::vector<std::string> words;
    bool open = false, quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (!quoted && c == ' ') {
            open = false;
            continue;
        }
        if (!open) {
            words.emplace_back();
            open = true;
        }
        if (c == '\'') {
            quoted = !quoted;
        } else if (!quoted && c == '\\') {
            words.back() += line[++i];
        } else {
            EXPECT_TRUE(quoted || std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                        std::string("_./:=,@%+-").find(c) != std::string::npos)
                << "not quoted: " << line;
            words.back() += c;
        }
    }
    EXPECT_FALSE(quoted);
    return words;
}

TEST(FormField, IsOfThePluginThatRefuses) {
    const auto field_at = [](std::vector<std::string> at, std::string flag,
                             std::vector<std::string> words = {}) {
        FormField field;
        field.id = at.back();
        field.at = std::move(at);
        field.flag = std::move(flag);
        field.words = std::move(words);
        return field;
    };
    const std::vector<FormField> fields{field_at({"name"}, "--name", {"VM name", "named"}),
                                        field_at({"options", "dns", "alias"}, "--alias"),
                                        field_at({"options", "nat", "nat"}, "--nat"),
                                        field_at({"options", "nat", "publish"}, "--publish")};
    const auto of = [&](const char* message) {
        const FormField* field = field_of(fields, message);
        return field == nullptr ? "" : field->id;
    };
    EXPECT_EQ(of("invalid VM name 'My_Alias'"), "name");
    EXPECT_EQ(of("plugin dns, options: invalid name 'my_alias'"), "alias");
    EXPECT_EQ(of("plugin nat, options: --publish 7777:22 wants a name"), "publish");
    EXPECT_EQ(of("plugin nat, options: port 7777/tcp of this machine is in use"), "");
    EXPECT_EQ(of("plugin other, options: no name"), "name");
}

TEST(FormField, KeepsHostileTextAsData) { // T15
    for (const std::string text : hostile) {
        const Encoded encoded = encode_one(field_of_kind(FieldKind::text), text);
        EXPECT_EQ(encoded.body, json({{"x", text}}));
        const std::string expected = text[0] == '-' ? "--x=" + text : text;
        EXPECT_EQ(encoded.words.back(), expected);
        EXPECT_EQ(shell_words(shell_line(encoded.words)), encoded.words);
        EXPECT_EQ(json::parse(encoded.body.dump()), encoded.body);
    }
}

TEST(FormField, PutsAnOperandThatLooksLikeAnOptionBehindTwoDashes) {
    FormField name = field_of_kind(FieldKind::text);
    name.flag.clear();
    EXPECT_EQ(encode_one(name, "--force").words, (std::vector<std::string>{"--", "--force"}));
    EXPECT_EQ(encode_one(name, "dev").words, std::vector<std::string>{"dev"});
}

TEST(FormField, SendsWhatWasChangedOnly) {
    FormField size = field_of_kind(FieldKind::size);
    size.initial = "2G";
    const auto sent = [&](const Params& typed) { return changed({size}, typed).size(); };
    EXPECT_EQ(sent(params({{"x", "2G"}, {"was.x", "2G"}})), 0U);
    EXPECT_EQ(sent(params({{"x", "2048M"}, {"was.x", "2G"}})), 0U);
    EXPECT_EQ(sent(params({{"x", "4G"}, {"was.x", "2G"}})), 1U);
    EXPECT_EQ(sent(params({{"x", "bad"}, {"was.x", "2G"}})), 1U);
    EXPECT_EQ(sent(params({})), 0U);
    // Somebody else has made it 2G meanwhile, and this form was shown with 1G: it is not sent back.
    EXPECT_EQ(sent(params({{"x", "1G"}, {"was.x", "1G"}})), 0U);
    size.locked = "it runs"; // since the form was shown: that is told, and not dropped
    EXPECT_EQ(sent(params({{"x", "4G"}, {"was.x", "2G"}})), 1U);
    EXPECT_EQ(encode_one(size, "4G").faults.at("x"), "it runs");
    FormField lines = field_of_kind(FieldKind::lines);
    lines.clears = true;
    EXPECT_EQ(changed({lines}, params({{"x", "a\r\nb\r\n"}, {"was.x", "a\nb\n"}})).size(), 0U);
    EXPECT_EQ(changed({lines}, params({{"x", ""}, {"was.x", "a\n"}})).size(), 1U);
}

TEST(FormField, FindsWhatAnErrorIsAbout) {
    FormField disk = field_of_kind(FieldKind::size), work = disk, name = disk;
    disk.at = {"disk_mib"};
    work.at = {"work_disk_mib"};
    name.at = {"name"};
    name.flag = "--name";
    name.words = {"VM name"};
    const std::vector<FormField> fields{disk, work, name};
    EXPECT_EQ(field_of(fields, "work_disk_mib must be at least 64 MiB"), &fields[1]);
    EXPECT_EQ(field_of(fields, "disk_mib must be at least 64 MiB"), &fields[0]);
    EXPECT_EQ(field_of(fields, "invalid VM name 'A': upper case"), &fields[2]);
    EXPECT_EQ(field_of(fields, "no image renamed"), nullptr);
}

TEST(FormField, ShowsABoxAsItWasSent) {
    FormField box = field_of_kind(FieldKind::check);
    box.initial = "true";
    EXPECT_EQ(shown_text(box, params({})), "true");
    EXPECT_EQ(shown_text(box, params({{"typed", "1"}})), "");
}

TEST(SchemaFields, FollowTheSchema) {
    const json schema = json::parse(R"({"required": ["name"], "properties": {
        "replace": {"type": "boolean", "default": false, "description": "over one that is there"},
        "defaults": {"type": "boolean"},
        "name": {"type": "string"},
        "mode": {"enum": ["fast", "small", 3]},
        "cpus": {"type": "integer", "minimum": 1, "maximum": 32, "default": 2},
        "package": {"type": "array", "items": {"type": "string"}},
        "ratio": {"type": "number"},
        "rootfs": {"type": "string", "x-path": true},
        "odd": {"type": "object"}, "rows": {"type": "array", "items": {"type": "object"}},
        "old": {"type": ["string", "null"]}}})");
    const std::vector<FormField> fields = schema_fields(schema, {"rootfs"});
    std::map<std::string, FieldKind> kinds;
    for (const FormField& field : fields) {
        kinds[field.id] = field.kind;
    }
    EXPECT_EQ(kinds, (std::map<std::string, FieldKind>{{"replace", FieldKind::check},
                                                       {"defaults", FieldKind::yes_no},
                                                       {"name", FieldKind::text},
                                                       {"mode", FieldKind::choice},
                                                       {"cpus", FieldKind::whole},
                                                       {"package", FieldKind::lines},
                                                       {"ratio", FieldKind::number},
                                                       {"rootfs", FieldKind::text}}));
    EXPECT_EQ(fields[0].id, "rootfs");
    EXPECT_TRUE(fields[0].path);
    EXPECT_EQ(fields[1].id, "name");
    EXPECT_TRUE(fields[1].required);
    const Encoded encoded = encode(fields, params({{"name", "x"}, {"mode", "3"}}));
    EXPECT_EQ(encoded.body, json({{"name", "x"}, {"mode", 3}}));
    EXPECT_EQ(label_of("work-seed"), "Work seed");
    EXPECT_EQ(label_of("rootfs"), "Root file system");
}

TEST(SchemaFields, TakeAnythingForASchema) {
    for (const char* text : {"null", "[]", "3", R"({"properties": 3})", R"({"properties": []})",
                             R"({"properties": {"a": 1, "b": [], "c": null}})",
                             R"({"required": true, "properties": {"a": {}}})"}) {
        EXPECT_LE(schema_fields(json::parse(text)).size(), 1U) << text;
    }
}

} // namespace
} // namespace web::test
