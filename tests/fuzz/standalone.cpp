// Runs a fuzz entry without libFuzzer: each seed as it is, then changed at random in ways that keep
// most of its structure. usage: fuzz_NAME SEED_FOLDER [ROUNDS]. The same bytes on every run.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> read_seeds(const char* folder) {
    std::vector<std::string> seeds;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return seeds;
}

void feed(const std::string& bytes) {
    (void)LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string changed(std::string text, const std::string& other, std::mt19937& random) {
    for (unsigned changes = 1 + random() % 4; changes > 0 && !text.empty(); --changes) {
        const std::size_t at = random() % text.size();
        switch (random() % 5) {
        case 0:
            text[at] = static_cast<char>(random());
            break;
        case 1:
            text.erase(at, 1 + random() % 8);
            break;
        case 2:
            text.insert(at, text.substr(random() % text.size(), random() % 16));
            break;
        case 3:
            text[at] = "{}[]\",:0-9.eE\\u"[random() % 15];
            break;
        default:
            text = text.substr(0, at) + other.substr(std::min(at, other.size()));
            break;
        }
    }
    return text;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        return 2;
    }
    const std::vector<std::string> seeds = read_seeds(argv[1]);
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 20000;
    std::mt19937 random(1); // NOLINT: repeatable on purpose
    for (const std::string& seed : seeds) {
        feed(seed);
    }
    for (int round = 0; round < rounds && !seeds.empty(); ++round) {
        feed(changed(seeds[random() % seeds.size()], seeds[random() % seeds.size()], random));
    }
    std::cout << seeds.size() << " seeds, " << rounds << " changed inputs\n";
    return seeds.empty() ? 1 : 0;
}
