function ceil(x) {
  return Math.ceil(x) + 0;  // never -0
}


function atan_slope(x) {
  return Math.abs(x) > 1e150 ? 1 / x / x : 1 / (1 + x * x);
}


function atan2_slope(p, a, b) {
  // p/(a*a + b*b), scaled where a square would leave the range of doubles
  const size = Math.max(Math.abs(a), Math.abs(b)), scale = size > 1e145 || size < 1e-145 ? size : 1;
  return p / scale / ((a / scale) * (a / scale) + (b / scale) * (b / scale)) / scale;
}


function sigmoid(x) {
  const e = Math.exp(-Math.abs(x));  // never overflows
  return (x >= 0 ? 1 : e) / (1 + e);
}


function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}


function tanh_slope(y, x) {
  // 1 - y*y cancels in the tails
  if (Math.abs(x) < 0.5) return 1 - y * y;
  const q = Math.exp(-2 * Math.abs(x));
  return 4 * q / ((1 + q) * (1 + q));
}


function sigmoid_slope(x) {
  // y*(1 - y) cancels in the tail
  const e = Math.exp(-Math.abs(x));
  return e / ((1 + e) * (1 + e));
}


function gauss(x) {
  // exp(-x*x), with x*x split exactly: its rounding would cost x*x/2 ulp (Dekker 1971)
  if (Math.abs(x) > 27.3) return 0;
  const square = x * x, split = x * 134217729, high = split - (split - x), low = x - high;
  return Math.exp(-square) * (1 - (((high * high - square) + 2 * high * low) + low * low));
}


function power_slope(y, a, b) {
  // b*a**(b - 1), but the rounding of b - 1 would be multiplied by ln(a)
  return a !== 0 ? b * (y / a) : b * a ** (b - 1);
}


function power_growth(y, a) {
  // y*ln(a), and its limit at a = 0
  return a !== 0 ? y * Math.log(a) : 0;
}


function acosh_slope(x) {
  // (x - 1)*(x + 1) may overflow
  return 1 / (Math.sqrt(x - 1) * Math.sqrt(x + 1));
}


function erf_series(x) {
  // Abramowitz & Stegun 7.1.6, without its factor: no term is negative
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
  return 1.1283791670955126 * gauss(x) * sum;
}


function erfc_fraction(x) {
  // Abramowitz & Stegun 7.1.14, from its 80th term back
  let fraction = x;
  for (let n = 80; n > 0; n--) fraction = x + n / 2 / fraction;
  return 0.5641895835477563 * gauss(x) / fraction;
}


function erf(x) {
  return Math.abs(x) < 2 ? erf_series(x) : Math.sign(x) * (1 - erfc_fraction(Math.abs(x)));
}


function erfc(x) {
  if (Math.abs(x) < 2) return 1 - erf_series(x);
  return x > 0 ? erfc_fraction(x) : 2 - erfc_fraction(-x);
}


function stirling(x) {
  // Abramowitz & Stegun 6.1.41: what is added to Stirling's formula
  const square = 1 / (x * x);
  const terms = [-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];
  return terms.reduce((sum, term) => sum * square + term) / x;
}


function sine_of_pi(x) {
  return Math.sin(Math.PI * (x - 2 * Math.round(x / 2)));
}


function cotangent_of_pi(x) {
  const part = x - Math.round(x);
  return Math.abs(part) < 0.25 ? 1 / Math.tan(Math.PI * part)
                               : Math.sign(part) * Math.tan(Math.PI * (0.5 - Math.abs(part)));
}


function gamma(x) {
  // Abramowitz & Stegun 6.1.17 and 6.1.15
  if (x < 0.5) return Math.PI / (sine_of_pi(x) * gamma(1 - x));
  if (x > 172) return Infinity;
  let product = 1;
  if (x === Math.floor(x)) {
    while (x > 2) product *= --x;
    return product;
  }
  while (x < 12) product *= x++;
  const half = (x / Math.E) ** (x / 2);  // the whole may be beyond the doubles
  return half * (Math.sqrt(2 * Math.PI / x) * Math.exp(stirling(x)) / product) * half;
}


function lgamma(x) {
  // Abramowitz & Stegun 6.1.17, 6.1.33 about the roots at 1 and 2, and 6.1.41
  if (x < 0.5) return Math.log(Math.PI / Math.abs(sine_of_pi(x))) - lgamma(1 - x);
  if (x < 1.5) return lgamma_about_2(x - 1) - Math.log1p(x - 1);
  if (x < 2.5) return lgamma_about_2(x - 2);
  let product = 1;
  while (x < 12) product *= x++;
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046728 + stirling(x) - Math.log(product);
}


function lgamma_about_2(z) {
  const zeta_less_one = [ZETA_LESS_ONE];
  return z * (0.42278433509846714 - z * zeta_less_one.reduceRight((sum, zeta, k) => -zeta / (k + 2) - z * sum, 0));
}


function digamma(x) {
  // Abramowitz & Stegun 6.3.5, 6.3.7 and 6.3.18
  if (x <= 0) return digamma(1 - x) - Math.PI * cotangent_of_pi(x);
  let sum = 0;
  while (x < 10) sum -= 1 / x++;
  const square = 1 / (x * x);
  const series = [1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12];
  return sum + Math.log(x) - 0.5 / x - series.reduce((total, term) => total * square + term) * square;
}


function factorial(n) {
  let product = 1;
  while (n > 1) product *= n--;
  return product;
}


function polygamma(n, x) {
  // Abramowitz & Stegun 6.4.6 and 6.4.11, and 6.4.7 far to the left
  if (n === 0) return digamma(x);
  if (x < -20) return (-1) ** n * polygamma(n, 1 - x) - cotangent_slope(n, x);
  let sum = 0;
  while (x < 20 + n) sum += factorial(n) / x++ ** (n + 1);
  sum += factorial(n - 1) / x ** n + factorial(n) / (2 * x ** (n + 1));
  [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6].forEach((bernoulli, place) => {
    const k = 2 * (place + 1);
    sum += bernoulli * factorial(k + n - 1) / (factorial(k) * x ** (k + n));
  });
  return (-1) ** (n + 1) * sum;
}


function cotangent_slope(n, x) {
  // the n-th derivative of pi*cot(pi*x), a polynomial in c = cot(pi*x): (c^k)' = -k*c^(k - 1)*(1 + c^2)
  let coefficients = [0, 1];
  for (let order = 0; order < n; order++) {
    const slopes = coefficients.map((coefficient, k) => -k * coefficient).slice(1);
    coefficients = [0, 0, ...slopes].map((slope, k) => slope + (slopes[k] ?? 0));
  }
  const cot = cotangent_of_pi(x);
  return Math.PI ** (n + 1) * coefficients.reduceRight((sum, coefficient) => sum * cot + coefficient, 0);
}
