#pragma once

#include "http/params.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace web {

enum class FieldKind {
    text,
    size,   ///< "2G", told in MiB
    rate,   ///< "50M", told in bytes
    period, ///< "30m", told in seconds
    whole,  ///< a whole number
    number,
    choice, ///< one of `choices`
    check,  ///< true, or not told
    yes_no, ///< true, false, or not told
    lines   ///< a list of texts, one in each line
};

/// One thing that a form asks for: how it is shown, read, and told to the daemon. What is typed in
/// stays data all the way: it becomes a value of JSON, never a word of a command that is run.
struct FormField {
    struct Choice {
        std::string value, text;
        nlohmann::json told; ///< in the body
    };

    std::string id; ///< name of the input, and of what errors and labels refer to
    std::string label, help;
    FieldKind kind = FieldKind::text;
    std::vector<std::string> at; ///< where its value is in the body: {"options", "nat", "publish"}
    std::string flag;            ///< of the command line: "--memory"; empty: a word without one
    std::vector<Choice> choices;
    std::string group;                       ///< title of those that stand together
    std::string initial;                     ///< what it shows first
    std::string mark;                        ///< shown beside it: "also while it runs"
    std::string locked;                      ///< why it is not taken now; empty: it is
    std::vector<std::string> words;          ///< that an error of the daemon's calls it by
    std::optional<std::int64_t> least, most; ///< of a whole number
    bool required = false;
    bool path = false;   ///< of this machine, absolute
    bool off = false;    ///< "off" is 0
    bool clears = false; ///< an empty one is told, too: it takes away what was set
    bool keeps = false;  ///< what it shows first comes back with the form, to tell what changed
};

/// What of a form goes to the daemon, and the same as a command line.
struct Encoded {
    nlohmann::json body = nlohmann::json::object();
    std::vector<std::string> words;            ///< after the verb
    std::map<std::string, std::string> faults; ///< by the field's id
};

/// A field's text is without spaces around it, its lines are without empty ones.
[[nodiscard]] Encoded encode(const std::vector<FormField>& fields, const Params& typed);

/// Those of them that were changed since the form was shown (`keeps`).
[[nodiscard]] std::vector<FormField> changed(const std::vector<FormField>& fields,
                                             const Params& typed);
/// Name of the hidden input that carries what a field showed first.
[[nodiscard]] std::string kept_name(const FormField& field);
/// What a field shows: what was typed in, else what it begins with.
[[nodiscard]] std::string shown_text(const FormField& field, const Params& typed);

/// The field that a message of the daemon's is about, by its flag, key or words; null: none.
[[nodiscard]] const FormField* field_of(const std::vector<FormField>& fields,
                                        std::string_view message);

} // namespace web
