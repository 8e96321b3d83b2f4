#pragma once

#include "supervisor/client.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace banger::vm {

/// What a VM's row keeps of its process (JSON), so that no VMM is lost with its run folder.
/// `vmm_reason`: why this VMM was taken.
[[nodiscard]] std::string to_record(const supervisor::Supervised& process,
                                    const std::string& vmm_reason);
/// nullopt when the record names none. `run_dir` is for a record that does not name its folder.
[[nodiscard]] std::optional<supervisor::Supervised>
from_record(const std::string& record, const std::filesystem::path& run_dir);

/// How things stand with the VMM of a VM that was left alone. [pool thread]
struct Found {
    std::optional<supervisor::Supervised> process; ///< it runs, proven
    std::string vmm_reason;                        ///< why this VMM was taken; or empty
    std::optional<vmm::Exit> exit;                 ///< else how it ended, when that was written
};

/// By the record, else by the run folder: that may be gone, or another than the VMM was started
/// with. Throws when it cannot be told whether the recorded VMM runs.
[[nodiscard]] Found find_process(const std::string& record, const std::filesystem::path& run_dir);

/// The boot id of the host that a record's processes ran on; nullopt when it names none.
[[nodiscard]] std::optional<std::string> boot_of(const std::string& record);

} // namespace banger::vm
