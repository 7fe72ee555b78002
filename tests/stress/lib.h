// What the libraries of the storm have in common. Each is compiled from lib.c or lib.cpp with
//   NUMBER        its number
//   DEPENDENCIES  D(n) for each library that it is linked with
//   TLS_BYTES, TLS_ALIGN   its thread-local variable; the model comes from the compiler's options
// and exports its functions under names that end in its number.
#pragma once
#ifdef __cplusplus
extern "C" {
#endif

#define STORM_JOIN2(name, number) storm_##name##_##number
#define STORM_JOIN(name, number) STORM_JOIN2(name, number)
#define STORM(name) STORM_JOIN(name, NUMBER)

// What storm_call_N answers when nothing depends on anything; a library adds what its dependencies answer.
#define STORM_VALUE(number, x) ((x) * 31 + (number) * 7 + 1)
#define STORM_MAGIC 0x5702a700000000ul
// How many functions of a library are called through its PLT for the first time, one by one.
#define STORM_LAZY 16

// The program's; absent in a namespace of its own.
extern void storm_constructed(int number) __attribute__((weak));
extern void storm_destructed(int number) __attribute__((weak));
extern void storm_object(int change) __attribute__((weak));

#ifdef __cplusplus
}
#endif
