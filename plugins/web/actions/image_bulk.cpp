#include "bulk.hpp"
#include "form_pages.hpp"
#include "losses.hpp"
#include "pages/text.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

std::string about_image(const Snapshot& now, const std::string& name) {
    const auto found = std::find_if(now.images.begin(), now.images.end(), [&](const json& image) {
        return image.value("name", "") == name;
    });
    return found == now.images.end() ? "not there any more"
                                     : found->value("kind", "") + ", " + image_loss_text(*found);
}

Response ask_images(Site& site, banger::Call& call, const Request& request,
                    const std::vector<std::string>& names, bool wrong_count) {
    const SnapshotPtr now = site.state.now(call);
    ManyQuestion question;
    question.title = "Delete " + count_text(names.size(), "image");
    question.nav = "images";
    question.text = "VMs can no longer be made of them. One that a VM uses, and the default, stay.";
    question.action = "/images/bulk";
    question.button = question.title;
    question.back = "/images";
    question.noun = "image";
    question.hidden = {{"action", "delete"}};
    for (const std::string& each : names) {
        question.rows.push_back({each, about_image(*now, each)});
        question.hidden.emplace_back("names", each);
    }
    return ask_many(site, call, request, question, wrong_count);
}

Response delete_images(Site& site, banger::Call& call, const Request& request) {
    const std::vector<std::string> names = chosen(request.form);
    try {
        check_chosen(names, "image");
        if (!request.form.has("count")) {
            return went(request, {"", question_path("/images", "delete", names)});
        }
        if (!is_counted(request, names.size())) {
            return ask_images(site, call, request, names, true);
        }
        Batch batch;
        batch.title = "Delete " + count_text(names.size(), "image");
        batch.nav = "images";
        batch.action = "delete";
        batch.done = "deleted";
        batch.page = "/images";
        std::vector<Deed> deeds;
        deeds.reserve(names.size());
        for (const std::string& each : names) {
            deeds.push_back({"DELETE", image_target(each), json(), each});
        }
        return do_many(site, call, request, std::move(batch), deeds);
    } catch (const Problem& problem) {
        return show_refusal(site, call, request, problem, "", {"/images", "all images"});
    }
}

} // namespace

void add_image_bulk(Router& router, Site& site) {
    router.add("POST", "/images/bulk", [&site](banger::Call& call, const Request& request) {
        return delete_images(site, call, request);
    });
    router.add("GET", "/images/bulk/confirm", [&site](banger::Call& call, const Request& request) {
        const std::vector<std::string> names = chosen(request.query);
        check_chosen(names, "image");
        return ask_images(site, call, request, names, false);
    });
}

} // namespace web
