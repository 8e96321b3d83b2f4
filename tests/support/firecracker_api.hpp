#pragma once

#include "support/firecracker_schema.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace banger::test::firecracker {

struct Answer {
    unsigned status = 204;
    std::string body; ///< JSON; empty with 204
};

enum class State { not_started, running, paused };

/// What Firecracker's API would answer, request by request, of a machine on which everything works:
/// the order of requests, what a version knows, ids and limits, and with a Schema every field. It
/// runs nothing: a program that stands in for Firecracker acts on what was accepted.
class Api {
  public:
    struct Options {
        std::string version = "1.16.1";
        std::string id = "anonymous-instance";
        /// Kernel, initrd and drives must be there when they are named, as for Firecracker.
        bool open_files = false;
    };

    /// The schema must live as long; nullptr holds no request against it.
    explicit Api(const Schema* schema = nullptr) : Api(schema, Options()) {}
    Api(const Schema* schema, Options options);

    [[nodiscard]] Answer handle(std::string_view method, std::string_view path,
                                std::string_view body = {});

    [[nodiscard]] State state() const noexcept { return state_; }
    /// The body last put on that path and accepted, else null.
    [[nodiscard]] nlohmann::json config(const std::string& path) const;
    /// Ids of the drives as the guest sees them: vda, vdb, ...
    [[nodiscard]] const std::vector<std::string>& drives() const noexcept { return drives_; }
    /// Paths that were put more than once: Firecracker takes the last, a driver has no reason to.
    [[nodiscard]] const std::vector<std::string>& repeated() const noexcept { return repeated_; }

  private:
    [[nodiscard]] std::string fault(std::string_view method, const std::string& path,
                                    std::string_view text, const nlohmann::json& body) const;
    [[nodiscard]] std::string order_fault(std::string_view method, const std::string& path,
                                          const nlohmann::json& body) const;
    [[nodiscard]] std::string value_fault(const std::string& path,
                                          const nlohmann::json& body) const;
    [[nodiscard]] std::string drive_fault(const std::string& path,
                                          const nlohmann::json& body) const;
    [[nodiscard]] std::string start_fault() const;
    void put(const std::string& path, const nlohmann::json& body);
    [[nodiscard]] Answer get(const std::string& path) const;

    const Schema* schema_;
    Options options_;
    State state_ = State::not_started;
    std::map<std::string, nlohmann::json> configs_;
    std::vector<std::string> drives_;
    std::vector<std::string> repeated_;
};

} // namespace banger::test::firecracker
