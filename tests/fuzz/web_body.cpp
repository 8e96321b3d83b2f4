// Forms that create and change a VM, as a browser or somebody else sends them: what is told to the
// daemon has no member but its own and is JSON that reads back, and the command line that is shown
// is what a shell takes for the same words.

#include "actions/form_field.hpp"
#include "actions/vm_fields.hpp"
#include "pages/shell_word.hpp"

#include <cstdint>
#include <cstdlib>
#include <set>

namespace {

using nlohmann::json;

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

/// A POSIX shell's reading of words that are plain or in single quotes; aborts for all else.
std::vector<std::string> shell_words(const std::string& line) {
    std::vector<std::string> words;
    bool open = false;
    bool quoted = false;
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
            require(line.compare(i, 2, "\\'") == 0);
            words.back() += line[++i];
        } else {
            require(quoted ||
                    (static_cast<unsigned char>(c) < 0x80 &&
                     std::string("|&;<>()$`\"*?[#~!{}\n\t\r").find(c) == std::string::npos));
            words.back() += c;
        }
    }
    require(!quoted);
    return words;
}

const std::vector<web::FormField>& fields_of(bool create) {
    static const json options = json::parse(R"([
        {"plugin": "p", "name": "b", "flag": "--b", "type": "boolean", "default": false, "live": true},
        {"plugin": "p", "name": "s", "flag": "--s", "type": "string", "live": true},
        {"plugin": "p", "name": "i", "flag": "--i", "type": "integer"},
        {"plugin": "p", "name": "n", "flag": "--n", "type": "number"},
        {"plugin": "p", "name": "l", "flag": "--l", "type": "array", "path": true},
        {"plugin": "p", "name": "e", "flag": "--e", "type": "string", "enum": ["a", 2, true]}])");
    static const json images = json::parse(R"([{"name": "debian", "default": true, "ok": true}])");
    static const json vm = json::parse(R"({"state": "stopped", "vcpus": 2, "memory_mib": 2048,
        "disk_mib": 8192, "work_disk_mib": 4096, "idle_stop_s": 90, "options": {"p": {"l": ["/a"]}}})");
    static const auto for_create = web::create_fields(images, json::object(), options);
    static const auto for_set = web::set_fields(vm, options);
    return create ? for_create : for_set;
}

void check(const std::vector<web::FormField>& fields, const web::Params& typed) {
    const web::Encoded encoded = web::encode(fields, typed);
    std::set<std::string> known;
    for (const web::FormField& field : fields) {
        known.insert(field.at.front());
        (void)web::shown_text(field, typed);
    }
    for (const auto& [key, value] : encoded.body.items()) {
        require(known.count(key) == 1);
    }
    require(json::parse(encoded.body.dump()) == encoded.body);
    require(shell_words(web::shell_line(encoded.words)) == encoded.words);
    for (const auto& [id, fault] : encoded.faults) {
        require(!fault.empty());
        (void)web::field_of(fields, fault);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto typed =
        web::Params::parse(std::string_view(reinterpret_cast<const char*>(data), size));
    if (typed) {
        check(fields_of(true), *typed);
        check(web::changed(fields_of(false), *typed), *typed);
    }
    return 0;
}
