#pragma once

#include "json/value.hpp"
#include "ports/vector_index.hpp"

namespace learnd::qdrant {

/// Whether keys of the metadata are at the payload's top level too.
enum class Flatten : bool { No, Yes };

/// What a point shows to programs that read the collection: the learning's fields at the top level (a failure's also as `error` and
/// `correct_solution`), its metadata nested, and our bookkeeping under names of its own.
json::Value payloadOf(const ports::IndexEntry& entry, bool copy, Flatten flatten);

}  // namespace learnd::qdrant
