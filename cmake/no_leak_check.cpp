// Linked to sanitized programs, not to tests (BangerTargets.cmake). libasan looks for the name.
extern "C" [[gnu::visibility("default")]] const char*
__asan_default_options() { // NOLINT(bugprone-reserved-identifier): asan's
    return "detect_leaks=0";
}
