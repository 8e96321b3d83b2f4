#include "vm_fields.hpp"

#include "quantity.hpp"
#include "schema_fields.hpp"

#include <array>

namespace web {
namespace {

using nlohmann::json;

constexpr const char* bytes_each_s = " at most, in a second: 50M, or off";

/// The group that a field belongs to is its title.
constexpr const char* what_it_is = "What it is";
constexpr const char* size = "Size";
constexpr const char* policy = "When it starts and stops";
constexpr const char* limits = "Limits";

FormField field_for(const char* group, const char* id, const char* label, FieldKind kind,
                    const char* key, const char* flag, const char* help) {
    FormField field;
    field.group = group;
    field.id = id;
    field.label = label;
    field.kind = kind;
    field.at = {key};
    field.flag = flag;
    field.help = help;
    return field;
}

FormField choice_of(FormField field, const std::string& nothing,
                    std::initializer_list<std::pair<const char*, const char*>> choices) {
    field.kind = FieldKind::choice;
    if (!nothing.empty()) {
        field.choices.push_back({"", nothing, nullptr});
    }
    for (const auto& [value, text] : choices) {
        field.choices.push_back({value, text, value});
    }
    return field;
}

FormField name_field() {
    FormField field = field_for(what_it_is, "name", "Name", FieldKind::text, "name", "--name",
                                "Lower-case letters, digits and '-', such as web-1; one is made up "
                                "when this is empty");
    field.words = {"VM name", "named"};
    return field;
}

FormField image_field(const json& images) {
    FormField field = field_for(what_it_is, "image", "Image", FieldKind::choice, "image", "--image",
                                "What is on its system disk at first");
    std::string standard;
    for (const json& image : images) {
        const std::string name = image.value("name", "");
        standard = image.value("default", false) ? name : standard;
        field.choices.push_back(
            {name, name + (image.value("ok", true) ? "" : " (files missing)"), name});
    }
    field.choices.insert(
        field.choices.begin(),
        {"", "the default" + (standard.empty() ? "" : " (" + standard + ")"), nullptr});
    field.words = {"image named"};
    return field;
}

std::vector<FormField> size_fields() {
    FormField vcpus = field_for(size, "vcpus", "CPUs", FieldKind::whole, "vcpus", "--vcpu",
                                "Virtual processors, 1 to 32");
    vcpus.least = 1;
    vcpus.most = 32;
    vcpus.words = {"vCPUs"};
    FormField memory = field_for(size, "memory", "Memory", FieldKind::size, "memory_mib",
                                 "--memory", "512M or 2G");
    memory.words = {"of memory"};
    return {vcpus, memory,
            field_for(size, "disk", "System disk", FieldKind::size, "disk_mib", "--disk",
                      "Size of the root file system: 20G"),
            field_for(size, "work_disk", "Work disk", FieldKind::size, "work_disk_mib",
                      "--work-disk", "Size of the disk on /root: 20G")};
}

std::vector<FormField> limit_fields() {
    std::vector<FormField> fields{
        field_for(limits, "disk_bandwidth", "Disk bandwidth", FieldKind::rate, "disk_bytes_per_s",
                  "--disk-bandwidth", ""),
        field_for(limits, "disk_iops", "Disk operations", FieldKind::whole, "disk_ops_per_s",
                  "--disk-iops",
                  "How often each disk is read and written at most, in a second: 1000, or off"),
        field_for(limits, "network_bandwidth", "Network bandwidth", FieldKind::rate,
                  "network_bytes_per_s", "--network-bandwidth", "")};
    fields[0].help = std::string("What each disk reads and writes") + bytes_each_s;
    fields[2].help =
        std::string("What is sent, and what is received,") + bytes_each_s + "; Firecracker only";
    fields[1].least = 1;
    for (FormField& field : fields) {
        field.off = true;
    }
    return fields;
}

std::vector<FormField> policy_fields(const std::string& nothing) {
    const FormField start = field_for(policy, "autostart", "Start by itself", FieldKind::choice,
                                      "autostart", "--autostart", "When this machine has come up");
    std::vector<FormField> fields{
        choice_of(start, nothing, {{"on", "yes"}, {"off", "no"}, {"last", "if it ran before"}}),
        field_for(policy, "idle_stop", "Stop when idle for", FieldKind::period, "idle_stop_s",
                  "--idle-stop", "So long without login, load or traffic: 30m, or off"),
        field_for(policy, "max_lifetime", "Longest life", FieldKind::period, "max_lifetime_s",
                  "--max-lifetime",
                  "Stopped so long after its start, whatever happens in it: 8h, or off")};
    fields[1].off = fields[2].off = true;
    return fields;
}

/// The plugins' own. An option of no flag is for the API alone, and for us.
std::vector<FormField> option_fields(const json& options) {
    std::vector<FormField> fields;
    for (const json& option : options) {
        const std::string plugin = option.value("plugin", "");
        const std::string name = option.value("name", "");
        json facts = option;
        if (facts.value("default", json()) == json(false)) {
            facts.erase("default"); // not said and "no" differ where the plugin is configured so
        }
        auto field = schema_field(name, facts);
        if (!field) {
            continue;
        }
        std::string flag = option.value("flag", "");
        flag.erase(0, flag.find_first_not_of('-'));
        field->id = "opt." + plugin;
        field->id += "." + name;
        field->at = {"options", plugin, name};
        field->flag = "--" + (flag.empty() ? name : flag);
        field->group = "Plugin " + plugin;
        field->mark = option.value("live", false) ? "" : "at its next start";
        fields.push_back(std::move(*field));
    }
    return fields;
}

void append(std::vector<FormField>& fields, std::vector<FormField> more) {
    fields.insert(fields.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

/// What counts where a field is left empty.
std::string configured(const json& config, const std::string& key) {
    const json section = config.is_object() ? config.value("vm", json::object()) : json();
    const json entry = section.is_object() ? section.value(key, json::object()) : json();
    const json value = entry.is_object() ? entry.value("value", json()) : json();
    const std::string text = value.is_string() ? value.get<std::string>()
                             : value.is_null() ? ""
                                               : value.dump();
    return text == "0" || text == "0s" ? "off" : text;
}

void tell_configured(std::vector<FormField>& fields, const json& config) {
    for (FormField& field : fields) {
        const std::string key = field.id == "timeout" ? "create_timeout" : field.id;
        const std::string text = field.at.size() == 1 ? configured(config, key) : "";
        if (!text.empty() && field.kind == FieldKind::choice && field.id != "image") {
            field.choices.front().text = "as configured (" + text + ")";
        } else if (!text.empty() && field.kind != FieldKind::choice) {
            field.help += "; " + text + " when this is empty";
        }
    }
}

// ---- of a VM that there is ----

std::string value_text(const FormField& field, const json& value) {
    if (value.is_null()) {
        return {};
    }
    if (value.is_array()) {
        std::string lines;
        for (const json& item : value) {
            lines += item.is_string() ? item.get<std::string>() : item.dump();
            lines += "\n";
        }
        return lines;
    }
    if (value.is_number_integer() && field.off && value == 0) {
        return "off";
    }
    const std::int64_t number = value.is_number_integer() ? value.get<std::int64_t>() : 0;
    return value.is_string()                 ? value.get<std::string>()
           : field.kind == FieldKind::size   ? mib_input(number)
           : field.kind == FieldKind::rate   ? bytes_input(number)
           : field.kind == FieldKind::period ? seconds_input(number)
                                             : value.dump();
}

json value_at(const json& vm, const std::vector<std::string>& at) {
    json value = vm;
    for (const std::string& key : at) {
        value = value.is_object() ? value.value(key, json()) : json();
    }
    return value;
}

bool is_down(const json& vm) {
    const std::string state = vm.value("state", "");
    return state == "stopped" || state == "crashed";
}

} // namespace

std::vector<FormField> create_fields(const json& images, const json& config, const json& options) {
    std::vector<FormField> fields{name_field(), image_field(images)};
    append(fields, size_fields());
    const FormField mode = field_for(size, "disk_mode", "System disk is", FieldKind::choice,
                                     "disk_mode", "--disk-mode", "");
    fields.push_back(choice_of(mode, "as configured",
                               {{"overlay", "overlay: shares the image"},
                                {"copy", "copy: a private clone of the image"}}));
    const FormField vmm = field_for(what_it_is, "vmm", "Runs by", FieldKind::choice, "vmm", "--vmm",
                                    "auto takes Firecracker where it runs guests, else QEMU");
    fields.insert(fields.begin() + 2,
                  choice_of(vmm, "as configured",
                            {{"auto", "auto"}, {"firecracker", "Firecracker"}, {"qemu", "QEMU"}}));
    append(fields, policy_fields("as configured"));
    fields.push_back(field_for(policy, "timeout", "Give up after", FieldKind::period, "timeout_s",
                               "--timeout", "Undone when it is not ready after: 90s, 5m"));
    append(fields, limit_fields());
    tell_configured(fields, config);
    append(fields, option_fields(options));
    for (FormField& field : fields) {
        field.mark.clear(); // all of it is for its first start
    }
    return fields;
}

std::vector<FormField> set_fields(const json& vm, const json& options) {
    std::vector<FormField> fields = size_fields();
    append(fields, policy_fields(""));
    append(fields, limit_fields());
    append(fields, option_fields(options));
    for (FormField& field : fields) {
        const bool disk = field.id == "disk" || field.id == "work_disk";
        const bool at_rest = (field.group == size && !disk) || field.group == limits;
        field.mark = !field.mark.empty() ? field.mark
                     : disk              ? "grows, also while it runs"
                     : at_rest           ? "while it is stopped"
                                         : "also while it runs";
        if (at_rest && !is_down(vm)) {
            field.locked = "stop it first";
        }
        const json value = value_at(vm, field.at);
        field.initial = value_text(field, value);
        field.clears = field.keeps = true;
        if (field.kind == FieldKind::choice || field.kind == FieldKind::yes_no) {
            field.clears = false; // there is no way back to "not said"
        }
    }
    return fields;
}

std::vector<std::string> seldom_groups() {
    return {policy, limits};
}

} // namespace web
