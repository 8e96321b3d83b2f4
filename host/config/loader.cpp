#include "config/config.hpp"
#include "config/keys.hpp"
#include "config/problems.hpp"
#include "config/value.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/utf8.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace banger::config {
namespace {

constexpr std::uint64_t max_file = 1U << 20U;

bool is_plugin_id(std::string_view id) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !id.empty() && id.size() <= 32 && id.front() >= 'a' && id.front() <= 'z' &&
           std::all_of(id.begin(), id.end(), plain);
}

std::string listed(const std::vector<std::string>& keys) {
    std::string text;
    for (const std::string& key : keys) {
        text += (text.empty() ? "; there are " : ", ") + key;
    }
    return text;
}

[[noreturn]] void throw_problems(const std::string& file, const std::vector<std::string>& lines) {
    const std::string hint = "banger config check says when it is good";
    if (lines.size() == 1) {
        throw os::Error(os::ErrorKind::invalid, lines.front(), hint);
    }
    const std::string count = std::to_string(lines.size());
    throw os::Error(os::ErrorKind::invalid, file + " has " + count + " errors", hint)
        .with_details(lines);
}

/// ", such as {enabled: true}": who writes "nat: false" means that.
std::string entry_example(const YAML::Node& node) {
    const bool off = node.IsScalar() &&
                     (node.Scalar() == "false" || node.Scalar() == "off" || node.Scalar() == "no");
    return std::string(", such as {enabled: ") + (off ? "false}" : "true}");
}

/// Walks one document and fills a Config; what is wrong goes to `problems_`.
class Loader {
  public:
    Loader(Config& config, Problems& problems) : config_(config), problems_(problems) {}

    void root(const YAML::Node& node) {
        std::vector<std::string> sections;
        for (const auto& key : config_keys()) {
            if (sections.empty() || sections.back() != key.section) {
                sections.emplace_back(key.section);
            }
        }
        members(node, "", sections,
                [&](const std::string& name, const YAML::Node&, const YAML::Node& value) {
                    section(name, value);
                });
    }

  private:
    /// Calls `visit` for each member with a known name, once; reports the others.
    template <class Visit>
    void members(const YAML::Node& node, const std::string& path,
                 const std::vector<std::string>& known, Visit visit,
                 const std::string& example = "") {
        if (node.IsNull()) {
            return; // a section whose keys are all commented out
        }
        if (!node.IsMap()) {
            problems_.add(node.Mark(), path, "it must be a map of keys and values" + example);
            return;
        }
        std::vector<std::string> seen;
        for (const auto& member : node) {
            const YAML::Node& key = member.first;
            const std::string name = key.IsScalar() ? key.Scalar() : std::string();
            std::string full = path;
            full.append(path.empty() ? "" : ".").append(name);
            if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
                problems_.add(key.Mark(), full, "this key stands here twice");
            } else if (!known.empty() &&
                       std::find(known.begin(), known.end(), name) == known.end()) {
                const std::string near = did_you_mean(name, known);
                problems_.add(key.Mark(), full,
                              "there is no such key" + (near.empty() ? listed(known) : near));
            } else {
                visit(name, key, member.second);
            }
            seen.push_back(name);
        }
    }

    void section(const std::string& section, const YAML::Node& node) {
        std::vector<std::string> known;
        for (const auto& key : config_keys()) {
            if (key.section == section) {
                known.emplace_back(key.name);
            }
        }
        if (section == "plugins") {
            known.emplace_back("entries");
        }
        members(node, section, known,
                [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
                    if (section == "plugins" && name == "entries") {
                        entries(value);
                        return;
                    }
                    assign(config_keys(), config_, section + ".", section, name, key, value);
                });
    }

    void entries(const YAML::Node& node) {
        const std::string path = "plugins.entries";
        members(node, path, {},
                [&](const std::string& id, const YAML::Node& key, const YAML::Node& value) {
                    if (!is_plugin_id(id)) {
                        problems_.add(key.Mark(), path,
                                      "\"" + id + "\" is no plugin id (a-z, then a-z, 0-9 and -)");
                        return;
                    }
                    PluginEntry& entry = config_.plugins.entries[id];
                    entry.place = problems_.place(key.Mark());
                    this->entry(id, entry, value);
                });
    }

    void entry(const std::string& id, PluginEntry& entry, const YAML::Node& node) {
        const std::string path = "plugins.entries." + id;
        std::vector<std::string> known;
        for (const auto& key : entry_keys()) {
            known.emplace_back(key.name);
        }
        members(
            node, path, known,
            [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
                assign(entry_keys(), entry, path + ".", "", name, key, value);
            },
            entry_example(node));
    }

    template <class Owner>
    void assign(std::span<const Key<Owner>> keys, Owner& owner, const std::string& prefix,
                std::string_view section, const std::string& name, const YAML::Node& key_node,
                const YAML::Node& value) {
        for (const auto& key : keys) {
            if (key.section != section || key.name != name) {
                continue;
            }
            // An empty value has no place of its own in the file.
            const YAML::Mark mark = value.IsNull() ? key_node.Mark() : value.Mark();
            const bool list = key.rule.kind == Kind::texts || key.rule.kind == Kind::paths;
            if (list && value.IsSequence()) {
                items(prefix + name, value, key.rule,
                      *std::get<std::vector<std::string>*>(key.slot(owner)));
            } else if (const auto problem = read_value(value, key.rule, key.slot(owner))) {
                problems_.add(mark, prefix + name, *problem);
            } else {
                note_places(prefix + name, value, mark);
            }
            return;
        }
    }

    /// The good items of a list count beside the wrong ones, each with its own place.
    void items(const std::string& key, const YAML::Node& list, const Rule& rule,
               std::vector<std::string>& slot) {
        const std::vector<BadItem> bad = read_items(list, rule, slot);
        config_.from_file[key] = problems_.place(list.Mark());
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto wrong = std::find_if(bad.begin(), bad.end(),
                                            [&](const BadItem& item) { return item.index == i; });
            const std::string item = key + "[" + std::to_string(i) + "]";
            if (wrong != bad.end()) {
                problems_.add(list[i].Mark(), item, wrong->what);
            } else {
                note_places(item, list[i], list[i].Mark());
            }
        }
    }

    /// Of a value that was read: its depth and size are bounded by then.
    void note_places(const std::string& key, const YAML::Node& value, const YAML::Mark& mark) {
        config_.from_file[key] = problems_.place(mark);
        for (std::size_t i = 0; value.IsSequence() && i < value.size(); ++i) {
            note_places(key + "[" + std::to_string(i) + "]", value[i], value[i].Mark());
        }
        if (!value.IsMap()) {
            return;
        }
        for (const auto& member : value) {
            if (member.first.IsScalar()) {
                note_places(key + "." + member.first.Scalar(), member.second, member.first.Mark());
            }
        }
    }

    Config& config_;
    Problems& problems_;
};

/// Where the documents of a text begin, and its last scalar.
class Documents final : public YAML::EventHandler {
  public:
    std::vector<YAML::Mark> begins;
    YAML::Mark last_scalar = YAML::Mark::null_mark();

    void OnDocumentStart(const YAML::Mark& mark) override { begins.push_back(mark); }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  const std::string&) override {
        last_scalar = mark;
    }
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

/// Not by LoadAll(): where a text has a comma at its beginning, that goes on for ever.
Documents documents_of(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Documents documents;
    for (int left = 2; left > 0 && parser.HandleNextDocument(documents); --left) {
    }
    return documents;
}

/// Whether the text in quotes that begins at `at` goes on to the end of the file: the parser takes
/// that for its value.
bool is_unclosed(std::string_view text, std::size_t at) {
    const char quote = text[at];
    while (++at < text.size()) {
        if (quote == '"' && text[at] == '\\') {
            ++at;
        } else if (text[at] == quote) {
            if (quote == '"' || at + 1 == text.size() || text[at + 1] != quote) {
                return false;
            }
            ++at; // '' is one of the text
        }
    }
    return true;
}

/// Where a text in quotes begins that never ends. Only the last scalar can be that.
std::optional<YAML::Mark> unclosed_text(const std::string& text, const Documents& documents) {
    const YAML::Mark mark = documents.last_scalar;
    const std::size_t bom = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    std::size_t at = bom + static_cast<std::size_t>(std::max(mark.pos, 0));
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) { // anchor, tag
        at = text.find_first_not_of(" \t\r\n", text.find_first_of(" \t\r\n", at));
    }
    const bool quoted = mark.pos >= 0 && at < text.size() && (text[at] == '"' || text[at] == '\'');
    return quoted && is_unclosed(text, at) ? std::optional(mark) : std::nullopt;
}

/// The line with the first byte that is not UTF-8.
std::optional<YAML::Mark> not_utf8(std::string_view text) {
    YAML::Mark mark;
    for (std::size_t at = 0; at < text.size(); ++mark.line) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (!os::is_utf8(text.substr(at, end - at))) {
            return mark;
        }
        at = end + 1;
    }
    return std::nullopt;
}

Reading read_text(std::string_view text, const std::string& name) {
    Problems problems(name);
    Reading reading{default_config(), {}, true};
    reading.config.file = name;
    if (const auto mark = not_utf8(text)) { // values are shown as JSON, which must be UTF-8
        problems.add(*mark, "", "a character here is not UTF-8; save the file as UTF-8");
        return {std::move(reading.config), problems.lines(), false};
    }
    try {
        const std::string bytes(text);
        const Documents documents = documents_of(bytes);
        if (const auto unclosed = unclosed_text(bytes, documents)) {
            reading.is_yaml = false;
            problems.add(*unclosed, "", "a text in quotes begins here and never ends");
        } else if (documents.begins.size() > 1) {
            const YAML::Mark after = documents.begins[1];
            const std::size_t at = std::min(static_cast<std::size_t>(after.pos), bytes.size());
            const bool marked = bytes.compare(at, 3, "---") == 0;
            problems.add(after, "",
                         marked ? "a second document begins here" : "this cannot stand here");
        } else {
            Loader(reading.config, problems).root(YAML::Load(bytes));
        }
    } catch (const YAML::Exception& error) { // of the parser; reading values throws nothing
        reading.is_yaml = false;
        problems.add(error.mark, "", error.msg + " (is the indentation right? spaces, no tabs)");
    }
    reading.problems = problems.lines();
    return reading;
}

} // namespace

Config parse_config(std::string_view text, const std::string& name) {
    Reading reading = read_text(text, name);
    if (!reading.problems.empty()) {
        throw_problems(name, reading.problems);
    }
    return std::move(reading.config);
}

Reading read_config(const std::filesystem::path& file) {
    const auto text = os::find_file(file, max_file);
    return text ? read_text(*text, file.string()) : Reading{default_config(), {}, true};
}

} // namespace banger::config
