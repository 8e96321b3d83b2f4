#include "cli/listing.hpp"

#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/table.hpp"

namespace banger::cli {
namespace {

struct ReadArgs {
    Listing listing;
    std::vector<std::string> names;
    bool json = false;
    bool quiet = false;
};

int ls(Session& session, const ReadArgs& args) {
    const Listing& listing = args.listing;
    const Json entries = list(session.api(), listing.noun);
    if (args.json) {
        session.print_json(entries);
        return 0;
    }
    if (args.quiet) {
        for (const Json& entry : entries) {
            session.print(text_at(entry, listing.noun.id) + "\n");
        }
        return 0;
    }
    if (entries.empty()) {
        session.note(listing.none);
        return 0;
    }
    Table table(listing.headings);
    for (const Json& entry : entries) {
        table.add(listing.row(entry, session.out));
    }
    session.print(table.text(session.out));
    return 0;
}

int show(Session& session, const ReadArgs& args) {
    const Several several = get_all(session.api(), args.listing.noun, args.names);
    const std::vector<Json>& entries = several.found;
    if (args.json) {
        print_found(session, several, args.names.size());
        return report_missing(session, several);
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        session.print(i == 0 ? "" : "\n");
        args.listing.show(session, entries[i]);
    }
    return report_missing(session, several);
}

} // namespace

void add_reads(CLI::App& noun, Session& session, Listing listing) {
    auto ls_args = std::make_shared<ReadArgs>();
    ls_args->listing = listing;
    CLI::App* verb = noun.add_subcommand("ls", listing.list_summary)->alias("list");
    verb->add_flag("-q,--quiet", ls_args->quiet, "Names only");
    json_flag(verb, ls_args->json);
    runs(verb, session, ls_args, ls);

    auto show_args = std::make_shared<ReadArgs>();
    show_args->listing = std::move(listing);
    verb = noun.add_subcommand("show", show_args->listing.show_summary);
    verb->add_option(std::string(show_args->listing.noun.id) == "id" ? "ID" : "NAME",
                     show_args->names, "One or several")
        ->required();
    json_flag(verb, show_args->json);
    runs(verb, session, show_args, show);
}

} // namespace banger::cli
