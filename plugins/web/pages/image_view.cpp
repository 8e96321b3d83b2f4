#include "image_view.hpp"

#include "about.hpp"
#include "http/percent.hpp"
#include "moment.hpp"
#include "operation_filter.hpp"
#include "state/field.hpp"
#include "text.hpp"

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t users_in_a_row = 3;

json value_or_false(std::string text) {
    return text.empty() ? json(false) : json{{"VALUE", std::move(text)}};
}

std::string size_of(const json& image, const char* name) {
    return field(image, name).is_number() ? bytes_text(field_count(image, name)) : std::string();
}

std::string path_in(const json& image, const char* name) {
    return line_in(image, name, 1000);
}

/// Links to VMs of these names; of one that is gone meanwhile just its name.
json vm_links(const json& names, const Snapshot& now, std::size_t most) {
    json links = json::array();
    for (const json& each : names) {
        if (each.is_string() && links.size() < most) {
            const std::string name = each.get<std::string>();
            links.push_back({{"VM", line_text(name)},
                             {"VM_PATH", vm_path(name)},
                             {"THERE", has_vm(now, name)},
                             {"GONE", !has_vm(now, name)}});
        }
    }
    return links;
}

json users_of(const json& image, const char* name, const Snapshot& now, std::size_t most) {
    const json& names = field_list(image, name);
    json links = vm_links(names, now, most);
    if (links.empty()) {
        return false;
    }
    const std::size_t more = names.size() - links.size();
    return {{"VM_LINKS", std::move(links)},
            {"MORE", value_or_false(more == 0 ? "" : "and " + std::to_string(more) + " more")}};
}

json link_to_base(const json& image, const Snapshot& now) {
    const std::string base = field_text(image, "base");
    if (base.empty()) {
        return false;
    }
    return {{"BASE_TEXT", line_text(base)},
            {"BASE_PATH", image_path(base)},
            {"THERE", has_image(now, base)},
            {"GONE", !has_image(now, base)}};
}

json problem_of(const json& image) {
    const json& ok = field(image, "ok");
    if (!ok.is_boolean() || ok.get<bool>()) {
        return false;
    }
    const std::string problem = line_in(image, "problem", 1000);
    return {{"VALUE", problem.empty() ? "files of it are missing" : problem}};
}

std::uint64_t packages_of(const json& image) {
    return field_count(field_object(image, "packages"), "count");
}

json image_row(const json& image, const Snapshot& now) {
    const std::string name = field_text(image, "name");
    const std::uint64_t packages = packages_of(image);
    return {{"NAME", line_text(name)},
            {"PATH", image_path(name)},
            {"NOTE", line_in(image, "note")},
            {"DEFAULT", field_flag(image, "default")},
            {"PROBLEM", problem_of(image)},
            {"KIND", line_in(image, "kind", 40)},
            {"ON_DISK", size_of(image, "disk_bytes")},
            {"CONTENT", size_of(image, "content_bytes")},
            {"BASE", link_to_base(image, now)},
            {"MADE", moment(field(image, "created_at"), now.taken_at)},
            {"KERNEL", line_in(image, "kernel_version", 80)},
            {"PACKAGES", packages == 0 ? "" : std::to_string(packages)},
            {"USERS", users_of(image, "used_by", now, users_in_a_row)}};
}

bool image_has(const json& image, std::string_view q) {
    std::string text;
    for (const char* name : {"name", "kind", "base", "kernel_version", "note", "source"}) {
        text += field_text(image, name) + "\n";
    }
    return has_words(text, q);
}

/// What there is of it on this machine, a path each.
json files_of(const json& image) {
    const auto file = [](const char* label, const std::string& path, const char* without) {
        return json{{"LABEL", label},
                    {"FILE", value_or_false(path)},
                    {"NO_FILE", value_or_false(path.empty() ? without : "")}};
    };
    const bool is_own_seed = field_flag(image, "own_work_seed");
    return json::array(
        {file("Folder", path_in(image, "dir"), "none: its files are not banger's own"),
         file("Root file system", path_in(image, "rootfs"), "not there"),
         file("Kernel", path_in(image, "kernel"), "the bundle's"),
         file("Kernel, uncompressed", path_in(image, "kernel_elf"), "not there"),
         file("Initial RAM disk", path_in(image, "initrd"), "the bundle's"),
         file("Kernel modules", path_in(image, "modules"), "those in its root file system"),
         file("Work seed", is_own_seed ? path_in(image, "work_seed") : "",
              "none of its own: one is made of its /root when it is first needed, or the "
              "bundle's is taken")});
}

std::string made_text(const json& image) {
    const std::string source = field_text(image, "source");
    return source == "build"    ? "a build: banger image build"
           : source == "commit" ? "saving a VM: banger vm commit"
           : source == "import" ? "an archive: banger image import"
                                : line_text(source);
}

std::string kind_meaning(const json& image) {
    const std::string kind = field_text(image, "kind");
    return kind == "bundle"       ? "It is part of the runtime bundle."
           : kind == "registered" ? "Its files are yours, and stay where they are."
           : kind == "managed"    ? "Its files are banger's own."
                                  : "";
}

json commands_for(const std::string& name) {
    json commands = json::array();
    const auto add = [&](const char* label, const std::string& command) {
        commands.push_back({{"LABEL", label}, {"COMMAND", command}});
    };
    add("This page", "banger image show " + name);
    add("A VM of it", "banger vm create --image " + name);
    add("Make it the default", "banger image default " + name);
    add("Another image on top of it", "banger image build NEW --from " + name);
    add("One archive of all of it", "banger image export " + name + " .");
    add("Delete it", "banger image delete " + name);
    return commands;
}

json package_facts(const json& image, const std::string& path) {
    const json& packages = field(image, "packages");
    if (!packages.is_object()) {
        return false;
    }
    return {{"COUNT", count_text(packages_of(image), "package")},
            {"PACKAGES_PATH", path + "/packages"},
            {"MANIFEST", line_in(packages, "manifest", 1000)}};
}

} // namespace

std::string why_image_stays(const json& image) {
    if (field_text(image, "kind") == "bundle") {
        return "It belongs to the runtime bundle, and goes with that.";
    }
    if (field_flag(image, "default")) {
        return "It is the default: choose another one first.";
    }
    const std::size_t users = field_list(image, "used_by").size();
    return users == 0 ? std::string()
                      : count_text(users, "VM") + (users == 1 ? " uses it." : " use it.");
}

json images_page(const Snapshot& now, std::string_view q, bool all) {
    json rows = json::array();
    std::uint64_t bytes = 0;
    std::size_t selectable = 0;
    for (const json& image : now.images) {
        if (image.is_object() && image_has(image, q)) {
            const bool can_go = why_image_stays(image).empty();
            json row = image_row(image, now);
            row.update({{"SELECTABLE", can_go}, {"CHECKED", all}});
            rows.push_back(std::move(row));
            bytes += field_count(image, "disk_bytes");
            selectable += can_go ? 1 : 0;
        }
    }
    const bool none = now.images.empty();
    json page{{"Q", q},
              {"SEARCH", !none},
              {"FILTERED", !q.empty()},
              {"EMPTY", none ? json{{"COMMAND", "make runtime-bundle"}} : json(false)},
              {"NO_MATCH", rows.empty() && !none
                               ? json{{"WHAT", "Searched for: " + line_text(q, 100)}}
                               : json(false)},
              {"BULK", false},
              {"TABLE", false}};
    if (selectable != 0) {
        const std::string query = q.empty() ? "?" : "?q=" + percent_encode(q) + "&";
        page["BULK"] = {{"SELECT_ALL", "/images" + query + "select=all"},
                        {"COUNT", count_text(selectable, "image")}};
    }
    if (!rows.empty()) {
        const std::string caption =
            count_text(rows.size(), "image") + ", " + bytes_text(bytes) + " on this machine's disk";
        page["TABLE"] = {{"CAPTION", caption}, {"ROWS", std::move(rows)}};
    }
    return page;
}

json image_page(const json& image, const Snapshot& now) {
    json page = image_row(image, now);
    const std::string name = field_text(image, "name");
    const std::string path = page.at("PATH");
    const std::string stays = why_image_stays(image);
    const bool is_default = page.at("DEFAULT");
    constexpr std::size_t all = 1000;
    page.update(
        {{"MEANING", kind_meaning(image)},
         {"CREATE_PATH", "/vms/-/new?image=" + path.substr(std::string("/images/").size())},
         {"DEFAULT_PATH", path + "/default"},
         {"MAY_BE_DEFAULT", !is_default && !page.at("PROBLEM").is_object()},
         {"EXPORT_PATH",
          page.at("PROBLEM").is_object() ? json(false) : json{{"VALUE", path + "/export"}}},
         {"DELETE_PATH", stays.empty() ? json{{"VALUE", path + "/confirm/delete"}} : json(false)},
         {"STAYS", value_or_false(stays)},
         {"SIZE", size_of(image, "size_bytes")},
         {"MADE_BY", value_or_false(made_text(image))},
         {"RECIPE", value_or_false(line_in(image, "recipe", 200))},
         {"ABOUT_IT", value_or_false(line_in(image, "note", 2000))},
         {"KERNEL_VERSION", value_or_false(line_in(image, "kernel_version", 80))},
         {"FILES", files_of(image)},
         {"MANIFEST_OF", package_facts(image, path)},
         {"USERS", users_of(image, "used_by", now, all)},
         {"UNUSED", field_list(image, "used_by").empty()},
         {"OLDER", users_of(image, "older_base", now, all)},
         {"COMMANDS", commands_for(line_text(name))}});
    return page;
}

} // namespace web
