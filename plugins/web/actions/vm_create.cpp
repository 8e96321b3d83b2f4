#include "form_pages.hpp"
#include "pages/text.hpp"
#include "vm_fields.hpp"

namespace web {
namespace {

using nlohmann::json;

Form create_form(Site& site, banger::Call& call) {
    Form form;
    form.title = "Create · VMs";
    form.nav = "vms";
    form.heading = "Create a VM";
    form.intro =
        "What is left empty is taken from the configuration. It is started, and ready when "
        "SSH answers.";
    form.page = "/vms/-/new";
    form.action = "/vms";
    form.submit = "Create";
    form.command = {"banger", "vm", "create"};
    form.fields = create_fields(site.state.now(call)->images, site.daemon.get(call, "/v1/config"),
                                site.daemon.get(call, "/v1/vm-options").at("options"));
    form.seldom = seldom_groups();
    form.back = {"/vms", "all VMs"};
    form.needs_root = form.can_check = true;
    return form;
}

std::string text_or(const json& object, const char* key, const std::string& otherwise) {
    const json value = object.value(key, json());
    return value.is_string() && value != json("") ? value.get<std::string>() : otherwise;
}

/// "true", "80:80, 443:443"
std::string option_text(const json& value) {
    if (!value.is_array()) {
        return value.is_string() ? value.get<std::string>() : value.dump();
    }
    std::string text;
    for (const json& item : value) {
        text += (text.empty() ? "" : ", ") + option_text(item);
    }
    return text;
}

/// A VM that is not made, line by line.
std::vector<std::pair<std::string, std::string>> made_lines(const json& vm) {
    const std::string driver = text_or(vm, "driver", "");
    const std::string why = text_or(vm, "vmm_reason", "");
    std::vector<std::pair<std::string, std::string>> lines{
        {"Name", text_or(vm, "name", "made up when it is created")},
        {"Address", "taken when it is created"},
        {"Image", text_or(vm, "image", "")},
        {"Size", count_text(vm.value("vcpus", 0), "CPU") + ", " +
                     mib_text(vm.value("memory_mib", 0)) + " of memory"},
        {"Disks", mib_text(vm.value("disk_mib", 0)) + " (" + text_or(vm, "disk_mode", "") + "), " +
                      mib_text(vm.value("work_disk_mib", 0)) + " on /root"},
        {"Runs by", driver + (why.empty() ? "" : ": " + why)}};
    const json options = vm.value("options", json::object());
    for (const auto& [plugin, values] : options.items()) {
        for (const auto& [name, value] : values.items()) {
            const std::string text = value.is_null() ? "" : option_text(value);
            if (!text.empty()) {
                std::string label = plugin;
                label += " " + name;
                lines.emplace_back(std::move(label), text);
            }
        }
    }
    return lines;
}

Response check_only(Site& site, banger::Call& call, const Request& request, const Form& form) {
    const Encoded encoded = encode(form.fields, request.form);
    FormAnswer answer;
    if (encoded.faults.empty()) {
        try {
            const json shown = site.daemon.post(call, "/v1/vms?dry_run=true", encoded.body);
            if (request.wants_json()) {
                return Response::json(
                    json{{"made", shown}, {"command", command_of(form, encoded)}}.dump(
                        -1, ' ', false, json::error_handler_t::replace));
            }
            answer.made = made_lines(shown.at("vm"));
        } catch (const Problem& problem) {
            answer = answer_of(form, problem);
        }
    } else {
        answer.faults = encoded.faults;
        answer.status = 422;
    }
    answer.command = command_of(form, encoded);
    return show_form(site, call, request, form, request.form, answer);
}

Response create(Site& site, banger::Call& call, const Request& request) {
    Form form = create_form(site, call);
    form.subject = request.form.get("name");
    if (!request.form.get("dry_run").empty()) {
        return check_only(site, call, request, form);
    }
    return take_form(
        site, call, request, form,
        [&form](const json& body) {
            return Deed{"POST", "/v1/vms", body, form.subject};
        },
        [](const json&) { return std::string("/vms"); });
}

} // namespace

void add_vm_create(Router& router, Site& site) {
    router.add("GET", "/vms/-/new", [&site](banger::Call& call, const Request& request) {
        return show_form(site, call, request, create_form(site, call), request.query);
    });
    router.add("POST", "/vms", [&site](banger::Call& call, const Request& request) {
        return create(site, call, request);
    });
}

} // namespace web
