#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace banger::test::firecracker {

/// Firecracker's published API description: $BANGER_FIRECRACKER_API, else
/// ../shared/data/firecracker-api.yaml beside the checkout. nullopt, and a line that says so, where
/// it is not there.
[[nodiscard]] std::optional<std::filesystem::path> find_description();

/// That description, against which requests are held.
class Schema {
  public:
    explicit Schema(const std::filesystem::path& file); ///< throws on what cannot be read
    Schema(Schema&& other) noexcept;
    Schema& operator=(Schema&& other) noexcept;
    ~Schema();

    /// What is wrong with a request (method, path, ids, required and unknown fields, types, enums,
    /// ranges), in Firecracker's words as far as they are known; empty when nothing is. `body` is
    /// discarded JSON where the request had none that can be read.
    [[nodiscard]] std::string fault(std::string_view method, std::string_view path,
                                    const nlohmann::json& body) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// "An error occurred when deserializing ...": how Firecracker begins when a body is wrong.
[[nodiscard]] std::string deserializing(const std::string& what);

} // namespace banger::test::firecracker
