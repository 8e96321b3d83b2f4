#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace banger::test::firecracker {

/// What is odd about one request.
struct Oddity {
    std::string words; ///< on standard error, before all else
    std::string end;   ///< how it ends instead of answering, as Script::then
    int wait_ms = 0;   ///< before the answer
    bool silent = false;
    bool close = false;               ///< the connection, instead of answering
    std::optional<std::string> raw;   ///< bytes instead of an answer
    std::optional<std::string> fault; ///< 400 with this fault_message
};

/// How a fake Firecracker and its guest behave: fake_firecracker.json in the working directory, as
/// the VMM has neither environment nor arguments to spare. What it leaves out goes well.
struct Script {
    static constexpr const char* file = "fake_firecracker.json";

    std::string version = "1.16.1";
    std::string description; ///< the file that requests are held against; empty: none
    int listen_after_ms = 0; ///< until the API socket is there; below 0: never
    std::string end_at_once; ///< before that; as `then`
    /// By "PUT /vsock", or by the request's number, counted from 0.
    std::map<std::string, Oddity> at;

    std::string boot = "GUEST READY\n"; ///< the guest's console when it starts
    /// What the guest does then: poweroff, reboot, panic, "exit 148", "signal 11"; empty: it runs.
    std::string then;
    int then_after_ms = 0;
    std::string ctrl_alt_del = "poweroff"; ///< or reboot; empty: ignored
    std::vector<unsigned> ports{1};        ///< on which it listens, and echoes

    /// Without a file all goes well. Ends the program on one that cannot be read.
    [[nodiscard]] static Script load();
};

} // namespace banger::test::firecracker
