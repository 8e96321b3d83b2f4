#include "operation_filter.hpp"

#include "http/lower_case.hpp"
#include "http/percent.hpp"
#include "operation_line.hpp"
#include "operation_view.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <charconv>

namespace web {
namespace {

using nlohmann::json;

std::size_t page_of(std::string_view text) {
    std::size_t page = 1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page);
    const bool is_good = error == std::errc{} && end == text.data() + text.size();
    return is_good && page >= 1 && page <= 1000 ? page : 1;
}

} // namespace

bool has_words(std::string_view text, std::string_view words) {
    const std::string where = in_lower_case(text);
    std::string rest = in_lower_case(words);
    for (std::size_t end = 0; !rest.empty(); rest.erase(0, end)) {
        end = rest.find(' ');
        const std::string word = rest.substr(0, end);
        end = end == std::string::npos ? rest.size() : end + 1;
        if (where.find(word) == std::string::npos) {
            return false;
        }
    }
    return true;
}

OperationFilter OperationFilter::of(const Params& query) {
    OperationFilter filter;
    filter.state = query.get("state");
    filter.kind = query.get("kind");
    filter.target = query.get("target");
    filter.words = query.get("q");
    filter.page = page_of(query.get("page"));
    return filter;
}

bool OperationFilter::is_any() const {
    return state.empty() && kind.empty() && target.empty() && words.empty();
}

bool OperationFilter::takes(const json& operation) const {
    const bool in_state =
        state.empty() ||
        (state == "unfinished" ? is_under_way(operation) : field_text(operation, "state") == state);
    if (!in_state || (!kind.empty() && field_text(operation, "kind") != kind) ||
        (!target.empty() && field_text(operation, "target") != target)) {
        return false;
    }
    if (words.empty()) {
        return true;
    }
    std::string text;
    for (const char* name : {"id", "kind", "target"}) {
        text += field_text(operation, name) + "\n";
    }
    text += telling_stage(operation) + "\n" + initiator_text(operation) + "\n" +
            field_text(field_object(operation, "error"), "message");
    return has_words(text, words);
}

std::string OperationFilter::path(std::size_t to_page) const {
    std::string path = "/ops";
    char before = '?';
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            path += before + std::string(name) + "=" + percent_encode(value);
            before = '&';
        }
    };
    add("state", state);
    add("kind", kind);
    add("target", target);
    add("q", words);
    add("page", to_page > 1 ? std::to_string(to_page) : std::string());
    return path;
}

std::string OperationFilter::text() const {
    std::string text;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            text += (text.empty() ? "" : ", ") + std::string(name) + " " + line_text(value, 60);
        }
    };
    add("state", state);
    add("kind", kind);
    add("about", target);
    add("with", words);
    return text;
}

} // namespace web
