#include "read_pages.hpp"

#include "files/listing.hpp"
#include "http/own_path.hpp"
#include "text.hpp"

#include <algorithm>
#include <cstdlib>

namespace web {
namespace {

using nlohmann::json;

/// Where the picker is, and what for.
struct Spot {
    std::string root, below; ///< below it: "dir/dir"
    std::string field, back; ///< of the form that asked; back empty: nobody did
    ListingWish wish;

    [[nodiscard]] std::string absolute(const std::string& name = "") const {
        std::string path = root == "/" ? "" : root;
        for (const std::string& part : {below, name}) {
            path += part.empty() ? "" : "/" + part;
        }
        return path.empty() ? "/" : path;
    }
};

std::vector<std::string> roots_of(const Site& site) {
    if (!site.config.file_roots.empty()) {
        return site.config.file_roots;
    }
    const char* home = std::getenv("HOME");
    std::string root = home != nullptr && home[0] == '/' ? home : "/";
    while (root.size() > 1 && root.back() == '/') {
        root.pop_back();
    }
    return {root};
}

/// The path below `root` that `path` is, if it is below it.
std::optional<std::string> below_root(const std::string& root, const std::string& path) {
    const std::string prefix = root.back() == '/' ? root : root + "/";
    if (path.compare(0, prefix.size(), prefix) != 0 || !is_below(path.substr(prefix.size()))) {
        return std::nullopt;
    }
    return path.substr(prefix.size());
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

bool is_folder_there(const std::string& root, const std::string& below) {
    try {
        const auto about = Root(root).look(below);
        return about && S_ISDIR(about->st_mode);
    } catch (const Problem&) {
        return false;
    }
}

/// Where nothing says where to begin: at what the field has already, else where it was last.
void begin_somewhere(Spot& spot, const std::vector<std::string>& roots, const std::string& at,
                     const LastFolder& last) {
    spot.root = roots.front();
    const auto [last_root, last_below] = last.get();
    if (std::find(roots.begin(), roots.end(), last_root) != roots.end() &&
        is_folder_there(last_root, last_below)) {
        spot.root = last_root;
        spot.below = last_below;
    }
    for (const std::string& root : roots) {
        const auto below = below_root(root, at);
        if (below && is_folder_there(root, folder_of(*below))) {
            spot.root = root;
            spot.below = folder_of(*below);
        }
    }
}

Spot spot_of(Site& site, const Request& request) {
    const Params& query = request.query;
    Spot spot;
    spot.field = query.get("field");
    spot.back = own_path(query.get("back"), "");
    spot.wish = {std::string(query.get("q")), query.get("hidden") == "1"};
    const std::vector<std::string> roots = roots_of(site);
    if (!query.has("root")) {
        begin_somewhere(spot, roots, std::string(query.get("at")), site.kept.folder);
        return spot;
    }
    spot.root = query.get("root");
    spot.below = query.get("path");
    if (std::find(roots.begin(), roots.end(), spot.root) == roots.end()) {
        throw Problem(403, "permission", "That folder is not one of those that are shown here.",
                      "plugins.entries.web.config.file_roots in config.yaml names them");
    }
    return spot;
}

std::string spot_address(const Spot& spot, const std::string& root, const std::string& below) {
    Params params;
    params.add("root", root);
    params.add("path", below);
    for (const auto& [name, value] :
         {std::pair("field", spot.field), std::pair("back", spot.back),
          std::pair("hidden", std::string(spot.wish.hidden ? "1" : ""))}) {
        if (!value.empty()) {
            params.add(name, value);
        }
    }
    return "/files?" + encoded(params);
}

std::string join(const std::string& below, const std::string& name) {
    return below.empty() ? name : below + "/" + name;
}

json crumbs_model(const Spot& spot) {
    json crumbs =
        json::array({{{"CRUMB", spot.root}, {"CRUMB_PATH", spot_address(spot, spot.root, "")}}});
    for (std::size_t end = 0; !spot.below.empty() && end != std::string::npos;) {
        const std::size_t begin = end == 0 ? 0 : end + 1;
        end = spot.below.find('/', begin);
        crumbs.push_back(
            {{"CRUMB", spot.below.substr(begin, end - begin)},
             {"CRUMB_PATH", spot_address(spot, spot.root, spot.below.substr(0, end))}});
    }
    return crumbs;
}

json entry_model(const Spot& spot, const Listed& entry) {
    const bool asked = !spot.back.empty() && !spot.field.empty();
    json enter = false;
    json pick = false;
    if (entry.is_folder) {
        enter = {{"ENTER_PATH", spot_address(spot, spot.root, join(spot.below, entry.name))}};
    } else if (entry.is_choice && asked) {
        pick = {{"PICK_PATH", with_param(spot.back, spot.field, spot.absolute(entry.name))}};
    }
    return {{"NAME", entry.shown},
            {"KIND", entry.kind},
            {"SIZE", entry.kind.find("file") == std::string::npos ? "" : bytes_text(entry.size)},
            {"MODE", entry.mode},
            {"WHY_NOT", entry.why_not},
            {"ENTER", enter},
            {"PICK", pick},
            {"PLAIN", !enter.is_object() && !pick.is_object()}};
}

/// What is not shown, and what to do about it.
std::string note_of(const Listing& listing, const ListingWish& wish) {
    if (listing.entries.size() < listing.fitting || !listing.whole) {
        return (listing.whole ? "This folder has " + std::to_string(listing.fitting) + " names"
                              : "This folder has more than " + std::to_string(most_read) +
                                    " names, of which the first ones were read") +
               (wish.with.empty() ? "" : " that fit") + "; " +
               std::to_string(listing.entries.size()) +
               " are shown. A part of the name narrows it down.";
    }
    if (listing.fitting == 0) {
        return wish.with.empty() ? "Nothing is in this folder that is not hidden."
                                 : "No name in this folder has \"" + wish.with + "\" in it.";
    }
    return {};
}

Response listing_json(const Spot& spot, const std::vector<std::string>& roots,
                      const Listing& listing) {
    json entries = json::array();
    for (const Listed& entry : listing.entries) {
        json each{{"name", entry.shown}, {"kind", entry.kind},        {"size", entry.size},
                  {"mode", entry.mode},  {"folder", entry.is_folder}, {"choice", entry.is_choice}};
        if (entry.is_folder || entry.is_choice) {
            each["path"] = spot.absolute(entry.name);
        } else {
            each["why_not"] = entry.why_not;
        }
        entries.push_back(std::move(each));
    }
    const json answer{{"root", spot.root},
                      {"roots", roots},
                      {"path", spot.below},
                      {"absolute", spot.absolute()},
                      {"note", note_of(listing, spot.wish)},
                      {"fitting", listing.fitting},
                      {"whole", listing.whole},
                      {"entries", std::move(entries)}};
    return Response::json(answer.dump(-1, ' ', false, json::error_handler_t::replace));
}

Response show_listing(Site& site, banger::Call& call, const Request& request, const Spot& spot,
                      const Listing& listing, const Problem* problem) {
    const std::vector<std::string> all_roots = roots_of(site);
    json roots = json::array();
    for (const std::string& root : all_roots) {
        roots.push_back({{"ROOT", root},
                         {"ROOT_PATH", spot_address(spot, root, "")},
                         {"CHOSEN", root == spot.root}});
    }
    json entries = json::array();
    for (const Listed& entry : listing.entries) {
        entries.push_back(entry_model(spot, entry));
    }
    const bool asked = !spot.back.empty() && !spot.field.empty();
    const std::string note = problem == nullptr ? note_of(listing, spot.wish) : "";
    json failure = false;
    if (problem != nullptr) {
        failure = {{"WRONG", problem->what()}, {"WRONG_NEXT", problem->hint()}};
    }
    json use = false;
    if (asked && problem == nullptr) {
        use = {{"USE_PATH", with_param(spot.back, spot.field, spot.absolute())}};
    }
    const json several = all_roots.size() > 1 ? json{{"ROOTS", roots}} : json(false);
    return show(site, call, request,
                {"files",
                 "Choose a path",
                 "",
                 {{"HEADING", asked ? "Choose a path for " + spot.field : "Files of this machine"},
                  {"SEVERAL", several},
                  {"CRUMBS", crumbs_model(spot)},
                  {"ROOT_VALUE", spot.root},
                  {"BELOW", spot.below},
                  {"FIELD_VALUE", spot.field},
                  {"BACK_VALUE", spot.back},
                  {"WITH", spot.wish.with},
                  {"SHOWS_HIDDEN", spot.wish.hidden},
                  {"USE", use},
                  {"FAILURE", failure},
                  {"NOTE", note.empty() ? json(false) : json{{"NOTE_TEXT", note}}},
                  {"ANY_ENTRY", !entries.empty()},
                  {"FOLDER", spot.absolute()},
                  {"ENTRIES", entries},
                  {"BACK", asked ? json{{"BACK_PATH", spot.back}} : json(false)}},
                 problem == nullptr ? 200 : problem->status()});
}

Response pick(Site& site, banger::Call& call, const Request& request) {
    const Spot spot = spot_of(site, request);
    try {
        const Listing listing = list_folder(Root(spot.root), spot.below, spot.wish);
        site.kept.folder.keep(spot.root, spot.below);
        return request.wants_json() ? listing_json(spot, roots_of(site), listing)
                                    : show_listing(site, call, request, spot, listing, nullptr);
    } catch (const Problem& problem) {
        if (request.wants_json() || !is_below(spot.below)) {
            throw;
        }
        return show_listing(site, call, request, spot, {}, &problem);
    }
}

} // namespace

void add_files(Router& router, Site& site) {
    router.add("GET", "/files", [&site](banger::Call& call, const Request& request) {
        return pick(site, call, request);
    });
}

} // namespace web
