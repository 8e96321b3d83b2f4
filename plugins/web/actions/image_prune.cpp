#include "bulk.hpp"
#include "form_pages.hpp"
#include "pages/text.hpp"
#include "quantity.hpp"

namespace web {
namespace {

using nlohmann::json;

constexpr const char* usual_age = "30d";
constexpr const char* prune_target = "/v1/image-prune";

std::int64_t age_in(std::string_view text) {
    const auto seconds = find_seconds(text);
    if (!seconds) {
        throw Problem(422, "invalid", "'" + std::string(text) + "' is not a time",
                      "write it as 30d, 12h or 0s");
    }
    return *seconds;
}

std::string older_text(const Params& params) {
    const std::string_view given = params.get("older_than");
    return std::string(given.empty() ? usual_age : given);
}

std::string size_of(const json& object) {
    return bytes_text(object.value("bytes", std::uint64_t{0}));
}

Response ask_prune(Site& site, banger::Call& call, const Request& request,
                   const std::string& older_than, bool wrong_count) {
    const json found = site.daemon.post(call, prune_target,
                                        {{"older_than_s", age_in(older_than)}, {"dry_run", true}});
    ManyQuestion question;
    question.title = "Tidy up images";
    question.nav = "images";
    question.text = "Images of banger's own that are older than " + older_than +
                    ", that no VM uses and that are not the default. " + size_of(found) +
                    " would be free in all.";
    question.action = "/images/-/prune";
    question.noun = "image";
    question.back = "/images";
    question.hidden = {{"older_than", older_than}};
    const auto now = std::chrono::system_clock::now();
    for (const json& image : found.at("images")) {
        const std::string name = image.at("name");
        question.rows.push_back(
            {name, size_of(image) + ", made " + age_text(image.value("created_at", json()), now)});
        question.hidden.emplace_back("names", name); // those that were shown, and no other
    }
    const std::size_t left = found.at("leftovers").size();
    question.extra = left == 0 ? ""
                               : count_text(left, "leftover") +
                                     " of unfinished or old ones, which nobody needs, go with it.";
    question.older_than = older_than;
    if (!question.rows.empty()) {
        question.button = "Delete " + count_text(question.rows.size(), "image");
    } else if (left != 0) {
        question.button = "Remove " + count_text(left, "leftover");
    } else {
        question.text = "No image of banger's own is older than " + older_than +
                        " and unused, and nothing is left over.";
    }
    return ask_many(site, call, request, question, wrong_count);
}

Response prune(Site& site, banger::Call& call, const Request& request) {
    const std::string older_than = older_text(request.form);
    const std::vector<std::string> names = chosen(request.form);
    try {
        if (!names.empty() && !is_counted(request, names.size())) {
            return ask_prune(site, call, request, older_than, true);
        }
        return went(
            request, once(site, request, [&] {
                const json done = site.daemon.post(
                    call, prune_target, {{"older_than_s", age_in(older_than)}, {"images", names}});
                Batch batch;
                batch.title = "Images tidied up";
                batch.nav = "images";
                batch.done = "deleted";
                batch.page = "/images";
                batch.note = size_of(done) + " are free again; " +
                             count_text(done.at("leftovers").size(), "leftover") + " went with it.";
                for (const json& image : done.at("images")) {
                    batch.items.push_back({image.at("name"), "", "", ""});
                }
                return Outcome{"", "/bulk/" + site.kept.batches.keep(std::move(batch))};
            }));
    } catch (const Problem& problem) {
        return show_refusal(site, call, request, problem, "", {"/images", "all images"});
    }
}

} // namespace

void add_image_prune(Router& router, Site& site) {
    router.add("GET", "/images/-/prune", [&site](banger::Call& call, const Request& request) {
        return ask_prune(site, call, request, older_text(request.query), false);
    });
    router.add("POST", "/images/-/prune", [&site](banger::Call& call, const Request& request) {
        return prune(site, call, request);
    });
}

} // namespace web
