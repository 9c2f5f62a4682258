#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace learnd::test {

/// Runs it on a thread that is no administrator: as root a thread of user 65534 with these groups, else as who runs the tests (the groups
/// are its own then). Whoever connects there is seen so by the other side.
void asOrdinaryUser(const std::vector<std::uint32_t>& groups, const std::function<void()>& work);

/// The user that such a thread has.
std::uint32_t ordinaryUser();
/// Whether groups can be chosen: only root can.
bool choosesGroups();

}  // namespace learnd::test
