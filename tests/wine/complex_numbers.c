/* Stand-in for what Wine 8 lacks: ucrtbase's functions of complex numbers, which numpy calls.
 *
 * The structures are those of Windows: a long double is a double there.
 */
#include <complex.h>

typedef struct { float re, im; } F;
typedef struct { double re, im; } D;

static float complex take_f(F z) { return z.re + z.im * (float complex)I; }
static double complex take_d(D z) { return z.re + z.im * I; }
static F give_f(float complex z) { return (F){__real__ z, __imag__ z}; }
static D give_d(double complex z) { return (D){__real__ z, __imag__ z}; }

#define COMPLEX(name) \
    F lacked_##name##f(F z) { return give_f(name##f(take_f(z))); } \
    D lacked_##name(D z) { return give_d(name(take_d(z))); } \
    D lacked_##name##l(D z) { return give_d(name(take_d(z))); }
#define REAL(name) \
    float lacked_##name##f(F z) { return name##f(take_f(z)); } \
    double lacked_##name(D z) { return name(take_d(z)); } \
    double lacked_##name##l(D z) { return name(take_d(z)); }

COMPLEX(ccos) COMPLEX(ccosh) COMPLEX(cexp) COMPLEX(csin) COMPLEX(csinh) COMPLEX(ctan) COMPLEX(ctanh)
REAL(cabs) REAL(carg) REAL(creal) REAL(cimag)

F lacked_cpowf(F z, F w) { return give_f(cpowf(take_f(z), take_f(w))); }
D lacked_cpow(D z, D w) { return give_d(cpow(take_d(z), take_d(w))); }
D lacked_cpowl(D z, D w) { return give_d(cpow(take_d(z), take_d(w))); }
