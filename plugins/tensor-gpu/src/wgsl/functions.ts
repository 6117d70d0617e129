/**
 * WGSL helpers that every shader begins with. NaN and infinities are tested and made by bits: drivers may assume that
 * floats are finite, and software drivers give wrong results at the edges of tanh and log.
 */
export const helperFunctions = `
var<private> quiet_nan_bits: u32 = 0x7fc00000u;
var<private> infinity_bits: u32 = 0x7f800000u;
fn nan_value() -> f32 { return bitcast<f32>(quiet_nan_bits); }
fn infinity() -> f32 { return bitcast<f32>(infinity_bits); }
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn is_inf(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }
fn either_nan(x: f32, y: f32) -> bool { return is_nan(x) || is_nan(y); }
fn eq_f(x: f32, y: f32) -> u32 { return u32(x == y && !either_nan(x, y)); }
fn neq_f(x: f32, y: f32) -> u32 { return u32(x != y || either_nan(x, y)); }
fn lt_f(x: f32, y: f32) -> u32 { return u32(x < y && !either_nan(x, y)); }
fn le_f(x: f32, y: f32) -> u32 { return u32(x <= y && !either_nan(x, y)); }
fn max_f(x: f32, y: f32) -> f32 { if (either_nan(x, y)) { return nan_value(); } return max(x, y); }
fn min_f(x: f32, y: f32) -> f32 { if (either_nan(x, y)) { return nan_value(); } return min(x, y); }
fn sign_f(x: f32) -> f32 { if (is_nan(x)) { return x; } return sign(x); }
fn exp_f(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 88.8) { return infinity(); }
  if (x < -104.0) { return 0.0; }
  return exp(x);
}
fn log_f(x: f32) -> f32 {
  if (is_nan(x) || x < 0.0) { return nan_value(); }
  if (x == 0.0) { return -infinity(); }
  if (is_inf(x)) { return x; }
  return log(x);
}
fn expm1_f(x: f32) -> f32 {
  if (abs(x) > 0.35) { return exp_f(x) - 1.0; }
  return x * (1.0 + x * (0.5 + x * (0.16666667 + x * (0.041666668 + x * (0.008333334 + x * (0.0013888889 + x * 0.0001984127))))));
}
fn log1p_f(x: f32) -> f32 {
  if (abs(x) > 0.25 || is_nan(x)) { return log_f(1.0 + x); }
  let s = x / (2.0 + x);
  let t = s * s;
  return 2.0 * s * (1.0 + t * (0.33333334 + t * (0.2 + t * (0.14285715 + t * 0.11111111))));
}
fn tanh_f(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = abs(x);
  if (a > 9.1) { return sign(x); }
  if (a < 0.1) { let t = x * x; return x * (1.0 + t * (-0.33333334 + t * (0.13333334 + t * -0.05396825))); }
  let e = exp(-2.0 * a);
  return sign(x) * (1.0 - e) / (1.0 + e);
}
fn sigmoid_f(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let e = exp_f(-abs(x));
  return select(e / (1.0 + e), 1.0 / (1.0 + e), x >= 0.0);
}
fn sqrt_f(x: f32) -> f32 { if (is_nan(x) || x < 0.0) { return nan_value(); } return sqrt(x); }
fn pow_f(x: f32, y: f32) -> f32 {
  if (y == 0.0 || x == 1.0) { return 1.0; }
  if (either_nan(x, y)) { return nan_value(); }
  if (x == 0.0) { return select(0.0, infinity(), y < 0.0); }
  let magnitude = exp_f(y * log_f(abs(x)));
  if (x > 0.0) { return magnitude; }
  if (floor(y) != y) { return nan_value(); }
  return select(magnitude, -magnitude, floor(y * 0.5) * 2.0 != y);
}
fn floor_div_f(x: f32, y: f32) -> f32 { return floor(x / y); }
fn mod_f(x: f32, y: f32) -> f32 { let r = x - y * trunc(x / y); return select(r, r + y, r != 0.0 && (r < 0.0) != (y < 0.0)); }
fn floor_div_i(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  if (y == -1) { return 0 - x; }
  let q = x / y;
  return select(q, q - 1, q * y != x && (x < 0) != (y < 0));
}
fn mod_i(x: i32, y: i32) -> i32 { if (y == 0) { return 0; } return x - y * floor_div_i(x, y); }
fn floor_div_u(x: u32, y: u32) -> u32 { if (y == 0u) { return 0u; } return x / y; }
fn mod_u(x: u32, y: u32) -> u32 { if (y == 0u) { return 0u; } return x % y; }
fn erf_f(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = abs(x);
  if (a < 0.5) {
    let t = x * x;
    return x * (1.1283792 + t * (-0.37612638 + t * (0.11283792 + t * (-0.026866170 + t * 0.0052239776))));
  }
  let k = 1.0 / (1.0 + 0.3275911 * a);
  let p = k * (0.254829592 + k * (-0.284496736 + k * (1.421413741 + k * (-1.453152027 + k * 1.061405429))));
  return sign(x) * (1.0 - p * exp(-min(a * a, 87.0)));
}
`;
