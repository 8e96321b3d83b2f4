#pragma once

#include "net/netlink.hpp"
#include "os/error.hpp"
#include "privileged/verb.hpp"
#include "support/network_namespace.hpp"

#include <optional>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::privileged {

/// Runs verbs as the helper does, on the kernel, in a network namespace of the test's own.
class VerbFixture : public testing::Test {
  protected:
    void SetUp() override {
        if (!space_.entered()) {
            GTEST_SKIP() << space_.reason();
        }
        netlink_.emplace();
    }

    nlohmann::json run(const char* verb, const nlohmann::json& args, uid_t caller = 1000) {
        Context context{*netlink_, caller, {}};
        return perform(parse_request(*find_verb(verb), args.dump()), context);
    }
    /// What the verb has against it; a failing test when that is nothing.
    os::Error refusal(const char* verb, const nlohmann::json& args, uid_t caller = 1000) {
        try {
            (void)run(verb, args, caller);
        } catch (const os::Error& error) {
            return error;
        }
        ADD_FAILURE() << verb << " accepted: " << args;
        return {os::ErrorKind::internal, ""};
    }

    test::NetworkNamespace space_;
    std::optional<net::Netlink> netlink_;
};

} // namespace banger::privileged
