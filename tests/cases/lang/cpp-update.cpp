// A C++ library is replaced: a class with state in the library, called through functions.
//#Shared:lib.cpp
//#Version:2:lib.cpp:-DNEW
//#Send:ask
//#Expect:old: 1 word
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:new: 2 words
#include <iostream>
#include <string>

std::string add(const std::string &);

int main() {
    std::string line;
    while (std::getline(std::cin, line))
        std::cout << add(line) << std::endl;
}
//#File:lib.cpp
#include <string>
#include <vector>
static std::vector<std::string> words;
std::string add(const std::string &word) {
    words.push_back(word);
#ifdef NEW
    return "new: " + std::to_string(words.size()) + (words.size() == 1 ? " word" : " words");
#else
    return "old: " + std::to_string(words.size()) + (words.size() == 1 ? " word" : " words");
#endif
}
