import fc from "fast-check";
import { expect, test } from "vitest";
import { Deadlines } from "../../src/load/deadlines.ts";

test("deadlines are taken in the order of their times, in whatever order they were added", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { maxLength: 200 }), (timesUs) => {
      const deadlines = new Deadlines(timesUs.length);
      timesUs.forEach((timeUs, connection) => {
        deadlines.add(timeUs, connection);
      });
      const taken: number[] = [];
      while (deadlines.nextUs !== Number.POSITIVE_INFINITY) {
        const nextUs = deadlines.nextUs;
        const connection = deadlines.take();
        expect(timesUs[connection]).toBe(nextUs);
        taken.push(connection);
      }
      expect(taken.map((connection) => timesUs[connection])).toEqual([...timesUs].sort((a, b) => a - b));
      expect(new Set(taken).size).toBe(timesUs.length);
    }),
  );
});

test("the earliest deadline stays first while deadlines are added and taken", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(1000), { freq: 2 }), { maxLength: 300 }), (steps) => {
      const deadlines = new Deadlines(steps.length);
      const model: number[] = [];
      steps.forEach((timeUs, connection) => {
        if (timeUs !== null) {
          deadlines.add(timeUs, connection);
          model.push(timeUs);
        } else if (model.length > 0) {
          model.sort((a, b) => a - b);
          expect(deadlines.nextUs).toBe(model.shift());
          deadlines.take();
        }
      });
    }),
  );
});
