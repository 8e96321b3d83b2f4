#pragma once

#include "doing.hpp"

#include <functional>

namespace web {

/// What several things are asked about before they go: each of them, and a number to type.
struct ManyQuestion {
    struct Row {
        std::string name, about;
    };
    std::string title, nav, text, action, back;
    std::string button; ///< empty: there is nothing to do
    std::string noun;   ///< "VM", "image"
    std::vector<Row> rows;
    std::vector<std::pair<std::string, std::string>> hidden;
    std::string extra;      ///< a line below the list; empty: none
    std::string older_than; ///< may be chosen anew on the page; empty: it has no age
};

/// The names that were ticked, each once, in their order: `names`, `names[]` or `name`.
[[nodiscard]] std::vector<std::string> chosen(const Params& params);
/// Throws Problem when these are none, or more than are done at once.
void check_chosen(const std::vector<std::string>& names, const std::string& noun);

/// The page that asks; wrong_count: the number that was typed is another one.
[[nodiscard]] Response ask_many(Site& site, banger::Call& call, const Request& request,
                                const ManyQuestion& question, bool wrong_count);
/// Whether the number was typed that ask_many() asks for.
[[nodiscard]] bool is_counted(const Request& request, std::size_t count);
/// Where to go to be asked: with the names in the address, so that nothing is sent twice by Back.
[[nodiscard]] std::string question_path(const std::string& page, const std::string& action,
                                        const std::vector<std::string>& names);

/// Does each, whatever becomes of the others, and leads to the page of how they went.
[[nodiscard]] Response do_many(Site& site, banger::Call& call, const Request& request, Batch batch,
                               const std::vector<Deed>& deeds);

[[nodiscard]] Response show_batch(Site& site, banger::Call& call, const Request& request);

} // namespace web
