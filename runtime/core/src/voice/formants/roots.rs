//! The roots of a real polynomial.

use super::prediction::ORDER;
use core::ops::{Add, Mul, Sub};
use libm::sqrt;

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

impl Complex {
    const fn real(re: f64) -> Self {
        Self { re, im: 0.0 }
    }

    pub(super) fn norm(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    fn scale(self, by: f64) -> Self {
        Self { re: self.re * by, im: self.im * by }
    }

    /// `self / other`, which is not zero.
    fn over(self, other: Self) -> Self {
        let scale = 1.0 / other.norm();
        let conjugate = Self { re: other.re, im: -other.im };
        (self * conjugate).scale(scale)
    }

    /// The square root in the right half plane.
    fn square_root(self) -> Self {
        let modulus = sqrt(self.norm());
        let re = sqrt(((modulus + self.re) / 2.0).max(0.0));
        let im = sqrt(((modulus - self.re) / 2.0).max(0.0));
        Self { re, im: if self.im < 0.0 { -im } else { im } }
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

/// Steps after which a search is given up. It takes about five.
const STEPS: usize = 40;

/// The step, relative to the root, after which the next would be below rounding: each
/// error is the cube of the one before.
const CLOSE: f64 = 1e-6;

/// Where the searches begin: on the unit circle, at 500 Hz, 1500 Hz and so on, where a tract
/// of even width has its formants.
const STARTS: [Complex; ORDER / 2] = [
    Complex { re: 0.959_493, im: 0.281_733 },
    Complex { re: 0.654_861, im: 0.755_750 },
    Complex { re: 0.142_315, im: 0.989_821 },
    Complex { re: -0.415_415, im: 0.909_632 },
    Complex { re: -0.841_254, im: 0.540_641 },
];

/// The roots in the upper half plane, without the real ones; at most `ORDER / 2`.
pub(super) type Roots = heapless::Vec<Complex, { ORDER / 2 }>;

/// Finds the complex roots of a polynomial in descending powers, whose first coefficient is
/// 1: by Laguerre's method, one pair after the other, each taken out of the polynomial and
/// then polished on the whole of it. Roots that are not found in [`STEPS`] steps, of which
/// no example is known, are left out together with those after them.
pub(super) fn find(polynomial: &[f64; ORDER + 1]) -> Roots {
    let mut roots = Roots::new();
    let mut rest = *polynomial;
    let mut degree = ORDER;
    for start in STARTS.into_iter().cycle() {
        if degree < 2 {
            break;
        }
        let Some(root) = search(&rest[..=degree], start) else { break };
        if is_real(root) {
            divide(&mut rest, degree, &[-root.re]);
            degree -= 1;
        } else {
            divide(&mut rest, degree, &[-2.0 * root.re, root.norm()]);
            degree -= 2;
            let root = polish(polynomial, Complex { im: root.im.abs(), ..root });
            // There is room: a pair takes two degrees.
            let _ = roots.push(root);
        }
    }
    roots
}

/// Whether a root is as good as real.
fn is_real(root: Complex) -> bool {
    root.im.abs() <= 1e-8 * root.re.abs()
}

/// Divides by the factor `1, factor...`, both in descending powers; the remainder is
/// rounding.
fn divide(polynomial: &mut [f64], degree: usize, factor: &[f64]) {
    for i in 1..=degree - factor.len() {
        for (back, value) in factor.iter().enumerate().take(i) {
            polynomial[i] -= value * polynomial[i - back - 1];
        }
    }
}

/// Value, first derivative and half the second derivative at `x`.
fn evaluate(polynomial: &[f64], x: Complex) -> [Complex; 3] {
    let [mut value, mut first, mut second] = [Complex::default(); 3];
    for &coefficient in polynomial {
        second = second * x + first;
        first = first * x + value;
        value = value * x + Complex::real(coefficient);
    }
    [value, first, second]
}

/// One root, by Laguerre's method.
fn search(polynomial: &[f64], start: Complex) -> Option<Complex> {
    let degree = (polynomial.len() - 1) as f64;
    let mut x = start;
    for _ in 0..STEPS {
        let [value, first, second] = evaluate(polynomial, x);
        // Laguerre's step with all terms multiplied by the value, so that it is no divisor.
        let squared = first * first;
        let inner = (squared.scale(degree - 1.0) - (value * second).scale(2.0 * degree))
            .scale(degree - 1.0)
            .square_root();
        let (plus, minus) = (first + inner, first - inner);
        let divisor = if plus.norm() >= minus.norm() { plus } else { minus };
        if divisor.norm() == 0.0 {
            // A root of every derivative up to the second, or a saddle.
            if value.norm() == 0.0 {
                return Some(x);
            }
            x = x + Complex { re: 0.1, im: 0.1 };
            continue;
        }
        let step = value.scale(degree).over(divisor);
        x = x - step;
        if step.norm() <= CLOSE * CLOSE * x.norm() {
            return Some(x);
        }
    }
    None
}

/// One step of Newton's method: what dividing by other roots has cost.
fn polish(polynomial: &[f64], root: Complex) -> Complex {
    let [value, first, _] = evaluate(polynomial, root);
    let step = value.over(first);
    // Where roots coincide there is no slope, and no better root.
    if step.norm() < 1e-6 * root.norm() { root - step } else { root }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The polynomial with these pairs and real roots.
    fn product(pairs: &[(f64, f64)], real: &[f64]) -> [f64; ORDER + 1] {
        let mut polynomial = [0.0; ORDER + 1];
        polynomial[0] = 1.0;
        let factors = pairs
            .iter()
            .map(|(modulus, angle)| [-2.0 * modulus * libm::cos(*angle), modulus * modulus])
            .chain(real.iter().map(|root| [-root, 0.0]));
        for factor in factors {
            for i in (1..=ORDER).rev() {
                polynomial[i] += factor[0] * polynomial[i - 1];
                if i > 1 {
                    polynomial[i] += factor[1] * polynomial[i - 2];
                }
            }
        }
        polynomial
    }

    fn check(pairs: &[(f64, f64)], real: &[f64], bound: f64) {
        let roots = find(&product(pairs, real));
        assert_eq!(roots.len(), pairs.len(), "{pairs:?} {real:?} {roots:?}");
        for (modulus, angle) in pairs {
            let (re, im) = (modulus * libm::cos(*angle), modulus * libm::sin(*angle));
            let nearest = roots
                .iter()
                .map(|root| (root.re - re).abs().max((root.im - im).abs()))
                .fold(f64::INFINITY, f64::min);
            assert!(nearest < bound, "({modulus}, {angle}) is off by {nearest}: {roots:?}");
        }
    }

    #[test]
    fn known_roots() {
        let five = [(0.98, 0.3), (0.97, 0.8), (0.95, 1.5), (0.9, 2.1), (0.85, 2.8)];
        check(&five, &[0.9], 1e-12);
        check(&five, &[-0.99], 1e-12);
        check(&five, &[0.0], 1e-12);
    }

    #[test]
    fn pairs_and_real_roots_in_any_number() {
        let pairs = [(0.98, 0.3), (0.97, 0.8), (0.95, 1.5), (0.9, 2.1)];
        let real = [0.9, 0.5, -0.3, -0.7, 0.1, 0.2, -0.1, -0.95, 0.7, 0.3, -0.5];
        for count in 0..=4 {
            check(&pairs[..count], &real[..ORDER - 2 * count], 1e-9);
        }
    }

    #[test]
    fn close_and_equal_roots() {
        let close = [(0.98, 0.8), (0.979, 0.801), (0.95, 1.5), (0.9, 2.1), (0.85, 2.8)];
        check(&close, &[0.9], 1e-9);
        let equal = [(0.9, 0.8), (0.9, 0.8), (0.9, 0.8), (0.9, 2.1), (0.85, 2.8)];
        check(&equal, &[0.9], 1e-3);
    }

    #[test]
    fn a_power_has_roots_at_nothing() {
        let mut power = [0.0; ORDER + 1];
        power[0] = 1.0;
        assert!(find(&power).iter().all(|root| root.norm() < 1e-9));
    }

    proptest::proptest! {
        #[test]
        fn random_poles(
            moduli in proptest::array::uniform5(0.3f64..0.995),
            angles in proptest::array::uniform5(0.02f64..0.55),
            real in -0.99f64..0.99,
        ) {
            // At least 0.05 rad apart, so that the bound can be tight.
            let pairs: [(f64, f64); 5] =
                core::array::from_fn(|i| (moduli[i], angles[i] + 0.6 * i as f64));
            check(&pairs, &[real], 1e-6);
        }
    }
}
