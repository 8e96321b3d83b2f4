#include "form_pages.hpp"
#include "http/percent.hpp"
#include "pages/vm_line.hpp"
#include "schema_fields.hpp"
#include "state/field.hpp"

#include <algorithm>
#include <cstdlib>

namespace web {
namespace {

using nlohmann::json;

constexpr const char* builder = "imagebuild";

/// One verb of the image builder as a page. Its fields are what the plugin's schema says, whichever
/// version of it is there.
struct VerbPage {
    const char *verb, *heading, *submit, *page, *nav;
    std::vector<std::string> command, order;
    bool needs_root; ///< it boots a VM
};

const VerbPage& build_page() {
    static const VerbPage page{"build",
                               "Build an image",
                               "Build",
                               "/images/-/new",
                               "images",
                               {"banger", "image", "build"},
                               {"name", "from", "rootfs", "recipe", "package", "script", "docker",
                                "defaults", "size", "memory", "cpus", "kernel", "initrd", "modules",
                                "replace", "keep"},
                               true};
    return page;
}

const VerbPage& import_page() {
    static const VerbPage page{"import",         "Import an image",
                               "Import",         "/images/-/import",
                               "images",         {"banger", "image", "import"},
                               {"file", "name"}, false};
    return page;
}

const VerbPage& export_page() {
    static const VerbPage page{"export",         "Export ", "Export",
                               "/export",        "images",  {"banger", "image", "export"},
                               {"name", "file"}, false};
    return page;
}

const VerbPage& commit_page() {
    static const VerbPage page{"commit",
                               "Save as an image: ",
                               "Save",
                               "/commit",
                               "vms",
                               {"banger", "vm", "commit"},
                               {"vm", "image", "stop"},
                               false};
    return page;
}

struct FoundVerb {
    json schema;
    std::string absent, hint; ///< why there is none
};

FoundVerb find_verb(Site& site, banger::Call& call, const std::string& verb) {
    const SnapshotPtr now = site.state.now(call);
    for (const json& plugin : now->plugins) {
        if (plugin.value("id", "") != builder) {
            continue;
        }
        for (const json& action : plugin.value("actions", json::array())) {
            if (plugin.value("state", "") == "active" && action.value("kind", "") == "cli" &&
                action.value("name", "") == verb) {
                return {action.value("params_schema", json::object()), "", ""};
            }
        }
        const std::string reason = plugin.value("reason", "");
        return {json(),
                std::string("The plugin ") + builder + " is " + plugin.value("state", "not there") +
                    (reason.empty() ? "" : ": " + reason),
                plugin.value("hint", "banger plugin show imagebuild says more")};
    }
    return {json(), std::string("The plugin ") + builder + " is not there",
            "banger plugin ls shows those that are"};
}

/// Only the files that a build begins with lie under a title of their own.
std::string group_of(const FormField& field) {
    static const std::vector<std::string> boot{"kernel", "initrd", "modules"};
    static const std::vector<std::string> machine{"size", "memory", "cpus", "keep"};
    const auto is_in = [&](const std::vector<std::string>& those) {
        return std::find(those.begin(), those.end(), field.id) != those.end();
    };
    return is_in(boot) ? "Boot files of its own" : is_in(machine) ? "While it is built" : "Image";
}

/// The schema says text where we know the images.
void offer_images(FormField& field, const json& images) {
    field.kind = FieldKind::choice;
    field.choices = {{"", "the default", nullptr}};
    for (const json& image : images) {
        const std::string name = image.value("name", "");
        field.choices.push_back({name, name, name});
    }
}

std::string archive_for(const std::string& image) {
    const char* home = std::getenv("HOME");
    return (home != nullptr && home[0] == '/' ? std::string(home) : std::string()) + "/" + image +
           ".tar.zst";
}

/// fixed: what the page is about already, by the parameter's name.
Form verb_form(Site& site, banger::Call& call, const VerbPage& page, const json& schema,
               const std::string& fixed, const std::string& value) {
    Form form;
    form.nav = page.nav;
    form.heading = page.heading + value;
    form.title = form.heading + (std::string(page.nav) == "vms" ? " · VMs" : " · Images");
    form.submit = page.submit;
    form.command = page.command;
    form.needs_root = page.needs_root;
    form.subject = value;
    form.page = page.page;
    form.back = {"/images", "all images"};
    if (fixed.empty()) {
        const bool builds = form.page == "/images/-/new";
        form.others = {builds ? WayBack{"/images/-/import", "import an archive"}
                              : WayBack{"/images/-/new", "build one"},
                       {"/images/-/register", "register files of yours"}};
    } else {
        const std::string of = "/" + std::string(page.nav) + "/" + percent_encode(value);
        form.page = of + page.page;
        form.back = {of, value};
        form.command.push_back(value);
    }
    form.action = form.page;
    if (std::string(page.verb) == "commit") {
        const json& vm = find_vm(*site.state.now(call), value);
        form.intro = "Everything in it becomes the image, /root too, with shell histories and "
                     "whatever is secret there. Its host name, keys and /tmp do not.";
        if (field_text(vm, "state") == "running") {
            form.intro += " It runs: have it stopped below, or stop it first.";
        }
    }
    for (FormField& field : schema_fields(schema, page.order)) {
        if (field.id == fixed) {
            continue;
        }
        field.group = group_of(field);
        if (field.required) {
            field.flag.clear(); // on the command line it needs no name
        }
        if (field.id == "from") {
            offer_images(field, site.state.now(call)->images);
            field.words = {"image named"};
        }
        if (field.id == "file" && !fixed.empty()) {
            field.initial = archive_for(value);
        }
        if (field.id == "name" || field.id == "image") {
            field.words = {"image name", "image"};
        }
        form.fields.push_back(std::move(field));
    }
    return form;
}

Response show_absent(Site& site, banger::Call& call, const Request& request, const VerbPage& page,
                     const FoundVerb& verb) {
    return show(site, call, request,
                {"absent",
                 page.heading,
                 page.nav,
                 {{"HEADING", page.heading}, {"WHY", verb.absent}, {"DO", verb.hint}},
                 503});
}

Response show_verb(Site& site, banger::Call& call, const Request& request, const VerbPage& page,
                   const std::string& fixed) {
    const FoundVerb verb = find_verb(site, call, page.verb);
    if (!verb.absent.empty()) {
        return show_absent(site, call, request, page, verb);
    }
    const std::string value = fixed.empty() ? "" : request.args.at(0);
    return show_form(site, call, request, verb_form(site, call, page, verb.schema, fixed, value),
                     request.query);
}

Response run_verb(Site& site, banger::Call& call, const Request& request, const VerbPage& page,
                  const std::string& fixed) {
    const FoundVerb verb = find_verb(site, call, page.verb);
    if (!verb.absent.empty()) {
        return show_absent(site, call, request, page, verb);
    }
    const std::string value = fixed.empty() ? "" : request.args.at(0);
    Form form = verb_form(site, call, page, verb.schema, fixed, value);
    const std::string image(request.form.get(request.form.has("image") ? "image" : "name"));
    form.subject = value.empty() ? image : value;
    return take_form(
        site, call, request, form,
        [&](json args) {
            if (!fixed.empty()) {
                args[fixed] = value;
            }
            return Deed{"POST", std::string("/v1/plugins/") + builder + "/actions/cli/" + page.verb,
                        std::move(args), form.subject};
        },
        [&form](const json&) { return form.back.path; });
}

} // namespace

void add_image_verbs(Router& router, Site& site) {
    struct Place {
        const char* path;
        const VerbPage& page;
        const char* fixed;
    };
    for (const Place& place :
         {Place{"/images/-/new", build_page(), ""}, Place{"/images/-/import", import_page(), ""},
          Place{"/images/{name}/export", export_page(), "name"},
          Place{"/vms/{name}/commit", commit_page(), "vm"}}) {
        const VerbPage& page = place.page;
        const std::string fixed = place.fixed;
        router.add("GET", place.path,
                   [&site, &page, fixed](banger::Call& call, const Request& request) {
                       return show_verb(site, call, request, page, fixed);
                   });
        router.add("POST", place.path,
                   [&site, &page, fixed](banger::Call& call, const Request& request) {
                       return run_verb(site, call, request, page, fixed);
                   });
    }
}

} // namespace web
