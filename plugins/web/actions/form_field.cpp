#include "form_field.hpp"

#include "quantity.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace web {
namespace {

using nlohmann::json;

/// One field read: its value, or what is wrong with it, or neither.
struct FieldRead {
    std::optional<json> value;
    std::string wrong;
};

std::string without_ends(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos
               ? std::string()
               : std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

/// Quantities may be written with a space: "2 GiB".
std::string without_spaces(std::string text) {
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    return text;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (std::string line = without_ends(text.substr(0, end)); !line.empty()) {
            lines.push_back(std::move(line));
        }
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    return lines;
}

template <class T>
std::optional<T> number_in(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

FieldRead read_whole(const FormField& field, const std::string& text) {
    const auto value = number_in<std::int64_t>(text);
    if (!value) {
        return {{}, "'" + text + "' is not a whole number"};
    }
    if (field.off && *value == 0) {
        return {*value, ""};
    }
    if ((field.least && *value < *field.least) || (field.most && *value > *field.most)) {
        const std::string from = field.least ? std::to_string(*field.least) : "";
        const std::string to = field.most ? std::to_string(*field.most) : "";
        return {{},
                from.empty() ? "at most " + to
                             : (to.empty() ? "at least " + from : "from " + from + " to " + to)};
    }
    return {*value, ""};
}

FieldRead read_quantity(const std::optional<std::int64_t>& value, const std::string& text,
                        const char* what, const char* example) {
    return value ? FieldRead{*value, ""}
                 : FieldRead{{}, "'" + text + "' is not a " + what + ": write it as " + example};
}

FieldRead read_choice(const FormField& field, const std::string& text) {
    for (const FormField::Choice& choice : field.choices) {
        if (choice.value == text) {
            return {choice.told, ""};
        }
    }
    return {{}, "'" + text + "' is none of these"};
}

FieldRead read_lines(const FormField& field, const std::string& text) {
    json list = json::array();
    for (const std::string& line : lines_of(text)) {
        if (field.path && line[0] != '/') {
            return {{}, "'" + line + "' is not an absolute path"};
        }
        list.push_back(line);
    }
    return {std::move(list), ""};
}

/// `text` is not empty.
FieldRead read_filled(const FormField& field, const std::string& text) {
    if (field.off && text == "off") {
        return {0, ""};
    }
    switch (field.kind) {
    case FieldKind::size:
        return read_quantity(find_mib(text), text, "size", "512M or 2G");
    case FieldKind::rate:
        return read_quantity(find_bytes(text), text, "size", "64K or 50M");
    case FieldKind::period:
        return read_quantity(find_seconds(text), text, "time", "90s, 30m or 8h");
    case FieldKind::whole:
        return read_whole(field, text);
    case FieldKind::number: {
        const auto value = number_in<double>(text);
        return value && std::isfinite(*value) ? FieldRead{*value, ""}
                                              : FieldRead{{}, "'" + text + "' is not a number"};
    }
    case FieldKind::choice:
        return read_choice(field, text);
    case FieldKind::check:
        return {true, ""};
    case FieldKind::yes_no:
        return text == "true" || text == "false" ? FieldRead{text == "true", ""}
                                                 : FieldRead{{}, "'" + text + "' is none of these"};
    case FieldKind::lines:
        return read_lines(field, text);
    case FieldKind::text:
        break;
    }
    if (field.path && text[0] != '/') {
        return {{}, "'" + text + "' is not an absolute path: it begins with '/'"};
    }
    return {text, ""};
}

/// Of one that takes away what was set.
FieldRead read_empty(const FormField& field) {
    if (!field.clears) {
        return {{}, field.required ? "this is needed" : ""};
    }
    if (field.kind == FieldKind::lines) {
        return {json::array(), ""};
    }
    if (field.off) {
        return {0, ""};
    }
    if (field.kind == FieldKind::text) {
        return {"", ""};
    }
    return {{}, "say what it is to be"};
}

bool is_quantity(FieldKind kind) {
    return kind == FieldKind::size || kind == FieldKind::rate || kind == FieldKind::period ||
           kind == FieldKind::whole || kind == FieldKind::number;
}

std::string typed_text(const FormField& field, const Params& typed) {
    std::string text = without_ends(typed.get(field.id));
    return is_quantity(field.kind) ? without_spaces(std::move(text)) : text;
}

FieldRead read_field(const FormField& field, const std::string& text) {
    return text.empty() ? read_empty(field) : read_filled(field, text);
}

void put_at(json& body, const std::vector<std::string>& at, json value) {
    json* place = &body;
    for (const std::string& key : at) {
        place = &(*place)[key];
    }
    *place = std::move(value);
}

void add_option(std::vector<std::string>& words, const std::string& flag,
                const std::string& value) {
    if (!value.empty() && value[0] == '-') { // else it would be an option of its own
        words.push_back(flag + "=" + value);
    } else {
        words.push_back(flag);
        words.push_back(value);
    }
}

void add_words(Encoded& encoded, std::vector<std::string>& operands, const FormField& field,
               const std::string& text, const json& value) {
    std::vector<std::string>& words = encoded.words;
    const std::string none = "--no-" + (field.flag.size() > 2 ? field.flag.substr(2) : "");
    if (value.is_boolean()) {
        words.push_back(value.get<bool>() ? field.flag : none);
    } else if (value.is_array() && value.empty()) {
        words.push_back(none);
    } else if (value.is_array()) {
        for (const json& item : value) {
            add_option(words, field.flag, item.get<std::string>());
        }
    } else if (field.flag.empty()) {
        operands.push_back(text);
    } else {
        add_option(words, field.flag, text.empty() && field.off ? "off" : text);
    }
}

/// Browsers end lines by CR LF, what was shown has LF.
std::string with_plain_ends(std::string_view text) {
    std::string plain(text);
    plain.erase(std::remove(plain.begin(), plain.end(), '\r'), plain.end());
    return plain;
}

bool is_changed(const FormField& field, const Params& typed) {
    const auto now = typed.find(field.id);
    if (!now && field.kind != FieldKind::check) {
        return false; // a locked one is not sent
    }
    const std::string before =
        with_plain_ends(typed.find(kept_name(field)).value_or(field.initial));
    const std::string after = with_plain_ends(now.value_or(""));
    if (before == after) {
        return false;
    }
    const FieldRead was = read_field(field, without_ends(before));
    const FieldRead is = read_field(field, typed_text(field, typed));
    return !was.value || !is.value || *was.value != *is.value; // "2G" and "2048M" are the same
}

/// Is `word` in `text`, with no letter, digit or '-' beside it?
bool has_word(std::string_view text, std::string_view word) {
    const auto is_part = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    };
    for (std::size_t at = text.find(word); !word.empty() && at != std::string_view::npos;
         at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || !is_part(text[at - 1])) && (end == text.size() || !is_part(text[end]))) {
            return true;
        }
    }
    return false;
}

} // namespace

Encoded encode(const std::vector<FormField>& fields, const Params& typed) {
    Encoded encoded;
    std::vector<std::string> operands;
    for (const FormField& field : fields) {
        const std::string text = typed_text(field, typed);
        FieldRead read =
            field.locked.empty() ? read_field(field, text) : FieldRead{{}, field.locked};
        if (!read.wrong.empty()) {
            encoded.faults[field.id] = std::move(read.wrong);
        } else if (read.value &&
                   !(read.value->is_array() && read.value->empty() && !field.clears)) {
            add_words(encoded, operands, field, text, *read.value);
            put_at(encoded.body, field.at, std::move(*read.value));
        }
    }
    const auto is_option = [](const std::string& word) { return word[0] == '-'; };
    if (std::any_of(operands.begin(), operands.end(), is_option)) {
        encoded.words.emplace_back("--");
    }
    encoded.words.insert(encoded.words.end(), operands.begin(), operands.end());
    return encoded;
}

std::vector<FormField> changed(const std::vector<FormField>& fields, const Params& typed) {
    std::vector<FormField> those;
    std::copy_if(fields.begin(), fields.end(), std::back_inserter(those),
                 [&](const FormField& field) { return is_changed(field, typed); });
    return those;
}

std::string kept_name(const FormField& field) {
    return "was." + field.id;
}

std::string shown_text(const FormField& field, const Params& typed) {
    const auto text = typed.find(field.id);
    if (!text && field.kind == FieldKind::check && typed.has("typed")) {
        return {}; // it was not ticked
    }
    return std::string(text.value_or(field.initial));
}

namespace {

/// "nat" of "plugin nat, options: ..", as the daemon tells what a plugin has refused.
std::string plugin_of(std::string_view message) {
    constexpr std::string_view begin = "plugin ";
    if (message.substr(0, begin.size()) != begin) {
        return {};
    }
    message.remove_prefix(begin.size());
    return std::string(message.substr(0, message.find_first_of(",: ")));
}

} // namespace

const FormField* field_of(const std::vector<FormField>& fields, std::string_view message) {
    const std::string plugin = plugin_of(message);
    const auto is_of_plugin = [&](const FormField& field) {
        return field.at.size() > 1 && field.at[0] == "options" && field.at[1] == plugin;
    };
    const auto of_plugin = std::count_if(fields.begin(), fields.end(), is_of_plugin);
    if (of_plugin > 0) {
        message.remove_prefix(message.find(plugin) + plugin.size()); // no option is meant by that
    }
    const FormField* found = nullptr;
    std::size_t length = 0; // the longest word wins: work_disk_mib is not disk_mib
    for (const FormField& field : fields) {
        if (of_plugin > 0 && !is_of_plugin(field)) {
            continue; // whatever words the plugin uses, it judges what is its own
        }
        if (of_plugin == 1) {
            return &field;
        }
        std::vector<std::string> names = field.words;
        names.push_back(field.flag);
        names.push_back(field.at.empty() ? "" : field.at.back());
        for (const std::string& name : names) {
            if (name.size() > length && has_word(message, name)) {
                found = &field;
                length = name.size();
            }
        }
    }
    return found;
}

} // namespace web
