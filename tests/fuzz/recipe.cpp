// What a recipe can hold: any bytes. Each problem is a line with its place, and a recipe without
// one gives steps whose words no shell takes for something else.

#include "recipe_reader.hpp"
#include "recipe_words.hpp"
#include "steps.hpp"

#include <banger/plugin.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace imagebuild;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const Recipe recipe = read_recipe(text, "fuzz.yaml", "/folder");
        for (const std::string& package : recipe.packages) {
            require(is_package.fits(package) && package.front() != '-');
        }
        for (const RecipeFile& file : recipe.files) {
            require(is_guest_path.fits(file.to) && file.mode <= 07777);
        }
        for (const Download& download : recipe.downloads) {
            require(download.url.empty() != download.path.empty());
            require(download.digest.hex.size() == 64 || download.digest.hex.size() == 128);
        }
        for (const Step& step : steps_of(recipe)) {
            require(!step.stage.empty() && step.stage.size() <= 64);
            require(step.script.find('\0') == std::string::npos);
        }
    } catch (const banger::Error& error) {
        require(error.code() == BANGER_E_INVALID);
        require(std::string_view(error.what()).substr(0, 10) == "fuzz.yaml:");
    }
    return 0;
}
