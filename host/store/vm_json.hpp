#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace banger::store {

struct VmRow;

/// The copy of a VM's row in its own folder (vm.json), from which a lost database is made again.
[[nodiscard]] std::string vm_to_json(const VmRow& row);
/// Throws invalid, naming the field. Fields that a newer banger added are ignored.
[[nodiscard]] VmRow vm_from_json(std::string_view text);

/// Writes and syncs `folder`/vm.json in place of the one that is there.
void write_vm_json(const std::filesystem::path& folder, const VmRow& row);
[[nodiscard]] std::optional<VmRow> find_vm_json(const std::filesystem::path& folder);

} // namespace banger::store
