#include "cli/verb_args.hpp"

#include "api_client/json.hpp"
#include "os/error.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::cli {
namespace {

using api_client::Json;

Json schema() {
    return Json::parse(R"({"type":"object","required":["vm","port"],"properties":{
        "vm":{"type":"string"},"port":{"type":"integer"},"udp":{"type":"boolean"},
        "hosts":{"type":"array"}}})");
}

std::string read(const std::vector<std::string>& words, const Json& by = schema()) {
    return verb_args(words, by, "banger x p v").dump();
}

TEST(VerbArgs, TakeTheTypesOfTheSchema) {
    Json by = schema();
    by.erase("required");
    EXPECT_EQ(read({"--vm", "a", "--port=80", "--udp"}, by), R"({"vm":"a","port":80,"udp":true})");
    EXPECT_EQ(read({"--no-udp"}, by), R"({"udp":false})");
    EXPECT_EQ(read({"--vm", "12"}, by), R"({"vm":"12"})");
    EXPECT_EQ(read({"--hosts", "x", "--hosts", "y"}, by), R"({"hosts":["x","y"]})");
}

TEST(VerbArgs, PathsOfTheUserAreMadeAbsolute) {
    const Json by = Json::parse(R"({"required":["script"],"properties":{
        "script":{"type":"string","x-path":true},
        "package":{"type":"array","items":{"type":"string","x-path":true}}}})");
    const std::string here = std::filesystem::current_path().string();
    EXPECT_EQ(read({"./a/../b.sh", "c.deb", "--package=/d.deb"}, by),
              R"({"script":")" + here + R"(/b.sh","package":[")" + here + R"(/c.deb","/d.deb"]})");
}

TEST(VerbArgs, FillRequiredOnesInOrderThenTheArray) {
    EXPECT_EQ(read({"a", "80", "x", "y"}), R"({"vm":"a","port":80,"hosts":["x","y"]})");
    EXPECT_EQ(read({"--port", "80", "a"}), R"({"port":80,"vm":"a"})");
    EXPECT_EQ(read({"x", "--port", "80", "--vm", "a"}), R"({"hosts":["x"],"port":80,"vm":"a"})");
}

TEST(VerbArgs, RefuseWhatDoesNotFit) {
    const auto message = [](const std::vector<std::string>& words) {
        try {
            return read(words);
        } catch (const os::Error& error) {
            EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
            return std::string(error.what());
        }
    };
    EXPECT_EQ(message({"--prot", "80"}), "unknown option --prot; did you mean '--port'?");
    EXPECT_EQ(message({"--port", "x"}), "--port: 'x' is not an integer");
    EXPECT_EQ(message({"web"}), "PORT is missing");
    EXPECT_EQ(message({"--port", "80"}), "NAME is missing");
}

TEST(VerbArgs, SayWhatCanBeGivenInstead) {
    const auto hint = [](const std::vector<std::string>& words, const char* by) {
        try {
            return read(words, Json::parse(by));
        } catch (const os::Error& error) {
            return error.what() + (" | " + error.hint());
        }
    };
    const char* optional = R"({"properties":{"steps":{"type":"integer"}}})";
    EXPECT_EQ(hint({"2"}, optional), "'2' is one argument too many | "
                                     "there is --steps; see banger x p v --help");
    EXPECT_EQ(hint({"--step", "2"}, optional),
              "unknown option --step; did you mean '--steps'? | see banger x p v --help");
    EXPECT_EQ(hint({"a", "b"}, R"({"required":["vm"],"properties":{"vm":{"type":"string"}}})"),
              "'b' is one argument too many | "
              "only vm can be given without a name; see banger x p v --help");
}

TEST(VerbArgs, WithoutASchemaGuess) {
    EXPECT_EQ(read({"--n", "3", "--name=x", "--all", "--", "word"}, Json()),
              R"({"n":3,"name":"x","all":true,"args":["word"]})");
}

} // namespace
} // namespace banger::cli
