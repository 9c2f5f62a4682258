#pragma once

#include "adapters/sqlite/database.hpp"
#include "ports/record_store.hpp"

#include <vector>

namespace learnd::sqlite {

/// An index of the words of questions and answers (FTS5), kept by triggers in the transactions of the rows: for a search while the true
/// index is down. It costs a third of the file, so it is there only where it is wanted. Both with the connection that writes.
/// Lets its triggers run, before anything is written.
void admitTextIndex(Connection& connection, bool wanted);
/// Builds it where any part of it is missing (100,000 learnings take some seconds), drops it where it is not wanted.
void setTextIndex(Connection& connection, bool wanted);

/// Active learnings by any of the words, in the stems of English, best first.
std::vector<ports::TextHit> searchText(Connection& connection, const ports::TextQuery& query);

}  // namespace learnd::sqlite
