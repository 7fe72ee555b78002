// An uncaught exception ends in std::terminate and SIGABRT.
//#Exit:134
//#Stderr:terminate called after throwing an instance of 'std::out_of_range'
#include <stdexcept>

int main() { throw std::out_of_range("far"); }
