#include "store/vm_json.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "store/row_json.hpp"
#include "store/vm_table.hpp"

#include <nlohmann/json.hpp>

namespace banger::store {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int format_version = 1;

template <class Row, class Visitor>
void visit_fields(Row& row, Visitor&& visit) {
    visit.field("id", row.id);
    visit.field("name", row.name);
    visit.field("state", row.state);
    visit.field("image", row.image);
    visit.field("vcpus", row.vcpus);
    visit.field("memory_mib", row.memory_mib);
    visit.field("disk_mib", row.disk_mib);
    visit.field("work_disk_mib", row.work_disk_mib);
    visit.field("disk_mode", row.disk_mode);
    visit.field("vmm", row.vmm);
    visit.field("accel", row.accel);
    visit.field("ip", row.ip);
    visit.field("mac", row.mac);
    visit.added("cid", row.cid);
    visit.nested("options", row.options);
    visit.field("created_at", row.created_at);
    visit.optional("started_at", row.started_at);
    visit.optional("ready_at", row.ready_at);
    visit.optional_nested("exit", row.exit);
    visit.nested("timings", row.timings);
    visit.nested("warnings", row.warnings);
    visit.nested("process", row.process);
    visit.optional("last_operation", row.last_operation);
    visit.added("autostart", row.autostart);
    visit.added("idle_stop_s", row.idle_stop_s);
    visit.added("max_lifetime_s", row.max_lifetime_s);
    visit.added("lived_ms", row.lived_ms);
    visit.added("disk_bytes_per_s", row.disk_bytes_per_s);
    visit.added("disk_ops_per_s", row.disk_ops_per_s);
    visit.added("network_bytes_per_s", row.network_bytes_per_s);
}

} // namespace

std::string vm_to_json(const VmRow& row) {
    try {
        json out{{"version", format_version}};
        visit_fields(row, RowWriter{out});
        return out.dump(2) + "\n";
    } catch (const json::exception& cause) {
        throw os::Error(os::ErrorKind::internal, "VM " + row.name + ": " + cause.what());
    }
}

VmRow vm_from_json(std::string_view text) {
    try {
        const json in = json::parse(text);
        if (const int version = in.at("version").get<int>(); version != format_version) {
            throw os::Error(os::ErrorKind::unsupported,
                            "version " + std::to_string(version) + " of vm.json is not known");
        }
        VmRow row;
        visit_fields(row, RowReader{in});
        return row;
    } catch (const json::exception& cause) {
        throw os::Error(os::ErrorKind::invalid, std::string("vm.json: ") + cause.what());
    }
}

void write_vm_json(const fs::path& folder, const VmRow& row) {
    os::write_file_atomic(folder / "vm.json", vm_to_json(row));
}

std::optional<VmRow> find_vm_json(const fs::path& folder) {
    const auto text = os::find_file(folder / "vm.json");
    return text ? std::optional(vm_from_json(*text)) : std::nullopt;
}

} // namespace banger::store
