// Parses a document for every line of input and prints what it has counted since the start, so that lost state would show.
#include <stdio.h>
#include <string.h>

typedef struct XML_ParserStruct *XML_Parser;
XML_Parser XML_ParserCreate(const char *encoding);
void XML_ParserFree(XML_Parser parser);
void XML_SetUserData(XML_Parser parser, void *data);
void XML_SetElementHandler(XML_Parser parser, void (*start)(void *, const char *, const char **), void (*end)(void *, const char *));
void XML_SetCharacterDataHandler(XML_Parser parser, void (*handler)(void *, const char *, int));
int XML_Parse(XML_Parser parser, const char *text, int length, int is_final);
int XML_GetErrorCode(XML_Parser parser);

static long elements, characters, depth, documents, errors;

static void start(void *data, const char *name, const char **attributes) {
    elements++;
    depth++;
    for (; *attributes; attributes += 2)
        characters += strlen(attributes[1]);
}

static void end(void *data, const char *name) { depth--; }

static void text(void *data, const char *part, int length) { characters += length; }

static void parse(int number) {
    char document[500];
    int length = snprintf(document, sizeof document,
                          "<?xml version='1.0' encoding='UTF-8'?><!DOCTYPE a [<!ENTITY e 'entity'>]>"
                          "<a n='%d'><b>text &amp; &e;</b><c x='&lt;'/><![CDATA[<raw>]]>\xc3\xa4</a>", number % 10);
    XML_Parser parser = XML_ParserCreate(NULL);
    XML_SetElementHandler(parser, start, end);
    XML_SetCharacterDataHandler(parser, text);
    // in pieces, so that the parser keeps state between calls
    for (int at = 0; at < length; at += 7)
        if (!XML_Parse(parser, document + at, length - at < 7 ? length - at : 7, at + 7 >= length))
            errors++;
    XML_ParserFree(parser);
    parser = XML_ParserCreate("ISO-8859-1");
    if (XML_Parse(parser, "<open>", 6, 1) || XML_GetErrorCode(parser) != 3)
        errors++;
    XML_ParserFree(parser);
    documents++;
}

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        for (int i = 0; i < 200; i++)
            parse(i);
        printf("%ld documents, %ld elements, %ld characters, depth %ld, %ld errors\n", documents, elements, characters, depth, errors);
        fflush(stdout);
    }
}
