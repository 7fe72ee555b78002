// Exceptions, templates, virtual functions, containers.
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {
struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
};
template <int Edges> struct Regular : Shape {
    double side;
    explicit Regular(double side) : side(side) { if (side < 0) throw std::invalid_argument("side"); }
    double area() const override { return side * side * Edges / 4; }
};
std::map<std::string, std::vector<std::unique_ptr<Shape>>> shapes;
}

extern "C" double total_area(const char *name, double side) {
    try {
        auto &list = shapes[name];
        list.push_back(std::make_unique<Regular<3>>(side));
        list.push_back(std::make_unique<Regular<4>>(side));
        double total = 0;
        for (auto &shape : list) total += shape->area();
        return total;
    } catch (const std::exception &error) {
        return -static_cast<double>(std::string(error.what()).size());
    }
}
