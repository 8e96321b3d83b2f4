#include "raw_archive.hpp"

#include "archive_digest.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <random>

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace image_tool::archive::test {
namespace {

std::string padded(std::string text) {
    text.resize((text.size() + 511) / 512 * 512, '\0');
    return text;
}

std::string octal(unsigned long long value, int digits) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%0*llo", digits, value);
    return text.data();
}

la_ssize_t append(::archive*, void* target, const void* bytes, std::size_t size) {
    static_cast<std::string*>(target)->append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
}

} // namespace

std::string tar_member(std::string_view path, std::string_view data, char type,
                       std::string_view link) {
    std::string header(512, '\0');
    const auto put = [&](std::size_t at, std::string_view text) {
        std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(0, path.substr(0, 100));
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, octal(data.size(), 11));
    put(136, "00000000000");
    put(148, "        ");
    header[156] = type;
    put(157, link.substr(0, 100));
    put(257, std::string_view("ustar\00000", 8));
    unsigned sum = 0;
    for (const char c : header) {
        sum += static_cast<unsigned char>(c);
    }
    put(148, octal(sum, 6));
    header[154] = '\0';
    return header + padded(std::string(data));
}

std::string pax(const std::vector<std::pair<std::string, std::string>>& records) {
    std::string text;
    for (const auto& [key, value] : records) {
        const std::string rest = " " + key + "=" + value + "\n";
        std::size_t size = rest.size();
        while (std::to_string(size).size() + rest.size() != size) {
            size = std::to_string(size).size() + rest.size();
        }
        text += std::to_string(size) + rest;
    }
    return tar_member("pax", text, 'x');
}

std::string sparse_member(std::string_view path, unsigned long long size,
                          const std::vector<std::pair<unsigned long long, unsigned long long>>& map,
                          std::string_view data) {
    std::string text = std::to_string(map.size()) + "\n";
    for (const auto& [offset, length] : map) {
        text += std::to_string(offset) + "\n" + std::to_string(length) + "\n";
    }
    return pax({{"GNU.sparse.major", "1"},
                {"GNU.sparse.minor", "0"},
                {"GNU.sparse.name", std::string(path)},
                {"GNU.sparse.realsize", std::to_string(size)}}) +
           tar_member("GNUSparseFile.0/x", padded(text) + std::string(data));
}

std::string tar_end() {
    return std::string(1024, '\0');
}

std::string compressed(std::string_view bytes, Filter filter) {
    std::string out;
    ::archive* writer = archive_write_new();
    archive_write_set_format_raw(writer);
    switch (filter) {
    case Filter::zstd:
        archive_write_add_filter_zstd(writer);
        break;
    case Filter::gzip:
        archive_write_add_filter_gzip(writer);
        break;
    case Filter::xz:
        archive_write_add_filter_xz(writer);
        break;
    }
    archive_write_set_bytes_in_last_block(writer, 1);
    EXPECT_EQ(archive_write_open(writer, &out, nullptr, append, nullptr), ARCHIVE_OK);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    EXPECT_EQ(archive_write_data(writer, bytes.data(), bytes.size()),
              static_cast<la_ssize_t>(bytes.size()));
    archive_entry_free(entry);
    EXPECT_EQ(archive_write_close(writer), ARCHIVE_OK);
    archive_write_free(writer);
    return out;
}

std::string random_bytes(std::size_t size) {
    std::mt19937 random(1); // NOLINT: repeatable on purpose
    std::string bytes(size, '\0');
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random()); });
    return bytes;
}

std::string sha256(std::string_view bytes) {
    Sha256 digest;
    digest.update(bytes);
    return digest.hex();
}

std::string manifest_of(const std::map<std::string, std::string>& files, const std::string& patch) {
    nlohmann::json document = {
        {"format", "banger-image"}, {"version", 1}, {"files", nlohmann::json::array()}};
    for (const auto& [name, bytes] : files) {
        document["files"].push_back(
            {{"name", name}, {"size", bytes.size()}, {"sha256", sha256(bytes)}});
    }
    if (!patch.empty()) {
        document.merge_patch(nlohmann::json::parse(patch));
    }
    return document.dump();
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string bytes(std::filesystem::exists(path) ? std::filesystem::file_size(path) : 0, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

} // namespace image_tool::archive::test
