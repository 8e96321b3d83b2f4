#pragma once

#include "os/error.hpp"
#include "plugin/probe_cache.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

namespace banger::plugin {

/// Opens the files of plugins in processes of their own before the daemon does, so that one which
/// crashes, ends its process or hangs harms only that.
class Probe {
  public:
    struct File {
        std::filesystem::path name; ///< what messages call it
        CheckedFile checked;
    };

    /// `program` is banger-plugin. An empty `cache` keeps nothing.
    Probe(std::filesystem::path program, const std::filesystem::path& cache,
          std::chrono::milliseconds timeout = std::chrono::seconds(5));

    struct Refusal {
        os::Error error;
        /// It ended its probe, or flooded it: only another file would do better. The rest may be
        /// repaired outside of the file; one that was too slow may have had a busy machine.
        bool harmful = false;
    };

    /// For each file why it is not to be opened, or nullopt. Several run at a time; the cache
    /// answers for those that it knows.
    [[nodiscard]] std::vector<std::optional<Refusal>> ask(const std::vector<File>& files);

  private:
    std::filesystem::path program_;
    ProbeCache cache_;
    std::chrono::milliseconds timeout_;
};

} // namespace banger::plugin
