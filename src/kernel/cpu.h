/* Which instruction sets there may be. */
#ifndef CONVMAT_CPU_H
#define CONVMAT_CPU_H

#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))
#define CM_X86 1
#endif

#endif
