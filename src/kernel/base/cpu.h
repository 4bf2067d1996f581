/* Which instruction sets there may be, and what else depends on the processor. */
#ifndef CONVMAT_CPU_H
#define CONVMAT_CPU_H

/* Not on Windows, where gcc spills wide vectors to a stack that is aligned for
 * narrow ones only (gcc bug 54412). */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(_WIN32)
#define CM_X86 1
#endif

/* After this other threads see what this one has written past the caches. */
static inline void cm_fence(void)
{
#ifdef CM_X86
    __builtin_ia32_sfence();
#endif
}

#endif
