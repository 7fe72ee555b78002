// C++ streams, containers and static objects with constructors in the program.
//#Expect:constructed
//#Expect:3 one two three
//#Expect:destroyed
#include <iostream>
#include <map>
#include <string>
#include <vector>

struct Noisy {
    Noisy() { std::cout << "constructed" << std::endl; }
    ~Noisy() { std::cout << "destroyed" << std::endl; }
} noisy;

int main() {
    std::map<int, std::string> words{{1, "one"}, {2, "two"}, {3, "three"}};
    std::cout << words.size();
    for (auto &[key, word] : words)
        std::cout << ' ' << word;
    std::cout << std::endl;
}
