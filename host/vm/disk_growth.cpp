#include "vm/disk_growth.hpp"

#include "image/disks.hpp"
#include "os/error.hpp"
#include "vm/guest_growth.hpp"

#include <array>
#include <exception>
#include <optional>
#include <string>

namespace banger::vm {
using os::Error;
using os::ErrorKind;

namespace {

std::string mib_text(std::int64_t mib) {
    return std::to_string(mib) + " MiB";
}

std::uint64_t bytes_of(std::int64_t mib) {
    return static_cast<std::uint64_t>(mib) << 20U;
}

std::string name_of(const SizedDisk& disk, const Machine& machine) {
    return "the " + disk.what + " of VM " + machine.name();
}

Error not_larger(const Machine& machine, const SizedDisk& disk, std::int64_t mib) {
    return {ErrorKind::invalid,
            name_of(disk, machine) + " has " + mib_text(disk.size(machine.row)) +
                " and cannot get " + mib_text(mib) + ": disks only grow",
            "take more than it has"};
}

std::array<std::optional<std::int64_t>, 2> wanted_sizes(const SetRequest& request) {
    return {request.disk_mib, request.work_disk_mib};
}

/// `failure`, and what there is of the growth all the same.
Error half_way(const Machine& machine, const SizedDisk& disk, std::int64_t mib,
               const std::exception_ptr& failure) {
    Error error(ErrorKind::internal, "");
    try {
        std::rethrow_exception(failure);
    } catch (...) {
        error = os::current_error();
    }
    const std::string words = std::string(": ") + error.what();
    if (disk.size(machine.row) < mib) {
        return {error.kind(),
                name_of(disk, machine) + " has its " + mib_text(disk.size(machine.row)) +
                    " as before" + words,
                error.hint().empty() && machine.runs()
                    ? "it can grow while it is stopped, too: banger vm stop " + machine.name()
                    : error.hint()};
    }
    return {error.kind(),
            name_of(disk, machine) + " has " + mib_text(mib) + ", but its guest does not see them" +
                words,
            "it does from its next start on: banger vm restart " + machine.name()};
}

} // namespace

void DiskGrowth::require(const Machine& machine, const SetRequest& request) {
    const auto disks = sized_disks(machine.row);
    const auto wanted = wanted_sizes(request);
    for (std::size_t i = 0; i < disks.size(); ++i) {
        if (!wanted[i]) {
            continue;
        }
        if (machine.state == State::paused) {
            throw paused_error(machine);
        }
        if (machine.state != State::running && machine.state != State::stopped &&
            machine.state != State::crashed) {
            throw Error(ErrorKind::conflict, "VM " + machine.name() + " is " +
                                                 std::string(to_string(machine.state)) +
                                                 what_is_held(machine));
        }
        if (*wanted[i] < disks[i].size(machine.row)) {
            throw not_larger(machine, disks[i], *wanted[i]);
        }
    }
}

asio::awaitable<void> DiskGrowth::see_sizes(Ptr machine) {
    const auto disks = sized_disks(machine->row);
    using Sizes = std::array<std::optional<std::uint64_t>, 2>;
    auto work = offload(threads_, [dir = MachinePaths(settings_, *machine).dir, disks]() -> Sizes {
        return {image::Disks::size_of(dir / disks[0].file),
                image::Disks::size_of(dir / disks[1].file)};
    });
    const Sizes sizes = co_await std::move(work);
    bool changed = false;
    for (std::size_t i = 0; i < disks.size(); ++i) {
        std::int64_t& recorded = machine->row.*disks[i].mib;
        const auto real = sizes[i] ? static_cast<std::int64_t>(*sizes[i]) : recorded;
        changed = changed || real != recorded;
        recorded = real;
    }
    if (changed) {
        machines_.save(*machine);
        co_await keep_copy_(machine);
    }
}

asio::awaitable<std::vector<std::string>> DiskGrowth::run(Operation& operation, Ptr machine,
                                                          SetRequest request) {
    operation.stage("disks");
    const store::VmRow before = machine->row;
    co_await see_sizes(machine);
    const auto disks = sized_disks(machine->row);
    const auto wanted = wanted_sizes(request);
    for (std::size_t i = 0; i < disks.size(); ++i) {
        if (wanted[i] && *wanted[i] < disks[i].size(machine->row)) {
            throw not_larger(*machine, disks[i], *wanted[i]);
        }
    }
    std::vector<std::string> already;
    for (std::size_t i = 0; i < disks.size(); ++i) {
        // One whose file had grown before its record did: what is left of that is done.
        const bool known = disks[i].size(before) == disks[i].size(machine->row);
        if (wanted[i] && known && *wanted[i] == disks[i].size(machine->row)) {
            already.push_back(name_of(disks[i], *machine) + " has " + mib_text(*wanted[i]) +
                              " already");
        } else if (wanted[i]) {
            co_await grow(operation, machine, disks[i], *wanted[i]);
        }
    }
    co_return already;
}

/// The file first, then the record: what the record says is there, whenever a daemon dies.
asio::awaitable<void> DiskGrowth::grow(Operation& operation, Ptr machine, SizedDisk disk,
                                       std::int64_t mib) {
    const bool runs = machine->runs();
    std::exception_ptr failure;
    auto growth = offload(threads_, [process = runs ? machine->process : std::nullopt, disk, mib,
                                     dir = MachinePaths(settings_, *machine).dir] {
        if (process) {
            process->resize_disk(disk.id, bytes_of(mib));
        } else {
            image::Disks::grow(dir / disk.file, static_cast<std::uint64_t>(mib));
        }
    });
    try {
        co_await std::move(growth);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await see_sizes(machine);
    if (failure) {
        throw half_way(*machine, disk, mib, failure);
    }
    operation.log("info", name_of(disk, *machine) + " has " + mib_text(mib) + " now");
    if (runs) {
        co_await grow_in_guest(operation, machine, disk);
    }
}

asio::awaitable<void> DiskGrowth::grow_in_guest(Operation& operation, Ptr machine, SizedDisk disk) {
    auto growth =
        offload(threads_, [&capabilities = capabilities_, view = view_of(*machine, settings_), disk,
                           bytes = bytes_of(disk.size(machine->row))] {
            return grow_guest_disk(capabilities, view, disk.id, bytes);
        });
    const std::string problem = co_await std::move(growth);
    if (!problem.empty()) {
        const std::string note =
            name_of(disk, *machine) + " has " + mib_text(disk.size(machine->row)) +
            "; the file system on it grows at the next start, not yet: " + problem;
        operation.warn(note);
        add_warning(*machine, note);
        machines_.save(*machine);
    }
}

} // namespace banger::vm
