const STEPS = 100;

/**
 * Returns the two-sided quantile of Student's t distribution: a value of |t| that is exceeded with probability `tail`.
 *
 * @param degrees degrees of freedom, a whole number from 1 on
 */
export function studentQuantile(tail: number, degrees: number): number {
  // Bisection of the angle, whose range is bounded: t = √degrees · tan θ.
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (1 - centralProbability(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan(low);
}

/** Returns the probability that |t| is below √degrees · tan θ (Abramowitz and Stegun, 1964, 26.7.3 and 26.7.4). */
function centralProbability(theta: number, degrees: number): number {
  const cosine = Math.cos(theta);
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cosine ** 2;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}
