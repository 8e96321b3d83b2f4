#include "store/vm_table.hpp"

#include "os/error.hpp"
#include "store/database.hpp"
#include "store/query.hpp"

namespace banger::store {
using os::Error;
using os::ErrorKind;

namespace {

#define VM_COLUMNS                                                                                 \
    "id, name, state, image, vcpus, memory_mib, disk_mib, work_disk_mib, disk_mode, vmm, accel, "  \
    "ip, mac, cid, options, created_at, started_at, ready_at, exit, timings, warnings, process, "  \
    "last_operation, autostart, idle_stop_s, max_lifetime_s, lived_ms, "                           \
    "disk_bytes_per_s, disk_ops_per_s, network_bytes_per_s"

constexpr const char* insert_sql =
    "INSERT INTO vm (" VM_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
    "?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)";
constexpr const char* update_sql =
    "UPDATE vm SET (" VM_COLUMNS ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
    "?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30) WHERE id "
    "= ?1";
constexpr const char* find_sql = "SELECT " VM_COLUMNS " FROM vm WHERE id = ?";
constexpr const char* find_by_name_sql = "SELECT " VM_COLUMNS " FROM vm WHERE name = ?";
constexpr const char* find_by_cid_sql = "SELECT " VM_COLUMNS " FROM vm WHERE cid = ?";
constexpr const char* list_sql = "SELECT " VM_COLUMNS " FROM vm ORDER BY name";

#undef VM_COLUMNS

void bind(Query& query, const VmRow& row) {
    query.bind(row.id).bind(row.name).bind(row.state).bind(row.image);
    query.bind(row.vcpus).bind(row.memory_mib).bind(row.disk_mib).bind(row.work_disk_mib);
    query.bind(row.disk_mode).bind(row.vmm).bind(row.accel).bind(row.ip).bind(row.mac);
    query.bind(row.cid);
    query.bind(row.options).bind(row.created_at).bind_or_null(row.started_at);
    query.bind_or_null(row.ready_at).bind_or_null(row.exit).bind(row.timings);
    query.bind(row.warnings).bind(row.process).bind_or_null(row.last_operation);
    query.bind(row.autostart).bind(row.idle_stop_s).bind(row.max_lifetime_s).bind(row.lived_ms);
    query.bind(row.disk_bytes_per_s).bind(row.disk_ops_per_s).bind(row.network_bytes_per_s);
}

VmRow read_vm(Query& query) {
    return VmRow{.id = query.text(),
                 .name = query.text(),
                 .state = query.text(),
                 .image = query.text(),
                 .vcpus = query.integer(),
                 .memory_mib = query.integer(),
                 .disk_mib = query.integer(),
                 .work_disk_mib = query.integer(),
                 .disk_mode = query.text(),
                 .vmm = query.text(),
                 .accel = query.text(),
                 .ip = query.text(),
                 .mac = query.text(),
                 .cid = query.integer(),
                 .options = query.text(),
                 .created_at = query.integer(),
                 .started_at = query.integer_or_null(),
                 .ready_at = query.integer_or_null(),
                 .exit = query.text_or_null(),
                 .timings = query.text(),
                 .warnings = query.text(),
                 .process = query.text(),
                 .last_operation = query.text_or_null(),
                 .autostart = query.text(),
                 .idle_stop_s = query.integer(),
                 .max_lifetime_s = query.integer(),
                 .lived_ms = query.integer(),
                 .disk_bytes_per_s = query.integer(),
                 .disk_ops_per_s = query.integer(),
                 .network_bytes_per_s = query.integer()};
}

std::optional<VmRow> find_one(Query& query) {
    return query.next() ? std::optional(read_vm(query)) : std::nullopt;
}

} // namespace

void VmTable::insert(const VmRow& row) {
    Transaction transaction(database_);
    if (find_by_name(row.name)) {
        throw Error(ErrorKind::conflict, "a VM named \"" + row.name + "\" exists already",
                    "choose another name, or delete it: banger vm delete " + row.name);
    }
    if (find(row.id)) {
        throw Error(ErrorKind::conflict, "a VM with the id " + row.id + " exists already");
    }
    if (row.cid != 0) {
        if (const auto other = find_by_cid(row.cid)) {
            throw Error(ErrorKind::conflict, "the vsock context id " + std::to_string(row.cid) +
                                                 " belongs to VM " + other->id);
        }
    }
    Query query(database_, insert_sql);
    bind(query, row);
    query.run();
    transaction.commit();
}

void VmTable::update(const VmRow& row) {
    Query query(database_, update_sql);
    bind(query, row);
    if (query.run() == 0) {
        throw Error(ErrorKind::not_found, "no VM with the id " + row.id + " is recorded");
    }
}

bool VmTable::remove(std::string_view id) {
    return Query(database_, "DELETE FROM vm WHERE id = ?").bind(id).run() > 0;
}

std::optional<VmRow> VmTable::find(std::string_view id) const {
    Query query(database_, find_sql);
    return find_one(query.bind(id));
}

std::optional<VmRow> VmTable::find_by_name(std::string_view name) const {
    Query query(database_, find_by_name_sql);
    return find_one(query.bind(name));
}

std::optional<VmRow> VmTable::find_by_cid(std::int64_t cid) const {
    Query query(database_, find_by_cid_sql);
    return find_one(query.bind(cid));
}

std::vector<VmRow> VmTable::list() const {
    std::vector<VmRow> rows;
    Query query(database_, list_sql);
    while (query.next()) {
        rows.push_back(read_vm(query));
    }
    return rows;
}

} // namespace banger::store
