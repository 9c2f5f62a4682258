#pragma once

#include "adapters/sqlite/database.hpp"
#include "ports/record_store.hpp"

#include <vector>

namespace learnd::sqlite {

/// An index of the words of questions and answers (FTS5), kept by triggers in the transactions of the rows: for a search while the true
/// index is down. It costs a third of the file, so it is there only where it is wanted. All but the search with the connection that writes.
/// Lets its triggers run, before anything is written.
void admitTextIndex(Connection& connection, bool wanted);
/// Makes it, still without what was there before, where any part of it is missing; drops it where it is not wanted.
void setTextIndex(Connection& connection, bool wanted);
/// Takes in some of what was there before, the newest first, inside a transaction of the caller's; false: nothing is left.
bool growTextIndex(Connection& connection);

/// Active learnings by any of the words, in the stems of English, best first.
std::vector<ports::TextHit> searchText(Connection& connection, const ports::TextQuery& query);

}  // namespace learnd::sqlite
