#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace learnd::test {

/// Runs it on a thread that is no administrator: as root a thread of user 65534 with these groups, else as who runs the tests (its
/// groups are its own then: none may be named). Whoever connects there is seen so by the other side.
void asOrdinaryUser(const std::vector<std::uint32_t>& groups, const std::function<void()>& work);

/// The user that such a thread has.
std::uint32_t ordinaryUser();

}  // namespace learnd::test
