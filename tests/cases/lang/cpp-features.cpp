// C++: dynamic_cast and typeid across libraries, std::thread, async, call_once, locale facets.
//#Shared:lib.cpp
#include "shape.h"
#include <cstdio>
#include <future>
#include <memory>
#include <mutex>
#include <sstream>
#include <typeinfo>

int main() {
    std::unique_ptr<Shape> shape(make_square(3));
    std::printf("%d %d\n", dynamic_cast<Square *>(shape.get()) != nullptr, typeid(*shape) == typeid(Square));
    std::printf("%d\n", shape->area());
    auto later = std::async(std::launch::async, [] { return 6 * 7; });
    std::printf("%d\n", later.get());
    std::once_flag flag;
    for (int i = 0; i < 2; i++)
        std::call_once(flag, [] { std::puts("once"); });
    std::ostringstream out;
    out << 1234.5 << ' ' << std::hex << 255;
    std::puts(out.str().c_str());
}
//#File:shape.h
struct Shape { virtual ~Shape(); virtual int area() = 0; };
struct Square : Shape { int side; Square(int s) : side(s) {} int area() override; };
Shape *make_square(int);
//#File:lib.cpp
#include "shape.h"
Shape::~Shape() {}
int Square::area() { return side * side; }
Shape *make_square(int side) { return new Square(side); }
