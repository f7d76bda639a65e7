/** Returns whether a test file of the containers starts engines of its own, so that it may run beside the others. */
export function hasEnginesOfItsOwn(file: string): boolean {
  return file.endsWith("/swarm.test.ts");
}

/**
 * Returns files in the order in which the workers finish soonest: long ones first. `shared` files cannot run beside each
 * other, so they are spread evenly among the other long ones.
 */
export function orderFiles<File>(files: {
  readonly shared: readonly File[];
  readonly long: readonly File[];
  readonly short: readonly File[];
}): File[] {
  const { shared, long, short } = files;
  const perShared = Math.ceil(long.length / Math.max(1, shared.length));
  const spread = shared.flatMap((file, index) => [
    file,
    ...long.slice(index * perShared, (index + 1) * perShared),
  ]);
  return [...spread, ...long.slice(shared.length * perShared), ...short];
}
