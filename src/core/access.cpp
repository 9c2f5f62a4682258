#include "core/access.hpp"

#include <algorithm>

namespace learnd::core {

bool AccessPolicy::isAdministrator(const Caller& caller) const {
  if (caller.uid == 0 || caller.uid == daemonUid_ || caller.consented) return true;
  if (!adminGroup_) return false;
  return caller.gid == *adminGroup_ || std::find(caller.groups.begin(), caller.groups.end(), *adminGroup_) != caller.groups.end();
}

bool AccessPolicy::mayChange(const Caller& caller, const Learning& learning) const {
  return isAdministrator(caller) || (learning.createdBy == caller.uid && learning.createdOn == host_);
}

}  // namespace learnd::core
