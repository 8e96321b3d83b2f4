#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/confirm.hpp"
#include "cli/exit_code.hpp"
#include "cli/noun.hpp"
#include "cli/quantity.hpp"

namespace banger::cli {
namespace {

constexpr const char* prune_path = "/v1/image-prune";

struct PruneArgs {
    std::string older_than = "30d";
    bool dry_run = false;
    bool yes = false;
    bool json = false;
};

std::string bytes_of(const Json& object) {
    return bytes_text(number_at(object, "bytes").value_or(0));
}

/// "dev (1.2G, 45d old)"
std::string image_text(const Json& image) {
    return text_at(image, "name") + " (" + bytes_of(image) + ", " +
           age_since(text_at(image, "created_at")) + " old)";
}

void print_pruned(const Session& session, const Json& found) {
    for (const Json& image : value_at(found, "images")) {
        session.print("image " + image_text(image) + "\n");
    }
    for (const Json& leftover : value_at(found, "leftovers")) {
        session.print(text_at(leftover, "path") + " (" + bytes_of(leftover) +
                      "): " + text_at(leftover, "what") + "\n");
    }
}

/// Says what stays and why; the exit status.
int tell_failures(const Session& session, const Json& done) {
    const Json& failures = value_at(done, "failures");
    for (const Json& failure : failures) {
        session.report(
            os::Error(os::ErrorKind::internal,
                      text_at(failure, "what") + " is not deleted: " + text_at(failure, "error")));
    }
    return as_int(failures.empty() ? ExitCode::ok : ExitCode::failed);
}

/// Leftovers are nobody's; of images somebody is asked. Throws where nobody can be.
bool is_agreed(const Session& session, const Json& found, bool yes) {
    const Json& images = value_at(found, "images");
    if (yes || images.empty()) {
        return true;
    }
    if (!session.in_is_tty || !session.err.tty) {
        throw os::Error(os::ErrorKind::invalid,
                        std::to_string(images.size()) +
                            (images.size() == 1 ? " image" : " images") +
                            " would be deleted, and there is no terminal to ask on",
                        "add --yes to do it without being asked, or --dry-run to see which");
    }
    std::string names;
    for (const Json& image : images) {
        names += (names.empty() ? "" : ", ") + image_text(image);
    }
    return confirm("Delete " + names + "?");
}

int prune(Session& session, const PruneArgs& args) {
    Json request{{"older_than_s", parse_seconds("--older-than", args.older_than)},
                 {"dry_run", true}};
    const Json found = session.api().post(prune_path, request);
    if (args.dry_run) {
        if (args.json) {
            session.print_json(found);
            return 0;
        }
        print_pruned(session, found);
        session.note(bytes_of(found) + " would be freed");
        return 0;
    }
    Json names = Json::array(); // those that were agreed to, and no other
    if (is_agreed(session, found, args.yes)) {
        for (const Json& image : value_at(found, "images")) {
            names.push_back(text_at(image, "name"));
        }
    } else {
        session.note("no image was deleted");
    }
    request["dry_run"] = false;
    request["images"] = names;
    const Json done = session.api().post(prune_path, request);
    if (args.json) {
        session.print_json(done);
    } else {
        print_pruned(session, done);
        session.print(bytes_of(done) + " freed\n");
    }
    return tell_failures(session, done);
}

} // namespace

void add_image_prune(CLI::App& image, Session& session) {
    auto args = std::make_shared<PruneArgs>();
    CLI::App* verb = image.add_subcommand(
        "prune", "Delete banger's own images that no VM uses, and what is left of unfinished ones");
    verb->add_option("--older-than", args->older_than, "Only images that old")
        ->type_name("TIME")
        ->capture_default_str();
    verb->add_flag("--dry-run", args->dry_run, "Only show what would be deleted");
    verb->add_flag("-y,--yes", args->yes, "Do not ask");
    json_flag(verb, args->json);
    examples(verb, "  banger image prune --dry-run\n"
                   "  banger image prune --older-than 0s --yes");
    runs(verb, session, args, prune);
}

} // namespace banger::cli
