#include "images.hpp"

#include "about.hpp"
#include "http/own_path.hpp"
#include "http/percent.hpp"
#include "image_view.hpp"
#include "operation_filter.hpp"
#include "read_pages.hpp"
#include "state/field.hpp"
#include "text.hpp"

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t most_shown = 2000;

json get_image(Site& site, banger::Call& call, const std::string& name) {
    return site.daemon.get(call, "/v1/images/" + percent_encode(name));
}

Response show_images(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    return show(site, call, request,
                {"images", "Images", "images",
                 images_page(*now, request.query.get("q"), request.query.get("select") == "all")});
}

/// Short addresses of forms, where no image has that name.
bool is_form(const std::string& name) {
    return name == "new" || name == "register" || name == "import" || name == "prune";
}

Response show_image(Site& site, banger::Call& call, const Request& request) {
    const std::string& name = request.args.at(0);
    json image;
    try {
        image = get_image(site, call, name);
    } catch (const Problem& problem) {
        if (problem.status() == 404 && is_form(name)) {
            return Response::see(with_query_of(request, "/images/-/" + name));
        }
        throw;
    }
    const SnapshotPtr now = site.state.now(call);
    return show(site, call, request,
                {"image", line_in(image, "name") + " · Images", "images", image_page(image, *now)});
}

Response show_packages(Site& site, banger::Call& call, const Request& request) {
    const json image = get_image(site, call, request.args.at(0));
    const std::string manifest = field_text(field_object(image, "packages"), "manifest");
    if (manifest.empty()) {
        throw Problem(404, "not_found",
                      "image " + line_in(image, "name") + " has no list of its packages",
                      "images that banger has built or imported have one");
    }
    return show(site, call, request,
                {"packages", "Packages · " + line_in(image, "name") + " · Images", "images",
                 packages_page(image, PackageList::read(manifest), request.query.get("q"))});
}

} // namespace

json packages_page(const json& image, const PackageList& packages, std::string_view q) {
    json rows = json::array();
    std::size_t found = 0;
    for (const auto& [name, version] : packages.all()) {
        if (has_words(name + " " + version, q)) {
            ++found;
            if (rows.size() < most_shown) {
                rows.push_back(
                    {{"PACKAGE", line_text(name)}, {"VERSION_TEXT", line_text(version)}});
            }
        }
    }
    const std::string name = field_text(image, "name");
    const bool is_cut = found > rows.size();
    json page{{"NAME", line_text(name)},
              {"IMAGE_PATH", image_path(name)},
              {"PACKAGES_PATH", image_path(name) + "/packages"},
              {"MANIFEST", line_in(field_object(image, "packages"), "manifest", 1000)},
              {"Q", q},
              {"FILTERED", !q.empty()},
              {"NO_MATCH", rows.empty()},
              {"CUT", is_cut ? json{{"VALUE", "Only the first " + std::to_string(rows.size()) +
                                                  " are shown: search, or look into the file."}}
                             : json(false)},
              {"TABLE", false}};
    if (!rows.empty()) {
        page["TABLE"] = {{"CAPTION", count_text(found, "package")}, {"ROWS", std::move(rows)}};
    }
    return page;
}

void add_images(Router& router, Site& site) {
    const auto add = [&](const char* pattern, auto handler) {
        router.add("GET", pattern, [&site, handler](banger::Call& call, const Request& request) {
            return handler(site, call, request);
        });
    };
    router.add("GET", "/images", kept(site, [&site](banger::Call& call, const Request& request) {
                   return show_images(site, call, request);
               }));
    add("/images/{name}", show_image);
    add("/images/{name}/packages", show_packages);
}

} // namespace web
