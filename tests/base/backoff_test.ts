import { assert } from "@std/assert";
import { Backoff } from "../../src/base/backoff.ts";

Deno.test("waits double up to the longest, and each is spread over its second half", () => {
  for (let round = 0; round < 200; round++) {
    const backoff = new Backoff(100, 1000);
    for (const wait of [100, 200, 400, 800, 1000, 1000]) {
      const next = backoff.next();
      assert(
        next >= wait / 2 && next <= wait,
        `a wait of ${wait} ms should be from ${wait / 2} to ${wait}, got ${next}`,
      );
    }
  }
});

Deno.test("what is asked for is waited for, even if that is longer than the longest", () => {
  const backoff = new Backoff(100, 1000);
  assert(backoff.next(5000) === 5000, "the server knows best");
  backoff.reset();
  assert(backoff.next() <= 100, "it begins anew after it worked");
});
