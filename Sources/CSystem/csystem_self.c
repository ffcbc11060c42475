#include "csystem_self.h"

#include <signal.h>
#include <sys/prctl.h>

int magpie_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

int magpie_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int magpie_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
