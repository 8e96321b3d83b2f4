#include "store/lease_table.hpp"

#include "os/error.hpp"
#include "store/database.hpp"
#include "store/query.hpp"

namespace banger::store {

void LeaseTable::acquire(std::string_view address, std::string_view vm_id) {
    Transaction transaction(database_);
    if (const auto owner = owner_of(address)) {
        throw os::Error(os::ErrorKind::conflict,
                        "address " + std::string(address) + " belongs to VM " + *owner);
    }
    if (const auto other = address_of(vm_id)) {
        throw os::Error(os::ErrorKind::conflict,
                        "VM " + std::string(vm_id) + " has the address " + *other + " already");
    }
    Query(database_, "INSERT INTO lease (address, vm_id) VALUES (?, ?)")
        .bind(address)
        .bind(vm_id)
        .run();
    transaction.commit();
}

std::optional<std::string> LeaseTable::address_of(std::string_view vm_id) const {
    Query query(database_, "SELECT address FROM lease WHERE vm_id = ?");
    return query.bind(vm_id).next() ? std::optional(query.text()) : std::nullopt;
}

std::optional<std::string> LeaseTable::owner_of(std::string_view address) const {
    Query query(database_, "SELECT vm_id FROM lease WHERE address = ?");
    return query.bind(address).next() ? std::optional(query.text()) : std::nullopt;
}

std::vector<Lease> LeaseTable::list() const {
    std::vector<Lease> leases;
    Query query(database_, "SELECT address, vm_id FROM lease ORDER BY address");
    while (query.next()) {
        leases.push_back(Lease{.address = query.text(), .vm_id = query.text()});
    }
    return leases;
}

} // namespace banger::store
