#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A TOML 1.0 document as a flat list of nodes, parents before children, so that no caller needs
/// to recurse and no C++ type or exception leaves this target. The parser is toml++.

enum {
    CTOML_TABLE = 0,
    CTOML_ARRAY = 1,
    CTOML_STRING = 2,
    CTOML_INTEGER = 3,
    CTOML_BOOLEAN = 4,
    /// Kuzet takes no fractions and no dates: they are reported as they are written.
    CTOML_FRACTION = 5,
    CTOML_TIME = 6,
};

/// How deep arrays and inline tables may nest, and how many parts a dotted key may have. toml++
/// 3.3 limits only the former and recurses on the latter, so this target checks both itself.
#define CTOML_DEPTH_MAX 16

/// How many nodes a document may have.
#define CTOML_NODE_COUNT_MAX 20000

typedef struct {
    /// The position of the table or array that holds this node; −1 for the root.
    int32_t parent;
    /// One of `CTOML_TABLE` and so on.
    int32_t type;
    /// UTF-8, not terminated; empty for the root and in arrays.
    const char *key;
    size_t key_byte_count;
    /// A string's value: UTF-8, not terminated, zero bytes possible. What is written for a fraction
    /// or a date, or nothing.
    const char *text;
    size_t text_byte_count;
    /// An integer's value; 0 or 1 for a boolean.
    int64_t integer;
    /// Where the key stands, or the value if it has no key; from 1, 0 if unknown.
    uint32_t line;
    uint32_t column;
} CTOMLNode;

typedef struct CTOMLDocument CTOMLDocument;

/// Reads `byte_count` bytes, which need not be text. NULL only if memory ran out.
CTOMLDocument *ctoml_parse(const char *bytes, size_t byte_count);
void ctoml_free(CTOMLDocument *document);

/// What is wrong with the document, or NULL if it could be read; terminated UTF-8.
const char *ctoml_error(const CTOMLDocument *document);
uint32_t ctoml_error_line(const CTOMLDocument *document);
uint32_t ctoml_error_column(const CTOMLDocument *document);

/// The nodes live as long as the document. The first is the root table.
size_t ctoml_node_count(const CTOMLDocument *document);
const CTOMLNode *ctoml_nodes(const CTOMLDocument *document);

#ifdef __cplusplus
}
#endif
