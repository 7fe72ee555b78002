// Throws through frames that have something to destroy, for tests/bench/dl.c.
struct Guard {
    int &count;
    explicit Guard(int &count) : count(count) { count++; }
    ~Guard() { count--; }
};

__attribute__((noinline)) static int deep(int frames, int &count) {
    Guard guard(count);
    if (frames <= 1) throw frames;
    return deep(frames - 1, count) + count;
}

extern "C" int bench_throw(int times, int frames) {
    int caught = 0, count = 0;
    for (int i = 0; i < times; i++) {
        try {
            deep(frames, count);
        } catch (int) {
            caught += count == 0;
        }
    }
    return caught;
}
