// Says of itself what a Firecracker does, and nothing else.
#include <cstdio>
#include <cstring>

int main(int argc, char** argv) {
    if (argc != 2 || std::strcmp(argv[1], "--version") != 0) {
        return 2;
    }
    std::puts("Firecracker v1.15.1\n");
    return 0;
}
