// docs/openapi.yaml and the router's table say the same.
#include "api/routes.hpp"
#include "os/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <yaml-cpp/yaml.h>

namespace banger::api {
namespace {

const YAML::Node& document() {
    static const YAML::Node root = YAML::LoadFile(BANGER_SOURCE_DIR "/docs/openapi.yaml");
    return root;
}

/// "#/components/schemas/VM" in the document; an undefined node when it is not there.
YAML::Node resolve(const std::string& reference) {
    YAML::Node node = document();
    std::istringstream parts(reference.substr(2));
    for (std::string part; std::getline(parts, part, '/');) {
        const YAML::Node& here = node;
        node.reset(here[part]);
        if (!node.IsDefined()) {
            break;
        }
    }
    return node;
}

YAML::Node followed(const YAML::Node& node) {
    return node["$ref"] ? resolve(node["$ref"].Scalar()) : node;
}

const std::set<std::string> methods{"get", "put", "post", "delete", "patch"};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return out;
}

void for_each_operation(const std::function<void(const std::string& name, const YAML::Node& path,
                                                 const YAML::Node&)>& visit) {
    for (const auto& path : document()["paths"]) {
        for (const auto& member : path.second) {
            if (methods.contains(member.first.Scalar())) {
                visit(member.first.Scalar() + " " + path.first.Scalar(), path.second,
                      member.second);
            }
        }
    }
}

TEST(OpenApi, HasEveryRouteAndNoOther) {
    std::map<std::string, std::string> described;
    for_each_operation(
        [&](const std::string& name, const YAML::Node&, const YAML::Node& operation) {
            described[name] = operation["operationId"].Scalar();
        });
    std::map<std::string, std::string> routed;
    for (const Route& route : routes()) {
        routed[lower(route.method) + " " + std::string(route.path)] = route.id;
    }
    EXPECT_EQ(routed.size(), routes().size());
    EXPECT_THAT(described, testing::ContainerEq(routed));
}

std::set<std::string> parameters(const YAML::Node& path, const YAML::Node& operation,
                                 const std::string& place) {
    std::set<std::string> names;
    for (const YAML::Node& holder : {path, operation}) {
        for (const YAML::Node& entry : holder["parameters"]) {
            const YAML::Node parameter = followed(entry);
            if (parameter["in"].Scalar() == place) {
                names.insert(parameter["name"].Scalar());
            }
        }
    }
    return names;
}

TEST(OpenApi, HasTheParametersOfEveryRoute) {
    for (const Route& route : routes()) {
        const YAML::Node path = document()["paths"][std::string(route.path)];
        const YAML::Node operation = path[lower(route.method)];
        std::set<std::string> query;
        std::istringstream words{std::string(route.query)};
        for (std::string word; words >> word;) {
            query.insert(word);
        }
        EXPECT_EQ(parameters(path, operation, "query"), query) << route.id;
        std::set<std::string> in_path;
        for (std::size_t at = route.path.find('{'); at != std::string_view::npos;
             at = route.path.find('{', at + 1)) {
            in_path.insert(
                std::string(route.path.substr(at + 1, route.path.find('}', at) - at - 1)));
        }
        EXPECT_EQ(parameters(path, operation, "path"), in_path) << route.id;
    }
}

TEST(OpenApi, EveryOperationSaysWhatItAnswers) {
    const std::set<std::string> tags = [] {
        std::set<std::string> names;
        for (const YAML::Node& tag : document()["tags"]) {
            names.insert(tag["name"].Scalar());
        }
        return names;
    }();
    for_each_operation([&](const std::string& name, const YAML::Node&,
                           const YAML::Node& operation) {
        EXPECT_FALSE(operation["summary"].Scalar().empty()) << name;
        ASSERT_EQ(operation["tags"].size(), 1U) << name;
        EXPECT_TRUE(tags.contains(operation["tags"][0].Scalar())) << name;
        EXPECT_EQ(operation["responses"]["default"]["$ref"].Scalar(),
                  "#/components/responses/Problem")
            << name;
        bool good = false;
        for (const auto& response : operation["responses"]) {
            good = good || response.first.Scalar()[0] == '2' || response.first.Scalar() == "101";
            EXPECT_TRUE(followed(response.second)["description"].IsDefined()) << name;
        }
        EXPECT_TRUE(good) << name;
    });
}

void collect(const YAML::Node& node, std::set<std::string>& references) {
    if (node.IsSequence()) {
        for (const YAML::Node& item : node) {
            collect(item, references);
        }
    } else if (node.IsMap()) {
        for (const auto& member : node) {
            if (member.first.Scalar() == "$ref" && member.second.IsScalar()) {
                references.insert(member.second.Scalar());
            }
            collect(member.second, references);
        }
    }
}

TEST(OpenApi, EveryReferenceLeadsSomewhereAndNoComponentIsUnused) {
    std::set<std::string> references;
    collect(document(), references);
    std::set<std::string> components;
    for (const auto& kind : document()["components"]) {
        for (const auto& component : kind.second) {
            components.insert("#/components/" + kind.first.Scalar() + "/" +
                              component.first.Scalar());
        }
    }
    EXPECT_THAT(references, testing::ContainerEq(components));
}

TEST(OpenApi, RequiredPropertiesAreDescribed) {
    for (const auto& schema : document()["components"]["schemas"]) {
        for (const YAML::Node& name : schema.second["required"]) {
            EXPECT_TRUE(schema.second["properties"][name.Scalar()].IsDefined())
                << schema.first.Scalar() << "." << name.Scalar();
        }
    }
}

TEST(OpenApi, HasEveryKindOfError) {
    for (const YAML::Node& name : document()["components"]["schemas"]["ErrorKind"]["enum"]) {
        EXPECT_EQ(os::to_string(os::error_kind(name.Scalar())), name.Scalar());
    }
    EXPECT_EQ(document()["components"]["schemas"]["ErrorKind"]["enum"].size(),
              static_cast<std::size_t>(os::ErrorKind::internal) + 1);
}

} // namespace
} // namespace banger::api
