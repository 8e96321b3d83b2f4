#pragma once

#include "http/params.hpp"

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// Which operations are asked for by /ops?state=&kind=&target=&q=&page=.
struct OperationFilter {
    std::string state;  ///< of the API, or "unfinished"; empty: any
    std::string kind;   ///< "create"; empty: any
    std::string target; ///< exactly that one; empty: any
    std::string words;  ///< each of them in id, kind, target, stage or error, in whatever case
    std::size_t page = 1;

    [[nodiscard]] static OperationFilter of(const Params& query);
    [[nodiscard]] bool is_any() const;
    [[nodiscard]] bool takes(const nlohmann::json& operation) const;
    /// "/ops?state=failed&page=2"
    [[nodiscard]] std::string path(std::size_t to_page) const;
    /// "state failed, kind create": for who finds none.
    [[nodiscard]] std::string text() const;
};

/// Whether each word of `words` is somewhere in the text, in whatever case of ASCII.
[[nodiscard]] bool has_words(std::string_view text, std::string_view words);

} // namespace web
