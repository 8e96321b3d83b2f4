#pragma once

#include "vm/machines.hpp"
#include "vm/offload.hpp"
#include "vm/operation.hpp"
#include "vm/requests.hpp"
#include "vm/sized_disk.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace banger::vm {

/// Makes disks of a VM larger: the file, then the record, then the file system. Of a VM that runs
/// the VMM grows the file and the guest its file system; of one that does not, the guest's init
/// grows it at the next start, as it does with whatever was left half-way. [loop]
class DiskGrowth {
  public:
    using Ptr = std::shared_ptr<Machine>;
    /// Writes the copy of the record.
    using KeepCopy = std::function<asio::awaitable<void>(Ptr)>;

    DiskGrowth(Threads& threads, Machines& machines, Capabilities& capabilities,
               const Settings& settings, KeepCopy keep_copy)
        : threads_(threads), machines_(machines), capabilities_(capabilities), settings_(settings),
          keep_copy_(std::move(keep_copy)) {}

    /// Throws what keeps disks of the VM from getting these sizes, as far as the record tells it.
    static void require(const Machine& machine, const SetRequest& request);
    /// Gives a line for each disk that has its size already.
    [[nodiscard]] asio::awaitable<std::vector<std::string>> run(Operation& operation, Ptr machine,
                                                                SetRequest request);
    /// The record says what the files have: a daemon may have died between the two.
    [[nodiscard]] asio::awaitable<void> see_sizes(Ptr machine);

  private:
    asio::awaitable<void> grow(Operation& operation, Ptr machine, SizedDisk disk, std::int64_t mib);
    asio::awaitable<void> grow_in_guest(Operation& operation, Ptr machine, SizedDisk disk);

    Threads& threads_;
    Machines& machines_;
    Capabilities& capabilities_;
    const Settings& settings_;
    KeepCopy keep_copy_;
};

} // namespace banger::vm
