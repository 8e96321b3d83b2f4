#include "cli/footprint_table.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"

namespace banger::cli {

void print_objects(const Session& session, const std::vector<Json>& objects) {
    Table table({"KIND", "NAME", "STATE", "HOLDER", "WHAT"});
    for (const Json& object : objects) {
        if (object.contains("error")) {
            table.add({"", "", session.out.red("unknown"), text_at(object, "plugin"),
                       text_at(object, "error")});
            continue;
        }
        const std::string state = text_at(object, "state");
        table.add({text_at(object, "kind"), text_at(object, "name"),
                   state == "stray" ? session.out.yellow(state) : state, text_at(object, "plugin"),
                   text_at(object, "detail")});
    }
    session.print(table.text(session.out));
}

} // namespace banger::cli
