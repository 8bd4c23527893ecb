#pragma once

namespace ibid::platform {

// Makes the calls of file_calls() stop for the tracer of this process and of all that it starts; every other
// call goes its way without one. Returns 0 or the error number. `no_new_privileges` tells whether the kernel
// asked that set-user-ID programs lose their privileges: it does of everybody but root.
int install_call_filter(bool& no_new_privileges);

}  // namespace ibid::platform
