#include "archive_pack.hpp"

#include "archive_digest.hpp"
#include "archive_limits.hpp"
#include "archive_names.hpp"
#include "archive_output.hpp"
#include "archive_source.hpp"
#include "failure.hpp"
#include "report.hpp"

#include <exception>
#include <map>
#include <memory>
#include <optional>

#include <archive.h>
#include <archive_entry.h>
#include <nlohmann/json.hpp>

namespace image_tool::archive {
namespace {

using nlohmann::json;

/// libarchive's writer. What an output of ours throws waits here, as no exception may pass through
/// C; libarchive itself hears of no failure, which would make it forget to free its buffers.
class TarWriter {
  public:
    TarWriter(OutputFile& out, int level) : out_(out), tar_(::archive_write_new()) {
        const std::string text = std::to_string(level);
        check(::archive_write_set_format_pax(get()));
        check(::archive_write_add_filter_zstd(get()));
        check(::archive_write_set_filter_option(get(), "zstd", "compression-level", text.c_str()));
        check(::archive_write_set_bytes_per_block(get(), 1 << 18));
        check(::archive_write_set_bytes_in_last_block(get(), 1)); // no zeros behind zstd's end
        check(::archive_write_open(get(), this, nullptr, &TarWriter::take, nullptr));
    }

    TarWriter(const TarWriter&) = delete;
    TarWriter& operator=(const TarWriter&) = delete;
    ~TarWriter() { over_ = true; }

    void begin(const std::string& name, std::uint64_t size,
               const std::vector<SourceFile::Part>& parts) {
        const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(::archive_entry_new(),
                                                                             ::archive_entry_free);
        ::archive_entry_set_pathname(entry.get(), name.c_str());
        ::archive_entry_set_filetype(entry.get(), AE_IFREG);
        ::archive_entry_set_perm(entry.get(), 0644);
        ::archive_entry_set_mtime(entry.get(), 0, 0);
        ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
        for (const SourceFile::Part& part : parts) {
            ::archive_entry_sparse_add_entry(entry.get(), static_cast<la_int64_t>(part.offset),
                                             static_cast<la_int64_t>(part.size));
        }
        if (parts.empty() && size > 0) { // nothing but a hole
            ::archive_entry_sparse_add_entry(entry.get(), 0, 0);
        }
        check(::archive_write_header(get(), entry.get()));
    }
    /// Holes, too: libarchive leaves them out itself.
    void data(std::string_view bytes) {
        while (!bytes.empty()) {
            const la_ssize_t n = ::archive_write_data(get(), bytes.data(), bytes.size());
            check(n <= 0 ? ARCHIVE_FATAL : ARCHIVE_OK);
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    void end_member() { check(::archive_write_finish_entry(get())); }
    void close() { check(::archive_write_close(get())); }

    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
    [[nodiscard]] std::string digest() { return digest_.hex(); }

  private:
    struct Free {
        void operator()(::archive* handle) const noexcept { ::archive_write_free(handle); }
    };

    [[nodiscard]] ::archive* get() const noexcept { return tar_.get(); }
    void check(int status) const {
        if (thrown_) {
            std::rethrow_exception(thrown_);
        }
        if (status < ARCHIVE_WARN) {
            const char* text = ::archive_error_string(get());
            throw Failure(FailureKind::unavailable, std::string("write the archive: ") +
                                                        (text != nullptr ? text : "out of memory"));
        }
    }
    static la_ssize_t take(::archive*, void* self, const void* bytes, std::size_t size) {
        static_cast<TarWriter*>(self)->keep({static_cast<const char*>(bytes), size});
        return static_cast<la_ssize_t>(size);
    }
    void keep(std::string_view bytes) noexcept {
        if (over_ || thrown_) {
            return;
        }
        try {
            out_.write(bytes);
            digest_.update(bytes);
            written_ += bytes.size();
        } catch (...) {
            thrown_ = std::current_exception();
        }
    }

    OutputFile& out_;
    Sha256 digest_;
    std::uint64_t written_ = 0;
    std::exception_ptr thrown_;
    bool over_ = false;
    std::unique_ptr<::archive, Free> tar_; // last: its end may write
};

/// The members behind manifest.json, in the order of the archive.
std::vector<SourceFile> open_sources(const PackOptions& options) {
    std::vector<SourceFile> sources;
    for (const auto& [name, path] : options.files) {
        if (name != modules_name) {
            sources.emplace_back(name, path);
            continue;
        }
        std::vector<SourceFile> modules = module_files(path);
        std::move(modules.begin(), modules.end(), std::back_inserter(sources));
    }
    return sources;
}

/// What no import would take is refused before gigabytes of it are read.
void check_limits(const PackOptions& options, const std::vector<SourceFile>& sources) {
    std::map<std::string_view, std::uint64_t> sizes;
    for (const SourceFile& source : sources) {
        sizes[is_module_path(source.name()) ? modules_name : source.name()] += source.size();
    }
    if (!sizes.contains(rootfs_name)) {
        throw Failure(FailureKind::invalid, "rootfs.ext4 is missing",
                      "docs/images.md says what an archive has");
    }
    for (const auto& [name, path] : options.files) {
        if (const std::string why = beyond_limit(name, sizes[name]); !why.empty()) {
            throw Failure(FailureKind::invalid, path.string() + ": as " + name + " " + why,
                          "no import would take such an archive: make an image with a smaller one");
        }
    }
}

/// Reads all once, and says in the manifest what it finds.
void measure_all(std::vector<SourceFile>& sources, Manifest& manifest, Report& report) {
    report.stage("computing checksums");
    std::uint64_t total = 0;
    for (const SourceFile& source : sources) {
        total += source.size();
    }
    std::uint64_t done = 0;
    DeclaredFile modules{.name = std::string(modules_name), .count = 0, .sha256 = {}};
    Sha256 list;
    for (SourceFile& source : sources) {
        const std::string sha256 = source.measure([&](std::string_view bytes) {
            done += bytes.size();
            report.progress(done, total, "bytes");
        });
        if (!is_module_path(source.name())) {
            manifest.files.push_back({.name = source.name(),
                                      .size = source.size(),
                                      .disk_bytes = source.disk_bytes(),
                                      .sha256 = sha256});
            continue;
        }
        list.update(sha256 + "  " + source.name() + "\n");
        modules.size += source.size();
        modules.disk_bytes += source.disk_bytes();
        ++modules.count;
    }
    if (modules.count > 0) {
        modules.sha256 = list.hex();
        manifest.files.push_back(std::move(modules));
    }
}

void write_all(const std::vector<SourceFile>& sources, const Manifest& manifest, TarWriter& tar,
               Report& report) {
    report.stage("packing");
    // What our own import would refuse is not written.
    const std::string text = to_json(manifest).dump(2) + "\n";
    (void)parse_manifest(text);
    tar.begin(std::string(manifest_name), text.size(), {{0, text.size()}});
    tar.data(text);
    tar.end_member();
    const std::uint64_t total = manifest.size();
    std::uint64_t done = 0;
    for (const SourceFile& source : sources) {
        tar.begin(source.name(), source.size(), source.parts());
        source.read([&](std::string_view bytes) {
            tar.data(bytes);
            done += bytes.size();
            report.progress(done, total, "bytes");
        });
        tar.end_member();
    }
    tar.close();
}

} // namespace

json pack(const PackOptions& options, Report& report) {
    OutputFile out(options.out, options.replace);
    std::vector<SourceFile> sources = open_sources(options);
    check_limits(options, sources);
    Manifest manifest = options.about;
    if (manifest.arch.empty()) {
        manifest.arch = this_arch();
    }
    manifest.files.clear();
    measure_all(sources, manifest, report);
    TarWriter tar(out, options.level);
    write_all(sources, manifest, tar, report);
    out.place();
    json result = {{"path", options.out.string()},
                   {"size_bytes", tar.written()},
                   {"sha256", tar.digest()},
                   {"files", json::array()}};
    for (const DeclaredFile& file : manifest.files) {
        result["files"].push_back(file.name);
    }
    return result;
}

} // namespace image_tool::archive
