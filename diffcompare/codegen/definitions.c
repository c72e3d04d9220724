static double sign(double x)
{
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
}


static double min(double a, double b)
{
    return a < b ? a : b;
}


static double max(double a, double b)
{
    return a > b ? a : b;
}


static double power(double a, double b)
{
    // pow also knows (-2)^2 and 0^0
    return a > 0.0 || (a == 0.0 && b > 0.0) ? pow(a, b) : (double)NAN;
}


static double angle(double a, double b)
{
    // at the origin there is none, where atan2 gives 0
    return a == 0.0 && b == 0.0 ? (double)NAN : atan2(a, b);
}


static double cot(double x)
{
    return 1.0/tan(x);
}


static double sec(double x)
{
    return 1.0/cos(x);
}


static double csc(double x)
{
    return 1.0/sin(x);
}


static double relu(double x)
{
    return x > 0.0 ? x : 0.0;
}


static double sigmoid(double x)
{
    const double e = exp(-fabs(x));  // never overflows
    return (x >= 0.0 ? 1.0 : e)/(1.0 + e);
}


static double softplus(double x)
{
    return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x)));
}


static double atan_slope(double x)
{
    return fabs(x) > 1e150 ? 1.0/x/x : 1.0/(1.0 + x*x);
}


static double atan2_slope(double p, double a, double b)
{
    // p/(a*a + b*b), scaled where a square would leave the range of doubles
    const double size = fmax(fabs(a), fabs(b)), scale = size > 1e145 || size < 1e-145 ? size : 1.0;
    return p/scale/((a/scale)*(a/scale) + (b/scale)*(b/scale))/scale;
}


static double tanh_slope(double y, double x)
{
    // 1 - y*y cancels in the tails
    const double q = exp(-2.0*fabs(x));
    return fabs(x) < 0.5 ? 1.0 - y*y : 4.0*q/((1.0 + q)*(1.0 + q));
}


static double sigmoid_slope(double x)
{
    // y*(1 - y) cancels in the tail
    const double e = exp(-fabs(x));
    return e/((1.0 + e)*(1.0 + e));
}


static double gauss(double x)
{
    // exp(-x*x), with x*x split exactly: its rounding would cost x*x/2 ulp (Dekker 1971)
    const double inside = fabs(x) < 28.0 ? x : 28.0;
    const double square = inside*inside, split = inside*134217729.0;
    const double high = split - (split - inside), low = inside - high;
    const double rest = ((high*high - square) + 2.0*high*low) + low*low;
    return x != x ? x : exp(-square)*(1.0 - rest);
}


static double power_slope(double y, double a, double b)
{
    // b*a^(b - 1), but the rounding of b - 1 would be multiplied by ln(a)
    return a != 0.0 ? b*(y/a) : b*pow(a, b - 1.0);
}


static double power_growth(double y, double a)
{
    // y*ln(a), and its limit at a = 0
    return a != 0.0 ? y*log(a) : 0.0;
}


static double acosh_slope(double x)
{
    // (x - 1)*(x + 1) may overflow
    return 1.0/(sqrt(x - 1.0)*sqrt(x + 1.0));
}


static double cotangent_of_pi(double x)
{
    const double pi = 3.141592653589793, part = x - round(x);
    return fabs(part) < 0.25 ? 1.0/tan(pi*part) : sign(part)*tan(pi*(0.5 - fabs(part)));
}


static double digamma_about_2(double z)
{
    // Abramowitz & Stegun 6.3.14, moved by one
    static const double zeta_less_one[] = {
        ZETA_LESS_ONE
    };
    double sum = 0.0;
    for (int k = (int)(sizeof zeta_less_one/sizeof *zeta_less_one) - 1; k >= 0; k--) {
        sum = zeta_less_one[k] - z*sum;
    }
    return 0.42278433509846714 + z*sum;
}


static double digamma_about_root(double distance)
{
    // the Taylor series about 1.4616...
    static const double slopes[] = {
        ABOUT_ROOT
    };
    double sum = 0.0;
    for (int k = (int)(sizeof slopes/sizeof *slopes) - 1; k >= 0; k--) {
        sum = slopes[k] + distance*sum;
    }
    return distance*sum;
}


static double digamma(double x)
{
    // Abramowitz & Stegun 6.3.5, 6.3.7 and 6.3.18
    const double distance = (x - 1.4616321449683622) - 9.549995429965697e-17;
    if (x <= 0.0) {
        return digamma(1.0 - x) - 3.141592653589793*cotangent_of_pi(x);
    }
    if (fabs(distance) < 0.3) {
        return digamma_about_root(distance);
    }
    if (x < 8.0) {
        double sum = 0.0;
        for (; x < 1.5; x += 1.0) {
            sum -= 1.0/x;
        }
        for (; x >= 2.5; sum += 1.0/x) {
            x -= 1.0;
        }
        return sum + digamma_about_2(x - 2.0);
    }
    double sum = 0.0;
    for (; x < 10.0; x += 1.0) {
        sum -= 1.0/x;
    }
    const double inverse = 1.0/(x*x);
    double series = 1.0/12.0;
    series = series*inverse - 691.0/32760.0;
    series = series*inverse + 1.0/132.0;
    series = series*inverse - 1.0/240.0;
    series = series*inverse + 1.0/252.0;
    series = series*inverse - 1.0/120.0;
    series = series*inverse + 1.0/12.0;
    return sum + log(x) - 0.5/x - series*inverse;
}


static double factorial(int n)
{
    double product = 1.0;
    for (; n > 1; n--) {
        product *= n;
    }
    return product;
}


static double cotangent_slope(int n, double x)
{
    // the n-th derivative of pi*cot(pi*x), a polynomial in c = cot(pi*x): (c^k)' = -k*c^(k - 1)*(1 + c^2)
    double coefficients[174] = {0.0, 1.0};
    for (int order = 0; order < n; order++) {
        double slopes[174] = {0.0};
        for (int k = 1; k <= order + 1; k++) {
            slopes[k - 1] -= k*coefficients[k];
            slopes[k + 1] -= k*coefficients[k];
        }
        for (int k = 0; k <= order + 2; k++) {
            coefficients[k] = slopes[k];
        }
    }
    const double c = cotangent_of_pi(x);
    double sum = 0.0;
    for (int k = n + 1; k >= 0; k--) {
        sum = sum*c + coefficients[k];
    }
    return pow(3.141592653589793, n + 1.0)*sum;
}


static double polygamma(double order, double x)
{
    // Abramowitz & Stegun 6.4.6 and 6.4.11, and 6.4.7 far to the left; beyond 170 the factorials overflow
    static const double bernoulli[] = {1.0/6.0, -1.0/30.0, 1.0/42.0, -1.0/30.0, 5.0/66.0, -691.0/2730.0, 7.0/6.0};
    if (!(order >= 0.0 && order <= 170.0 && floor(order) == order)) {
        return (double)NAN;
    }
    const int n = (int)order;
    if (n == 0) {
        return digamma(x);
    }
    if (x <= 0.0 && floor(x) == x) {
        return (double)NAN;
    }
    if (x < -20.0) {
        return (n % 2 == 0 ? 1.0 : -1.0)*polygamma(order, 1.0 - x) - cotangent_slope(n, x);
    }
    double sum = 0.0, series = 0.0;
    for (; x < 20.0 + n; x += 1.0) {
        sum += factorial(n)/pow(x, n + 1.0);
    }
    for (int k = 14; k >= 2; k -= 2) {
        series += bernoulli[k/2 - 1]*(factorial(k + n - 1)/factorial(k))/pow(x, (double)(k + n));
    }
    series += factorial(n)/(2.0*pow(x, n + 1.0));
    sum += series + factorial(n - 1)/pow(x, (double)n);
    return n % 2 == 0 ? -sum : sum;
}
