#include "api/resources/image_json.hpp"
#include "api/resources/resources.hpp"
#include "image/catalog.hpp"
#include "os/error.hpp"
#include "store/image_table.hpp"
#include "vm/image_bin.hpp"
#include "vm/machines.hpp"
#include "vm/operation.hpp"

#include <boost/asio/detached.hpp>

#include <nlohmann/json.hpp>

namespace banger::api {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
namespace asio = boost::asio;

namespace {

std::string text_of(const json& value, const std::string& key) {
    constexpr std::size_t longest = 4096;
    if (!value.is_string() || value.get_ref<const std::string&>().size() > longest) {
        throw Error(ErrorKind::invalid,
                    key + " must be a text of at most " + std::to_string(longest) + " bytes");
    }
    return value.get<std::string>();
}

void read_image_facts(const json& facts, image::Adoption& wanted) {
    if (!facts.is_object()) {
        throw Error(ErrorKind::invalid, "image must be an object");
    }
    for (const auto& [key, value] : facts.items()) {
        if (value.is_null()) {
            continue;
        }
        if (key == "content_bytes") {
            if (!value.is_number_integer() || value.get<std::int64_t>() < 0) {
                throw Error(ErrorKind::invalid, "image.content_bytes must be a number of bytes");
            }
            wanted.content_bytes = value.get<std::int64_t>();
        } else if (key == "base") {
            wanted.made_from = text_of(value, "image.base");
        } else if (key == "kernel_version") {
            wanted.kernel_version = text_of(value, "image.kernel_version");
        } else if (key == "source") {
            wanted.source = store::image_source(text_of(value, "image.source"));
        } else if (key == "recipe") {
            wanted.recipe = text_of(value, "image.recipe");
        } else if (key == "note") {
            wanted.note = text_of(value, "image.note");
        } else {
            throw Error(ErrorKind::invalid, "unknown member 'image." + key + "' in the request",
                        "there are: base, content_bytes, kernel_version, source, recipe, note");
        }
    }
}

image::Adoption adoption(const json& body) {
    image::Adoption wanted;
    for (const auto& [key, value] : body.items()) {
        if (key == "name") {
            wanted.name = text_of(value, key);
        } else if (key == "staging") {
            wanted.staging = text_of(value, key);
        } else if (key == "replace" && value.is_boolean()) {
            wanted.replace = value.get<bool>();
        } else if (key == "replace") {
            throw Error(ErrorKind::invalid, "replace must be true or false");
        } else if (key == "image") {
            read_image_facts(value, wanted);
        } else {
            throw Error(ErrorKind::invalid, "unknown member '" + key + "' in the request",
                        "there are: name, staging, replace, image");
        }
    }
    return wanted;
}

/// Creates that are under way link to the files of an image; those of the one that was replaced
/// stay until they have, and its VMs keep what they linked to.
asio::awaitable<void> remove_replaced(const Parts& parts, std::string name, std::string folder) {
    for (const auto& machine : parts.machines.list()) {
        const auto busy = machine->busy();
        if (machine->row.image == name && machine->state == vm::State::creating && busy) {
            co_await busy->done();
        }
    }
    if (parts.images.put_away_unused(folder)) {
        auto emptied = parts.image_bin.empty();
        co_await std::move(emptied);
    }
}

asio::awaitable<Response> adopt(const Parts& parts, json body) {
    const image::Catalog::Prepared prepared = parts.images.prepare(adoption(body));
    auto work =
        vm::offload(parts.threads, [&prepared] { return image::Catalog::complete(prepared); });
    store::ImageRow row = co_await std::move(work);
    const std::string name = row.name;
    const std::string replaced = parts.images.finish(prepared, std::move(row));
    tell_image_change(parts, name, "made");
    if (!replaced.empty()) {
        // What could not be removed is a leftover, which prune finds.
        asio::co_spawn(parts.threads.loop, remove_replaced(parts, name, replaced), asio::detached);
    }
    co_return json_response(image_json(parts, parts.images.get(name), default_image(parts)));
}

} // namespace

void add_image_stagings(Router& router, const Parts& parts) {
    router.on("POST", "/v1/image-stagings", [&parts](Request request) -> asio::awaitable<Response> {
        constexpr int created = 201;
        if (!request.json().empty()) {
            throw Error(ErrorKind::invalid, "a staging takes nothing: {}");
        }
        const image::ImageStore::Staging staging = parts.images.stagings().open();
        co_return json_response({{"id", staging.id}, {"dir", staging.dir.string()}}, created);
    });
    router.on("DELETE", "/v1/image-stagings/{id}",
              [&parts](Request request) -> asio::awaitable<Response> {
                  const std::string id = request.param("id");
                  parts.images.stagings().drop(id);
                  auto emptied = parts.image_bin.empty();
                  co_await std::move(emptied);
                  co_return json_response({{"deleted", id}});
              });
    router.on("POST", "/v1/images", [&parts](Request request) -> asio::awaitable<Response> {
        json body = request.json();
        auto answer = adopt(parts, std::move(body));
        Response response = co_await std::move(answer);
        co_return response;
    });
}

} // namespace banger::api
